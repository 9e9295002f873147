// The packed cells of every student of a course: the stored ones, with what the source says put over them,
// compared byte by byte.
import { shorten } from '../../short-text.ts'
import { optionName } from '../option-names.ts'
import type { CoursePlanning } from './planning.ts'
import { StudentRows } from './student-rows.ts'
import type { FinalStudent } from './students.ts'
import type { PlannedTasks } from './tasks.ts'
import { importError } from '../error-messages.ts'

/**
 * Plans the cells of all students, dropped ones included. Adds an error if more than half of the stored
 * results would be removed.
 */
export function planScores (course: CoursePlanning, tasks: PlannedTasks, students: FinalStudent[]): void {
  const { book, staging, problems, tallies, changed } = course
  const rows = new StudentRows(course, tasks)
  let stored = 0
  let removed = 0
  for (const student of students) {
    const old = student.live === null ? undefined : staging.live.scores(student.live.id)
    const results = student.number === null ? [] : staging.results.ofStudent(book.number, student.number)
    if (old === undefined && results.length === 0) continue
    const row = rows.compute(student, old, results)
    stored += row.unchanged + row.updated + row.removed
    removed += row.removed
    tallies.scores.added += row.added
    tallies.scores.updated += row.updated
    tallies.scores.unchanged += row.unchanged
    tallies.scores.removed += row.removed
    const isSame = isSameBytes(old?.cells, row.cells) && (old === undefined
      ? row.cells === null
      : old.score_count === row.scoreCount && old.score_sum === row.scoreSum)
    if (!isSame) changed()
    else if (isSameBytes(old?.origins, row.origins)) {
      // Stored by a version that kept no ids. The result is the same, so no one needs to hear of it.
      if (student.live !== null && !isSameBytes(old?.ids, row.ids)) {
        staging.plan.resultIds({ live_id: student.live.id, ids: row.ids })
      }
      continue
    }
    staging.plan.scores({
      course: book.number,
      live_id: student.live?.id ?? null,
      student: student.sourceId,
      cells: row.cells,
      score_count: row.scoreCount,
      score_sum: row.scoreSum,
      origins: row.origins,
      ids: row.ids,
    })
  }
  if (!course.allowRemovals && removed * 2 > stored) {
    problems.error(
      book.place,
      importError('removals', {
        removed, stored, course: shorten(book.name), removals: optionName('removals', problems.askedBy),
      })
    )
  }
}

/** Two values without bytes are the same. */
function isSameBytes (a: Buffer | null | undefined, b: Buffer | null): boolean {
  return a === null || a === undefined ? b === null : b?.equals(a) === true
}
