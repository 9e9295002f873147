// The book as the API gives it, as finished bytes: a large page is tens of megabytes, which a worker thread
// makes and hands over, and the server's own thread never sees as objects.
import { isoTime } from '../iso-time.ts'
import { personName } from '../person-name.ts'
import type { Averages, Book, BookRow, BookTask } from './book.ts'
import { startOfDay } from './course-time.ts'
import { LATE, PLAIN_DATE, PROVISIONAL, STATUS_MASK, STATUSES } from './packed-cells.ts'

/** Most cells in one answer. */
const MAX_CELLS = 2_000_000
const CHUNK = 256 * 1024
/** What follows the last student: averages and the cursor. */
const END_BYTES = 500

export interface PageRequest {
  /** Students on this page, 1 to 100,000. */
  limit: number
  /** The last student of the page before; undefined: from the first. */
  after?: number | undefined
  /** Only this period's students, and averages over them. */
  periodId?: number | undefined
  /**
   * Fewer students than `limit` where the page would have more bytes, but at least one. Default: any number.
   */
  maxBytes?: number | undefined
}

/**
 * The JSON of `GET …/performance`, with `exports` (JSON) put in as it is. Bytes in chunks, to be sent one
 * after the other.
 */
export function bookJson (
  book: Book,
  { limit, after, periodId, maxBytes = Infinity }: PageRequest,
  exports: string
): Uint8Array[] {
  const averages = book.averages(periodId)
  const out = new Chunks()
  out.add(`{"course":${JSON.stringify(courseJson(book))},"exports":${exports}`)
  out.add(
    `,"periods":${
      JSON.stringify(
        book.periods.map((period) => ({ id: period.id, source_id: period.sourceId, name: period.name }))
      )
    }`
  )
  out.add(`,"categories":${JSON.stringify(categoriesJson(book, averages))}`)
  out.add(`,"data_headings":${JSON.stringify(headingsJson(book, averages))}`)
  out.add(',"students":[')
  const most = Math.max(1, Math.min(limit, Math.floor(MAX_CELLS / Math.max(1, book.tasks.length))))
  const line = lineWriter(book)
  let written = 0
  let last: number | null = null
  let nextCursor: string | null = null
  for (
    const row of book.rows({
      ...(periodId === undefined ? {} : { periodId }),
      ...(after === undefined ? {} : { after }),
    })
  ) {
    const text = written === most ? '' : line(row)
    if (last !== null && (written === most || out.bytes + Buffer.byteLength(text) + END_BYTES > maxBytes)) {
      nextCursor = writeCursor(last)
      break
    }
    out.add(written === 0 ? text : `,${text}`)
    written++
    last = row.student.id
  }
  const { average, lowest, highest } = averages.course
  out.add(
    `],"course_average":${JSON.stringify(average)},"course_lowest":${
      JSON.stringify(lowest)
    },"course_highest":${JSON.stringify(highest)},"next_cursor":${JSON.stringify(nextCursor)}}`
  )
  return out.end()
}

/**
 * The JSON of a `PATCH` of a course: its settings and the averages under them; with `students`, everybody's
 * course average.
 */
export function settingsJson (book: Book, withStudents: boolean): Uint8Array[] {
  const averages = book.averages()
  const out = new Chunks()
  out.add(
    `{"course":${JSON.stringify(courseJson(book))},"categories":${
      JSON.stringify(categoriesJson(book, averages))
    }`
  )
  if (withStudents) {
    out.add(`,"course_average":${JSON.stringify(averages.course.average)},"students":[`)
    let isFirst = true
    for (const row of book.rows()) {
      out.add(`${isFirst ? '' : ','}{"id":${row.student.id},"course_average":${number(row.courseAverage)}}`)
      isFirst = false
    }
    out.add(']')
  }
  out.add('}')
  return out.end()
}

/** The cursor that continues behind a student. */
export function writeCursor (studentId: number): string {
  return Buffer.from(`s${studentId}`).toString('base64url')
}

/** The student of a cursor; undefined: it is none of ours. */
export function readCursor (cursor: string): number | undefined {
  const match = /^s([1-9]\d{0,15})$/.exec(Buffer.from(cursor, 'base64url').toString())
  return match === null ? undefined : Number(match[1])
}

