// A course's performance book. The page, the API and the workbook all take their numbers from here, each on
// one snapshot of the database.
import type { Reads } from '../../db/index.ts'
import {
  findStudent, pseudonymBatches, studentBatches, type Place, type StudentRow,
} from '../../db/queries/books.ts'
import { DomainError } from '../errors.ts'
import type { BookCache, BookTotals } from './book-cache.ts'
import type { BookCategory, BookTask } from './book-columns.ts'
import { readFrame, type BookCourse, type BookPeriod } from './book-frame.ts'
import type { BookRow } from './book-row.ts'
import type { CourseSettings } from './course-settings.ts'
import { startOfDay } from './course-time.ts'
import { Tally, type Averages } from './tally.ts'

export interface RowFilter {
  /** One period, or the students without one (`null`). */
  periodId?: number | null | undefined
  isDropped?: boolean | undefined
  /** Only students after the one with this id. */
  after?: number | undefined
}

export interface Book {
  course: BookCourse
  isArchived: boolean
  /** The only period whose students were read; undefined: the whole course. */
  period: BookPeriod | undefined
  dataVersion: number
  /** Another text whenever the data, or what a date has made of it, is another. */
  version: string
  periods: BookPeriod[]
  categories: BookCategory[]
  tasks: BookTask[]
  /** Of all that was read (`undefined`), one period, or the students without one (`null`). */
  averages: (periodId?: number | null) => Averages
  /** Rows in the book's order, in batches. Finish a batch before asking for the next one. */
  batches: (filter?: RowFilter) => AsyncIterable<Iterable<BookRow>>
  /**
   * When a due or drop date will change a number, a status or the order although no data changed, ms; null:
   * never.
   */
  currentUntil: number | null
  /**
   * Cells that count 0 only because their task is past due (`missing_counts: zero`). The import's own totals
   * do not include them.
   */
  zeroedCells: number
  /** Plain date at the time of reading, in the course's zone. */
  today: string
}

export interface BookReading {
  /** The time at which due and drop dates are judged, ms. */
  now: number
  /** Settings to compute with instead of those that are stored. */
  settings?: CourseSettings
  /**
   * Only this period's students. All averages are over them, and the dates are theirs. Undefined: the whole
   * course.
   */
  periodId?: number | undefined
  /** The order of `Book.batches`: that of the book (default), or that of the students' pseudonyms. */
  order?: 'book' | 'pseudonym' | undefined
  /** Keeps averages for later readings in this thread. */
  cache?: BookCache
  /** Gets each student once, dropped ones included, in the order of the book. Not together with `cache`. */
  visitor?: StudentVisitor | undefined
}

interface StudentVisitor {
  add: (student: StudentRow) => void
  /** After each batch. */
  flush: () => Promise<void>
}

/**
 * A batch has about this many cells, and a number of students within these bounds. Rows of larger batches
 * outlive V8's young generation: with 60,000 cells, an export of 50,000 x 200 needs some 40 MB more and 3%
 * less CPU time.
 */
const BATCH_CELLS = 16_000
const BATCH_STUDENTS = { least: 16, most: 500 }

/**
 * Reads a course's book. The snapshot must stay open as long as the book is used. One pass over all cells
 * gives the averages; `batches()` is another pass with the same computation. It reads the students again,
 * except those of a small course, which are kept. `undefined`: there is no such
 * course. Throws VALIDATION_FAILED if the course has no such period.
 */
