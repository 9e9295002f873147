import type { StudentRow } from '../../db/queries/books.ts'
import type { GradingScale } from '../courses/grading-scale.ts'
import type { BookCategory, BookTask } from '../courses/book-columns.ts'

/** In the order in which changes come, except that a student's changes stay together. */
export const CHANGE_KINDS = [
  'setting_changed',
  'category_added',
  'category_removed',
  'category_changed',
  'period_added',
  'period_removed',
  'period_changed',
  'task_added',
  'task_removed',
  'task_changed',
  'class_average_changed',
  'student_joined',
  'student_left',
  'student_moved',
  'student_changed',
  'average_changed',
  'score_added',
  'score_removed',
  'score_changed',
  'status_changed',
] as const
export type ChangeKind = typeof CHANGE_KINDS[number]

/** The field of the subject that differs. */
export type ChangedField =
  | 'name' | 'school' | 'term' | 'time_zone' | 'missing_counts' | 'grading_scale'
  | 'weight'
  | 'title' | 'category' | 'due_at' | 'points_possible'
  | 'first_name' | 'last_name' | 'student_identifier' | 'email' | 'period'

/** One student's result in one task. */
export interface CellState {
  status: 'not_started' | 'in_progress' | 'completed' | 'submitted' | 'missing' | 'exempt' | null
  /** A fraction; null: none. */
  score: number | null
  points: number | null
  is_late: boolean
  is_provisional: boolean
}

/** A fraction, points, a time in ms, a text, … by kind and field; null: none. */
export type ChangeValue = string | number | CellState | GradingScale | null

/** One difference between what an export read and the book now. */
export interface Change {
  kind: ChangeKind
  field?: ChangedField
  /** The subjects as they are now; those that are gone, as they were. */
  student?: StudentRow
  task?: BookTask
  /** Of a score: the task as it was, if it was in the book. */
  formerTask?: BookTask
  /** For a class average, undefined means the course average. */
  category?: Pick<BookCategory, 'id' | 'sourceId' | 'name'>
  period?: { id: number, sourceId: string, name: string }
  before: ChangeValue
  after: ChangeValue
}
