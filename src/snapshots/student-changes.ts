// Differences of one student.
import type { StudentRow } from '../../db/queries/books.ts'
import type { Book } from '../courses/book.ts'
import type { BookTask } from '../courses/book-columns.ts'
import type { BookRow } from '../courses/book-row.ts'
import { LATE, PROVISIONAL, STATUS_MASK, STATUSES } from '../courses/packed-cells.ts'
import type { CellState, Change, ChangedField, ChangeKind } from './change.ts'
import { areSameAverages } from './settings-changes.ts'

/** Marks that a workbook shows. */
const SHOWN = STATUS_MASK | LATE | PROVISIONAL

/** The two rows of a student. One of them may be missing. */
export interface StudentPair {
  student: StudentRow
  before: BookRow | undefined
  after: BookRow | undefined
}

/** The indexes and slots of a task in the former and the present book. Index -1: it is not in that one. */
export interface TaskPair {
  task: BookTask
  /** As it was; undefined: it was not in the book. */
  formerTask: BookTask | undefined
  was: number
  is: number
  wasSlot: number
  isSlot: number
}

type Periods = Book['periods']
const PERSONAL = ['last_name', 'first_name', 'student_identifier', 'email'] as const satisfies ChangedField[]

/** Whether they joined, left or moved; their names; their course average. */
export function personChanges (
  { student, before, after }: StudentPair,
  periods: { before: Periods, after: Periods }
): Change[] {
  const changes: Change[] = []
  const period = (of: BookRow | undefined, list: Periods): string | null =>
    list.find(({ id }) => id === of?.student.period_id)?.name ?? null
  const [was, is] = [period(before, periods.before), period(after, periods.after)]
  const wasHere = before?.isDropped === false
  const isHere = after?.isDropped === false
  if (!wasHere && isHere) changes.push({ kind: 'student_joined', student, before: null, after: is })
  if (wasHere && !isHere) changes.push({ kind: 'student_left', student, before: was, after: null })
  if (before !== undefined && after !== undefined) {
    if (before.student.period_id !== after.student.period_id) {
      changes.push({ kind: 'student_moved', field: 'period', student, before: was, after: is })
    }
    for (const field of PERSONAL) {
      const [old, now] = [before.student[field], after.student[field]]
      if (old !== now) changes.push({ kind: 'student_changed', field, student, before: old, after: now })
    }
  }
  const averages = [before?.courseAverage ?? NaN, after?.courseAverage ?? NaN] as const
  if (!areSameAverages(...averages)) {
    changes.push({
      kind: 'average_changed',
      student,
      before: orNull(averages[0]),
      after: orNull(averages[1]),
    })
  }
  return changes
}

/** Scores and statuses, by task. What no workbook shows, such as a submission time, does not count. */
export function scoreChanges ({ student, before, after }: StudentPair, tasks: readonly TaskPair[]): Change[] {
  const changes: Change[] = []
  for (const { task, formerTask, was, is, wasSlot, isSlot } of tasks) {
    const old = before === undefined || was < 0 ? 0 : shownMark(before, wasSlot)
    const now = after === undefined || is < 0 ? 0 : shownMark(after, isSlot)
    if (old === 0 && now === 0) continue
    const oldScore = old === 0 ? NaN : before?.scores[was] ?? NaN
    const score = now === 0 ? NaN : after?.scores[is] ?? NaN
    const hadNone = Number.isNaN(oldScore)
    const hasNone = Number.isNaN(score)
    if (hadNone && hasNone) {
      if (old === now) continue
      // For a task that was added or removed, and a student who joined or left, there is a change already.
      if (was < 0 || is < 0 || before === undefined || after === undefined) continue
    } else if (
      oldScore === score && old === now && points(before, wasSlot) === points(after, isSlot)
    ) continue
    const kind: ChangeKind = hadNone
      ? hasNone ? 'status_changed' : 'score_added'
      : hasNone ? 'score_removed' : 'score_changed'
    changes.push({
      kind,
      student,
      task,
      ...(formerTask === undefined ? {} : { formerTask }),
      before: before === undefined || old === 0 ? null : cellState(before, wasSlot, old, oldScore),
      after: after === undefined || now === 0 ? null : cellState(after, isSlot, now, score),
    })
  }
  return changes
}

function shownMark ({ cells }: BookRow, slot: number): number {
  const mark = slot < cells.length ? cells.marks[slot] ?? 0 : 0
  return (mark & STATUS_MASK) === 0 ? 0 : mark & SHOWN
}

function points (row: BookRow | undefined, slot: number): number | null {
  return row === undefined || slot >= row.cells.length ? null : orNull(row.cells.points[slot] ?? NaN)
}

function cellState (row: BookRow, slot: number, mark: number, score: number): CellState {
  return {
    status: STATUSES[(mark & STATUS_MASK) - 1] ?? null,
    score: orNull(score),
    points: points(row, slot),
    is_late: (mark & LATE) !== 0,
    is_provisional: (mark & PROVISIONAL) !== 0,
  }
}

function orNull (value: number): number | null {
  return Number.isNaN(value) ? null : value
}
