// The book as the API returns it, as finished bytes. A large page has tens of megabytes: a worker thread
// makes them, and the server's own thread never sees them as objects.
import { isoTime } from '../iso-time.ts'
import type { Book } from './book.ts'
import type { BookTask } from './book-columns.ts'
import { gradeOf } from './grading-scale.ts'
import { JsonChunks } from './json-chunks.ts'
import { numberJson, rowWriter } from './row-json.ts'
import { NO_SPREAD, type Averages } from './tally.ts'

/** Most cells in one answer. */
const MAX_CELLS = 2_000_000
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
   * The page has fewer students than `limit` if it would have more bytes than this, but at least one.
   * Default: any number.
   */
  maxBytes?: number | undefined
}

/** The JSON of `GET …/performance`, in chunks. `exports` is JSON and is included as it is. */
export async function bookJson (book: Book, page: PageRequest, exports: string): Promise<Uint8Array[]> {
  const averages = book.averages(page.periodId)
  const { average, lowest, highest } = averages.course
  const out = new JsonChunks()
  out.add(`{"version":"${book.version}","course":`)
  out.value(courseJson(book))
  out.add(`,"exports":${exports},"periods":`)
  out.value(book.periods.map(({ id, sourceId, name }) => ({ id, source_id: sourceId, name })))
  out.add(',"categories":')
  out.value(categoriesJson(book, averages))
  out.add(',"data_headings":')
  out.value(headingsJson(book, averages))
  out.add(',"students":[')
  const cursor = await addStudents(out, book, page)
  out.add(`],"course_average":${JSON.stringify(average)},"course_lowest":${JSON.stringify(lowest)}` +
    `,"course_highest":${JSON.stringify(highest)},"next_cursor":${JSON.stringify(cursor)}}`)
  return out.end()
}

/** Adds the students of a page. Returns the cursor of the next page; null: this page is the last one. */
async function addStudents (
  out: JsonChunks,
  book: Book,
  { limit, after, periodId, maxBytes = Infinity }: PageRequest
): Promise<string | null> {
  const most = Math.max(1, Math.min(limit, Math.floor(MAX_CELLS / Math.max(1, book.tasks.length))))
  const rowJson = rowWriter(book)
  let written = 0
  let last: number | null = null
  for await (const batch of book.batches({ periodId, after })) {
    for (const row of batch) {
      if (last !== null && written === most) return writeCursor(last)
      const text = rowJson(row)
      const bytes = out.bytes + Buffer.byteLength(text) + END_BYTES
      if (last !== null && bytes > maxBytes) return writeCursor(last)
      out.add(last === null ? text : `,${text}`)
      written++
      last = row.student.id
    }
  }
  return null
}

/**
 * The JSON of a `PATCH` of a course, in chunks: its settings and the averages under them; `withStudents`: the
 * course average of each student as well, and its grade if there is a scale.
 */
export async function settingsJson (
  book: Book,
  { withStudents }: { withStudents: boolean }
): Promise<Uint8Array[]> {
  const averages = book.averages()
  const out = new JsonChunks()
  out.add('{"course":')
  out.value(courseJson(book))
  out.add(',"categories":')
  out.value(categoriesJson(book, averages))
  if (withStudents) {
    out.add(`,"course_average":${JSON.stringify(averages.course.average)},"students":[`)
    let separator = ''
    const { gradingScale } = book.course
    for await (const batch of book.batches()) {
      for (const { student, courseAverage } of batch) {
        const grade = gradingScale.length === 0
          ? ''
          : `,"grade":${JSON.stringify(gradeOf(courseAverage, gradingScale))}`
        out.add(`${separator}{"id":${student.id},"course_average":${numberJson(courseAverage)}${grade}}`)
        separator = ','
      }
    }
    out.add(']')
  }
  out.add('}')
  return out.end()
}

/** The cursor of the page that starts after a student. */
export function writeCursor (studentId: number): string {
  return Buffer.from(`s${studentId}`).toString('base64url')
}

/** The student of a cursor; undefined: it is not a cursor of this service. */
export function readCursor (cursor: string): number | undefined {
  const match = /^s([1-9]\d{0,15})$/.exec(Buffer.from(cursor, 'base64url').toString())
  return match === null ? undefined : Number(match[1])
}

/** A course as the API returns it. */
export function courseJson ({ course, isArchived }: Pick<Book, 'course' | 'isArchived'>) {
  return {
    id: course.id,
    source_id: course.sourceId,
    name: course.name,
    time_zone: course.timeZone,
    school: course.school,
    term: course.term,
    missing_counts: course.missingCounts,
    grading_scale: course.gradingScale.length === 0 ? null : course.gradingScale,
    archived: isArchived,
  }
}

function categoriesJson (book: Book, averages: Averages) {
  return book.categories.map(({ id, sourceId, name, weight }, c) => {
    const { average, lowest, highest } = averages.categories[c] ?? NO_SPREAD
    return { id, source_id: sourceId, name, weight, class_average: average, lowest, highest }
  })
}

function headingsJson (book: Book, averages: Averages) {
  return book.tasks.map((task, j) => {
    const { average, lowest, highest } = averages.tasks[j] ?? NO_SPREAD
    return { ...taskJson(task), class_average: average, lowest, highest }
  })
}

/** A task as the API returns it, without numbers of the class. */
export function taskJson (task: BookTask) {
  return {
    id: task.id,
    source_id: task.sourceId,
    title: task.title,
    type: task.type,
    category_id: task.categoryId,
    due_at: isoTime(task.dueAt),
    points_possible: task.pointsPossible,
  }
}
