// Who a person is: all that the service stores under one source id, as far as it is one person's.
import type { Reads, Trx } from '../../db/index.ts'
import {
  matchingSourceIds,
  rosterRecordsOf,
  studentsBySource,
  teachersBySource,
  usersByKeys,
  type RosterRecordRow,
  type StudentInCourse,
  type TeacherInCourse,
} from '../../db/queries/people.ts'
import { formerRows, formerSourceIds, type FormerRows } from '../../db/queries/undo-people.ts'
import { emailKey } from '../../db/queries/accounts.ts'
import type { Row } from '../../db/tables.ts'
import { personName } from '../person-name.ts'

interface PersonName {
  first: string | null
  last: string | null
}

export interface Person {
  /** Null: the person has only an account. */
  sourceId: string | null
  /** Another person has the same source id in another course. */
  isIdShared: boolean
  students: StudentInCourse[]
  teaching: TeacherInCourse[]
  /** The user of the stored roster, and their enrollments. */
  records: RosterRecordRow[]
  /** As they were before imports that can be undone; of this person alone. */
  former: FormerRows
  accounts: Array<Row<'users'>>
  names: PersonName[]
  identifiers: string[]
  /** In lower case. */
  emails: string[]
  /** Of the stored roster. */
  usernames: string[]
}

/** What identifies the person of a row. */
interface Traits {
  name: string | null
  identifier: string | null
  email: string | null
}

/** Rows of one source id in one course, or in all courses that share the roster's ids. */
type Rows = Pick<Person, 'students' | 'teaching' | 'records'>

/**
 * The people with this source id, email address (in any case) or student identifier. If a person has it as
 * their source id, no other person is meant. `courseId` limits the result to students of that course.
 */
export async function findPeople (db: Reads | Trx, text: string, courseId?: number): Promise<Person[]> {
  const wanted = text.trim()
  if (wanted === '') return []
  const living = await matchingSourceIds(db, wanted)
  const ids = living.length > 0 ? living : [...new Set(await formerSourceIds(db, wanted))]
  const people: Person[] = []
  for (const id of ids.includes(wanted) ? [wanted] : ids.sort()) {
    const all = await peopleOfId(db, id)
    people.push(
      ...(id === wanted
        ? all
        : all.filter(
          (person) => person.identifiers.includes(wanted) || person.emails.includes(wanted.toLowerCase())
        ))
    )
  }
  if (people.length === 0) {
    const accounts = await usersByKeys(db, [emailKey(wanted)])
    if (accounts.length > 0) {
      people.push(
        await complete(db, {
          sourceId: null,
          isIdShared: false,
          rows: { students: [], teaching: [], records: [] },
          accounts,
        })
      )
    }
  }
  return courseId === undefined
    ? people
    : people.filter((person) => person.students.some((student) => student.course_id === courseId))
}

async function peopleOfId (db: Reads | Trx, sourceId: string): Promise<Person[]> {
  const places = new Map<string, Rows>()
  const rowsOf = ({
    is_rostered: isRostered,
    course_id: courseId,
  }: {
    is_rostered: 0 | 1,
    course_id: number,
  }) => {
    const key = isRostered === 1 ? 'roster' : String(courseId)
    const rows = places.get(key) ?? { students: [], teaching: [], records: [] }
    places.set(key, rows)
    return rows
  }
  for (const student of await studentsBySource(db, sourceId)) rowsOf(student).students.push(student)
  for (const teacher of await teachersBySource(db, sourceId)) rowsOf(teacher).teaching.push(teacher)
  const records = await rosterRecordsOf(db, sourceId)
  if (records.length > 0) rowsOf({ is_rostered: 1, course_id: 0 }).records.push(...records)
  const groups: Rows[] = []
  for (const rows of places.values()) {
    const group = groups.find((group) => !areDifferent(traitsOf(group), traitsOf(rows)))
    if (group === undefined) groups.push(rows)
    else {
      for (const part of ['students', 'teaching', 'records'] as const) {
        group[part].push(...(rows[part] as never[]))
      }
    }
  }
  const all = await formerRows(db, sourceId)
  if (groups.length === 0 && all.students.length + all.records.length > 0) {
    groups.push({ students: [], teaching: [], records: [] })
  }
  return await Promise.all(groups.map((rows) =>
    complete(db, { sourceId, isIdShared: groups.length > 1, rows, former: formerOf(rows, groups, all) })))
}

