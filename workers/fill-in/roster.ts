// The students of a course with the values that are filled in, and whom a row is about.
import type { Book } from '../../src/courses/book.ts'
import type { BookRow } from '../../src/courses/book-row.ts'
import { gradeOf } from '../../src/courses/grading-scale.ts'
import { FILL_IN_MESSAGES } from '../../src/fill-in/fill-in-messages.ts'
import type { Fill, FillInOptions, MatchBy } from '../../src/fill-in/fill-in-options.ts'
import { roundPoints } from '../workbook/points.ts'
import { fillInFailure } from './fill-in-failure.ts'
import { shownFraction, shownPoints, type CellValue } from './shown-value.ts'

interface RosterStudent {
  id: number
  isDropped: boolean
  /** By the place of the option; null: the course has none. */
  values: Array<CellValue | null>
}

export interface Roster {
  students: readonly RosterStudent[]
  /** Whom a row may be about, by its cells in the columns of `match`. */
  find: (cells: readonly string[]) => RosterStudent[]
  /** Whether a text is somebody's, in this one respect. */
  isKnown: (text: string, by: MatchBy) => boolean
}

/** Reads the book once. Throws FILL_IN_FAILED if the course does not have what is to be filled in. */
export async function readRoster (
  book: Book, { match, fill }: Pick<FillInOptions, 'match' | 'fill'>
): Promise<Roster> {
  const valuesOf = fill.map((one) => valueReader(book, one))
  const students: RosterStudent[] = []
  const indexes = match.map(() => new Map<string, RosterStudent[]>())
  for await (const batch of book.batches()) {
    for (const row of batch) {
      const student = { id: row.student.id, isDropped: row.isDropped, values: valuesOf.map((of) => of(row)) }
      students.push(student)
      for (const [i, { by }] of match.entries()) {
        for (const key of new Set(keysOf(row, by))) {
          const known = indexes[i]?.get(key)
          if (known === undefined) indexes[i]?.set(key, [student])
          else known.push(student)
        }
      }
    }
  }
  return {
    students,
    find (cells) {
      const found = match.map(({ by }, i) => indexes[i]?.get(keyOf(cells[i] ?? '', by)) ?? [])
      const [first = [], ...others] = found
      const inOthers = others.map((some) => new Set(some))
      return first.filter((student) => inOthers.every((some) => some.has(student)))
    },
    isKnown: (text, by) => match.some((one, i) => one.by === by && indexes[i]?.has(keyOf(text, by)) === true),
  }
}

/** Reads what an option says from a student's row. */
function valueReader (book: Book, fill: Fill): (row: BookRow) => CellValue | null {
  const { gradingScale: scale } = book.course
  const number = (value: number, shown: (value: number, fill: Fill) => CellValue) =>
    Number.isNaN(value) ? null : shown(value, fill)
  if (fill.with === 'course_average') return ({ courseAverage }) => number(courseAverage, shownFraction)
  if (fill.with === 'grade') {
    if (scale.length === 0) throw fillInFailure(FILL_IN_MESSAGES.no_grades)
    return ({ courseAverage }) => {
      const grade = gradeOf(courseAverage, scale)
      return grade === null ? null : { kind: 'text', text: grade }
    }
  }
  if (fill.with === 'points') return (row) => number(pointsOf(book, row), shownPoints)
  const id = taskIdOf(fill)
  const index = book.tasks.findIndex((task) => task.id === id)
  if (index === -1) throw fillInFailure(`The course has no task with the id ${id}.`)
  return ({ scores }) => number(scores[index] ?? NaN, shownFraction)
}

/** The id of the task of `task:ID`; undefined: it is filled with something else. */
function taskIdOf ({ with: source }: Fill): number | undefined {
  return source.startsWith('task:') ? Number(source.slice('task:'.length)) : undefined
}

/** The points of all tasks with a score and with points; NaN: there are none. */
function pointsOf ({ tasks }: Book, { scores, cells }: BookRow): number {
  let sum = NaN
  for (const [i, { slot, pointsPossible }] of tasks.entries()) {
    const score = scores[i] ?? NaN
    if (Number.isNaN(score)) continue
    const own = slot < cells.length ? cells.points[slot] ?? NaN : NaN
    const points = Number.isNaN(own) ? score * (pointsPossible ?? NaN) : own
    if (!Number.isNaN(points)) sum = (Number.isNaN(sum) ? 0 : sum) + points
  }
  return Number.isNaN(sum) ? NaN : roundPoints(sum)
}

function keysOf ({ student }: BookRow, by: MatchBy): string[] {
  const { first_name: first, last_name: last } = student
  const texts = {
    student_identifier: () => [student.student_identifier],
    email: () => [student.email],
    source_id: () => [student.source_id],
    name: () => first === null || last === null
      ? [first ?? last]
      : [`${first} ${last}`, `${last} ${first}`, `${last}, ${first}`],
  }[by]()
  return texts.map((text) => keyOf(text ?? '', by)).filter((key) => key !== '')
}

/** Equal for texts that mean the same person; never equal for a blank one. */
function keyOf (text: string, by: MatchBy): string {
  const trimmed = text.normalize('NFC').trim()
  if (by === 'student_identifier' || by === 'source_id') return trimmed
  return trimmed.replace(/\s+/g, ' ').toLowerCase()
}