function courseJson ({ course }: Book) {
  return {
    id: course.id,
    source_id: course.sourceId,
    name: course.name,
    time_zone: course.timeZone,
    school: course.school,
    term: course.term,
    missing_counts: course.missingCounts,
  }
}

function categoriesJson (book: Book, averages: Averages) {
  return book.categories.map(({ id, sourceId, name, weight }, c) => {
    const { average, lowest, highest } = averages.categories[c]!
    return { id, source_id: sourceId, name, weight, class_average: average, lowest, highest }
  })
}

function headingsJson (book: Book, averages: Averages) {
  return book.tasks.map((task, j) => {
    const { average, lowest, highest } = averages.tasks[j]!
    return {
      id: task.id,
      source_id: task.sourceId,
      title: task.title,
      type: task.type,
      category_id: task.categoryId,
      due_at: isoTime(task.dueAt),
      points_possible: task.pointsPossible,
      class_average: average,
      lowest,
      highest,
    }
  })
}

function lineWriter (book: Book): (row: BookRow) => string {
  const beginnings = book.tasks.map((task: BookTask) => `{"type":"${task.type}","id":${task.id},"status":`)
  const statuses = STATUSES.map((status) => `"${status}","score":`)
  // Submission days repeat a lot, and a zone's calendar is slow.
  const days = new Map<number, string>()
  const submitted = (ms: number, isPlainDate: boolean): string => {
    if (Number.isNaN(ms)) return 'null'
    if (!isPlainDate) return `"${isoTime(ms)}"`
    let text = days.get(ms)
    if (text === undefined) {
      days.set(
        ms,
        text = `"${isoTime(startOfDay(isoTime(ms).slice(0, 10), book.course.timeZone))}"`
      )
    }
    return text
  }
  return ({ student, isDropped, cells, scores, categoryAverages, courseAverage }) => {
    const name = personName(student.first_name, student.last_name)
    let text =
      `{"id":${student.id},"source_id":${JSON.stringify(student.source_id)},"name":${
        name === '' ? 'null' : JSON.stringify(name)
      }` +
      `,"first_name":${JSON.stringify(student.first_name)},"last_name":${JSON.stringify(student.last_name)}` +
      `,"student_identifier":${JSON.stringify(student.student_identifier)},"email":${
        JSON.stringify(student.email)
      }` +
      `,"period_id":${student.period_id},"is_dropped":${isDropped},"course_average":${
        number(courseAverage)
      }` +
      `,"category_averages":[${Array.from(categoryAverages, number).join(',')}],"data":[`
    for (let j = 0; j < beginnings.length; j++) {
      if (j > 0) text += ','
      const slot = book.tasks[j]!.slot
      if (!cells.isGiven(slot)) {
        text += 'null'
        continue
      }
      const mark = cells.marks[slot]!
      text +=
        `${beginnings[j]}${statuses[(mark & STATUS_MASK) - 1]}${number(scores[j]!)},"points":${
          number(cells.points[slot]!)
        }` +
        `,"exercise_count":${cells.count(slot, 0)},"correct_exercise_count":${
          cells.count(slot, 1)
        },"recovered_exercise_count":${cells.count(slot, 2)}` +
        `,"is_late":${(mark & LATE) !== 0},"is_provisional":${(mark & PROVISIONAL) !== 0}` +
        `,"submitted_at":${submitted(cells.submittedAt(slot), (mark & PLAIN_DATE) !== 0)}}`
    }
    return `${text}]}`
  }
}

/** UTC with milliseconds, as all times of the API. */
function number (value: number): string {
  return Number.isNaN(value) ? 'null' : String(value)
}

/** Text gathered into byte chunks, so that no string grows beyond what a string can hold. */
class Chunks {
  readonly #done: Uint8Array[] = []
  #text: string[] = []
  #length = 0
  /** So far. */
  bytes = 0

  add (text: string): void {
    this.bytes += Buffer.byteLength(text)
    this.#text.push(text)
    this.#length += text.length
    if (this.#length >= CHUNK) this.#flush()
  }

  end (): Uint8Array[] {
    this.#flush()
    return this.#done
  }

  #flush (): void {
    if (this.#length === 0) return
    // Bytes of their own, not a slice of Node's shared pool: only these can be transferred to another thread.
    this.#done.push(new TextEncoder().encode(this.#text.join('')))
    this.#text = []
    this.#length = 0
  }
}
