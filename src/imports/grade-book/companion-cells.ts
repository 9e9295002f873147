// Columns beside the column of a task that say more about it, as Gradescope has them.
import { instantMs } from '../sources/text-values.ts'
import type { TableNumbers } from '../sources/table-numbers.ts'
import type { Grade } from './grade.ts'

/** The indexes of the columns. */
export interface Companions {
  /** The points possible of the task, in every row. */
  maximum?: number
  /** When the work was handed in. */
  submitted?: number
  /** How late, as hours, minutes and seconds. */
  lateness?: number
}

/** A grade with what the columns beside it say in the same row. `unreadable` gets a time that is none. */
export function withCompanions (
  grade: Grade,
  fields: string[],
  { submitted, lateness }: Companions,
  unreadable: (time: string) => void
): Grade {
  const time = fields[submitted ?? -1]?.trim() ?? ''
  const submittedAt = instantOf(time)
  if (submittedAt === null && !BLANK_TIME.test(time)) unreadable(time)
  const isLate = /[1-9]/.test(fields[lateness ?? -1] ?? '')
  if (grade === null) {
    return submittedAt === null ? null : { points: null, word: 'submitted', submittedAt, isLate }
  }
  const cell = typeof grade === 'string' ? { points: null, word: grade } : grade
  return { ...cell, submittedAt, isLate }
}

/** The points possible that a row gives; null: none. */
export function maximumOf (fields: string[], { maximum }: Companions, numbers: TableNumbers): number | null {
  const points = numbers.of(fields[maximum ?? -1]?.trim() ?? '')
  return points === undefined || points <= 0 ? null : points
}

const BLANK_TIME = /^(|-|n\/?a|null)$/i

/** Also with a space before the offset: `2026-09-08 12:00:00 -0700`. */
function instantOf (text: string): number | null {
  return instantMs(text.replace(/ (?=[+-]\d{2}:?\d{2}$)/, '').replace(/ ?UTC$/, 'Z')) ?? null
}
