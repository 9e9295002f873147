// Students who may be the same person under another source id. This is only a notice: commands do not export
// or erase them unless they are named.
import type { Reads } from '../../db/index.ts'
import { rosterUsers, studentTraits } from '../../db/queries/people.ts'
import { looseKey, nameKey } from '../imports/person-keys.ts'
import { userOf, type Person } from './person.ts'

const ROWS_AT_ONCE = 5000

/** A student of a course. */
export interface PerhapsTheSame {
  courseId: number
  course: string
  sourceId: string
}

/**
 * Other students with the same email address, student identifier, username or source id, regardless of case
 * and leading zeros, or with the same full name, regardless of case. In the order of their rows. Reads all
 * students once, a page at a time.
 */
export async function perhapsTheSame (db: Reads, person: Person): Promise<PerhapsTheSame[]> {
  const own = new Set(person.students.map((student) => student.id))
  const emails = new Set(person.emails)
  const ids = looseKeys([person.sourceId, ...person.identifiers, ...person.usernames])
  const names = new Set(person.names.map(({ first, last }) => fullName(first, last)))
  names.delete('')

  const usernames = new Map(
    (await rosterUsers(db)).map((user) => [user.source_id, userOf(user)?.username ?? null])
  )
  const found: PerhapsTheSame[] = []
  for (let after = 0; ;) {
    const rows = await studentTraits(db, { after, limit: ROWS_AT_ONCE })
    if (rows.length === 0) return found
    after = rows.at(-1)?.id ?? after
    for (const row of rows) {
      if (own.has(row.id)) continue
      // Courses without a roster have source ids of their own, so an equal one says nothing.
      const sourceId = row.source_id === person.sourceId ? null : row.source_id
      const username = row.is_rostered === 1 ? usernames.get(row.source_id) ?? null : null
      const isAlike = (row.email !== null && emails.has(row.email.trim().toLowerCase())) ||
        [...looseKeys([sourceId, row.student_identifier, username])].some((key) => ids.has(key)) ||
        names.has(fullName(row.first_name, row.last_name))
      if (isAlike) found.push({ courseId: row.course_id, course: row.course_name, sourceId: row.source_id })
    }
  }
}

function looseKeys (values: ReadonlyArray<string | null>): Set<string> {
  const keys = new Set(values.map((value) => looseKey(value?.trim() ?? '')))
  keys.delete('')
  return keys
}

function fullName (first: string | null, last: string | null): string {
  return nameKey(first, last).toLowerCase()
}
