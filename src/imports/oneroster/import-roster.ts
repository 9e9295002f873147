import { placeOf } from '../../../db/sqlite/staging/results.ts'
import type { Row } from '../../../db/tables.ts'
import { dayAt } from '../../courses/course-time.ts'
import { ALL_GONE, type BookSource } from '../book-source.ts'
import type { ImportRun } from '../import-run.ts'
import type { Source } from '../sources/source-files.ts'
import { KnownRoster } from './known-roster.ts'
import { readManifests, type Bundle } from './manifest.ts'
import { removeMissingReferences, warnOfDeleted } from './missing-references.ts'
import { readRecords } from './read-records.ts'
import { readResults } from './read-results.ts'
import { ResultTargets } from './result-targets.ts'
import { planAccounts } from './roster-accounts.ts'
import { buildBook } from './roster-book.ts'
import { groupClasses, type RosterCourse } from './roster-courses.ts'
import type { EnrollmentBody, RosterKind } from './roster-files.ts'
import { planStoredRoster } from './store-roster.ts'
import { endedEarlyOn, termsById } from './roster-terms.ts'
import { SkippedRows } from './skipped-rows.ts'
import { countUnusedUsers, keepWithinCourse, planLineItems, studentsWithin } from './teacher-scope.ts'

/** What was read, and the kinds of records of which some could not be read. */
export interface RosterRead { bundle: Bundle, unread: Set<RosterKind> }

/** Reads everything but results into the staging database. Errors are added to the problems. */
export type RosterReader = (sources: Source[], skipped: SkippedRows, run: ImportRun) => Promise<RosterRead>

/** Reads OneRoster bundles. Throws Refusal if a manifest cannot be followed. */
export const readBundles: RosterReader = async (sources, skipped, run) => {
  const bundle = await readManifests(sources, run)
  return { bundle, unread: await readRecords(bundle, skipped, run) }
}

/** Imports rosters of one system, all of them as one. Problems are added to the run. Throws Refusal. */
export async function importRoster (sources: Source[], run: ImportRun, read: RosterReader): Promise<void> {
  const { staging, problems, options, scope } = run
  const sourceName = sources[0]?.name ?? null
  const skipped = new SkippedRows(run)
  const { bundle, unread } = await read(sources, skipped, run)
  if (scope === undefined) await staging.load.roster()
  else {
    // Some may belong to other courses.
    await staging.load.records('lineItem', staging.records.idsOfKind('lineItem'))
    keepWithinCourse(scope, bundle, run)
  }
  staging.records.index()
  const known = new KnownRoster(bundle, run)
  removeMissingReferences({ known, bundle, unread, skipped }, run)
  await known.load()
  if (scope !== undefined) await known.loadCourse(scope.course)
  warnOfDeleted(run)

  const today = dayAt(options.now(), options.timeZone ?? options.defaultTimeZone)
  const grouped = groupClasses(run, ([, , end], terms) => {
    const left = endedEarlyOn(end, termsById(terms, run))
    return left === null || left > today
  })
  const isDelta = bundle.modes.get('results') === 'delta'
  const targets = new ResultTargets({ courses: grouped, known, isDelta, run })
  for (const file of bundle.files.get('results') ?? []) {
    await problems.collect(async () => { await readResults(file, { targets, skipped, unread }, run) })
  }
  skipped.check()
  if (problems.hasErrors) return
  await targets.settle()
  staging.results.index()

  await staging.load.courses([...grouped, ...targets.found].flatMap(({ live }) => live?.id ?? []))
  const courses = [...grouped, ...await stillThere(targets.found, known, run)]
  const remaining = new Set(courses.map((course) => course.live?.id))
  const removed = known.shrunken().filter((live) => !remaining.has(live.id))
  await staging.load.courses(removed.map(({ id }) => id))
  for (const live of removed) run.planRemoval(live, { file: sourceName })
  for (const course of courses) {
    if (run.leavesAlone(course.live, { file: sourceName })) continue
    const book = buildBook(course, run, {
      sourceName,
      today,
      timeZone: options.timeZone ?? (known.isBulk ? undefined : course.live?.imported_time_zone) ??
        options.defaultTimeZone,
      itemNumber: (id) => targets.itemNumber(id),
      personNumber: (id) => targets.personNumber(id),
      isFull: known.isBulk,
      hasAllResults: bundle.modes.get('results') === 'bulk',
      isGone: known.isBulk ? ALL_GONE : goneFromRoster(course, run),
    })
    if (scope !== undefined) {
      const { students, dropped } = studentsWithin(scope, {
        computed: book.students, numberOf: (id) => targets.personNumber(id), run,
      })
      book.students = students
      book.isGone = { ...book.isGone, student: (row) => dropped.has(row.source_id) }
      countUnusedUsers(scope, book, run)
    }
    warnOfUnenrolled(book, run)
    warnIfAllDropped(book, today, run)
    await run.plan(book, courses.length)
  }
  if (scope !== undefined) {
    planLineItems(scope, bundle, run)
  } else {
    planAccounts(run)
    const gone = removed.map((live) => ({ number: -1, live, sourceId: live.source_id, classes: [] }))
    planStoredRoster([...courses, ...gone], bundle, run)
  }
}

