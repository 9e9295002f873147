// Selects what a teacher's import into one course uses of a OneRoster bundle: the course's line items,
// categories and results, and its students. Everything else is removed from staging before anything is
// compared, so it is neither used nor stored.
import type { RosterRecord } from '../../../db/sqlite/staging/records.ts'
import type { Row } from '../../../db/tables.ts'
import { shorten } from '../../short-text.ts'
import type { BookSource, SourceStudent } from '../book-source.ts'
import type { CourseScope } from '../course-scope.ts'
import { importError } from '../error-messages.ts'
import type { ImportRun } from '../import-run.ts'
import { Refusal } from '../problems.ts'
import type { Bundle } from './manifest.ts'
import type { EnrollmentBody, RosterKind, UserBody } from './roster-files.ts'

/** Kinds that only an administrator's import changes, with the names of their files. */
const ADMINISTRATIVE: Array<[kind: RosterKind, file: string]> = [
  ['org', 'orgs'], ['session', 'academicSessions'], ['course', 'courses'], ['class', 'classes'],
  ['role', 'roles'],
]

/**
 * Removes from staging what a teacher's import does not use, and counts it in a warning. To be called after
 * the records are read and before stored ones are added. Throws Refusal if nothing in the bundle is about
 * the course.
 */
export function keepWithinCourse (scope: CourseScope, bundle: Bundle, run: ImportRun): void {
  const { records } = run.staging
  const periods = scope.live.periods(scope.course.id).map((row) => row.source_id)
  const classes = new Set(periods.filter((id) => scope.live.record('class', id) !== undefined))
  if (classes.size === 0) {
    const file = [...bundle.files.values()].flat()[0]?.name ?? null
    throw new Refusal({ file }, importError('no_roster_course'))
  }
  assertAboutCourse(classes, scope.course, run)
  for (const [kind, file] of ADMINISTRATIVE) {
    for (const record of records.ofKind(kind)) {
      // Roles are not used.
      if (kind !== 'role' && !isAsStored(record, scope)) leaveOut(record, run)
      records.remove(kind, record.source_id)
    }
    bundle.modes.set(file, 'absent')
  }
  for (const record of records.ofKind('enrollment')) {
    const [role] = JSON.parse(record.body) as EnrollmentBody
    if (role === 'student' && record.parent !== null && classes.has(record.parent)) continue
    if (record.is_deleted === 1 || !scope.isStoredEnrollment(record)) leaveOut(record, run)
    records.remove('enrollment', record.source_id)
  }
  for (const record of records.ofKind('lineItem')) {
    const isOwn = record.parent !== null && classes.has(record.parent)
    if (isOwn && !scope.isForeignItem(record.source_id)) continue
    leaveOut(record, run)
    // It stays in staging, deleted and without a class, so that its results are left out as well.
    records.replace({ ...record, is_deleted: 1, parent: null })
  }
  // Students and categories that are not in the bundle are kept.
  for (const file of ['users', 'enrollments', 'categories']) {
    if (bundle.modes.get(file) === 'bulk') bundle.modes.set(file, 'delta')
  }
}

/** Throws Refusal if the bundle has classes, and none of them belongs to the course. */
function assertAboutCourse (classes: ReadonlySet<string>, course: Row<'courses'>, run: ImportRun): void {
  const { records } = run.staging
  const named = [...records.ofKind('class'), ...records.ofKind('enrollment'), ...records.ofKind('lineItem')]
  const classOf = (record: RosterRecord) => record.kind === 'class' ? record.source_id : record.parent ?? ''
  const [first] = named
  if (first === undefined || named.some((record) => classes.has(classOf(record)))) return
  throw new Refusal(run.placeOf(first), importError('no_class', { course: shorten(course.name) }))
}

/** Counts the users who are not used, once the course's students are known. Its teachers do not count. */
export function countUnusedUsers ({ course, live }: CourseScope, book: BookSource, run: ImportRun): void {
  const students = new Set(book.students.map((student) => student.sourceId))
  const teachers = new Map(live.teachers(course.id).map((row) => {
    return [row.source_id, JSON.stringify([row.first_name, row.last_name, row.email])]
  }))
  for (const record of run.staging.records.ofKind('user')) {
    if (record.file < 0) continue
    const [isEnabled, first, last, , email] = JSON.parse(record.body) as UserBody
    const teacher = record.is_deleted === 0 ? teachers.get(record.source_id) : undefined
    const isTeacher = teacher === JSON.stringify([first, last, email])
    if (isEnabled === 0 || (!students.has(record.source_id) && !isTeacher)) leaveOut(record, run)
  }
}

