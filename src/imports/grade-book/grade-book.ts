// A grade book CSV has scores and names and little else: no course, no teacher, no due date, and nothing
// about people who are not in it. So it is laid over the course as it is stored: what it has is added or
// updated, and nothing else changes.
import { isNameTooLong, NAME_MAX, shorten } from '../../short-text.ts'
import { RESULT, placeNumber, type StagedResult } from '../../../db/sqlite/staging/results.ts'
import type { Row } from '../../../db/tables.ts'
import { dayAt } from '../../courses/course-time.ts'
import { STATUS } from '../../courses/packed-cells.ts'
import { effectiveWeights } from '../../courses/weights.ts'
import type { BookSource, SourceStudent } from '../book-source.ts'
import type { ImportRun } from '../import-run.ts'
import type { UserBody } from '../oneroster/roster-files.ts'
import { HOW_TO_ALLOW } from '../how-to-allow.ts'
import type { Place } from '../problems.ts'
import type { SourceFile } from '../sources/source-files.ts'
import { GradeBookTasks, type FileTasks } from './grade-book-tasks.ts'
import { matchPeople, type GradeBookPerson, type Match } from './match-people.ts'
import { firstId, ownId } from './own-ids.ts'
import type { GradeBookFormat } from './recognize.ts'

/** A cell: points, excused, or nothing. */
export type Grade = { points: number } | 'exempt' | null

interface GradeBookRow {
  person: GradeBookPerson
  file: string
  line: number
}

const CATEGORY = 'Tasks'
/** A file with a larger share of new people probably belongs to another course. */
const MOST_NEW = 0.1

export class GradeBook {
  readonly #run: ImportRun
  readonly #live: Row<'courses'> | null
  readonly #number: number
  readonly #course: { sourceId: string, name: string }
  readonly #tasks: GradeBookTasks
  readonly #rows: GradeBookRow[] = []
  readonly #sections = new Set<string>()
  readonly #students: Array<Row<'students'>>
  #place: BookSource['place'] = { file: null }

  constructor (
    { live, course, run }: {
      live: Row<'courses'> | null,
      course: { sourceId: string, name: string },
      run: ImportRun,
    }
  ) {
    this.#run = run
    this.#live = live
    this.#course = course
    this.#number = run.newCourse()
    this.#students = live === null ? [] : run.staging.live.students(live.id)
    const stored = live === null ? [] : run.staging.live.tasks(live.id)
    this.#tasks = new GradeBookTasks({ stored, category: CATEGORY })
  }