export async function readBook (
  snapshot: Reads,
  courseId: number,
  { now, settings = {}, periodId, order = 'book', cache, visitor }: BookReading
): Promise<Book | undefined> {
  const frame = await readFrame(snapshot, courseId, { now, settings })
  if (frame === undefined) return undefined
  const { course, isArchived, dataVersion, periods, categories, tasks, today, computation } = frame
  const { timeZone, missingCounts } = course
  const period = periodId === undefined ? undefined : periods.find(({ id }) => id === periodId)
  if (periodId !== undefined && period === undefined) throw noPeriod(periodId)
  const batchSize = Math.min(BATCH_STUDENTS.most, Math.max(BATCH_STUDENTS.least,
    Math.floor(BATCH_CELLS / Math.max(1, tasks.length))))
  /** False: all that this reading is about was read, and no student is dropped. */
  let mayHaveDropped = true
  /** All students that this reading is about, in its order, if they fit in one batch. */
  let all: StudentRow[] | undefined
  /** The earliest day after `today` on which a student is dropped, of those who were read. */
  let nextDrop: string | undefined

  async function * batches (
    { after, ...filter }: RowFilter = {}
  ): AsyncGenerator<Iterable<BookRow>, void, void> {
    if (!mayHaveDropped) {
      if (filter.isDropped === true) return
      filter.isDropped = false
    }
    const isOfReading = periodId === undefined || (filter.periodId ?? periodId) === periodId
    if (all !== undefined && after === undefined && isOfReading) {
      const students = all.filter((student) => isIn(student, filter))
      yield students.values().map((student) => computation.compute(student))
      return
    }
    let place: Place | undefined
    if (after !== undefined) {
      const student = await findStudent(snapshot, courseId, after)
      if (student === undefined) return
      place = { isDropped: isDroppedOn(student, today), position: student.position, id: student.id }
    }
    const inOrder = order === 'book' ? studentBatches : pseudonymBatches
    const found = inOrder(snapshot, courseId, {
      today, ...filter, periodId: filter.periodId === undefined ? periodId : filter.periodId, after: place,
    }, batchSize)
    for await (const students of found) yield students.values().map((student) => computation.compute(student))
  }

  async function addUp (): Promise<BookTotals> {
    const whole = new Tally(tasks.length, categories.length)
    const periods = new Map<number | null, Tally>()
    let hasDropped = false
    let students: StudentRow[] | undefined = []
    for await (const batch of batches()) {
      for (const row of batch) {
        whole.add(row)
        tallyOf(periods, row.student.period_id).add(row)
        visitor?.add(row.student)
        hasDropped ||= row.isDropped
        noteDrop(row.student)
        students?.push(row.student)
      }
      if (students !== undefined && students.length > batchSize) students = undefined
      await visitor?.flush()
    }
    mayHaveDropped = hasDropped
    all = students
    return {
      dataVersion,
      readAt: now,
      course: whole.averages(),
      periods: new Map(Array.from(periods, ([id, tally]) => [id, tally.averages()])),
      currentUntil: firstChange(),
      zeroedCells: computation.zeroedCells,
    }
  }

  function tallyOf (periods: Map<number | null, Tally>, periodId: number | null): Tally {
    const known = periods.get(periodId)
    if (known !== undefined) return known
    const tally = new Tally(tasks.length, categories.length)
    periods.set(periodId, tally)
    return tally
  }

  function noteDrop ({ is_unenrolled: isUnenrolled, dropped_on: day }: StudentRow): void {
    if (isUnenrolled === 0 && day !== null && day > today && !(nextDrop !== undefined && nextDrop <= day)) {
      nextDrop = day
    }
  }

  /** When the first date of those that are still to come changes something. */
  function firstChange (): number | null {
    const due = missingCounts === 'zero'
      ? computation.unscoredTasks().flatMap(({ dueAt }) => dueAt !== null && dueAt >= now ? [dueAt + 1] : [])
      : []
    const changes = nextDrop === undefined ? due : [startOfDay(nextDrop, timeZone), ...due]
    return changes.length === 0 ? null : Math.min(...changes)
  }

  async function totalsOf (): Promise<BookTotals> {
    // The cache is for whole courses and the settings that are stored.
    const isTried = Object.values(settings).some((setting) => setting !== undefined)
    if (isTried || periodId !== undefined) return await addUp()
    const known = cache?.get(courseId, dataVersion, now)
    if (known !== undefined) return known
    const totals = await addUp()
    cache?.set(courseId, totals)
    return totals
  }

  const totals = await totalsOf()
  return {
    course,
    isArchived,
    period,
    dataVersion,
    version: versionOf(dataVersion, today, tasks, now),
    periods,
    categories,
    tasks,
    averages: (periodId) => periodId === undefined
      ? totals.course
      : totals.periods.get(periodId) ?? new Tally(tasks.length, categories.length).averages(),
    batches,
    currentUntil: totals.currentUntil,
    zeroedCells: totals.zeroedCells,
    today,
  }
}

/** The error for a period that the course does not have. */
export function noPeriod (id: number): DomainError {
  return new DomainError('VALIDATION_FAILED', { detail: `period_id: the course has no period with id ${id}` })
}

function isIn (student: StudentRow, { periodId, isDropped }: Omit<RowFilter, 'after'>): boolean {
  return (periodId === undefined || student.period_id === periodId) &&
    (isDropped === undefined || (student.is_dropped === 1) === isDropped)
}

/** Drop dates pass with the day, due dates one by one. */
function versionOf (dataVersion: number, today: string, tasks: readonly BookTask[], now: number): string {
  const pastDue = tasks.filter(({ dueAt }) => dueAt !== null && now > dueAt).length
  return `${dataVersion}.${today}.${pastDue}`
}

/** Whether a student is dropped on a plain date. */
export function isDroppedOn (student: Omit<StudentRow, 'cells' | 'is_dropped'>, today: string): boolean {
  return student.is_unenrolled === 1 || (student.dropped_on !== null && student.dropped_on <= today)
}
