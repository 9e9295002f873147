import type { Reads, Trx } from '../../db/index.ts'
import {
  exportsOfCourses,
  forgetCreator,
  everyStoredFile,
  uploadsThatMayHold,
  type StoredFile,
} from '../../db/queries/personal-files.ts'
import { restartJobsOfOwner } from '../../db/queries/jobs.ts'
import { EXPORT_CATEGORY, EXPORT_KIND } from '../exports/export.job.ts'
import { FILL_IN_CATEGORY, FILL_IN_KIND, FILL_IN_SOURCE } from '../fill-in/fill-in.job.ts'
import { IMPORT_CATEGORY } from '../imports/import.job.ts'
import { isoTime } from '../iso-time.ts'
import { personName } from '../person-name.ts'
import type { Person } from './person.ts'
import type { PersonTerms } from './person-terms.ts'
import type { PersonalData } from './store.ts'

export interface FilesOfPerson {
  /** Workbooks of the courses that the person is in. */
  exports: StoredFile[]
  /**
   * Uploads of imports: into these courses, or by an administrator, which may concern any course. And the
   * tables that are filled in, before and after.
   */
  uploads: StoredFile[]
  /** Other files whose name contains the person's name, email address or id. */
  named: StoredFile[]
}

/** Stored files that contain the person, as far as the service can know, including expired ones. */
export async function filesOfPerson (
  db: Reads | Trx,
  person: Person,
  terms: PersonTerms
): Promise<FilesOfPerson> {
  const courses = [...new Set(person.students.map((student) => student.course_id))]
  const exports = await exportsOfCourses(db, courses)
  const uploads =
    person.students.length + person.records.length === 0
      ? []
      : (await Promise.all(
          [IMPORT_CATEGORY, FILL_IN_SOURCE, FILL_IN_CATEGORY]
            .map((category) => uploadsThatMayHold(db, { category, courses }))
        )).flat()
  const known = new Set([...exports, ...uploads].map((file) => file.id))
  const named: StoredFile[] = []
  for await (const file of everyStoredFile(db)) {
    // Workbooks are named after their course.
    if (!known.has(file.id) && file.category !== EXPORT_CATEGORY && terms.isFilename(file.filename)) {
      named.push(file)
    }
  }
  return { exports, uploads, named }
}

/** Kinds of jobs that make a file of what they read, and what their attempts say. */
const RESTARTED = [
  [EXPORT_KIND, "The course's data has changed; the export starts again."],
  // Its upload is deleted too, so it fails and says so.
  [FILL_IN_KIND, "The course's data has changed; the table is filled in again."],
] as const

/** Workbooks and uploads. Their courses and names say whom they contain; their bytes are not read. */
export const FILE_DATA: PersonalData = {
  name: 'files',
  columns: {
    'files.filename': 'may name the person; the bytes of exports and uploads contain names and scores',
    'files.created_by': 'name of the person who made it',
  },
  async read (person, { db, terms }) {
    const { exports, uploads, named } = await filesOfPerson(db, person, terms)
    const shown = (file: StoredFile) => ({
      id: file.id,
      owner: `${file.owner_type} ${file.owner_id}`,
      category: file.category,
      filename: file.filename,
      bytes: file.size,
      created_at: isoTime(file.created_at),
      expires_at: isoTime(file.expires_at),
    })
    return {
      exports: exports.map(shown),
      import_uploads_that_may_contain_them: uploads.map(shown),
      named_after_them: named.map(shown),
    }
  },
  async erase (trx, person, { files, now, terms }) {
    const { exports, uploads, named } = await filesOfPerson(trx, person, terms)
    await files.deleteIn(trx, [...exports, ...uploads, ...named].map((file) => file.id), { atOnce: true })
    // A job that is running may already have read the person.
    for (const id of new Set(person.students.map((student) => student.course_id))) {
      for (const [kind, message] of RESTARTED) {
        await restartJobsOfOwner(trx, { kind, owner: { type: 'course', id }, now, message })
      }
    }
    await forgetCreator(
      trx,
      person.accounts.flatMap(({ role, email, first_name: first, last_name: last }) =>
        role === 'student' ? [email, personName(first, last)] : []
      )
    )
    return { exports: exports.length, uploads: uploads.length, other_files: named.length }
  },
}