  /** Begins a file. The same task in another file of this import is the same task. */
  file (system: GradeBookFormat, file: SourceFile): FileTasks {
    if (this.#place.file === null) this.#place = { file: file.name }
    return this.#tasks.ofFile(system)
  }

  /** Takes one row. `grades` by the numbers of tasks. */
  row (
    person: GradeBookPerson,
    grades: Array<{ task: number, grade: Grade }>,
    { file, fileNumber, line }: { file: SourceFile, fileNumber: number, line: number }
  ): void {
    const tooLong = [
      ...person.ids,
      person.firstName,
      person.lastName,
      person.studentIdentifier,
      person.email,
      person.section,
    ]
      .find((text) => text !== null && isNameTooLong(text))
    if (tooLong !== undefined) {
      this.#run.problems.error(
        { file: file.name, line },
        `has "${shorten(tooLong ?? '')}", which is longer than ${NAME_MAX} characters`
      )
      return
    }
    const number = this.#rows.push({ person, file: file.name, line }) - 1
    if (person.section !== null) this.#sections.add(person.section)
    const result: StagedResult = [
      this.#number,
      number,
      0,
      placeNumber(fileNumber, line),
      0,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
    ]
    for (const { task, grade } of grades) {
      if (grade === null && this.#live === null) continue
      result[RESULT.item] = task
      result[RESULT.marks] = grade === null ? 0 : grade === 'exempt' ? STATUS.exempt : STATUS.completed
      result[RESULT.points] = grade === null || grade === 'exempt' ? null : grade.points
      this.#run.staging.results.add(result)
    }
  }

  /** Ids of a course that came from no roster are that course's own. */
  #isErased (person: GradeBookPerson, place: Place): boolean {
    return this.#run.erased.leavesOut({
      sourceIds: [...person.ids, ...person.ids.slice(0, 1).map((id) => ownId(person.system, id))],
      studentIdentifier: person.studentIdentifier,
      email: person.email ?? person.ids.find((id) => id.includes('@')) ?? null,
      usernames: person.logins,
      course: (this.#live?.grouping ?? null) === null ? this.#course.sourceId : undefined,
    }, place)
  }

  /** The course with the data of all files. Errors about people are added to the problems. */
  book (): BookSource {
    const { problems, staging } = this.#run
    const live = this.#live
    const stored = live === null ? [] : staging.live.periods(live.id)
    const idOfPeriod = new Map(stored.map((period) => [period.id, period.source_id]))
    const idOfName = new Map(stored.map((period) => [period.name, period.source_id]))
    const periods = new Map(stored.map((period) => [period.source_id, period.name]))
    const students = this.#people().map(({ section: told, periodId, ...student }): SourceStudent => {
      const section = told === null ? null : firstSection(told, this.#sections)
      if (section === null) {
        return { ...student, period: periodId === null ? null : idOfPeriod.get(periodId) ?? null }
      }
      const period = idOfName.get(section) ?? section
      periods.set(period, section)
      return { ...student, period }
    })
    const tasks = this.#tasks.all()
    this.#tasks.compare(problems, this.#place)
    staging.results.index()
    return {
      number: this.#number,
      place: this.#place,
      live,
      sourceId: this.#course.sourceId,
      grouping: live?.grouping ?? null,
      name: live?.name ?? this.#course.name,
      school: live?.school ?? null,
      term: live?.term ?? null,
      startsOn: live?.starts_on ?? null,
      endsOn: live?.ends_on ?? null,
      timeZone: this.#timeZone,
      missingCounts: live?.imported_missing_counts ?? 'ignored',
      periods: Array.from(periods, ([sourceId, name]) => ({ sourceId, name })),
      categories: tasks.length === 0 ? [] : this.#category(),
      tasks,
      teachers: this.#teachers(),
      students,
      isFull: false,
      hasAllResults: false,
      isGone: {
        period: () => false,
        task: () => false,
        student: () => false,
        teacher: () => false,
        item: () => false,
        emptyCategories: false,
      },
    }
  }

  get #timeZone (): string {
    const { timeZone, defaultTimeZone } = this.#run.options
    return timeZone ?? this.#live?.imported_time_zone ?? defaultTimeZone
  }

  #people (): Array<Omit<SourceStudent, 'period'> & { section: string | null, periodId: number | null }> {
    const { problems, staging } = this.#run
    const usernames = new Map(
      this.#live === null
        ? []
        : staging.live.enrolledUsers(this.#live.id).map(({ source_id: id, body }) => [id, usernameOf(body)])
    )
    const today = dayAt(this.#run.options.now(), this.#timeZone)
    const known = this.#students.map((row) => ({
      row,
      username: usernames.get(row.source_id) ?? null,
      hasLeft: row.is_unenrolled === 1 || (row.dropped_on !== null && row.dropped_on <= today),
    }))
    const matches = matchPeople(this.#rows.map(({ person }) => person), known)
    const taken = new Map(this.#students.map((row) => [row.source_id, row]))
    const named = new Set<string>()
    const added: GradeBookRow[] = []
    const people = this.#rows.flatMap((row, number) => {
      const { person, file, line } = row
      const place = { file, line }
      const match = matches[number]!
      warnOf(match, () => {
        problems.warn(WARNING_OF[match.kind]!, place)
      })
      if (match.kind === 'conflict') return []
      if (match.kind === 'new' && this.#isErased(person, place)) return []
      const stored = match.kind === 'new' ? undefined : match.row
      const sourceId = stored?.source_id ?? newId(person, taken)
      if (sourceId === undefined) {
        problems.error(place, 'names no student: the id, the login and the e-mail are all blank')
        return []
      }
      if (named.has(sourceId)) {
        problems.error(
          place,
          `is about the student ${shorten(person.ids[0] ?? sourceId)} for the second time`
        )
        return []
      }
      named.add(sourceId)
      if (stored === undefined) added.push(row)
      // A student whom another source brought keeps what that source says.
      const isOwn = stored === undefined || stored.grade_book === person.system ||
        stored.grade_book === 'unknown'
      const told = <K extends 'firstName' | 'lastName' | 'studentIdentifier' | 'email'>(
        key: K,
        before: string | null
      ) => (isOwn ? person[key] : null) ?? before
      return [{
        number,
        sourceId,
        gradeBook: stored === undefined ? person.system : stored.grade_book,
        firstName: told('firstName', stored?.first_name ?? null),
        lastName: told('lastName', stored?.last_name ?? null),
        studentIdentifier: told('studentIdentifier', stored?.student_identifier ?? null),
        email: told('email', stored?.email ?? null),
        droppedOn: stored?.dropped_on ?? null,
        section: isOwn ? person.section : null,
        periodId: stored?.period_id ?? null,
      }]
    })
    this.#judgeNewPeople(added, people.length)
    return people
  }

  /**
   * In a course whose people come from a roster or a document, new people are a warning, and many are an
   * error.
   */
  #judgeNewPeople (added: GradeBookRow[], people: number): void {
    const first = added[0]
    if (
      first === undefined ||
      (this.#live?.grouping == null && this.#students.every((row) => row.grade_book !== null))
    ) {
      return
    }
    const { problems, options } = this.#run
    const place = { file: first.file, line: first.line }
    if (options.allowNewPeople !== true && added.length > people * MOST_NEW) {
      problems.error(
        place,
        `${added.length} of the ${people} people of this grade book are not in the course "${
          shorten(this.#live!.name)
        }", more than a tenth ` +
          '(this is the first); check that it is the right course and that no spreadsheet changed the ids, ' +
          `or allow it ${HOW_TO_ALLOW.newPeople}`
      )
    } else problems.warn('new_people', place, added.length)
  }

  #category (): BookSource['categories'] {
    const categories = this.#live === null ? [] : this.#run.staging.live.categories(this.#live.id)
    const stored = categories.find((category) => category.name === CATEGORY)
    if (stored === undefined && categories.length > 0) {
      const cell = `"${CATEGORY}" counts ${shareOfNew(categories)} of the course average`
      this.#run.problems.warn('category_added', { ...this.#place, cell })
    }
    return [{
      sourceId: stored?.source_id ?? CATEGORY,
      name: CATEGORY,
      weight: stored?.imported_weight ?? null,
    }]
  }

  #teachers (): BookSource['teachers'] {
    const email = this.#run.options.teacher?.trim()
    if (email === undefined) return []
    const key = email.toLowerCase()
    const isKnown = this.#live !== null &&
      this.#run.staging.live.teachers(this.#live.id).some((teacher) => teacher.email_key === key)
    return isKnown ? [] : [{ sourceId: key, email, firstName: null, lastName: null, isEnabled: true }]
  }
}

