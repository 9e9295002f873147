import type { Database } from '../../db/index.ts'
import { isoTime } from '../iso-time.ts'
import { perhapsTheSame } from './perhaps-the-same.ts'
import type { Person } from './person.ts'
import { personTerms } from './person-terms.ts'
import { PERSONAL_DATA } from './personal-data.ts'

/** One JSON value; the fields that are not named here come from `PERSONAL_DATA`. */
interface PersonExport extends Record<string, unknown> {
  perhaps_the_same: Array<{ course_id: number; course: string; source_id: string }>
}

/**
 * Everything that is stored about a person, as one JSON value: their identifiers, students who may be the
 * same person under another source id (without their data), and the data of each of `PERSONAL_DATA`. It
 * contains no hashes of passwords or secrets. It may name other people, because stored texts may name
 * several. @param now ms; decides which due and drop dates have passed
 */
export async function exportPerson (
  person: Person,
  { db, now }: { db: Database; now: number }
): Promise<PersonExport> {
  const context = { db: db.reads, database: db.location, now, terms: personTerms(person) }
  const { sourceId, names, identifiers, emails } = person
  const all: PersonExport = {
    exported_at: isoTime(now),
    person: { source_id: sourceId, names, student_identifiers: identifiers, emails },
    perhaps_the_same: (await perhapsTheSame(db.reads, person)).map(({ courseId, course, sourceId }) => ({
      course_id: courseId,
      course,
      source_id: sourceId,
    })),
  }
  for (const { name, read } of PERSONAL_DATA) all[name] = await read(person, context)
  return all
}
