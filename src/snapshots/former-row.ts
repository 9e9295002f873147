import type { StudentRow } from '../../db/queries/books.ts'
import { RowComputation, type BookRow } from '../courses/book-row.ts'
import type { SnapshotHeader } from './snapshot-format.ts'

/**
 * Returns a function that computes the scores and averages of a snapshot's students as they were, in the same
 * way as those of a book. A row is valid until the next one is computed.
 */
export function formerRow (
  { tasks, categories, course, readAt }: SnapshotHeader
): (student: StudentRow) => BookRow {
  const computation = new RowComputation(tasks, categories, ({ dueAt }) =>
    course.missingCounts === 'zero' && dueAt !== null && readAt > dueAt)
  return (student) => computation.compute(student)
}
