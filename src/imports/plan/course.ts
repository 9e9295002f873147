// Compares one course as its source tells it with the course as it is stored, and notes what has to change.
// Nothing is written to the service's database here.
import { emailKey } from '../../../db/queries/accounts.ts'
import { shorten } from '../../short-text.ts'
import type { Staging } from '../../../db/sqlite/staging/staging.ts'
import type { Row } from '../../../db/tables.ts'
import { CellReader } from '../../courses/packed-cells.ts'
import type { BookSource } from '../book-source.ts'
import { HOW_TO_ALLOW } from '../how-to-allow.ts'
import type { Counts, ImportSummary } from '../outcome.ts'
import { planCategories } from './categories.ts'
import { planScores } from './scores.ts'
import { planStudents } from './students.ts'
import { planTasks } from './tasks.ts'
import type { Place, Problems } from '../problems.ts'

export type Tallies = Omit<ImportSummary, 'warnings' | 'columns' | 'column_count'>

export interface Planning {
  staging: Staging
  problems: Problems
  tallies: Tallies
  /** Collation of the book's order. */
  collator: Intl.Collator
  allowRemovals: boolean
  /** Name of a file by its number in the staging database. */
  fileName: (number: number) => string | null
}

/** What the parts of a plan share. */
export interface CoursePlanning extends Planning {
  book: BookSource
  /** Set once something of the book changes: its data version will rise. */
  changed: () => void
}

export function emptyTallies (): Tallies {
  const none = (): Counts => ({ added: 0, updated: 0, unchanged: 0, removed: 0 })
  return { courses: none(), periods: none(), students: none(), tasks: none(), scores: none() }
}

/** Plans one course. What its source may not do is added to the problems. */
export function planCourse (book: BookSource, planning: Planning): void {
  let isChanged = false
  const course: CoursePlanning = {
    ...planning,
    book,
    changed: () => {
      isChanged = true
    },
  }
  const tasks = planTasks(course)
  planCategories(course, tasks)
  const students = planStudents(course)
  planPeriods(course, new Set(students.map((student) => student.period)))
  if (book.isTeachersImport !== true) planTeachers(course)
  planScores(course, tasks, students)
  planCourseRow(course, isChanged)
}

/** Plans the removal of a stored course. Without `allowRemovals` one that has results is an error. */
export function planCourseRemoval (
  live: Row<'courses'>,
  number: number,
  place: Place,
  { staging, problems, tallies, allowRemovals }: Planning
): void {
  const results = new CellReader()
  let scores = 0
  const students = staging.live.students(live.id)
  for (const { id } of students) {
    results.load(staging.live.scores(id)?.cells ?? null)
    for (let slot = 0; slot < results.length; slot++) if (results.isGiven(slot)) scores++
  }
  if (scores > 0 && !allowRemovals) {
    problems.error(
      place,
      `the course "${shorten(live.name)}" with its ${scores} results would be removed; ` +
        `if that is intended, allow it ${HOW_TO_ALLOW.removals}`
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
    is_changed: 1,
  })
}

function planCourseRow ({ book, staging, tallies }: CoursePlanning, isChanged: boolean): void {
  const live = book.live
  const row = {
    source_id: book.sourceId,
    grouping: book.grouping,
    name: book.name,
    school: book.school,
    term: book.term,
    starts_on: book.startsOn,
    ends_on: book.endsOn,
    time_zone: book.timeZone,
    missing_counts: book.missingCounts,
  }
  if (live === null) {
    tallies.courses.added++
    staging.plan.course({ ...row, course: book.number, live_id: null, op: 'insert', is_changed: 1 })
    return
  }
  const isRenamed = live.name !== row.name || live.school !== row.school || live.term !== row.term ||
    live.starts_on !== row.starts_on ||
    live.ends_on !== row.ends_on || live.imported_time_zone !== row.time_zone ||
    live.imported_missing_counts !== row.missing_counts
  const isUpdate = isRenamed || live.grouping !== row.grouping
  isChanged ||= isRenamed
  tallies.courses[isChanged ? 'updated' : 'unchanged']++
  // Also where nothing changes: it says which stored course the parts of the plan belong to, and that it must
  // still be there.
  staging.plan.course({
    ...row,
    source_id: live.source_id,
    course: book.number,
    live_id: live.id,
    op: isUpdate ? 'update' : 'none',
    is_changed: isChanged ? 1 : 0,
  })
}