/** The share of the course average, in percent, of a category without a weight beside those of the course. */
function shareOfNew (categories: Array<Row<'categories'>>): string {
  const weights = effectiveWeights([...categories, { imported_weight: null, set_weight: null }])
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const percent = sum === 0 ? 0 : 100 * weights.at(-1)! / sum
  return `${Number(percent.toFixed(1))}%`
}

const WARNING_OF = {
  exact: null,
  new: null,
  loose: 'people_matched_loosely',
  name: 'people_matched_by_name',
  conflict: 'people_in_conflict',
} as const

function warnOf ({ kind }: Match, warn: () => void): void {
  if (WARNING_OF[kind] !== null) warn()
}

/**
 * For a student whom the course does not have: the system's own id, unless a student of another source has
 * it.
 */
function newId (
  { system, ids: [id] }: GradeBookPerson,
  taken: Map<string, Row<'students'>>
): string | undefined {
  return id === undefined ? undefined : firstId(system, id, (one) => !taken.has(one))
}

/** Bodies of older imports have no username. */
function usernameOf (body: string): string | null {
  return (JSON.parse(body) as UserBody)[5] ?? null
}

/**
 * Of "A and B", for a student in two sections, the first that others are in alone; else all of it, since a
 * name may have an "and" of its own.
 */
function firstSection (told: string, sections: ReadonlySet<string>): string {
  return told.split(/, and | and |, /).find((part) => part !== told && sections.has(part)) ?? told
}
