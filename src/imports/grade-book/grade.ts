// The cells of grade books, whichever system wrote them.
import { LATE, STATUS } from '../../courses/packed-cells.ts'

/** What a cell says without a number. `graded`: a grade that is not a number. */
export type GradeWord = 'exempt' | 'graded' | 'in_progress' | 'missing' | 'not_started' | 'submitted'

/** A cell, or what the cells of one task say together. Without points, `word` says what it means. */
interface GradeCell {
  points: number | null
  word?: GradeWord
  isLate?: boolean
  /** Ms since 1970. */
  submittedAt?: number | null
}

/** Null: blank. */
export type Grade = GradeCell | GradeWord | null

const MARKS: Record<GradeWord, number> = {
  exempt: STATUS.exempt,
  graded: STATUS.completed,
  in_progress: STATUS.in_progress,
  missing: STATUS.missing,
  not_started: STATUS.not_started,
  submitted: STATUS.submitted,
}

/** A grade as a staged result has it; 0 marks: there is no result. */
export function stagedGrade (
  grade: Grade
): { marks: number, points: number | null, submitted: number | null } {
  if (grade === null) return { marks: 0, points: null, submitted: null }
  if (typeof grade === 'string') return { marks: MARKS[grade], points: null, submitted: null }
  const { points, word = 'graded', isLate = false, submittedAt = null } = grade
  const status = points === null || word === 'exempt' ? MARKS[word] : STATUS.completed
  return {
    marks: status | (isLate ? LATE : 0),
    points: word === 'exempt' ? null : points,
    submitted: submittedAt,
  }
}
