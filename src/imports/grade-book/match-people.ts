// Which student a row of a grade book file is about: one of the course, or a new one.
import type { Row } from '../../../db/tables.ts'
import { looseKey, nameKey } from '../person-keys.ts'
import type { GradeBookFormat } from './grade-book-format.ts'
import { prefixedId } from './source-ids.ts'

/** A person of the file. */
export interface GradeBookPerson {
  system: GradeBookFormat
  /** The system's own id first, then other ids that earlier files may have used. */
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
type Match =
  | { kind: 'exact' | 'loose' | 'name', row: Row<'students'> }
  | { kind: 'conflict' }
  | { kind: 'new' }

/** Indexes from a value to the student who has it; null if several have it. See `indexOf`. */
interface Indexes {
  identifiers: Index
  /** Source id of a roster or document, username, email. */
  handles: Index
  emails: Index
}

type Index = Map<string, Row<'students'> | null>

/**
 * Matches the people of all files with the students of a course, by the first of these: the student id; the
 * SIS id or login, compared with source id, username and email address; the email address. Then the same
 * without regard to case and leading zeros, then the name if it is unique in the course and in the files. A
 * student who is matched exactly is not matched again in a weaker way.
 */
export function matchPeople<T extends { person: GradeBookPerson }> (
  rows: T[], known: KnownPerson[]
): Array<T & { match: Match }> {
  const fromGradeBooks = known.filter(({ row }) => row.grade_book !== null)
  const own = new Map(fromGradeBooks.map(({ row }) => [row.source_id, row]))
  const exact = indexesOf(known, (text) => text)
  const loose = indexesOf(known, looseKey)
  const byName = nameMatcher(rows, known, (name) => name)
  const byLooseName = nameMatcher(rows, known, looseKey)

  const exactly = rows.map((row): T & { match: Match | undefined } => {
    const hits = new Set([...ownRows(row.person, own), ...hitsOf(row.person, exact, (text) => text)])
    const named = hits.size === 0 ? undefined : byName(row.person)
    if (named !== undefined) hits.add(named)
    const [hit, ...others] = hits
    if (hit === undefined) return { ...row, match: undefined }
    return { ...row, match: others.length > 0 ? { kind: 'conflict' } : { kind: 'exact', row: hit } }
  })
  const taken = new Set(exactly.flatMap(({ match }) => match?.kind === 'exact' ? [match.row.id] : []))
  const free = (row: Row<'students'> | undefined) => row === undefined || taken.has(row.id) ? [] : [row]

  function weakMatch (person: GradeBookPerson): Match {
    const [hit, ...others] = new Set([...hitsOf(person, loose, looseKey)].flatMap(free))
    const [named] = free(byName(person))
    if (hit !== undefined && others.length === 0) {
      return named !== undefined && named.id !== hit.id ? { kind: 'conflict' } : { kind: 'loose', row: hit }
    }
    if (named !== undefined) return { kind: 'name', row: named }
    const [looselyNamed] = free(byLooseName(person))
    return looselyNamed === undefined ? { kind: 'new' } : { kind: 'loose', row: looselyNamed }
  }
  const matched = exactly.map((row) => ({ ...row, match: row.match ?? weakMatch(row.person) }))
  // A weak match counts only if a student is claimed once: of two people, neither is certain.
  const claims = count(matched.flatMap(({ match }) => isWeak(match) ? [match.row.id] : []))
  return matched.map((row) => isWeak(row.match) && claims.get(row.match.row.id) !== 1
    ? { ...row, match: { kind: 'new' } }
    : row)
}

function isWeak (match: Match): match is Match & { kind: 'loose' | 'name' } {
  return match.kind === 'loose' || match.kind === 'name'
}

/** Finds students by a name that is unique in the files and in the course. */
function nameMatcher (
  rows: Array<{ person: GradeBookPerson }>, known: KnownPerson[], key: (name: string) => string
): (person: GradeBookPerson) => Row<'students'> | undefined {
  const keyOf = ({ firstName, lastName }: GradeBookPerson) => key(nameKey(firstName, lastName))
  const names = indexOf(known, ({ row }) => [key(nameKey(row.first_name, row.last_name))])
  const inFiles = count(rows.map(({ person }) => keyOf(person)))
  return (person) => {
    const name = keyOf(person)
    return name !== '' && inFiles.get(name) === 1 ? names.get(name) ?? undefined : undefined
  }
}

/**
 * Students from an earlier file of the same system. `unknown` is the system of students whose file was
 * imported by a version that did not note it.
 */
function ownRows (
  { system, ids }: GradeBookPerson, own: Map<string, Row<'students'>>
): Array<Row<'students'>> {
  const [id] = ids
  if (id === undefined) return []
  const find = (candidates: string[], gradeBook: string) => {
    return candidates.flatMap((one) => own.get(one) ?? []).filter((row) => row.grade_book === gradeBook)
  }
  const known = find([id, prefixedId(system, id)], system)
  return (known.length > 0 ? known : find(ids, 'unknown')).slice(0, 1)
}

/** For each value of a person, the first student who has it. */
function hitsOf (
  { studentIdentifier, logins, email }: GradeBookPerson,
  { identifiers, handles, emails }: Indexes,
  key: (text: string) => string
): Set<Row<'students'>> {
  const first = (value: string, ...indexes: Index[]) => {
    return indexes.flatMap((index) => index.get(key(value)) ?? []).slice(0, 1)
  }
  return new Set([
    ...(studentIdentifier === null ? [] : first(studentIdentifier, identifiers, handles)),
    // A login may be the student number.
    ...logins.flatMap((login) => first(login, handles, identifiers)),
    ...(email === null ? [] : first(email.toLowerCase(), emails)),
  ])
}

function indexesOf (known: KnownPerson[], key: (text: string) => string): Indexes {
  const keys = (values: Array<string | null | undefined>) => {
    return values.flatMap((value) => value === null || value === undefined ? [] : [key(value.trim())])
  }
  return {
    identifiers: indexOf(known, ({ row }) => keys([row.student_identifier])),
    handles: indexOf(known, ({ row, username }) => {
      // The id that another system gave is not an id of a roster.
      const sourceId = row.grade_book === null ? row.source_id : null
      return keys([sourceId, username, row.email, row.email?.toLowerCase()])
    }),
    emails: indexOf(known, ({ row }) => keys([row.email?.toLowerCase()])),
  }
}

/**
 * If several students have a value, it means the one who has not left, if there is exactly one: a roster that
 * gives its people new ids leaves their old rows behind.
 */
function indexOf (known: KnownPerson[], keysOf: (person: KnownPerson) => string[]): Index {
  const index = indexOfAll(known.filter(({ hasLeft }) => !hasLeft), keysOf)
  const ofLeavers = indexOfAll(known.filter(({ hasLeft }) => hasLeft), keysOf)
  for (const [key, row] of ofLeavers) if (!index.has(key)) index.set(key, row)
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

function count<T> (values: T[]): Map<T, number> {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
