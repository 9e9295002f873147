import { placeOf } from '../../../db/sqlite/staging/results.ts'
import type { Row } from '../../../db/tables.ts'
import { dayAt } from '../../courses/course-time.ts'
import { ALL_GONE, type BookSource } from '../book-source.ts'
import type { ImportRun } from '../import-run.ts'
import { Refusal } from '../problems.ts'
import type { Source } from '../sources/source-files.ts'
import { KnownRoster } from './known-roster.ts'
import { readManifests, type Bundle } from './manifest.ts'
import { removeMissingReferences, warnOfDeleted } from './missing-references.ts'
import { readRecords } from './read-records.ts'
import { readResults, type ResultReferences } from './read-results.ts'
import { ResultTargets } from './result-targets.ts'
import { buildBook, endedOn, termsById } from './roster-book.ts'
import { groupClasses, type RosterCourse } from './roster-courses.ts'
import type { EnrollmentBody } from './roster-files.ts'
import { planAccounts } from './roster-accounts.ts'
import { planMirror } from './roster-mirror.ts'
import { SkippedRows } from './skipped-rows.ts'
import { countUnusedUsers, keepWithinCourse, planLineItems, studentsWithin } from './teacher-scope.ts'

/** Imports the OneRoster bundles among the sources, all of them as one. Problems are added to the run. */
export async function importRoster (sources: Source[], run: ImportRun): Promise<void> {
  const { staging, problems, options } = run
  const bundle = await readManifests(sources, run)
  const skipped = new SkippedRows(run)
  const unread = await readRecords(bundle, skipped, run)
  const { scope } = run
  if (scope !== undefined) keepWithinCourse(scope, bundle, run)
  staging.records.index()
  const known = new KnownRoster(bundle, run)
  removeMissingReferences(known, unread, skipped, run)
  known.load()
  if (scope !== undefined) known.loadCourse(scope.course)
  warnOfDeleted(run)

  const defaultZone = options.timeZone ?? options.defaultTimeZone
  const today = dayAt(options.now(), defaultZone)
  const courses = groupClasses(run, ([, , end], terms) => {
    const left = endedOn(end, termsById(terms, run))
    return left === null || left > today
  })
  const targets = new ResultTargets(courses, known, bundle.modes.get('results') === 'delta', run)
  await readResultFiles(bundle, { targets, skipped, unread }, run)
  skipped.check()
  if (problems.hasErrors) return
  targets.settle()
  staging.results.index()

  const removed = known.shrunken().filter((live) => courses.every((course) => course.live?.id !== live.id))
  for (const live of removed) run.planRemoval(live, { file: sources[0]!.name })
  for (const course of courses) {
    // One that only results led to.
    if (course.classes.length === 0 && course.live !== null) {
      known.loadCourse(course.live)
      course.classes = classesOf(course.live, run)
    }
    const book = buildBook(course, run, {
      sourceName: sources[0]!.name,
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
      const {
        students,
        dropped,
      } = studentsWithin(scope, { computed: book.students, numberOf: (id) => targets.personNumber(id), run })
      Object.assign(book, {
        students,
        isGone: { ...book.isGone, student: (row: Row<'students'>) => dropped.has(row.source_id) },
      })
      countUnusedUsers(scope, book, run)
    }
    warnOfUnenrolled(book, run)
    warnIfAllDropped(book, today, run)
    await run.plan(book, courses.length)
  }
  if (scope !== undefined) planLineItems(scope, bundle, run)
  else {
    planAccounts(run)
    planMirror(
      [...courses, ...removed.map((live) => ({ number: -1, live, sourceId: live.source_id, classes: [] }))],
      bundle,
      run
    )
  }
}

async function readResultFiles (bundle: Bundle, references: ResultReferences, run: ImportRun): Promise<void> {
  for (const file of bundle.files.get('results') ?? []) {
    try {
      await readResults(file, references, run)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      run.problems.refuse(error)
    }
  }
}

function classesOf (live: Row<'courses'>, { staging }: ImportRun): RosterCourse['classes'] {
  return staging.live.periods(live.id).flatMap(({ source_id: classId }) => {
    const record = staging.records.find('class', classId)
    return record === undefined || record.is_deleted === 1 ? [] : [record]
  }).sort((a, b) => a.ord - b.ord)
}

function warnOfUnenrolled (book: BookSource, run: ImportRun): void {
  const { staging, problems } = run
  const enrolled = new Set(book.students.map((student) => student.number))
  const others = staging.results.persons(book.number).filter(({ person }) => !enrolled.has(person))
  for (const { place, results } of others.sort((a, b) => a.place - b.place)) {
    const { file, line } = placeOf(place)
    problems.warn('result_without_enrollment', { file: run.fileName(file), line }, results)
  }
}

/** A whole course rarely drops at once: usually its enrollments end with the first of its terms. */
function warnIfAllDropped (book: BookSource, today: string, { staging, problems }: ImportRun): void {
  const isActive = (droppedOn: string | null) => droppedOn === null || droppedOn > today
  if (book.students.some(({ droppedOn }) => isActive(droppedOn))) return
  const named = new Set(book.students.map(({ sourceId }) => sourceId))
  const others = book.live === null
    ? []
    : staging.live.students(book.live.id).filter((row) => !named.has(row.source_id))
  const isKept = (row: Row<'students'>) =>
    row.is_unenrolled === 0 && !book.isFull &&
    !book.isGone.student(row)
  if (others.some((row) => isActive(row.dropped_on) && isKept(row))) return
  if (book.students.length + others.length > 0) problems.warn('all_students_dropped', book.place)
}

/** What a delta does not name is to go if the roster had it, and stays if it came some other way. */
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
