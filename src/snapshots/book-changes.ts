// What differs between the data that an export read and a book. The workbook's sheet Changes and the API both
// show what is found here.
import type { StudentRow } from '../../db/queries/books.ts'
import type { Book } from '../courses/book.ts'
import type { Change } from './change.ts'
import { formerRow } from './former-row.ts'
import { classAverageChanges, pairs, settingsChanges } from './settings-changes.ts'
import type { Snapshot } from './snapshot.ts'
import { meansOf } from './snapshot-format.ts'
import { personChanges, scoreChanges, type StudentPair, type TaskPair } from './student-changes.ts'

/** Which students are compared. */
export interface ChangeScope {
  /** Only students who are or were in this period. Default: all. */
  periodId?: number | undefined
  /** Whether students who were dropped then and still are are included. Default: yes. */
  includeDropped?: boolean
}

/**
 * All differences, in batches: settings, categories, periods, tasks, class averages; then students with their
 * averages, in the order of the book, those who are gone last; then scores in the same order. The database
 * must stay open. Memory does not grow with the number of students or differences.
 */
export async function * bookChanges (
  before: Snapshot,
  after: Book,
  { periodId, includeDropped = true }: ChangeScope = {}
): AsyncGenerator<Change[], void, void> {
  const formerly = formerRow(before)
  const isIn = (student: StudentRow | undefined): boolean =>
    student !== undefined && (periodId === undefined || student.period_id === periodId) &&
    (includeDropped || student.is_dropped === 0)

  async function * studentPairs (): AsyncGenerator<StudentPair, void, void> {
    const left = new Set(before.students.flat())
    for await (const batch of after.batches()) {
      for (const row of batch) {
        const { student } = row
        left.delete(student.id)
        const old = await before.find(student.id)
        if (!isIn(student) && !isIn(old)) continue
        yield { student, before: old === undefined ? undefined : formerly(old), after: row }
      }
    }
    for (const id of left) {
      const old = await before.find(id)
      if (old === undefined || !isIn(old)) continue
      yield { student: old, before: formerly(old), after: undefined }
    }
  }

  yield settingsChanges(before, after)
  const averages = periodId === undefined
    ? before.averages
    : before.periodAverages.find(({ id }) => id === periodId)?.averages ?? { course: null, categories: [] }
  yield classAverageChanges(averages, meansOf(after.averages(periodId)), {
    before: before.categories,
    after: after.categories,
  })
  const periods = { before: before.periods, after: after.periods }
  for await (const pair of studentPairs()) yield personChanges(pair, periods)
  const tasks = pairs(before.tasks, after.tasks).map(({ item, was, is }): TaskPair => ({
    task: item,
    formerTask: before.tasks[was],
    was,
    is,
    wasSlot: before.tasks[was]?.slot ?? Infinity,
    isSlot: after.tasks[is]?.slot ?? Infinity,
  }))
  for await (const pair of studentPairs()) yield scoreChanges(pair, tasks)
}
