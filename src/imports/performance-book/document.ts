import { RESULT, placeNumber, placeOf } from '../../../db/sqlite/staging/results.ts'
import { personName } from '../../person-name.ts'
import { isNameTooLong, shorten } from '../../short-text.ts'
import { isTimeZone } from '../../courses/course-time.ts'
import { LATE, PLAIN_DATE, PROVISIONAL, STATUS } from '../../courses/packed-cells.ts'
import {
  ALL_GONE,
  asFractions,
  type BookSource,
  type SourceCategory,
  type SourceTask,
} from '../book-source.ts'
import { assertCourseSize } from '../course-size.ts'
import type { ImportRun } from '../import-run.ts'
import { ERRORS_LISTED } from '../problems.ts'
import type { SourceFile } from '../sources/source-files.ts'
import { dayMs, instantMs, remembered } from '../sources/text-values.ts'
import type {
  CategoryPiece,
  CoursePiece,
  PeriodPiece,
  ResultPiece,
  StudentPiece,
  TaskPiece,
  TeacherPiece,
} from './performance-book-1.schema.ts'

/** A time as it is written: an instant, or a plain date (ms of its midnight in UTC). */
const moment = remembered((text) => {
  const day = dayMs(text)
  return day !== undefined ? { ms: day, isPlainDate: true } : { ms: instantMs(text)!, isPlainDate: false }
})

/**
 * Collects the pieces of one document, in whatever order its lists come, and makes its course of them.
 * Results go straight to staging.
 */
export class BookDocument {
  readonly #file: SourceFile
  readonly #fileNumber: number
  readonly #run: ImportRun
  readonly number: number
  #course: CoursePiece | undefined
  #categories: Array<CategoryPiece & { index: number }> | undefined
  readonly #teachers = new Map<
    string,
    { email: string | null, firstName: string | null, lastName: string | null }
  >()

