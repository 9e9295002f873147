// A grade book CSV has scores and names and little else: no course, no teacher, no due date, and nothing
// about people who are not in it. So its data is merged into the stored course: what it has is added or
// updated, and nothing else changes.
import { placeNumber, RESULT, type StagedResult } from '../../../db/sqlite/staging/results.ts'
import { isNameTooLong, NAME_MAX, shorten } from '../../short-text.ts'
import { NOTHING_GONE, type BookSource, type SourceStudent } from '../book-source.ts'
import { importError } from '../error-messages.ts'
import type { ImportRun } from '../import-run.ts'
import { Refusal } from '../problems.ts'
import type { SourceFile } from '../sources/source-files.ts'
import type { TableNumbers } from '../sources/table-numbers.ts'
import { stagedGrade, type Grade } from './grade.ts'
import { categoriesOf } from './grade-book-categories.ts'
import type { GradeBookCourse } from './grade-book-course.ts'
import { studentsOf, type GradeBookRow } from './grade-book-people.ts'
import { GradeBookTasks, type FileTasks } from './grade-book-tasks.ts'
import type { GradeBookPerson } from './match-people.ts'
import type { GradeBookFormat } from './grade-book-format.ts'
import { firstSection } from './sections.ts'

/** What the reader of one file gets. */
export interface GradeBookReading {
  book: GradeBook
  file: SourceFile
  numbers: TableNumbers
  run: ImportRun
}

/** Of tasks whose files name no category. */
const CATEGORY = 'Tasks'
/** The most grades. A short row has blank ones for all tasks of the header, so a small file may have many. */
const CELLS_MAX = 20_000_000

export class GradeBook {
  readonly #run: ImportRun
  readonly #course: GradeBookCourse
  readonly #number: number
  readonly #tasks: GradeBookTasks
  readonly #rows: GradeBookRow[] = []
  readonly #sections = new Set<string>()
  #place: BookSource['place'] = { file: null }
  #cells = 0

  constructor (course: GradeBookCourse, run: ImportRun) {
    this.#run = run
    this.#course = course
    this.#number = run.newCourse()
    const stored = course.live === null ? [] : run.staging.live.tasks(course.live.id)
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
    const place = { file: file.name, line }
    const { ids, firstName, lastName, studentIdentifier, email, section } = person
    const names = [...ids, firstName, lastName, studentIdentifier, email, section]
    const tooLong = names.filter((text) => text !== null).find(isNameTooLong)
    if (tooLong !== undefined) {
      const found = { value: shorten(tooLong), most: NAME_MAX }
      this.#run.problems.error(place, importError('long_value', found))
      return
    }
    this.#cells += grades.length
    if (this.#cells > CELLS_MAX) {
      throw new Refusal(place, importError('many_cells', { most: CELLS_MAX }))
    }
    const number = this.#rows.length
    this.#rows.push({ number, person, place })
    if (section !== null) this.#sections.add(section)
    const result: StagedResult = [
      this.#number, number, 0, placeNumber(fileNumber, line), 0, null, null, null, null, null, null, null,
    ]
    for (const { task, grade } of grades) {
      if (grade === null && this.#course.live === null) continue
      result[RESULT.item] = task
      const { marks, points, submitted } = stagedGrade(grade)
      result[RESULT.marks] = marks
      result[RESULT.points] = points
      result[RESULT.submitted] = submitted
      this.#run.staging.results.add(result)
    }
  }

  /** The course with the data of all files. Errors about people are added to the problems. */
  book (): BookSource {
    const { problems, staging } = this.#run
    const { live, sourceId, name, timeZone } = this.#course
    const { students, periods } = this.#students()
    const tasks = this.#tasks.all()
    this.#tasks.compare(problems, this.#place)
    staging.results.index()
    return {
      number: this.#number,
      place: this.#place,
      live,
      sourceId,
      grouping: live?.grouping ?? null,
      name,
      school: live?.school ?? null,
      term: live?.term ?? null,
      startsOn: live?.starts_on ?? null,
      endsOn: live?.ends_on ?? null,
      timeZone,
      missingCounts: live?.imported_missing_counts ?? 'ignored',
      periods,
      categories: this.#categories(),
      tasks,
      teachers: this.#teachers(),
      students,
      isFull: false,
      hasAllResults: false,
      isGone: NOTHING_GONE,
    }
  }

  /** The students, and the periods of the course with those that the files add. */
  #students (): Pick<BookSource, 'students' | 'periods'> {
    const { live } = this.#course
    const stored = live === null ? [] : this.#run.staging.live.periods(live.id)
    const byId = new Map(stored.map((period) => [period.id, period.source_id]))
    const byName = new Map(stored.map((period) => [period.name, period.source_id]))
    const periods = new Map(stored.map((period) => [period.source_id, period.name]))
    // A roster's period may have "and" in its name.
    const isPeriod = (name: string) => live !== null && live.grouping !== null && byName.has(name)
    const periodOf = (given: string | null, periodId: number | null) => {
      if (given === null) return periodId === null ? null : byId.get(periodId) ?? null
      const section = isPeriod(given)
        ? given
        : firstSection(given, (name) => this.#sections.has(name) || byName.has(name)) ?? given
      const period = byName.get(section) ?? section
      periods.set(period, section)
      return period
    }
    const people = studentsOf(this.#rows, this.#course, this.#run)
    const students = people.map(({ section, periodId, ...student }): SourceStudent => {
      return { ...student, period: periodOf(section, periodId) }
    })
    return { students, periods: Array.from(periods, ([sourceId, name]) => ({ sourceId, name })) }
  }

  #categories (): BookSource['categories'] {
    const { live } = this.#course
    return categoriesOf(this.#tasks.categories(), {
      stored: live === null ? [] : this.#run.staging.live.categories(live.id),
      isRostered: live !== null && live.grouping !== null,
      place: this.#place,
      problems: this.#run.problems,
    })
  }

  #teachers (): BookSource['teachers'] {
    const email = this.#run.options.teacher?.trim()
    if (email === undefined) return []
    const { live } = this.#course
    const stored = live === null ? [] : this.#run.staging.live.teachers(live.id)
    const key = email.toLowerCase()
    if (stored.some((teacher) => teacher.email_key === key)) return []
    return [{ sourceId: key, email, firstName: null, lastName: null, isEnabled: true }]
  }
}
