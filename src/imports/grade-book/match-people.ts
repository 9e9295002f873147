// Who a row of a grade book file is about: a student whom the course has, or a new one.
import type { Row } from '../../../db/tables.ts'
import { looseKey, nameKey } from '../person-keys.ts'
import type { GradeBookFormat } from './recognize.ts'
import { ownId } from './own-ids.ts'

/** A person of the file. */
export interface GradeBookPerson {
  system: GradeBookFormat
  /** The system's own id first, then what it may have been known by in earlier files. */
  ids: string[]
  logins: string[]
  firstName: string | null
  lastName: string | null
  studentIdentifier: string | null
  email: string | null
  section: string | null
}

/** A student of the course; `username` is the roster's. */
export interface KnownPerson {
  row: Row<'students'>
  username: string | null
  /** Dropped, or no longer in the roster. */
  hasLeft: boolean
}

/**
 * `loose`: ignoring case and leading zeros; `name`: by the name alone; `conflict`: the values point to
 * different people.
 */
export type Match =
  | { kind: 'exact' | 'loose' | 'name', row: Row<'students'> }
  | { kind: 'conflict' }
  | { kind: 'new' }

/**
 * What students are known by, each as an index from a value to the one student who has it (null: several have
 * it); see `indexOf`.
 */
interface Indexes {
  identifiers: Index
  /** Source id of a roster or document, username, e-mail. */
  handles: Index
  emails: Index
}

type Index = Map<string, Row<'students'> | null>

/**
 * Matches all people of an import with the students of a course. First by exact values: the student id; the
 * SIS id or login compared with source id, username and e-mail; the e-mail. Then the same without regard to
 * case and leading zeros, then by name where it is unique in the course and in the file. A student who was
 * matched exactly is not matched again in a weaker way.
 */
export function matchPeople (people: GradeBookPerson[], known: KnownPerson[]): Match[] {
  const own = new Map(known.filter(({ row }) => row.grade_book !== null).map(({
    row,
  }) => [row.source_id, row]))
  const exact = indexesOf(known, (text) => text)
  const loose = indexesOf(known, looseKey)
  const names = indexOf(known, ({ row }) => [nameKey(row.first_name, row.last_name)])
  const looseNames = indexOf(known, ({ row }) => [looseKey(nameKey(row.first_name, row.last_name))])
  const inFile = count(people.map((person) => nameKey(person.firstName, person.lastName)))
  const inFileLoose = count(people.map((person) => looseKey(nameKey(person.firstName, person.lastName))))

  const byName = (person: GradeBookPerson): Row<'students'> | undefined => {
    const key = nameKey(person.firstName, person.lastName)
    return key !== '' && inFile.get(key) === 1 ? names.get(key) ?? undefined : undefined
  }
  const byLooseName = (person: GradeBookPerson): Row<'students'> | undefined => {
    const key = looseKey(nameKey(person.firstName, person.lastName))
    return key !== '' && inFileLoose.get(key) === 1 ? looseNames.get(key) ?? undefined : undefined
  }
  const matches = people.map((person): Match | undefined => {
    const hits = new Set([...ownRows(person, own), ...hitsOf(person, exact, (text) => text)])
    if (hits.size === 0) return undefined
    const named = byName(person)
    if (named !== undefined) hits.add(named)
    const [row] = hits
    return hits.size > 1 ? { kind: 'conflict' } : { kind: 'exact', row: row! }
  })
  const taken = new Set(matches.flatMap((match) => match !== undefined && 'row' in match
    ? [match.row.id]
    : []))
  const weak = people.map((person, i): Match => {
    const match = matches[i]
    if (match !== undefined) return match
    const free = (row: Row<'students'> | undefined) => row === undefined || taken.has(row.id) ? [] : [row]
    const hits = new Set([...hitsOf(person, loose, looseKey)].flatMap(free))
    const [named] = free(byName(person))
    const [hit] = hits
    if (hits.size === 1 && named !== undefined && named.id !== hit!.id) return { kind: 'conflict' }
    if (hits.size === 1) return { kind: 'loose', row: hit! }
    if (named !== undefined) return { kind: 'name', row: named }
    const [looselyNamed] = free(byLooseName(person))
    return looselyNamed === undefined ? { kind: 'new' } : { kind: 'loose', row: looselyNamed }
  })
  // A weak match counts only if one person fits one row: of two candidates, neither is certain.
  const claims = count(weak.flatMap((match) => match.kind === 'loose' || match.kind === 'name'
    ? [String(match.row.id)]
    : []))
  return weak.map((match) => (match.kind === 'loose' || match.kind === 'name') &&
    claims.get(String(match.row.id))! > 1
    ? { kind: 'new' }
    : match)
}

/**
 * Students whom an earlier file of the same system brought; an `unknown` one of a version that did not note
 * the system.
 */
function ownRows (
  { system, ids }: GradeBookPerson,
  own: Map<string, Row<'students'>>
): Array<Row<'students'>> {
  const [id] = ids
  if (id === undefined) return []
  const known = [own.get(id), own.get(ownId(system, id))].filter((row) => row?.grade_book === system)
  if (known.length > 0) return known.slice(0, 1) as Array<Row<'students'>>
  const [earlier] = ids.map((one) => own.get(one)).filter((row) => row?.grade_book === 'unknown')
  return earlier === undefined ? [] : [earlier]
}

/** For each value the first student whom it names. */
function hitsOf (
  person: GradeBookPerson,
  { identifiers, handles, emails }: Indexes,
  key: (text: string) => string
): Set<Row<'students'>> {
  const { studentIdentifier, logins, email } = person
  const first = (
    value: string,
    ...indexes: Index[]
  ) => indexes.map((index) => index.get(key(value))).find((row) => row !== undefined && row !== null)
  const found = [
    studentIdentifier === null ? undefined : first(studentIdentifier, identifiers, handles),
    // A login may be the student number.
    ...logins.map((login) => first(login, handles, identifiers)),
    email === null ? undefined : first(email.toLowerCase(), emails),
  ]
  return new Set(found.filter((row) => row !== undefined && row !== null))
}

function indexesOf (known: KnownPerson[], key: (text: string) => string): Indexes {
  const keys = (
    values: Array<string | null | undefined>
  ) => values.flatMap((value) => value === null || value === undefined ? [] : [key(value.trim())])
  return {
    identifiers: indexOf(known, ({ row }) => keys([row.student_identifier])),
    // The id that another system gave is no id of a roster.
    handles: indexOf(
      known,
      ({
        row,
        username,
      }) => keys([
        row.grade_book === null ? row.source_id : null,
        username,
        row.email,
        row.email?.toLowerCase(),
      ])
    ),
    emails: indexOf(known, ({ row }) => keys([row.email?.toLowerCase()])),
  }
}

/**
 * A value that several have means the one of them who has not left, if there is exactly one: a roster that
 * gives its people new ids leaves their old rows behind.
 */
function indexOf (known: KnownPerson[], keysOf: (person: KnownPerson) => string[]): Index {
  const index = indexOfAll(known.filter(({ hasLeft }) => !hasLeft), keysOf)
  for (const [key, row] of indexOfAll(
    known.filter(({ hasLeft }) => hasLeft), keysOf
  )) if (!index.has(key)) index.set(key, row)
  return index
}

function indexOfAll (known: KnownPerson[], keysOf: (person: KnownPerson) => string[]): Index {
  const index: Index = new Map()
  for (const person of known) {
    for (const key of new Set(keysOf(person))) {
      if (key !== '') index.set(key, index.has(key) ? null : person.row)
    }
  }
  return index
}

function count (values: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
