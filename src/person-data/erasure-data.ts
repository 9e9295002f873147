import { erasedAt, erasureSecret } from '../../db/queries/erased-people.ts'
import { isoTime } from '../iso-time.ts'
import { identifierHash, looseHash, looseKey } from './identifier-hash.ts'
import type { Person } from './person.ts'
import type { PersonalData } from './store.ts'

/**
 * All hashes by which an import would recognize the person. `keysOfOthers` has each `looseKey` of other
 * people: an identifier that differs from theirs only in case and leading zeros does not identify this
 * person.
 */
export function hashesOf (
  person: Pick<
    Person,
    'sourceId' | 'isIdShared' | 'students' | 'records' | 'teaching' | 'identifiers' | 'emails' | 'usernames'
  >,
  secret: string,
  keysOfOthers: ReadonlySet<string> = new Set()
): string[] {
  const { sourceId, isIdShared, students, records, teaching, identifiers, emails, usernames } = person
  const isInRoster = records.length > 0 || [...students, ...teaching].some((row) => row.is_rostered === 1)
  // Ids of a document or a grade book are their course's own: another course's "s1" is someone else.
  const own = students.filter((row) => row.is_rostered === 0).map((row) => row.course_source_id)
  const loose = [
    ...(sourceId === null || !isInRoster || isIdShared ? [] : [looseKey('source_id', sourceId)]),
    ...(sourceId === null ? [] : own.map((course) => looseKey('source_id', sourceId, course))),
    ...identifiers.map((identifier) => looseKey('student_identifier', identifier)),
    ...usernames.map((username) => looseKey('username', username)),
  ].filter((key) => !keysOfOthers.has(key))
  return [
    ...new Set([
      ...loose.map((key) => looseHash(secret, key)),
      ...(sourceId === null || !isInRoster || isIdShared
        ? []
        : [identifierHash(secret, 'source_id', sourceId)]),
      ...(sourceId === null
        ? []
        : own.map((course) => identifierHash(secret, 'source_id', sourceId, course))),
      ...identifiers.map((identifier) => identifierHash(secret, 'student_identifier', identifier)),
      ...emails.map((email) => identifierHash(secret, 'email', email)),
    ]),
  ]
}

/** What is kept on purpose about people who were erased. `erase-person.ts` writes it. */
export const ERASURE_DATA: PersonalData = {
  name: 'erasure',
  columns: {
    'erased_people.hash': 'keyed hash of an identifier of someone who was erased',
  },
  async read (person, { db }) {
    const secret = await erasureSecret(db)
    const at = secret === undefined ? undefined : await erasedAt(db, hashesOf(person, secret))
    return { was_erased_at: isoTime(at ?? null) }
  },
  erase: async () => ({}),
}
