// Compares a course as its source describes it with the course as it is stored, and notes what has to change.
// Nothing is written to the service's database here.
import { sourceName } from '../../../db/queries/courses.ts'
import type { Row } from '../../../db/tables.ts'
import { gradingScaleText } from '../../courses/grading-scale.ts'
import { CellReader } from '../../courses/packed-cells.ts'
import { shorten } from '../../short-text.ts'
import type { BookSource } from '../book-source.ts'
import { optionName } from '../option-names.ts'
import type { Place } from '../problems.ts'
import { planCategories } from './categories.ts'
import { planPeriods } from './periods.ts'
import type { CoursePlanning, Planning } from './planning.ts'
import { planScores } from './scores.ts'
import { planStudents } from './students.ts'
import { planTasks } from './tasks.ts'
import { planTeachers } from './teachers.ts'
import { importError } from '../error-messages.ts'

/** Plans one course. What its source is not allowed to do is added to the problems. */
export function planCourse (book: BookSource, planning: Planning): void {
  let isChanged = false
  const course: CoursePlanning = { ...planning, book, changed: () => { isChanged = true } }
  const tasks = planTasks(course)
  planCategories(course, new Set(tasks.final.map((task) => task.category)))
  const students = planStudents(course)
  planPeriods(course, new Set(students.map((student) => student.period)))
  if (book.isTeachersImport !== true) planTeachers(course)
  planScores(course, tasks, students)
  planCourseRow(course, { isBookChanged: isChanged })
}

/**
 * Plans the removal of a stored course. Without `allowRemovals`, removing a course with results is an
 * error.
 */
export function planCourseRemoval (
  live: Row<'courses'>, number: number, place: Place, planning: Planning
): void {
  const { staging, problems, tallies, allowRemovals } = planning
  const students = staging.live.students(live.id)
  const results = new CellReader()
  let scores = 0
  for (const { id } of students) {
    results.load(staging.live.scores(id)?.cells ?? null)
    for (let slot = 0; slot < results.length; slot++) if (results.isGiven(slot)) scores++
  }
  if (scores > 0 && !allowRemovals) {
    problems.error(
      place,
      importError('course_removal', {
        course: shorten(live.name), results: scores, removals: optionName('removals', problems.askedBy),
      })
    )
  }
  tallies.courses.removed++
  tallies.periods.removed += staging.live.periods(live.id).length
  tallies.students.removed += students.length
  tallies.tasks.removed += staging.live.tasks(live.id).length
  tallies.scores.removed += scores
  staging.plan.course({
    course: number,
    live_id: live.id,
    op: 'delete',
    source_id: live.source_id,
    grouping: live.grouping,
    name: live.name,
    school: live.school,
    term: live.term,
    starts_on: live.starts_on,
    ends_on: live.ends_on,
    time_zone: live.imported_time_zone,
    missing_counts: live.imported_missing_counts,
    grading_scale: live.imported_grading_scale,
    is_changed: 1,
  })
}

function planCourseRow (
  { book, staging, tallies }: CoursePlanning, { isBookChanged }: { isBookChanged: boolean }
): void {
  const { live, number: course } = book
  const row = {
    source_id: book.sourceId,
    grouping: book.grouping,
    name: book.name,
    // The same in each import, so that a course without a school of its own does not change.
    school: book.school ?? staging.live.school(),
    term: book.term,
    starts_on: book.startsOn,
    ends_on: book.endsOn,
    time_zone: book.timeZone,
    missing_counts: book.missingCounts,
    grading_scale: importedScale(book),
  }
  if (live === null) {
    tallies.courses.added++
    staging.plan.course({ ...row, course, live_id: null, op: 'insert', is_changed: 1 })
    return
  }
  const isRowChanged = sourceName(live) !== row.name || live.school !== row.school ||
    live.term !== row.term || live.starts_on !== row.starts_on || live.ends_on !== row.ends_on ||
    live.imported_time_zone !== row.time_zone ||
    live.imported_missing_counts !== row.missing_counts || live.imported_grading_scale !== row.grading_scale
  const isChanged = isBookChanged || isRowChanged
  tallies.courses[isChanged ? 'updated' : 'unchanged']++
  staging.plan.course({
    ...row,
    source_id: live.source_id,
    course,
    live_id: live.id,
    // Also where nothing changes: the plan's other rows refer to this one, and the course must still exist.
    op: isRowChanged || live.grouping !== row.grouping ? 'update' : 'none',
    is_changed: isChanged ? 1 : 0,
  })
}

function importedScale ({ gradingScale, live }: BookSource): string | null {
  if (gradingScale === undefined) return live?.imported_grading_scale ?? null
  return gradingScale.length === 0 ? null : gradingScaleText(gradingScale)
}