  readonly #periods = new Map<string, string>()
  readonly #tasks: Array<{ piece: TaskPiece, index: number, number: number }> = []
  readonly #students: Array<{ piece: StudentPiece, index: number, number: number }> = []
  readonly #ids = {
    periods: new Set<string>(),
    categories: new Set<string>(),
    tasks: new Set<string>(),
    students: new Set<string>(),
  }

  /** Ids of pieces that were refused: whatever points at them is not wrong as well. */
  readonly #refused = new Set<string>()
  /** Numbers by source id, for whoever is met first: a list, or a result. */
  readonly #persons = new Map<string, number>()
  readonly #items = new Map<string, number>()

  constructor (file: SourceFile, run: ImportRun) {
    this.#file = file
    this.#fileNumber = run.fileNumber(file)
    this.#run = run
    this.number = run.newCourse()
  }

  add (property: string, index: number, value: unknown): void {
    switch (property) {
      case 'course':
        this.#course = value as CoursePiece
        break
      case 'teachers':
        this.#teacher(value as TeacherPiece, index)
        break
      case 'periods':
        this.#period(value as PeriodPiece, index)
        break
      case 'categories':
        this.#category(value as CategoryPiece, index)
        break
      case 'tasks':
        this.#task(value as TaskPiece, index)
        break
      case 'students':
        this.#student(value as StudentPiece, index)
        break
      case 'results':
        this.#result(value as ResultPiece, index)
        break
    }
  }

  /** A piece that cannot be used. */
  refuse (property: string, value: unknown): void {
    if (
      typeof value === 'object' && value !== null && 'source_id' in value &&
      typeof value.source_id === 'string' && !isNameTooLong(value.source_id)
    ) {
      this.#refused.add(`${property} ${value.source_id}`)
    }
  }

  #isRefused (property: 'periods' | 'categories' | 'tasks' | 'students', sourceId: string): boolean {
    return this.#refused.has(`${property} ${sourceId}`)
  }

  error (path: string, message: string): void {
    this.#run.problems.error({ file: this.#file.name, path }, message)
  }

  #teacher ({ email, first_name: firstName, last_name: lastName }: TeacherPiece, index: number): void {
    const teacher = {
      email: blank(email)?.trim() ?? null,
      firstName: blank(firstName),
      lastName: blank(lastName),
    }
    const key = teacher.email?.toLowerCase() ??
      personName(teacher.firstName, teacher.lastName)
    if (key === '') return
    if (this.#teachers.has(key)) {
      this.#run.problems.warn('duplicate_teacher', { file: this.#file.name, path: `$.teachers[${index}]` })
    } else {
      this.#teachers.set(key, teacher)
      assertCourseSize('teachers', this.#teachers.size, {
        file: this.#file.name,
        path: `$.teachers[${index}]`,
      })
    }
  }

  #period (piece: PeriodPiece, index: number): void {
    if (this.#isNew('periods', piece.source_id, index)) {
      this.#periods.set(piece.source_id, blank(piece.name) ?? piece.source_id)
    }
  }

  #category (piece: CategoryPiece, index: number): void {
    if (this.#isNew('categories', piece.source_id, index)) this.#categories!.push({ ...piece, index })
  }

  /** Called where the list begins, which tells an empty list from one that is left out. */
  beginCategories (): void {
    this.#categories ??= []
  }

  #task (piece: TaskPiece, index: number): void {
    if (this.#isNew('tasks', piece.source_id, index)) {
      this.#tasks.push({ piece, index, number: numberFor(this.#items, piece.source_id) })
    }
  }

  #student (piece: StudentPiece, index: number): void {
    if (this.#isNew('students', piece.source_id, index)) {
      this.#students.push({ piece, index, number: numberFor(this.#persons, piece.source_id) })
    }
  }

  #result (piece: ResultPiece, index: number): void {
    const points = piece.points ?? null
    const exercises = piece.exercise_count ?? null
    const correct = piece.correct_exercise_count ?? null
    const recovered = piece.recovered_exercise_count ?? null
    const status = piece.status ?? (points !== null || correct !== null ? 'completed' : 'not_started')
    const worked = blank(piece.last_worked_at)
    const submitted = worked === null ? null : moment(worked)
    const marks = STATUS[status] | (piece.is_late === true ? LATE : 0) |
      (piece.is_provisional === true ? PROVISIONAL : 0) | (submitted?.isPlainDate === true ? PLAIN_DATE : 0)
    this.#run.staging.results.add([
      this.number,
      numberFor(this.#persons, piece.student),
      numberFor(this.#items, piece.task),
      placeNumber(this.#fileNumber, index),
      marks,
      points,
      submitted?.ms ?? null,
      exercises,
      correct,
      recovered,
      null,
      null,
    ])
  }

  #isNew (list: 'periods' | 'categories' | 'tasks' | 'students', sourceId: string, index: number): boolean {
    const ids = this.#ids[list]
    if (!ids.has(sourceId)) {
      ids.add(sourceId)
      if (list !== 'students') {
        assertCourseSize(list, ids.size, { file: this.#file.name, path: `$.${list}[${index}]` })
      }
      return true
    }
    this.error(
      `$.${list}[${index}].source_id`,
      `is "${shorten(sourceId)}" for the second time; ids are unique within their list`
    )
    return false
  }

  /**
   * The course, once all pieces are in; undefined, with errors added, where something does not fit together.
   */
  book (): BookSource | undefined {
    const course = this.#course
    if (course === undefined) return undefined
    const { options, staging } = this.#run
    const timeZone = blank(course.time_zone) ?? options.timeZone ?? options.defaultTimeZone
    if (!isTimeZone(timeZone)) {
      this.error(
        '$.course.time_zone',
        `is "${shorten(timeZone)}", expected a time zone such as America/Chicago`
      )
    }
    const { categories, nameOf } = this.#mergedCategories()
    const tasks = this.#tasks.filter(({ piece }) => piece.withdrawn !== true).map(
      ({ piece, index, number }): SourceTask => {
        const due = blank(piece.due_at)
        const isDate = due !== null && dayMs(due) !== undefined
        return {
          sourceId: piece.source_id,
          gradeBook: null,
          title: blank(piece.title) ?? piece.source_id,
          type: piece.type ?? 'external',
          category: nameOf(piece, index),
          dueAt: due === null || isDate ? null : instantMs(due)!,
          dueOn: isDate ? due : null,
          pointsPossible: piece.points_possible ?? null,
          items: [{ number, sourceId: null, minimum: 0 }],
        }
      }
    )
    const students = this.#students.filter(({
      piece,
      index,
    }) => !this.#isErased(piece, index, course.source_id)).map(({ piece, index, number }) => {
      const period = blank(piece.period)
      if (period !== null && !this.#periods.has(period) && !this.#isRefused('periods', period)) {
        this.error(
          `$.students[${index}].period`,
          `is "${shorten(period)}", expected the source_id of a period`
        )
      }
      return {
        number,
        sourceId: piece.source_id,
        gradeBook: null,
        firstName: blank(piece.first_name),
        lastName: blank(piece.last_name),
        studentIdentifier: blank(piece.student_identifier),
        email: blank(piece.email),
        period,
        droppedOn: piece.dropped_on ?? null,
      }
    })
    staging.results.index()
    this.#checkResults()
    if (this.#run.problems.hasErrors) return undefined
    return {
      number: this.number,
      place: { file: this.#file.name, path: '$.course' },
      live: staging.live.courseBySource(course.source_id) ?? null,
      sourceId: course.source_id,
      grouping: null,
      name: course.name,
      school: blank(course.school),
      term: blank(course.term),
      startsOn: course.starts_on ?? null,
      endsOn: course.ends_on ?? null,
      timeZone,
      missingCounts: course.missing_counts ?? 'ignored',
      periods: Array.from(this.#periods, ([sourceId, name]) => ({ sourceId, name })),
      categories,
      tasks,
      teachers: Array.from(
        this.#teachers,
        ([sourceId, teacher]) => ({ sourceId, ...teacher, isEnabled: true })
      ),
      students,
      isFull: true,
      hasAllResults: true,
      isGone: ALL_GONE,
    }
  }

  #isErased (piece: StudentPiece, index: number, course: string): boolean {
    return this.#run.erased.leavesOut({
      sourceIds: [piece.source_id],
      studentIdentifier: blank(piece.student_identifier),
      email: blank(piece.email),
      course,
    }, { file: this.#file.name, path: `$.students[${index}]` })
  }

  /** Categories of one title are one. Left out: one for each task type in use. */
  #mergedCategories (): {
    categories: SourceCategory[],
    nameOf: (task: TaskPiece, index: number) => string | null,
  } {
    const names = new Map<string, string>()
    const merged = new Map<string, SourceCategory>()
    for (const { source_id: sourceId, name: given, weight: givenWeight, index } of this.#categories ?? []) {
      const name = blank(given) ?? sourceId
      const weight = givenWeight ?? null
      names.set(sourceId, name)
      const known = merged.get(name)
      if (known === undefined) merged.set(name, { sourceId, name, weight })
      else if (known.weight !== weight) {
        this.#run.problems.warn('category_weights_differ', {
          file: this.#file.name,
          path: `$.categories[${index}].weight`,
        })
      }
    }
    const isGiven = this.#categories !== undefined
    if (!isGiven) {
      for (const type of ['homework', 'reading', 'external'] as const) {
        if (
          this.#tasks.some(({ piece }) => piece.withdrawn !== true && (piece.type ?? 'external') === type)
        ) merged.set(type, { sourceId: type, name: TYPE_NAMES[type], weight: null })
      }
    }
    const nameOf = (task: TaskPiece, index: number) => {
      const category = blank(task.category)
      if (category === null) return isGiven ? null : TYPE_NAMES[task.type ?? 'external']
      const name = names.get(category)
      if (name === undefined && !this.#isRefused('categories', category)) {
        this.error(
          `$.tasks[${index}].category`,
          `is "${shorten(category)}", expected the source_id of a category`
        )
      }
      return name ?? null
    }
    return { categories: asFractions([...merged.values()]), nameOf }
  }

  /** Every result is of a student and a task that there are, and the only one of the two. */
  #checkResults (): void {
    const { results } = this.#run.staging
    const students = new Set(this.#students.map(({ number }) => number))
    const tasks = new Set(this.#tasks.map(({ number }) => number))
    const personNames = [...this.#persons.keys()]
    const itemNames = [...this.#items.keys()]
    const faults = new FirstFaults()
    for (const { person } of results.persons(this.number)) {
      const isStudent = students.has(person) || this.#isRefused('students', personNames[person]!)
      const seen = new Set<number>()
      for (const result of results.ofStudent(this.number, person)) {
        const index = placeOf(result[RESULT.place]).line
        const item = result[RESULT.item]
        if (!isStudent) {
          faults.add({
            index,
            path: '.student',
            message: () => `is "${shorten(personNames[person]!)}", expected the source_id of a student`,
          })
        }
        if (!tasks.has(item) && !this.#isRefused('tasks', itemNames[item]!)) {
          faults.add({
            index,
            path: '.task',
            message: () => `is "${shorten(itemNames[item]!)}", expected the source_id of a task`,
          })
        }
        if (seen.has(item)) {
          faults.add({ index, path: '', message: () => 'is the second result for one student and task' })
        }
        seen.add(item)
      }
    }
    for (const { index, path, message } of faults.first()) this.error(`$.results[${index}]${path}`, message())
    this.#run.problems.countErrors(faults.count - faults.first().length)
  }
}

interface Fault {
  /** Number of the result in its list. */
  index: number
  path: string
  message: () => string
}

/** The faults that come first in the document, and how many there are: a document may have a million. */
class FirstFaults {
  count = 0
  #faults: Fault[] = []

  add (fault: Fault): void {
    this.count++
    this.#faults.push(fault)
    if (this.#faults.length > 2 * ERRORS_LISTED) this.#faults = this.first()
  }

  /** At most as many as an import lists, in the order of the document. */
  first (): Fault[] {
    return this.#faults.toSorted((a, b) => a.index - b.index).slice(0, ERRORS_LISTED)
  }
}

const TYPE_NAMES = { homework: 'Homework', reading: 'Reading', external: 'External' }

function blank (text: string | null | undefined): string | null {
  return text === null || text === undefined || text.trim() === '' ? null : text
}

function numberFor (numbers: Map<string, number>, sourceId: string): number {
  let number = numbers.get(sourceId)
  if (number === undefined) numbers.set(sourceId, number = numbers.size)
  return number
}