interface StudentsOptions {
  /** The students by their enrollments, those of the bundle and the stored ones. */
  computed: SourceStudent[]
  /** A person's number in this import. */
  numberOf: (sourceId: string) => number
  run: ImportRun
}

/**
 * The students of the course: those whose enrollments are in the bundle as `computed`, the others as they are
 * stored. `dropped`: source ids of students whom the bundle removes from the course.
 */
export function studentsWithin (
  scope: CourseScope, options: StudentsOptions
): { students: SourceStudent[], dropped: Set<string> } {
  const { course, live } = scope
  const { records } = options.run.staging
  const enrolled = new Map(options.computed.map((student) => [student.sourceId, student]))
  const enrollments = records.ofKind('enrollment').filter((record) => record.file >= 0)
  const named = new Set(enrollments.map((record) => record.other))
  const periods = new Map(live.periods(course.id).map((row) => [row.id, row.source_id]))
  const students: SourceStudent[] = []
  const dropped = new Set<string>()
  for (const row of live.students(course.id)) {
    const user = records.find('user', row.source_id)
    const read = user !== undefined && user.file >= 0 ? user : undefined
    const student = enrolled.get(row.source_id)
    enrolled.delete(row.source_id)
    if (read?.is_deleted === 1) dropped.add(row.source_id)
    else if (named.has(row.source_id)) {
      if (student === undefined) dropped.add(row.source_id)
      else students.push(student)
    } else if (row.is_unenrolled === 0) {
      const period = periods.get(row.period_id ?? -1) ?? null
      students.push(asStored(row, read, { number: options.numberOf(row.source_id), period }))
    }
  }
  return { students: [...students, ...enrolled.values()], dropped }
}

function asStored (
  row: Row<'students'>, read: RosterRecord | undefined, place: Pick<SourceStudent, 'number' | 'period'>
): SourceStudent {
  const [, firstName, lastName, studentIdentifier, email] = read === undefined
    ? [1, row.first_name, row.last_name, row.student_identifier, row.email] as const
    : JSON.parse(read.body) as UserBody
  const { source_id: sourceId, dropped_on: droppedOn, grade_book: gradeBook } = row
  return { ...place, sourceId, gradeBook, firstName, lastName, studentIdentifier, email, droppedOn }
}

/**
 * Stores the line items of the course, so that a later delta can refer to them. People, enrollments,
 * classes and what courses share are not stored, since a teacher's file must not change them with a later
 * import.
 */
export function planLineItems (scope: CourseScope, bundle: Bundle, run: ImportRun): void {
  const { records, plan } = run.staging
  const remove = (sourceId: string) => {
    plan.record({ kind: 'lineItem', source_id: sourceId, parent: null, other: null, body: null })
  }
  for (const record of records.ofKind('lineItem')) {
    if (record.file < 0 || record.parent === null) continue
    const { kind, source_id, parent, other, body } = record
    if (record.is_deleted === 0) {
      if (!isAsStored(record, scope)) plan.record({ kind, source_id, parent, other, body })
    } else if (scope.live.record(kind, source_id) !== undefined) remove(source_id)
  }
  if (bundle.modes.get('lineItems') !== 'bulk') return
  for (const { source_id: classId } of scope.live.periods(scope.course.id)) {
    for (const { source_id: id } of scope.live.recordsOfParent('lineItem', classId)) {
      if (records.find('lineItem', id) === undefined) remove(id)
    }
  }
}

function isAsStored (record: RosterRecord, { live }: CourseScope): boolean {
  const known = live.record(record.kind, record.source_id)
  return record.is_deleted === 0 && known !== undefined && known.parent === record.parent &&
    known.other === record.other && known.body === record.body
}

function leaveOut (record: RosterRecord, run: ImportRun): void {
  run.problems.warn('left_out', run.placeOf(record))
}
