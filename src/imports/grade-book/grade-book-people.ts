import type { Row } from '../../../db/tables.ts'
import { dayAt } from '../../courses/course-time.ts'
import { listNames, shorten } from '../../short-text.ts'
import type { SourceStudent } from '../book-source.ts'
import type { ImportRun } from '../import-run.ts'
import { optionName } from '../option-names.ts'
import type { UserBody } from '../oneroster/roster-files.ts'
import type { Place } from '../problems.ts'
import type { GradeBookCourse } from './grade-book-course.ts'
import { matchPeople, type GradeBookPerson, type KnownPerson } from './match-people.ts'
import { firstFittingId, prefixedId } from './source-ids.ts'
import { importError } from '../error-messages.ts'

/** A row of a grade book file. */
export interface GradeBookRow {
  /** The person's number in this import. */
  number: number
  person: GradeBookPerson
  place: Place
}

/** A student with the section of the file, or else the stored period. */
interface GradeBookStudent extends Omit<SourceStudent, 'period'> {
  section: string | null
  periodId: number | null
}

/** A file with a larger share of new people probably belongs to another course. */
const NEW_PEOPLE_MAX = 0.1

/** Most skipped people that the warning names. */
const PEOPLE_NAMED = 4

/** Most characters of a name in a list. */
const NAME_SHOWN = 30

const WARNINGS_OF_MATCHES = {
  loose: 'people_matched_loosely',
  name: 'people_matched_by_name',
} as const

/** The students whom the rows are about. Warnings and errors are added to the problems. */
export function studentsOf (
  rows: GradeBookRow[], course: GradeBookCourse, run: ImportRun
): GradeBookStudent[] {
  const { problems } = run
  const stored = course.live === null ? [] : run.staging.live.students(course.live.id)
  const storedIds = new Set(stored.map((row) => row.source_id))
  const named = new Set<string>()
  const added: GradeBookRow[] = []
  const skipped: GradeBookRow[] = []
  const students = matchPeople(rows, knownPeople(stored, course, run)).flatMap(({ match, ...row }) => {
    const { person, place } = row
    if (match.kind === 'conflict') {
      skipped.push(row)
      return []
    }
    if (match.kind === 'loose' || match.kind === 'name') problems.warn(WARNINGS_OF_MATCHES[match.kind], place)
    if (match.kind === 'new' && isErased(row, course, run)) return []
    const known = match.kind === 'new' ? undefined : match.row
    const sourceId = known?.source_id ?? newId(person, storedIds)
    if (sourceId === undefined) {
      problems.error(place, importError('nobody'))
      return []
    }
    if (named.has(sourceId)) {
      problems.error(place, importError('second_row', { student: shorten(person.ids[0] ?? sourceId) }))
      return []
    }
    named.add(sourceId)
    if (known === undefined) added.push(row)
    return [known === undefined ? newStudent(row, sourceId) : knownStudent(row, known)]
  })
  const [first] = skipped
  if (first !== undefined) {
    const cell = listNames(skipped.map(({ person }) => nameOf(person)), PEOPLE_NAMED)
    problems.warn('people_in_conflict', { ...first.place, cell }, skipped.length)
  }
  checkNewPeople(added, { people: students.length, stored, course, run })
  return students
}

/** As a report names a person: the name, else the id. */
function nameOf ({ firstName, lastName, ids: [id = ''] }: GradeBookPerson): string {
  const name = [lastName, firstName].filter((part) => part !== null).join(', ')
  return `"${shorten(name === '' ? id : name, NAME_SHOWN)}"`
}

function knownPeople (
  stored: Array<Row<'students'>>, course: GradeBookCourse, run: ImportRun
): KnownPerson[] {
  const users = course.live === null ? [] : run.staging.live.enrolledUsers(course.live.id)
  const usernames = new Map(users.map(({ source_id: id, body }) => [id, usernameOf(body)]))
  const today = dayAt(run.options.now(), course.timeZone)
  return stored.map((row) => ({
    row,
    username: usernames.get(row.source_id) ?? null,
    hasLeft: row.is_unenrolled === 1 || (row.dropped_on !== null && row.dropped_on <= today),
  }))
}

/** Users of older imports have no username. */
function usernameOf (body: string): string | null { return (JSON.parse(body) as UserBody)[5] ?? null }

/** The ids of a course without a roster are that course's own. */
function isErased (
  { person, place }: GradeBookRow, { live, sourceId }: GradeBookCourse, run: ImportRun
): boolean {
  const isRostered = live !== null && live.grouping !== null
  return run.erased.excludes({
    sourceIds: [...person.ids, ...person.ids.slice(0, 1).map((id) => prefixedId(person.system, id))],
    studentIdentifier: person.studentIdentifier,
    email: person.email ?? person.ids.find((id) => id.includes('@')) ?? null,
    usernames: person.logins,
    course: isRostered ? undefined : sourceId,
  }, place)
}

/** The system's own id, unless a student of another source has it. Undefined if the person has no id. */
function newId ({ system, ids: [id] }: GradeBookPerson, taken: ReadonlySet<string>): string | undefined {
  return id === undefined ? undefined : firstFittingId(system, id, (one) => !taken.has(one))
}

function newStudent ({ number, person }: GradeBookRow, sourceId: string): GradeBookStudent {
  const { system: gradeBook, firstName, lastName, studentIdentifier, email, section } = person
  return {
    number,
    sourceId,
    gradeBook,
    firstName,
    lastName,
    studentIdentifier,
    email,
    section,
    droppedOn: null,
    periodId: null,
  }
}

/** A student of another source keeps that source's data. */
function knownStudent ({ number, person }: GradeBookRow, row: Row<'students'>): GradeBookStudent {
  const isOwn = row.grade_book === person.system || row.grade_book === 'unknown'
  const ifOwn = (given: string | null, stored: string | null) => (isOwn ? given : null) ?? stored
  return {
    number,
    sourceId: row.source_id,
    gradeBook: row.grade_book,
    firstName: ifOwn(person.firstName, row.first_name),
    lastName: ifOwn(person.lastName, row.last_name),
    studentIdentifier: ifOwn(person.studentIdentifier, row.student_identifier),
    email: ifOwn(person.email, row.email),
    droppedOn: row.dropped_on,
    section: isOwn ? person.section : null,
    periodId: row.period_id,
  }
}

interface NewPeople {
  /** How many people the files have. */
  people: number
  stored: Array<Row<'students'>>
  course: GradeBookCourse
  run: ImportRun
}

/** In a course with people from a roster or document, new people are a warning, and many are an error. */
function checkNewPeople (
  added: GradeBookRow[], { people, stored, course, run: { problems, options } }: NewPeople
): void {
  const [first] = added
  if (first === undefined || course.live === null) return
  if (course.live.grouping === null && stored.every((row) => row.grade_book !== null)) return
  if (options.allowNewPeople === true || added.length <= people * NEW_PEOPLE_MAX) {
    problems.warn('new_people', first.place, added.length)
    return
  }
  problems.error(
    first.place,
    importError('new_people', {
      added: added.length,
      people,
      course: shorten(course.live.name),
      newPeople: optionName('newPeople', options.askedBy),
    })
  )
}
