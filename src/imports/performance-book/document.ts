import { placeNumber } from '../../../db/sqlite/staging/results.ts'
import { LATE, PLAIN_DATE, PROVISIONAL, STATUS } from '../../courses/packed-cells.ts'
import { personName } from '../../person-name.ts'
import { isNameTooLong, shorten } from '../../short-text.ts'
import { assertCourseSize, type CourseList } from '../course-size.ts'
import { importError, type ImportErrorText } from '../error-messages.ts'
import type { ImportRun } from '../import-run.ts'
import type { Place } from '../problems.ts'
import type { SourceFile } from '../sources/source-files.ts'
import { dayMs, instantMs, memoize } from '../sources/text-values.ts'
import type {
  CategoryPiece,
  CoursePiece,
  PeriodPiece,
  ResultPiece,
  StudentPiece,
  TaskPiece,
  TeacherPiece,
} from './performance-book-1.schema.ts'

/** Lists whose elements have a `source_id`. */
type IdentifiedList = 'periods' | 'categories' | 'tasks' | 'students'

/** An element with its index in its list, and its number in this import. */
export interface Numbered<Piece> {
  piece: Piece
  index: number
  number: number
}

interface Teacher {
  email: string | null
  firstName: string | null
  lastName: string | null
}

/**
 * The pieces of one document, which can come in any order. Results are not kept here: they go straight to
 * staging.
 */
