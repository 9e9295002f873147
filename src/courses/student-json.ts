// Students as the API returns them, one or a page of them. Only their rows and the headings of the course are
// read, not the other students that averages over the class would need.
import type { Reads } from '../../db/index.ts'
import {
  findNeighbor, findStudent, findStudentWithCells, studentBatches, type StudentRow,
} from '../../db/queries/books.ts'
import { isoTime } from '../iso-time.ts'
import { personName } from '../person-name.ts'
import { isDroppedOn, noPeriod } from './book.ts'
import type { BookTask } from './book-columns.ts'
import { readFrame, type BookFrame } from './book-frame.ts'
import { courseJson, taskJson, writeCursor, type PageRequest } from './book-json.ts'
import type { BookRow } from './book-row.ts'
import { weightedAverage } from './category-sums.ts'
import { JsonChunks } from './json-chunks.ts'
import { LATE, STATUS, STATUS_MASK } from './packed-cells.ts'
import { rowWriter } from './row-json.ts'

/** How many students one query reads. */
const BATCH = 50
/** Bytes reserved for the text after the last student of a page. */
const END_BYTES = 100

/** What was not found. */
export type NotFound = 'COURSE_NOT_FOUND' | 'STUDENT_NOT_FOUND'

/** The JSON of `GET …/performance/students/:student_id`, in chunks. `now`: ms since 1970. */
export async function studentJson (
  snapshot: Reads,
  { courseId, studentId, now }: { courseId: number, studentId: number, now: number }
): Promise<Uint8Array[] | NotFound> {
  const frame = await readFrame(snapshot, courseId, { now })
  if (frame === undefined) return 'COURSE_NOT_FOUND'
  const { today } = frame
  const student = await findStudentWithCells(snapshot, courseId, studentId, today)
  if (student === undefined) return 'STUDENT_NOT_FOUND'
  const place = { isDropped: student.is_dropped === 1, position: student.position, id: student.id }
  const neighbor = async (side: 'previous' | 'next') => {
    const found = await findNeighbor(snapshot, courseId, place, { today, side })
    return found === undefined
      ? null
      : { id: found.id, name: personName(found.first_name, found.last_name) || null }
  }
  const out = new JsonChunks()
  out.value({
    ...reportWriter(frame, now)(student),
    ...sharedJson(frame),
    previous: await neighbor('previous'),
    next: await neighbor('next'),
  })
  return out.end()
}

/**
 * The JSON of `GET …/performance/students`, in chunks: students in the order of the book. `now`: ms since
 * 1970. Throws VALIDATION_FAILED if the course has no such period.
 */
export async function studentsJson (
  snapshot: Reads,
  { courseId, now, page }: { courseId: number, now: number, page: PageRequest }
): Promise<Uint8Array[] | 'COURSE_NOT_FOUND'> {
  const { limit, after, periodId, maxBytes = Infinity } = page
  const frame = await readFrame(snapshot, courseId, { now })
  if (frame === undefined) return 'COURSE_NOT_FOUND'
  if (periodId !== undefined && !frame.periods.some(({ id }) => id === periodId)) throw noPeriod(periodId)
  const { today } = frame
  const report = reportWriter(frame, now)
  const last = after === undefined ? undefined : await findStudent(snapshot, courseId, after)
  const out = new JsonChunks()
  const shared = JSON.stringify(sharedJson(frame))
  out.add(`${shared.slice(0, -1)},"students":[`)
  const cursor = after !== undefined && last === undefined ? null : await add()
  out.add(`],"next_cursor":${JSON.stringify(cursor)}}`)
  return out.end()

  /** Returns the cursor of the next page; null: this page is the last one. */
  async function add (): Promise<string | null> {
    const place = last && { isDropped: isDroppedOn(last, today), position: last.position, id: last.id }
    let written = 0
    let previous = 0
    for await (const batch of studentBatches(snapshot, courseId, { today, periodId, after: place }, BATCH)) {
      for (const student of batch) {
        if (written === limit) return writeCursor(previous)
        const text = JSON.stringify(report(student))
        const bytes = out.bytes + Buffer.byteLength(text) + END_BYTES
        if (written > 0 && bytes > maxBytes) return writeCursor(previous)
        out.add(written === 0 ? text : `,${text}`)
        written++
        previous = student.id
      }
    }
    return null
  }
}

/** The parts that are the same for all students of a course. */
function sharedJson (frame: BookFrame) {
  return {
    course: courseJson(frame),
    periods: frame.periods.map(({ id, sourceId, name }) => ({ id, source_id: sourceId, name })),
    data_headings: frame.tasks.map(taskJson),
  }
}

/** Returns a function that makes the JSON of a student, without the parts that all students share. */
function reportWriter (frame: BookFrame, now: number) {
  const { tasks, computation } = frame
  const rowJson = rowWriter(frame)
  return (student: StudentRow) => {
    const row = computation.compute(student)
    // The same text as in the book.
    const line = JSON.parse(rowJson(row)) as { data: unknown[] }
    const work = (belongs: (task: BookTask) => boolean) =>
      tasks.flatMap((task, j) => belongs(task) ? [{ ...taskJson(task), ...line.data[j] as object }] : [])
    return {
      ...line,
      categories: partsOf(frame, row),
      trend: trendOf(frame, row),
      missing: work((task) => isMissing(task, row, now)),
      late: work(({ slot }) => row.cells.isGiven(slot) && ((row.cells.marks[slot] ?? 0) & LATE) !== 0),
    }
  }
}

/**
 * The categories with their part in the course average. `share`: the weight as a fraction of the weights of
 * all categories that have an average; `part`: that fraction of the average. The parts add up to the course
 * average.
 */
export function partsOf ({ categories }: Pick<BookFrame, 'categories'>, { categoryAverages }: BookRow) {
  const averages = Array.from(categoryAverages, none)
  const weights = categories.reduce((sum, { weight }, c) => averages[c] === null ? sum : sum + weight, 0)
  return categories.map(({ id, sourceId, name, weight }, c) => {
    const average = averages[c] ?? null
    const share = average === null || weights === 0 ? null : weight / weights
    return {
      id,
      source_id: sourceId,
      name,
      weight,
      average,
      share,
      part: average === null || share === null ? null : share * average,
    }
  })
}

/**
 * The course average with the tasks that were due up to each due date of the course, with the scores of
 * today. A task without a due date is in none of them.
 */
function trendOf ({ categories, tasks }: BookFrame, { scores }: BookRow) {
  const sums = categories.map(({ weight }) => ({ weight, sum: 0, count: 0 }))
  return tasks.flatMap(({ dueAt, category }, j) => {
    if (dueAt === null) return []
    const score = scores[j] ?? NaN
    const sum = sums[category]
    if (sum !== undefined && !Number.isNaN(score)) {
      sum.sum += score
      sum.count++
    }
    if (tasks[j + 1]?.dueAt === dueAt) return []
    return [{ due_at: isoTime(dueAt), course_average: none(weightedAverage(sums)) }]
  })
}

/** Missing is what has this status, and what was not started by its due date and has no score of its own. */
export function isMissing (
  { slot, dueAt, pointsPossible }: BookTask, { cells }: BookRow, now: number
): boolean {
  const status = cells.isGiven(slot) ? (cells.marks[slot] ?? 0) & STATUS_MASK : STATUS.none
  if (status === STATUS.missing) return true
  return status === STATUS.not_started && dueAt !== null && now > dueAt &&
    Number.isNaN(cells.score(slot, pointsPossible ?? NaN))
}

function none (value: number): number | null {
  return Number.isNaN(value) ? null : value
}
