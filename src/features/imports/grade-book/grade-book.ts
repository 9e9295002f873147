// A grade book CSV says scores and names and little else: no course, no teacher, no due date, and nothing about whoever is not in it.
// So it is laid over the course as it is stored: what it has is added or updated, and nothing else changes.
import { isNameTooLong, NAME_MAX, shorten } from '../../../short-text.ts'
import { RESULT, placeNumber, type StagedResult } from '../../../../db/staging-results.queries.ts'
import type { Row } from '../../../../db/tables.ts'
import { STATUS } from '../../performance-book/packed-cells.ts'
import type { BookSource, SourceStudent, SourceTask } from '../book-source.ts'
import type { ImportRun } from '../import-run.ts'
import type { Place } from '../problems.ts'
import type { SourceFile } from '../source-files.ts'

/** A cell: points, excused, or nothing. */
export type Grade = { points: number } | 'exempt' | null

/** A person of the file; `ids` in the order in which they are tried as this person's own. */
export interface GradeBookPerson {
  ids: string[]
  firstName: string | null
  lastName: string | null
  studentIdentifier: string | null
  email: string | null
  section: string | null
}

const CATEGORY = 'Tasks'

export class GradeBook {
  readonly #run: ImportRun
  readonly #live: Row<'courses'> | null
  readonly #number: number
  readonly #course: { sourceId: string, name: string }
  readonly #tasks = new Map<string, SourceTask>()
  readonly #students = new Map<string, SourceStudent & { section: string | null }>()
  readonly #sections = new Set<string>()
  readonly #stored: StoredStudents
  #place: BookSource['place'] = { file: null }

  constructor ({ live, course, run }: { live: Row<'courses'> | null, course: { sourceId: string, name: string }, run: ImportRun }) {
    this.#run = run
    this.#live = live
    this.#course = course
    this.#number = run.newCourse()
    this.#stored = new StoredStudents(live === null ? [] : run.staging.live.students(live.id))
  }