function planPeriods (
  { book, staging, tallies, changed }: CoursePlanning,
  inUse: ReadonlySet<string | null>
): void {
  const live = book.live === null ? [] : staging.live.periods(book.live.id)
  const bySource = new Map(live.map((row) => [row.source_id, row]))
  const named = new Set(book.periods.map((period) => period.sourceId))
  // Students who left still stand in the last period they had, so it stays as long as there are any.
  const isKept = (row: Row<'periods'>) =>
    named.has(row.source_id) || inUse.has(row.source_id) || !(book.isFull || book.isGone.period(row))
  const extra = live.filter((row) => !named.has(row.source_id) && isKept(row)).map((row) => ({
    sourceId: row.source_id,
    name: row.name,
  }))
  const final = inOrder(
    [...book.periods, ...extra],
    book.isFull,
    ({ sourceId }) => bySource.get(sourceId)?.position
  )
  final.forEach(({ sourceId, name }, position) => {
    const row = bySource.get(sourceId)
    const part = { course: book.number, live_id: row?.id ?? null, source_id: sourceId, name, position }
    if (row === undefined) staging.plan.period({ ...part, op: 'insert' })
    else if (row.name !== name || row.position !== position) staging.plan.period({ ...part, op: 'update' })
    if (row === undefined || row.name !== name || row.position !== position) changed()
    if (row === undefined) tallies.periods.added++
    else if (named.has(sourceId)) tallies.periods[row.name === name ? 'unchanged' : 'updated']++
  })
  for (const row of live) {
    if (isKept(row)) continue
    staging.plan.period({
      course: book.number,
      live_id: row.id,
      op: 'delete',
      source_id: row.source_id,
      name: row.name,
      position: row.position,
    })
    tallies.periods.removed++
    changed()
  }
}

function planTeachers ({ book, staging, changed }: CoursePlanning): void {
  const live = book.live === null ? [] : staging.live.teachers(book.live.id)
  const bySource = new Map(live.map((row) => [row.source_id, row]))
  const named = new Set(book.teachers.map((teacher) => teacher.sourceId))
  const isKept = (row: Row<'course_teachers'>) =>
    named.has(row.source_id) || !(book.isFull || book.isGone.teacher(row))
  const extra = live.filter((row) => !named.has(row.source_id) && isKept(row))
    .map((row) => ({
      sourceId: row.source_id,
      email: row.email,
      firstName: row.first_name,
      lastName: row.last_name,
      isEnabled: row.is_enabled === 1,
    }))
  const final = inOrder(
    [...book.teachers, ...extra],
    book.isFull,
    ({ sourceId }) => bySource.get(sourceId)?.position
  )
  final.forEach((teacher, position) => {
    const row = bySource.get(teacher.sourceId)
    const part = {
      course: book.number,
      live_id: row?.id ?? null,
      source_id: teacher.sourceId,
      position,
      email: teacher.email,
      email_key: teacher.email === null ? null : emailKey(teacher.email),
      first_name: teacher.firstName,
      last_name: teacher.lastName,
      is_enabled: teacher.isEnabled ? 1 as const : 0 as const,
    }
    if (row === undefined) staging.plan.teacher({ ...part, op: 'insert' })
    else if (
      row.position !== position || row.email !== part.email || row.first_name !== part.first_name ||
      row.last_name !== part.last_name || row.is_enabled !== part.is_enabled
    ) {
      staging.plan.teacher({ ...part, op: 'update' })
    } else return
    changed()
  })
  for (const row of live) {
    if (isKept(row)) continue
    staging.plan.teacher({
      course: book.number,
      live_id: row.id,
      op: 'delete',
      source_id: row.source_id,
      position: row.position,
      email: null,
      email_key: null,
      first_name: null,
      last_name: null,
      is_enabled: 0,
    })
    changed()
  }
}

/**
 * A full source orders by itself. Another one leaves what is stored where it stands, and what is new comes
 * after.
 */
export function inOrder<T> (things: T[], isFull: boolean, position: (thing: T) => number | undefined): T[] {
  if (isFull) return things
  return things.map((thing, i) => ({ thing, at: position(thing) ?? Infinity, i }))
    .sort((a, b) => a.at === b.at ? a.i - b.i : a.at - b.at).map(({ thing }) => thing)
}
