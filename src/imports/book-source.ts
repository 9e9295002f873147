// What every format is converted to: one course as its source describes it. The results are in the staging
// database, under the numbers given here.
import type { Row } from '../../db/tables.ts'
import type { GradingScale } from '../courses/grading-scale.ts'
import type { Place } from './problems.ts'

export interface BookSource {
  /** The course's number in this import. */
  number: number
  place: Place
  /** The stored course; null for a new one. */
  live: Row<'courses'> | null
  sourceId: string
  grouping: string | null
  name: string
  school: string | null
  term: string | null
  startsOn: string | null
  endsOn: string | null
  timeZone: string
  missingCounts: 'ignored' | 'zero'
  /** Empty: none. Undefined: the source cannot have one, and what is stored stays. */
  gradingScale?: GradingScale
  periods: SourcePeriod[]
  /** One for each title. */
  categories: SourceCategory[]
  tasks: SourceTask[]
  teachers: SourceTeacher[]
  students: SourceStudent[]
  /** The source is complete for the course: its order counts, and what it does not have is removed. */
  isFull: boolean
  /** The staged results are complete. Otherwise they change the stored ones. */
  hasAllResults: boolean
  /** Teachers, and students who are not in the source, are not changed. */
  isTeachersImport?: boolean
  /** If the source is not full: which stored things that it does not have are removed. */
  isGone: {
    period: (row: Row<'periods'>) => boolean,
    task: (row: Row<'tasks'>) => boolean,
    student: (row: Row<'students'>) => boolean,
    teacher: (row: Row<'course_teachers'>) => boolean,
    /** Line items (`task_sources`), with their results. */
    item: (row: Row<'task_sources'>) => boolean,
    emptyCategories: boolean,
  }
}

interface SourcePeriod {
  sourceId: string
  name: string
}

/** `weight` is a fraction. */
export interface SourceCategory {
  sourceId: string
  name: string
  weight: number | null
}

export interface SourceTask {
  sourceId: string
  /** The system whose grade book file has the task; null for another source. */
  gradeBook: string | null
  title: string
  type: 'homework' | 'reading' | 'external'
  /** The category's title. */
  category: string | null
  dueAt: number | null
  dueOn: string | null
  pointsPossible: number | null
  /**
   * Its line items, by their numbers in this import. `minimum` is subtracted from a score. A task of a format
   * without line items has one without an id.
   */
  items: Array<{ number: number, sourceId: string | null, minimum: number }>
}

export interface SourceTeacher {
  sourceId: string
  email: string | null
  firstName: string | null
  lastName: string | null
  isEnabled: boolean
}

export interface SourceStudent {
  /** The person's number in this import. */
  number: number
  sourceId: string
  /** The system whose grade book file added the student; null for another source. */
  gradeBook: string | null
  firstName: string | null
  lastName: string | null
  studentIdentifier: string | null
  email: string | null
  /** Source id of the period. */
  period: string | null
  droppedOn: string | null
}

/** Everything that the source does not have is removed. */
export const ALL_GONE: BookSource['isGone'] = {
  period: () => true,
  task: () => true,
  student: () => true,
  teacher: () => true,
  item: () => true,
  emptyCategories: true,
}

/** Nothing is removed. */
export const NOTHING_GONE: BookSource['isGone'] = {
  period: () => false,
  task: () => false,
  student: () => false,
  teacher: () => false,
  item: () => false,
  emptyCategories: false,
}

/** Weights as fractions. If any weight exceeds 1, all are percentages. */
export function asFractions<T extends { weight: number | null }> (categories: T[]): T[] {
  if (!categories.some(({ weight }) => weight !== null && weight > 1)) return categories
  return categories.map((category) => ({
    ...category,
    weight: category.weight === null ? null : category.weight / 100,
  }))
}
