// The one computation of scores and averages. The page, the API and the workbook all take their numbers from
// here, each on one snapshot of the database; nothing else in the house divides points.
import type { Snapshot, StudentRow } from '../../db/queries/book.ts'
import type { Row } from '../../db/tables.ts'
import type { CourseSettings } from './course-settings.ts'
import { dayAt, endOfDay, startOfDay } from './course-time.ts'
import { CellReader, STATUS, STATUS_MASK } from './packed-cells.ts'
import { Tally, type Spread } from './tally.ts'
import { effectiveWeights } from './weights.ts'

export interface BookCourse {
  id: number
  sourceId: string
  name: string
  school: string | null
  term: string | null
  timeZone: string
  missingCounts: 'ignored' | 'zero'
}

export interface BookCategory {
  id: number
  sourceId: string
  name: string
  /** The effective weight, a fraction. */
  weight: number
}

export interface BookTask {
  id: number
  sourceId: string
  title: string
  type: 'homework' | 'reading' | 'external'
  categoryId: number | null
  /** Index into `categories`; -1: in none, so it counts in no category or course average. */
  category: number
  /** Ms since 1970. */
  dueAt: number | null
  pointsPossible: number | null
  slot: number
}

/**
 * Averages over a set of students; index for index the book's tasks and categories. Dropped students count in
 * none.
 */
export interface Averages {
  /** Not dropped, and dropped. */
  students: number
  dropped: number
  /** Cells that have a score, those of dropped students included, and the sum of these fractions. */
  scores: number
  scoreSum: number
  /** The same of those who are not dropped. */
  activeScores: number
  activeScoreSum: number
  tasks: Spread[]
  categories: Spread[]
  course: Spread
}

/**
 * One student's line. The book reuses the object and its arrays: what it shows holds until the next step of
 * the iteration.
 */
export interface BookRow {
  student: StudentRow
  isDropped: boolean
  cells: CellReader
  /** Fractions by task, NaN: none. */
  scores: Float64Array
  /** Fractions by category, NaN: none. */
  categoryAverages: Float64Array
  /** NaN: none. */
  courseAverage: number
}

export interface Book {
  course: BookCourse
  dataVersion: number
  periods: Array<{ id: number, sourceId: string, name: string }>
  categories: BookCategory[]
  tasks: BookTask[]
  /** The whole course (`undefined`), one period, or the students without one (`null`). */
  averages: (periodId?: number | null) => Averages
  /** In the book's order. `after` continues behind the student with this id. */
  rows: (
    filter?: { periodId?: number | null, isDropped?: boolean, after?: number },
  ) => Generator<BookRow, void, void>
  /**
   * When a due or drop date will change a number, a status or the order although no data changed, in ms;
   * null: never.
   */
  currentUntil: number | null
  /**
   * Cells that count 0 only because their task is past due (`missing_counts: zero`); the import's own totals
   * lack them.
   */
  zeroedCells: number
  /** Plain date at the time of reading, in the course's zone. */
  today: string
}

export interface BookReading {
  /** The time at which due and drop dates are judged, ms. */
  now: number
  overrides?: CourseSettings
  /** Averages kept from an earlier reading in this thread. */
  cache?: BookCache
}

/**
 * What one pass over a course's cells gives; holds until the data version moves or `currentUntil` is reached.
 */
interface Totals {
  dataVersion: number
  readAt: number
  course: Averages
  periods: Map<number | null, Averages>
  currentUntil: number | null
  zeroedCells: number
}

/**
 * Totals of the courses read last, so that paging through a large book does not add it up again for every
 * page.
 */
export class BookCache {
  readonly #totals = new Map<number, Totals>()
  readonly #most: number
  constructor (most = 16) {
    this.#most = most
  }

  get (courseId: number, dataVersion: number, now: number): Totals | undefined {
    const totals = this.#totals.get(courseId)
    const isValid = totals !== undefined && totals.dataVersion === dataVersion && totals.readAt <= now &&
      (totals.currentUntil === null || now < totals.currentUntil)
    return isValid ? totals : undefined
  }