/**
 * Courses that a delta refers to only by results, with their stored classes. A course whose classes are all
 * deleted by the delta is left out.
 */
async function stillThere (
  found: RosterCourse[], known: KnownRoster, run: ImportRun
): Promise<RosterCourse[]> {
  const courses: RosterCourse[] = []
  for (const course of found) {
    if (course.live === null) continue
    await known.loadCourse(course.live)
    const classes = storedClasses(course.live, run)
    if (classes.length > 0) courses.push({ ...course, classes })
  }
  return courses
}

function storedClasses (live: Row<'courses'>, { staging }: ImportRun): RosterCourse['classes'] {
  return staging.live.periods(live.id).flatMap(({ source_id: classId }) => {
    const record = staging.records.find('class', classId)
    return record === undefined || record.is_deleted === 1 ? [] : [record]
  }).sort((a, b) => a.ord - b.ord)
}

function warnOfUnenrolled (book: BookSource, run: ImportRun): void {
  const enrolled = new Set(book.students.map((student) => student.number))
  const others = run.staging.results.persons(book.number).filter(({ person }) => !enrolled.has(person))
  for (const { place, results } of others.sort((a, b) => a.place - b.place)) {
    run.problems.warn('result_without_enrollment', run.placeOf(placeOf(place)), results)
  }
}

/**
 * A whole course is rarely dropped at once. The usual cause is that its enrollments end with the first of its
 * terms.
 */
function warnIfAllDropped (book: BookSource, today: string, { staging, problems }: ImportRun): void {
  const isActive = (droppedOn: string | null) => droppedOn === null || droppedOn > today
  if (book.students.some(({ droppedOn }) => isActive(droppedOn))) return
  const named = new Set(book.students.map(({ sourceId }) => sourceId))
  const stored = book.live === null ? [] : staging.live.students(book.live.id)
  const others = stored.filter((row) => !named.has(row.source_id))
  const isKept = (row: Row<'students'>) =>
    row.is_unenrolled === 0 && !book.isFull && !book.isGone.student(row)
  if (others.some((row) => isActive(row.dropped_on) && isKept(row))) return
  if (book.students.length + others.length > 0) problems.warn('all_students_dropped', book.place)
}

/**
 * Of what a delta does not name in a course, only what the stored roster has is removed. What came from
 * elsewhere is kept.
 */
function goneFromRoster (course: RosterCourse, { staging }: ImportRun): BookSource['isGone'] {
  const { live } = staging
  if (course.live === null) return ALL_GONE
  const students = new Set<string>()
  const teachers = new Set<string>()
  for (const { source_id: classId } of live.periods(course.live.id)) {
    for (const { other, body } of live.recordsOfParent('enrollment', classId)) {
      const [role] = JSON.parse(body) as EnrollmentBody
      if (other !== null) (role === 'teacher' ? teachers : students).add(other)
    }
  }
  const rosterTasks = new Set(live.taskSources(course.live.id).map((row) => row.task_id))
  return {
    period: (row) => live.record('class', row.source_id) !== undefined,
    task: (row) => rosterTasks.has(row.id),
    student: (row) => students.has(row.source_id),
    teacher: (row) => teachers.has(row.source_id),
    item: () => true,
    emptyCategories: true,
  }
}
