// One cell as systems want it that have points and nothing else.
import type { BookTask } from '../../src/courses/book-columns.ts'
import type { BookRow } from '../../src/courses/book-row.ts'
import { LATE, PROVISIONAL, STATUS_MASK, STATUSES } from '../../src/courses/packed-cells.ts'
import { roundPoints } from '../workbook/points.ts'

export interface PointsCell {
  /** Those that came in, else score × points possible, rounded; NaN: none. */
  points: number
  status: typeof STATUSES[number]
  isLate: boolean
  isProvisional: boolean
  /** It has a score, but no points: the task has no points possible. */
  isWithoutPoints: boolean
  /** It has no score and counts 0, because the task is past due. */
  isZeroed: boolean
}

/** The cell of the task with this index; undefined: the student was not given the task. */
export function pointsCell (
  { cells, isZeroed }: BookRow, { slot, pointsPossible }: BookTask, index: number
): PointsCell | undefined {
  const mark = slot < cells.length ? cells.marks[slot] ?? 0 : 0
  const status = STATUSES[(mark & STATUS_MASK) - 1]
  if (status === undefined) return undefined
  const score = cells.score(slot, pointsPossible ?? NaN)
  const given = cells.points[slot] ?? NaN
  const possible = pointsPossible !== null && pointsPossible > 0 ? pointsPossible : NaN
  const points = Number.isNaN(given) ? score * possible : given
  return {
    points: Number.isNaN(points) ? NaN : roundPoints(points),
    status,
    isLate: (mark & LATE) !== 0,
    isProvisional: (mark & PROVISIONAL) !== 0,
    isWithoutPoints: Number.isNaN(points) && !Number.isNaN(score),
    isZeroed: isZeroed(index),
  }
}