/** What is kept of one of the people with the same source id. */
function formerOf (rows: Rows, people: readonly Rows[], all: FormerRows): FormerRows {
  if (people.length <= 1) return all
  const ids = new Set(rows.students.map((student) => student.id))
  const others = new Set(people.flatMap((one) => one.students.map((student) => student.id)))
  return {
    students: all.students.filter((row) =>
      ids.has(row.id) || (!others.has(row.id) && !areDifferent(traitsOf(rows), traitsOfStudents([row])))),
    records: rows.records.length > 0 ? all.records : [],
  }
}

interface Found {
  sourceId: string | null
  isIdShared: boolean
  rows: Rows
  former?: FormerRows
  accounts?: Array<Row<'users'>>
}

async function complete (
  db: Reads | Trx,
  { sourceId, isIdShared, rows, former = { students: [], records: [] }, accounts }: Found
): Promise<Person> {
  const before = [
    ...traitsOfStudents(former.students),
    ...former.records.flatMap(({ kind, body }) => {
      const user = body === null ? undefined : userOf({ kind, body })
      return user === undefined ? [] : [{ ...user, email: user.email?.toLowerCase() ?? null }]
    }),
  ]
  const emails = unique(traitsOf(rows).map(({ email }) => email))
  const users = accounts ?? (await usersByKeys(db, emails.map(emailKey)))
  const names = [
    ...[...rows.students, ...rows.teaching, ...users].map((row): PersonName => ({
      first: row.first_name,
      last: row.last_name,
    })),
    ...rows.records.flatMap((record) => userOf(record)?.name ?? []),
    ...former.students.map((row): PersonName => ({ first: row.first_name, last: row.last_name })),
  ]
  return {
    sourceId,
    isIdShared,
    ...rows,
    former,
    accounts: users,
    names: [
      ...new Map(
        names
          .filter(({ first, last }) => first !== null || last !== null)
          .map((name) => [JSON.stringify(name), name])
      ).values(),
    ],
    identifiers: unique([...traitsOf(rows), ...before].map(({ identifier }) => identifier)),
    emails: unique([
      ...emails, ...users.map((user) => user.email.toLowerCase()), ...before.map(({ email }) => email),
    ]),
    usernames: unique(rows.records.map((record) => userOf(record)?.username ?? null)),
  }
}

/**
 * Whether two sets of rows with the same source id belong to two people: some of their traits can be
 * compared, and none of them agree.
 */
function areDifferent (some: Traits[], others: Traits[]): boolean {
  let isComparable = false
  for (const a of some) {
    for (const b of others) {
      for (const trait of ['name', 'identifier', 'email'] as const) {
        if (a[trait] === null || b[trait] === null) continue
        if (a[trait] === b[trait]) return false
        isComparable = true
      }
    }
  }
  return isComparable
}

const nameOf = ({ first, last }: PersonName) => personName(first, last).toLowerCase() || null

type Names = Pick<StudentInCourse, 'first_name' | 'last_name' | 'student_identifier' | 'email'>

function traitsOfStudents (students: readonly Names[]): Traits[] {
  return students.map((row) => ({
    name: nameOf({ first: row.first_name, last: row.last_name }),
    identifier: text(row.student_identifier),
    email: text(row.email)?.toLowerCase() ?? null,
  }))
}

function traitsOf ({ students, teaching, records }: Rows): Traits[] {
  return [
    ...traitsOfStudents(students),
    ...teaching.map((row) => ({
      name: nameOf({ first: row.first_name, last: row.last_name }),
      identifier: null,
      email: text(row.email)?.toLowerCase() ?? null,
    })),
    ...records.flatMap((record) => {
      const user = userOf(record)
      return user === undefined
        ? []
        : [{ name: nameOf(user.name), identifier: user.identifier, email: user.email?.toLowerCase() ?? null }]
    }),
  ]
}

interface RosterUser {
  name: PersonName
  identifier: string | null
  email: string | null
  /** Null also where an earlier version stored the record. */
  username: string | null
}

/** The user in a record of the roster; its columns: `src/imports/oneroster/roster-files.ts`. */
export function userOf ({
  kind,
  body,
}: Pick<RosterRecordRow, 'kind' | 'body'>): RosterUser | undefined {
  if (kind !== 'user') return undefined
  const [, first = null, last = null, identifier = null, email = null, username = null] = JSON.parse(
    body
  ) as [
    number,
    ...Array<string | null>
  ]
  return {
    name: { first, last },
    identifier: text(identifier),
    email: text(email),
    username: text(username),
  }
}

function text (value: string | null): string | null {
  return value === null || value.trim() === '' ? null : value.trim()
}

function unique (values: Array<string | null>): string[] {
  return [...new Set(values.filter((value) => value !== null))]
}
