// A student's row as JSON. Pages have up to two million cells, so cells are put together as text, not as
// objects.
import { isoTime } from '../iso-time.ts'
import { personName } from '../person-name.ts'
import type { Book } from './book.ts'
import type { BookRow } from './book-row.ts'
import { startOfDay } from './course-time.ts'
import { gradeOf } from './grading-scale.ts'
import { LATE, PLAIN_DATE, PROVISIONAL, STATUS_MASK, STATUSES, type CellReader } from './packed-cells.ts'

/** Returns what writes rows of this book. */
export function rowWriter ({ course, tasks }: Pick<Book, 'course' | 'tasks'>): (row: BookRow) => string {
  const columns = tasks.map(({ slot, type, id }) => ({
    slot,
    start: `{"type":"${type}","id":${id},"status":`,
  }))
  const statuses = STATUSES.map((status) => `"${status}","score":`)
  // Days repeat a lot, and the calendar of a zone is slow.
  const days = new Map<number, string>()

  function cellJson (cells: CellReader, slot: number, score: number): string {
    const mark = cells.marks[slot] ?? 0
    return `${statuses[(mark & STATUS_MASK) - 1]}${numberJson(score)}` +
      `,"points":${numberJson(cells.points[slot])}` +
      `,"exercise_count":${cells.count(slot, 0)},"correct_exercise_count":${cells.count(slot, 1)}` +
      `,"recovered_exercise_count":${cells.count(slot, 2)}` +
      `,"is_late":${(mark & LATE) !== 0},"is_provisional":${(mark & PROVISIONAL) !== 0}` +
      `,"submitted_at":${submittedJson(cells.submittedAt(slot), (mark & PLAIN_DATE) !== 0)}}`
  }

  function submittedJson (ms: number, isPlainDate: boolean): string {
    if (Number.isNaN(ms)) return 'null'
    return isPlainDate ? dayJson(ms) : `"${isoTime(ms)}"`
  }

  function dayJson (ms: number): string {
    const known = days.get(ms)
    if (known !== undefined) return known
    const text = `"${isoTime(startOfDay(isoTime(ms).slice(0, 10), course.timeZone))}"`
    days.set(ms, text)
    return text
  }

  return ({ student, isDropped, cells, scores, categoryAverages, courseAverage }) => {
    const name = personName(student.first_name, student.last_name)
    const head = JSON.stringify({
      id: student.id,
      source_id: student.source_id,
      name: name === '' ? null : name,
      first_name: student.first_name,
      last_name: student.last_name,
      student_identifier: student.student_identifier,
      email: student.email,
      period_id: student.period_id,
      is_dropped: isDropped,
    })
    const grade = JSON.stringify(gradeOf(courseAverage, course.gradingScale))
    let text = `${head.slice(0, -1)},"course_average":${numberJson(courseAverage)},"grade":${grade}` +
      `,"category_averages":[${Array.from(categoryAverages, numberJson).join(',')}],"data":[`
    let j = 0
    for (const { slot, start } of columns) {
      if (j > 0) text += ','
      const score = scores[j++] ?? NaN
      text += cells.isGiven(slot) ? `${start}${cellJson(cells, slot, score)}` : 'null'
    }
    return `${text}]}`
  }
}

/** NaN: none. */
export function numberJson (value = NaN): string {
  return Number.isNaN(value) ? 'null' : String(value)
}