  set (courseId: number, totals: Totals): void {
    this.#totals.delete(courseId)
    this.#totals.set(courseId, totals)
    if (this.#totals.size > this.#most) this.#totals.delete(this.#totals.keys().next().value!)
  }
}

/**
 * Reads a course's book from a snapshot, which must stay open as long as the book is used; `undefined`: no
 * such course. One pass over all cells gives the averages; `rows()` is another pass, computed by the same
 * code.
 */
export function readBook (
  snapshot: Snapshot,
  courseId: number,
  { now, overrides = {}, cache }: BookReading
): Book | undefined {
  const courseRow = snapshot.course(courseId)
  if (courseRow === undefined) return undefined
  const timeZone = overrides.timeZone ?? courseRow.set_time_zone ?? courseRow.imported_time_zone
  const missingCounts = overrides.missingCounts ?? courseRow.set_missing_counts ??
    courseRow.imported_missing_counts
  const course: BookCourse = {
    id: courseRow.id,
    sourceId: courseRow.source_id,
    name: courseRow.name,
    school: courseRow.school,
    term: courseRow.term,
    timeZone,
    missingCounts,
  }
  const categories = readCategories(snapshot, courseId, overrides)
  const tasks = orderTasks(snapshot.tasks(courseId), categories, timeZone)
  const today = dayAt(now, timeZone)
  const overdue = Uint8Array.from(
    tasks,
    (task) => missingCounts === 'zero' && task.dueAt !== null && now > task.dueAt ? 1 : 0
  )
  const line = new LineComputation(tasks, categories, overdue)

  function * rows (
    filter: { periodId?: number | null, isDropped?: boolean, after?: number } = {}
  ): Generator<BookRow, void, void> {
    const { after, ...rest } = filter
    let position: { after?: { isDropped: boolean, position: number } } = {}
    if (after !== undefined) {
      const student = snapshot.student(courseId, after)
      if (student === undefined) return
      position = { after: { isDropped: isDroppedOn(student, today), position: student.position } }
    }
    for (const student of snapshot.students(courseId, { today, ...rest, ...position })) {
      yield line.compute(student)
    }
  }

  function total (): Totals {
    const course = new Tally(tasks.length, categories.length)
    const periods = new Map<number | null, Tally>()
    for (const row of rows()) {
      course.add(row)
      const periodId = row.student.period_id
      let period = periods.get(periodId)
      if (period === undefined) periods.set(periodId, period = new Tally(tasks.length, categories.length))
      period.add(row)
    }
    const nextDrop = snapshot.nextDrop(courseId, today)
    const changes = nextDrop === null ? [] : [startOfDay(nextDrop, timeZone)]
    if (missingCounts === 'zero') {
      tasks.forEach((task, j) => {
        if (task.dueAt !== null && task.dueAt >= now && line.unscored[j] === 1) changes.push(task.dueAt + 1)
      })
    }
    return {
      dataVersion: courseRow!.data_version,
      readAt: now,
      course: course.averages(),
      periods: new Map(Array.from(periods, ([id, tally]) => [id, tally.averages()])),
      currentUntil: changes.length === 0 ? null : Math.min(...changes),
      zeroedCells: line.zeroedCells,
    }
  }

  const isAsStored = overrides.timeZone === undefined && overrides.missingCounts === undefined &&
    overrides.weights === undefined
  let totals = isAsStored ? cache?.get(courseId, courseRow.data_version, now) : undefined
  if (totals === undefined) {
    totals = total()
    if (isAsStored) cache?.set(courseId, totals)
  }
  const { course: ofCourse, periods: ofPeriods, currentUntil, zeroedCells } = totals
  return {
    course,
    dataVersion: courseRow.data_version,
    periods: snapshot.periods(courseId).map(({ id, source_id: sourceId, name }) => ({ id, sourceId, name })),
    categories,
    tasks,
    averages: (periodId) =>
      periodId === undefined
        ? ofCourse
        : ofPeriods.get(periodId) ?? new Tally(tasks.length, categories.length).averages(),
    rows,
    currentUntil,
    zeroedCells,
    today,
  }
}

function readCategories (snapshot: Snapshot, courseId: number, overrides: CourseSettings): BookCategory[] {
  const rows = snapshot.categories(courseId).map((row) =>
    overrides.weights?.has(row.id) === true ? { ...row, set_weight: overrides.weights.get(row.id)! } : row
  )
  const weights = effectiveWeights(rows)
  return rows.map((row, i) => ({ id: row.id, sourceId: row.source_id, name: row.name, weight: weights[i]! }))
}

/** By due date, those without one last, then in the order of import. */
function orderTasks (rows: Array<Row<'tasks'>>, categories: BookCategory[], timeZone: string): BookTask[] {
  const index = new Map(categories.map((category, i) => [category.id, i]))
  return rows.map((row): BookTask => ({
    id: row.id,
    sourceId: row.source_id,
    title: row.title,
    type: row.type,
    categoryId: row.category_id,
    category: row.category_id === null ? -1 : index.get(row.category_id) ?? -1,
    dueAt: row.due_at ?? (row.due_on === null ? null : endOfDay(row.due_on, timeZone)),
    pointsPossible: row.points_possible,
    slot: row.slot,
  })).sort((a, b) =>
    (a.dueAt ?? Infinity) === (b.dueAt ?? Infinity) ? 0 : (a.dueAt ?? Infinity) - (b.dueAt ?? Infinity)
  )
}

function isDroppedOn (student: Row<'students'>, today: string): boolean {
  return student.is_unenrolled === 1 || (student.dropped_on !== null && student.dropped_on <= today)
}

/** Computes one student after the other into the same arrays. */
class LineComputation {
  zeroedCells = 0
  /** By task: 1 where some cell has no score and would count 0 once the task is past due. */
  readonly unscored: Uint8Array
  readonly #slots: Int32Array
  readonly #pointsPossible: Float64Array
  readonly #category: Int32Array
  readonly #weights: Float64Array
  readonly #overdue: Uint8Array
  readonly #counts: Int32Array
  readonly #row: BookRow

