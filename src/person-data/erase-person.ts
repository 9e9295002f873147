// Removes a person from everything that is stored, all or nothing, and stores hashes so that an import
// recognizes them.
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Database, Trx, Wiped } from '../../db/index.ts'
import { lockCourse } from '../../db/queries/courses.ts'
import { ensureErasureSecret, IMPORTS_LOCK, insertErased } from '../../db/queries/erased-people.ts'
import { identifiersOfAll, matchingSourceIds, rosterUsers } from '../../db/queries/people.ts'
import { DomainError } from '../errors.ts'
import type { FileLibrary } from '../files/file-library.ts'
import { hashesOf } from './erasure-data.ts'
import { filesOfPerson, type FilesOfPerson } from './file-data.ts'
import { looseKey } from './identifier-hash.ts'
import { perhapsTheSame, type PerhapsTheSame } from './perhaps-the-same.ts'
import { findPeople, userOf, type Person } from './person.ts'
import { personTerms } from './person-terms.ts'
import { PERSONAL_DATA } from './personal-data.ts'

/** How long to wait until the database's log can be emptied, ms. */
const LOCK_TIMEOUT_MS = 10_000

export interface ErasurePreview extends FilesOfPerson {
  courses: Array<{ id: number; name: string }>
  /** Students who may be the same person under another source id. They stay. */
  alike: PerhapsTheSame[]
  /** Accounts of teachers and administrators, which stay. */
  keptAccounts: string[]
}

export interface Erased {
  /** How many of each kind were removed or rewritten: `courses`, `reports`, `exports`, … */
  counts: Record<string, number>
  /** Copies of the database from before upgrades, which still contain the person. */
  copies: string[]
  wiped: Wiped
}

interface ErasureOptions {
  db: Database
  files: FileLibrary
  /** Ms. */
  now: () => number
}

/** What an erasure would remove. Throws ERASURE_REFUSED if the person must not be erased. */
export async function previewErasure (person: Person, { db }: ErasureOptions): Promise<ErasurePreview> {
  assertErasable(person)
  return {
    ...(await filesOfPerson(db.reads, person, personTerms(person))),
    courses: [
      ...new Map(
        person.students.map((row) => [row.course_id, { id: row.course_id, name: row.course_name }])
      ).values(),
    ],
    alike: await perhapsTheSame(db.reads, person),
    keptAccounts: person.accounts.filter((user) => user.role !== 'student').map((user) => user.email),
  }
}

/**
 * Erases the person in one transaction and the bytes of their files after it; then overwrites the free space
 * of the database. Undefined: there was nothing left to erase. Throws ERASURE_REFUSED. Blocks the thread
 * while the database is rewritten.
 */
export async function erasePerson (
  person: Person,
  { db, files, now }: ErasureOptions
): Promise<Erased | undefined> {
  const done = await db.write(async (trx) => {
    await trx.lock(IMPORTS_LOCK)
    // Read again: an import may have changed them since they were looked up.
    const current = await readAgain(trx, person)
    if (current === undefined) return undefined
    assertErasable(current)
    const courses = new Set(current.students.map((student) => student.course_id))
    for (const id of [...courses].sort((a, b) => a - b)) await lockCourse(trx, id, 'change')
    const context = { files, now: now(), terms: personTerms(current) }
    const counts: Record<string, number> = {}
    for (const { erase } of PERSONAL_DATA) {
      for (const [what, count] of Object.entries(await erase(trx, current, context))) {
        counts[what] = (counts[what] ?? 0) + count
      }
    }
    const secret = await ensureErasureSecret(trx, randomBytes(32).toString('hex'))
    // The person's own rows are deleted by now: those that are left belong to others.
    const hashes = hashesOf(await withoutShared(trx, current), secret, await looseKeys(trx))
    await insertErased(trx, hashes, now())
    return { counts }
  })
  if (done === undefined) return undefined
  return {
    counts: done.counts,
    copies: db.location.engine === 'sqlite' ? upgradeCopies(db.location.connection.file) : [],
    wiped: await db.wipeFreeSpace(LOCK_TIMEOUT_MS),
  }
}

function assertErasable ({ teaching, records, accounts, students, former }: Person): void {
  const courses = [...new Set(teaching.map((row) => `${row.course_name} (course ${row.course_id})`))]
  if (courses.length > 0) {
    throw new DomainError('ERASURE_REFUSED', {
      detail: `This person teaches ${courses.join(', ')}. Only students can be erased: ` +
      'remove them from the roster as a teacher, import it, and try again.',
    })
  }
  const known = students.length + records.length + former.students.length + former.records.length
  if (known === 0 && accounts.every((user) => user.role !== 'student')) {
    throw new DomainError('ERASURE_REFUSED', {
      detail: 'This person has a staff account and is not a student. Only students can be erased; ' +
      '"perfbook user disable" disables an account.',
    })
  }
}

/** The same person, read again inside the transaction. */
async function readAgain (trx: Trx, { sourceId, emails, students }: Person): Promise<Person | undefined> {
  if (sourceId === null) return (await findPeople(trx, emails[0] ?? ''))[0]
  const people = await findPeople(trx, sourceId)
  const ids = new Set(students.map((student) => student.id))
  return (
    people.find((person) => person.students.some((student) => ids.has(student.id))) ??
    (ids.size === 0 ? people[0] : undefined)
  )
}

/**
 * Leaves out email addresses and identifiers that another person also has, such as siblings with their
 * parents' address: later imports would leave out that person too.
 */
async function withoutShared (trx: Trx, person: Person): Promise<Person> {
  const isShared = async (value: string) => (await matchingSourceIds(trx, value)).length > 0
  const emails: string[] = []
  const identifiers: string[] = []
  for (const email of person.emails) if (!(await isShared(email))) emails.push(email)
  for (const identifier of person.identifiers) if (!(await isShared(identifier))) identifiers.push(identifier)
  return { ...person, emails, identifiers }
}

/** The keys of everyone who is stored, as students and as users of the roster. */
async function looseKeys (trx: Trx): Promise<Set<string>> {
  const keys = new Set<string>()
  for (const row of await identifiersOfAll(trx)) {
    const scope = row.is_rostered === 1 ? undefined : row.course_source_id
    keys.add(looseKey('source_id', row.source_id, scope))
    if (row.student_identifier !== null) keys.add(looseKey('student_identifier', row.student_identifier))
  }
  for (const record of await rosterUsers(trx)) {
    const { identifier, username } = userOf(record) ?? { identifier: null, username: null }
    keys.add(looseKey('source_id', record.source_id))
    if (identifier !== null) keys.add(looseKey('student_identifier', identifier))
    if (username !== null) keys.add(looseKey('username', username))
  }
  return keys
}

/** Copies made before upgrades, in `backups/` beside the database. */
function upgradeCopies (databaseFile: string): string[] {
  const folder = join(dirname(databaseFile), 'backups')
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.sqlite'))
      .sort()
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}