export class BookDocument {
  /** The course's number in this import. */
  readonly number: number
  course: CoursePiece | undefined
  /** Undefined if the list is left out. */
  categories: Array<{ piece: CategoryPiece, index: number }> | undefined
  /** By email address, else by name. */
  readonly teachers = new Map<string, Teacher>()
  /** Names by source id. */
  readonly periods = new Map<string, string>()
  readonly tasks: Array<Numbered<TaskPiece>> = []
  readonly students: Array<Numbered<StudentPiece>> = []
  /** Numbers of students and tasks by source id, given when a list or a result first names them. */
  readonly personNumbers = new Map<string, number>()
  readonly taskNumbers = new Map<string, number>()
  readonly #file: SourceFile
  readonly #fileNumber: number
  readonly #run: ImportRun
  readonly #ids: Record<IdentifiedList, Set<string>> = {
    periods: new Set(), categories: new Set(), tasks: new Set(), students: new Set(),
  }

  /** Pieces that were refused. What refers to them is not an error too. */
  readonly #refused = new Set<string>()

  constructor (file: SourceFile, run: ImportRun) {
    this.#file = file
    this.#fileNumber = run.fileNumber(file)
    this.#run = run
    this.number = run.newCourse()
  }

  placeOf (path: string): Place { return { file: this.#file.name, path } }

  error (path: string, message: ImportErrorText): void {
    this.#run.problems.error(this.placeOf(path), message)
  }

  /** To be called where the list begins: an empty list is not the same as one that is left out. */
  beginCategories (): void { this.categories ??= [] }

  /** Adds a piece that is valid by itself. */
  add (property: string, index: number, value: unknown): void {
    switch (property) {
      case 'course': this.course = value as CoursePiece; break
      case 'teachers': this.#addTeacher(value as TeacherPiece, index); break
      case 'periods': this.#addPeriod(value as PeriodPiece, index); break
      case 'categories': this.#addCategory(value as CategoryPiece, index); break
      case 'tasks': this.#addTask(value as TaskPiece, index); break
      case 'students': this.#addStudent(value as StudentPiece, index); break
      case 'results': this.#addResult(value as ResultPiece, index); break
    }
  }

  /** Notes a piece that cannot be used. */
  refuse (property: string, value: unknown): void {
    if (typeof value === 'object' && value !== null && 'source_id' in value &&
      typeof value.source_id === 'string' && !isNameTooLong(value.source_id)) {
      this.#refused.add(`${property} ${value.source_id}`)
    }
  }

  isRefused (list: IdentifiedList, sourceId: string): boolean {
    return this.#refused.has(`${list} ${sourceId}`)
  }

  #addTeacher ({ email, first_name: first, last_name: last }: TeacherPiece, index: number): void {
    const teacher = { email: textOf(email)?.trim() ?? null, firstName: textOf(first), lastName: textOf(last) }
    const key = teacher.email?.toLowerCase() ?? personName(teacher.firstName, teacher.lastName)
    if (key === '') return
    const place = this.placeOf(`$.teachers[${index}]`)
    if (this.teachers.has(key)) {
      this.#run.problems.warn('duplicate_teacher', place)
      return
    }
    this.teachers.set(key, teacher)
    assertCourseSize('teachers', this.teachers.size, place)
  }

  #addPeriod ({ source_id: sourceId, name }: PeriodPiece, index: number): void {
    if (this.#isNew('periods', sourceId, index)) this.periods.set(sourceId, textOf(name) ?? sourceId)
  }

  #addCategory (piece: CategoryPiece, index: number): void {
    if (this.#isNew('categories', piece.source_id, index)) this.categories?.push({ piece, index })
  }

  #addTask (piece: TaskPiece, index: number): void {
    if (!this.#isNew('tasks', piece.source_id, index)) return
    this.tasks.push({ piece, index, number: numberFor(this.taskNumbers, piece.source_id) })
  }

  #addStudent (piece: StudentPiece, index: number): void {
    if (!this.#isNew('students', piece.source_id, index)) return
    this.students.push({ piece, index, number: numberFor(this.personNumbers, piece.source_id) })
  }

  #addResult (piece: ResultPiece, index: number): void {
    const points = piece.points ?? null
    const correct = piece.correct_exercise_count ?? null
    const status = piece.status ?? (points !== null || correct !== null ? 'completed' : 'not_started')
    const workedAt = textOf(piece.last_worked_at)
    const submitted = workedAt === null ? null : momentOf(workedAt)
    const marks = STATUS[status] | (piece.is_late === true ? LATE : 0) |
      (piece.is_provisional === true ? PROVISIONAL : 0) | (submitted?.isPlainDate === true ? PLAIN_DATE : 0)
    this.#run.staging.results.add([
      this.number,
      numberFor(this.personNumbers, piece.student),
      numberFor(this.taskNumbers, piece.task),
      placeNumber(this.#fileNumber, index),
      marks,
      points,
      submitted?.ms ?? null,
      piece.exercise_count ?? null,
      correct,
      piece.recovered_exercise_count ?? null,
      null,
      null,
    ])
  }

  /** Adds an error if the list has an element with the same id. */
  #isNew (list: IdentifiedList, sourceId: string, index: number): boolean {
    const ids = this.#ids[list]
    if (ids.has(sourceId)) {
      const message = importError('id_twice', { id: shorten(sourceId) })
      this.error(`$.${list}[${index}].source_id`, message)
      return false
    }
    ids.add(sourceId)
    if (isBounded(list)) assertCourseSize(list, ids.size, this.placeOf(`$.${list}[${index}]`))
    return true
  }
}

/** The text; null if it is left out or blank. */
export function textOf (text: string | null | undefined): string | null {
  return text === null || text === undefined || text.trim() === '' ? null : text
}

/** Ms of an instant, or of a plain date's midnight in UTC. */
const momentOf = memoize((text) => {
  const day = dayMs(text)
  const ms = day ?? instantMs(text)
  return ms === undefined ? null : { ms, isPlainDate: day !== undefined }
})

function isBounded (list: IdentifiedList): list is IdentifiedList & CourseList { return list !== 'students' }

function numberFor (numbers: Map<string, number>, sourceId: string): number {
  const known = numbers.get(sourceId)
  if (known !== undefined) return known
  const number = numbers.size
  numbers.set(sourceId, number)
  return number
}