  constructor (tasks: BookTask[], categories: BookCategory[], overdue: Uint8Array) {
    this.unscored = new Uint8Array(tasks.length)
    this.#slots = Int32Array.from(tasks, (task) => task.slot)
    this.#pointsPossible = Float64Array.from(tasks, (task) => task.pointsPossible ?? NaN)
    this.#category = Int32Array.from(tasks, (task) => task.category)
    this.#weights = Float64Array.from(categories, (category) => category.weight)
    this.#overdue = overdue
    this.#counts = new Int32Array(categories.length)
    this.#row = {
      student: undefined as unknown as StudentRow, // set by the first compute(), before anybody sees it
      isDropped: false,
      cells: new CellReader(),
      scores: new Float64Array(tasks.length),
      categoryAverages: new Float64Array(categories.length),
      courseAverage: NaN,
    }
  }

  compute (student: StudentRow): BookRow {
    const row = this.#row
    const { cells, scores, categoryAverages } = row
    const slots = this.#slots
    const counts = this.#counts
    row.student = student
    row.isDropped = student.is_dropped === 1
    cells.load(student.cells)
    categoryAverages.fill(0)
    counts.fill(0)
    for (let j = 0; j < slots.length; j++) {
      const slot = slots[j]!
      let score = cells.score(slot, this.#pointsPossible[j]!)
      if (score !== score && slot < cells.length) { // eslint-disable-line no-self-compare
        const status = cells.marks[slot]! & STATUS_MASK
        if (status === STATUS.not_started || status === STATUS.missing) {
          this.unscored[j] = 1
          if (this.#overdue[j] === 1) {
            score = 0
            this.zeroedCells++
          }
        }
      }
      scores[j] = score
      const category = this.#category[j]!
      if (category >= 0 && score === score) { // eslint-disable-line no-self-compare
        categoryAverages[category]! += score
        counts[category]!++
      }
    }
    let weighted = 0
    let weights = 0
    for (let c = 0; c < counts.length; c++) {
      if (counts[c] === 0) {
        categoryAverages[c] = NaN
        continue
      }
      categoryAverages[c]! /= counts[c]!
      weighted += this.#weights[c]! * categoryAverages[c]!
      weights += this.#weights[c]!
    }
    row.courseAverage = weights > 0 ? weighted / weights : NaN
    return row
  }
}