  /** Notes a column that is a task; its number goes with its grades. */
  task (sourceId: string, title: string, pointsPossible: number | null): number {
    const known = this.#tasks.get(sourceId)
    if (known !== undefined) return known.items[0]!.number
    const number = this.#tasks.size
    this.#tasks.set(sourceId, {
      sourceId, title, type: 'external', category: CATEGORY, dueAt: null, dueOn: null, pointsPossible, items: [{ number, sourceId: null, minimum: 0 }],
    })
    return number
  }

  /** Takes one row. `grades` by the numbers of tasks. */
  row (person: GradeBookPerson, grades: Array<{ task: number, grade: Grade }>, file: SourceFile, fileNumber: number, line: number): void {
    const place = { file: file.name, line }
    this.#place = this.#place.file === null ? { file: file.name } : this.#place
    const stored = this.#stored.find(person)
    if (stored === undefined && this.#isErased(person, place)) return
    const sourceId = stored?.source_id ?? person.ids[0]
    if (sourceId === undefined) {
      this.#run.problems.error(place, 'names no student: the id, the login and the e-mail are all blank')
      return
    }
    const tooLong = [...person.ids, person.firstName, person.lastName, person.studentIdentifier, person.email, person.section]
      .find((text) => text !== null && isNameTooLong(text))
    if (tooLong !== undefined) {
      this.#run.problems.error(place, `has "${shorten(tooLong ?? '')}", which is longer than ${NAME_MAX} characters`)
      return
    }
    if (this.#students.has(sourceId)) {
      this.#run.problems.error(place, `is about the student ${shorten(sourceId)} for the second time`)
      return
    }
    const isOwn = stored === undefined || (this.#live?.grouping === null && stored.source_id === person.ids[0])
    if (person.section !== null) this.#sections.add(person.section)
    const number = this.#students.size
    this.#students.set(sourceId, {
      number,
      sourceId,
      // A student whom another source brought keeps what that source says.
      firstName: (isOwn ? person.firstName : null) ?? stored?.first_name ?? person.firstName,
      lastName: (isOwn ? person.lastName : null) ?? stored?.last_name ?? person.lastName,
      studentIdentifier: (isOwn ? person.studentIdentifier : null) ?? stored?.student_identifier ?? person.studentIdentifier,
      email: (isOwn ? person.email : null) ?? stored?.email ?? person.email,
      period: null,
      droppedOn: stored?.dropped_on ?? null,
      section: isOwn ? person.section : null,
    })
    const result: StagedResult = [this.#number, number, 0, placeNumber(fileNumber, line), 0, null, null, null, null, null, null, null]
    for (const { task, grade } of grades) {
      if (grade === null && stored === undefined) continue
      result[RESULT.item] = task
      result[RESULT.marks] = grade === null ? 0 : grade === 'exempt' ? STATUS.exempt : STATUS.completed
      result[RESULT.points] = grade === null || grade === 'exempt' ? null : grade.points
      this.#run.staging.results.add(result)
    }
  }

  /** Ids of a course that came from no roster are that course's own. */
  #isErased (person: GradeBookPerson, place: Place): boolean {
    return this.#run.erased.leavesOut({
      sourceIds: person.ids,
      studentIdentifier: person.studentIdentifier,
      email: person.email ?? person.ids.find((id) => id.includes('@')) ?? null,
      course: (this.#live?.grouping ?? null) === null ? this.#course.sourceId : undefined,
    }, place)
  }

  book (): BookSource {
    const { options, staging } = this.#run
    const live = this.#live
    const stored = live === null ? [] : staging.live.periods(live.id)
    const idOfPeriod = new Map(stored.map((period) => [period.id, period.source_id]))
    const idOfName = new Map(stored.map((period) => [period.name, period.source_id]))
    const periods = new Map(stored.map((period) => [period.source_id, period.name]))
    const students = Array.from(this.#students.values(), ({ section: told, ...student }): SourceStudent => {
      const section = told === null ? null : firstSection(told, this.#sections)
      if (section === null) {
        const period = this.#stored.bySource.get(student.sourceId)?.period_id ?? null
        return { ...student, period: period === null ? null : idOfPeriod.get(period) ?? null }
      }
      const period = idOfName.get(section) ?? section
      periods.set(period, section)
      return { ...student, period }
    })
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
      timeZone: options.timeZone ?? live?.imported_time_zone ?? options.defaultTimeZone,
      missingCounts: live?.imported_missing_counts ?? 'ignored',
      periods: Array.from(periods, ([sourceId, name]) => ({ sourceId, name })),
      categories: this.#tasks.size === 0 ? [] : this.#category(),
      tasks: [...this.#tasks.values()],
      teachers: this.#teachers(),
      students,
      isFull: false,
      hasAllResults: false,
      isGone: { period: () => false, task: () => false, student: () => false, teacher: () => false, item: () => false, emptyCategories: false },
    }
  }

  #category (): BookSource['categories'] {
    const stored = this.#live === null ? undefined : this.#run.staging.live.categories(this.#live.id).find((category) => category.name === CATEGORY)
    return [{ sourceId: stored?.source_id ?? CATEGORY, name: CATEGORY, weight: stored?.imported_weight ?? null }]
  }

  #teachers (): BookSource['teachers'] {
    const email = this.#run.options.teacher?.trim()
    if (email === undefined) return []
    const key = email.toLowerCase()
    const isKnown = this.#live !== null && this.#run.staging.live.teachers(this.#live.id).some((teacher) => teacher.email_key === key)
    return isKnown ? [] : [{ sourceId: key, email, firstName: null, lastName: null, isEnabled: true }]
  }
}

/** The students whom the course has, by whatever a grade book may call them. */
class StoredStudents {
  readonly bySource: Map<string, Row<'students'>>
  readonly #byIdentifier: Map<string, Row<'students'> | null>
  readonly #byEmail: Map<string, Row<'students'> | null>

  constructor (students: Array<Row<'students'>>) {
    this.bySource = new Map(students.map((student) => [student.source_id, student]))
    this.#byIdentifier = unique(students, (student) => student.student_identifier?.trim())
    this.#byEmail = unique(students, (student) => student.email?.toLowerCase())
  }

  find (person: GradeBookPerson): Row<'students'> | undefined {
    for (const id of person.ids) {
      const found = this.bySource.get(id)
      if (found !== undefined) return found
    }
    return (person.studentIdentifier === null ? undefined : this.#byIdentifier.get(person.studentIdentifier)) ??
      (person.email === null ? undefined : this.#byEmail.get(person.email.toLowerCase())) ?? undefined
  }
}

/** By a key that only one has; null where several do. */
function unique (students: Array<Row<'students'>>, keyOf: (student: Row<'students'>) => string | undefined): Map<string, Row<'students'> | null> {
  const found = new Map<string, Row<'students'> | null>()
  for (const student of students) {
    const key = keyOf(student)
    if (key !== undefined && key !== '') found.set(key, found.has(key) ? null : student)
  }
  return found
}

/** Of "A and B", for somebody in two sections, the first that others are in alone; else all of it, since a name may have an "and" of its own. */
function firstSection (told: string, sections: ReadonlySet<string>): string {
  return told.split(/, and | and |, /).find((part) => part !== told && sections.has(part)) ?? told
}
