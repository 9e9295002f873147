// What every format comes down to: one course as its source tells it. Its results lie in the staging database
// and go by the numbers given here.
import type { Row } from '../../db/tables.ts'
import type { Place } from './problems.ts'

export interface BookSource {
  /** The course's number in this import. */
  number: number
  place: Place
  /** The stored course that this is, null: a new one. */
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
  periods: SourcePeriod[]
  /** One for each title. */
  categories: SourceCategory[]
  tasks: SourceTask[]
  teachers: SourceTeacher[]
  students: SourceStudent[]
  /** The source is the whole truth about the course: its order counts, and what it has not goes. */
  isFull: boolean
  /** Staged results are all there are; else they change those that are stored. */
  hasAllResults: boolean
  /** Teachers, and students whom the source does not name, stay as they are. */
  isTeachersImport?: boolean
  /** Which of the stored things that are not in this source are to go, where it is not full. */
  isGone: {
    period: (row: Row<'periods'>) => boolean,
    task: (row: Row<'tasks'>) => boolean,
    student: (row: Row<'students'>) => boolean,
    teacher: (row: Row<'course_teachers'>) => boolean,
    /** Stored line items (`task_sources`) that were deleted: their results go. */
    item: (row: Row<'task_sources'>) => boolean,
    emptyCategories: boolean,
  }
}

export interface SourcePeriod {
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
  /** The system whose grade book file the task is from; null: another source. */
  gradeBook: string | null
  title: string
  type: 'homework' | 'reading' | 'external'
  /** The category's title. */
  category: string | null
  dueAt: number | null
  dueOn: string | null
  pointsPossible: number | null
  /**
   * Its line items: number in this import, what to take off a score to have points. A task without line items
   * is one itself, without id.
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
  /** The system whose grade book file brought the student; null: another source. */
  gradeBook: string | null
  firstName: string | null
  lastName: string | null
  studentIdentifier: string | null
  email: string | null
  /** Source id of the period. */
  period: string | null
  droppedOn: string | null
}

/** What a full source says of what it does not name: it goes. */
export const ALL_GONE: BookSource['isGone'] = {
  period: () => true,
  task: () => true,
  student: () => true,
  teacher: () => true,
  item: () => true,
  emptyCategories: true,
}

/** Weights as fractions: if any of the course exceeds 1, all are percentages. */
export function asFractions<T extends { weight: number | null }> (categories: T[]): T[] {
  if (!categories.some(({ weight }) => weight !== null && weight > 1)) return categories
  return categories.map((category) => ({
    ...category,
    weight: category.weight === null ? null : category.weight / 100,
  }))
}
