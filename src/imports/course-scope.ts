// A teacher's import into one course sees a database that has only that course. People, classes, line items
// and categories are found there or in the file itself. What belongs to another course seems not to exist,
// so that no result, warning or error can depend on it.
import { emailKey } from '../../db/queries/accounts.ts'
import { sourceName } from '../../db/queries/courses.ts'
import type { LiveReads, LiveRecord } from '../../db/sqlite/staging/live-reads.ts'
import type { Row } from '../../db/tables.ts'
import { shorten } from '../short-text.ts'
import type { BookSource, SourceStudent } from './book-source.ts'
import { importError } from './error-messages.ts'
import type { Place, Problems } from './problems.ts'

export interface CourseScope {
  course: Row<'courses'>
  /** Reads of the service's database that find this course and nothing else. */
  live: LiveReads
  /** Whether a line item belongs to another course: such an id cannot be used here. */
  isForeignItem: (sourceId: string) => boolean
  /** Whether an enrollment in a class of this course is the same as the stored one, also for a teacher. */
  isStoredEnrollment: (record: Omit<LiveRecord, 'kind'>) => boolean
}

/** The view of one course; undefined if the course does not exist. */
export function courseScope (live: LiveReads, courseId: number): CourseScope | undefined {
  const course = live.course(courseId)
  if (course === undefined) return undefined
  const records = courseRecords(live, course.id)
  const isOwn = (id: number) => id === course.id
  const bySource = (sourceId: string) => sourceId === course.source_id ? course : undefined
  return {
    course,
    isForeignItem: (sourceId) => {
      const parent = live.record('lineItem', sourceId)?.parent ?? null
      return parent !== null && !records.classes.has(parent)
    },
    isStoredEnrollment: ({ source_id: id, parent, other, body }) => {
      const known = parent !== null && records.classes.has(parent) ? live.record('enrollment', id) : undefined
      return known !== undefined && known.parent === parent && known.other === other && known.body === body
    },
    live: {
      ...live,
      course: (id) => isOwn(id) ? course : undefined,
      courseBySource: bySource,
      coursesByName: (name) => hasName(course, name) ? [course] : [],
      courseOfClass: (classId) => records.classes.has(classId) ? course : undefined,
      coursesByGrouping: (grouping) => grouping === course.grouping ? [course] : [],
      periods: (id) => isOwn(id) ? live.periods(id) : [],
      categories: (id) => isOwn(id) ? live.categories(id) : [],
      tasks: (id) => isOwn(id) ? live.tasks(id) : [],
      taskSources: (id) => isOwn(id) ? live.taskSources(id) : [],
      columnMaps: (id) => isOwn(id) ? live.columnMaps(id) : [],
      newestColumnMaps: () => live.columnMaps(course.id),
      students: (id) => isOwn(id) ? live.students(id) : [],
      enrolledUsers: (id) => isOwn(id) ? live.enrolledUsers(id) : [],
      teachers: (id) => isOwn(id) ? live.teachers(id) : [],
      accounts: () => [],
      record: records.find,
      recordsOfKind: (kind) => records.ofKind(kind),
      recordsOfParent: (kind, parent) => live.recordsOfParent(kind, parent).filter(records.has),
      recordsOfOther: (kind, other) => live.recordsOfOther(kind, other).filter(records.has),
      origins: () => live.origins(course.id),
    },
  }
}

/**
 * The part of the stored roster that is about one course. Its users are the students as the course's own book
 * shows them.
 */
function courseRecords (live: LiveReads, courseId: number) {
  const classes = new Map<string, LiveRecord>()
  for (const { source_id: id } of live.periods(courseId)) {
    const record = live.record('class', id)
    if (record !== undefined) classes.set(id, record)
  }
  const users = new Map(live.students(courseId).map((student) => [student.source_id, userOf(student)]))
  // What classes and line items refer to.
  const courses = new Set<string>()
  const orgs = new Set<string>()
  const sessions = new Set<string>()
  const categories = new Set<string>()
  const ids: Record<string, Set<string>> = {
    course: courses, org: orgs, session: sessions, category: categories,
  }
  for (const [id, { parent, other, body }] of classes) {
    if (parent !== null) courses.add(parent)
    if (other !== null) orgs.add(other)
    for (const term of (JSON.parse(body) as [string, string[]])[1]) sessions.add(term)
    for (const item of live.recordsOfParent('lineItem', id)) {
      if (item.other !== null) categories.add(item.other)
    }
  }

  function has ({ kind, source_id: id, parent, other, body }: LiveRecord): boolean {
    if (kind === 'class') return classes.has(id)
    if (kind === 'lineItem') return parent !== null && classes.has(parent)
    if (kind !== 'enrollment') return ids[kind]?.has(id) === true
    const [role] = JSON.parse(body) as [string]
    return role === 'student' && parent !== null && classes.has(parent) && other !== null && users.has(other)
  }
  function find (kind: string, sourceId: string): LiveRecord | undefined {
    if (kind === 'user') return users.get(sourceId)
    const record = live.record(kind, sourceId)
    return record !== undefined && has(record) ? record : undefined
  }
  function ofKind (kind: string): LiveRecord[] {
    if (kind === 'lineItem' || kind === 'enrollment') {
      return [...classes.keys()].flatMap((id) => live.recordsOfParent(kind, id)).filter(has)
    }
    const known = kind === 'class' ? classes.keys() : kind === 'user' ? users.keys() : ids[kind] ?? []
    return Array.from(known).sort().flatMap((id) => find(kind, id) ?? [])
  }
  return { classes, has, find, ofKind }
}

/** The body is `UserBody` of `oneroster/roster-files.ts`. */
function userOf (student: Row<'students'>): LiveRecord {
  const { source_id, first_name: first, last_name: last, student_identifier: identifier, email } = student
  const body = JSON.stringify([1, first, last, identifier, email])
  return { kind: 'user', source_id, parent: null, other: null, body }
}

/**
 * The book as a teacher's import may change it: tasks, categories, scores, and the students in the file.
 * The course's own row, its teachers, and the periods of a rostered course are not changed. A warning
 * counts what is left out. If the book belongs to another course, adds an error and returns undefined.
 */
export function withinCourse (
  book: BookSource, scope: CourseScope, problems: Problems
): BookSource | undefined {
  const { course, live } = scope
  if (book.live?.id !== course.id) {
    // Name and id are those of the file. Nothing of the other course is looked up.
    const given = `"${shorten(book.name)}" (${shorten(book.sourceId)})`
    const ownId = hasName(course, book.name) ? ` (${shorten(course.source_id)})` : ''
    const own = `"${shorten(course.name)}"${ownId}`
    problems.error(book.place, importError('other_course', { given, own }))
    return undefined
  }
  const leftOut = (place: Place, count: number) => { if (count > 0) problems.warn('left_out', place, count) }
  // The names of a roster were left out before, so they are the stored ones.
  const hasNames = book.grouping === null
  leftOut(book.place, hasNames && isOfAnotherName(book, course) ? 1 : 0)
  leftOut(book.place, changedTeachers(book, live.teachers(course.id)))
  const { school, term, starts_on: startsOn, ends_on: endsOn, grouping } = course
  const kept = {
    name: sourceName(course), school, term, startsOn, endsOn, grouping, teachers: [], isTeachersImport: true,
  }
  if (grouping === null) return { ...book, ...kept }
  const periods = live.periods(course.id)
  const names = new Map(periods.map((row) => [row.source_id, row.name]))
  if (hasNames) {
    leftOut(book.place, book.periods.filter((one) => names.get(one.sourceId) !== one.name).length)
  }
  return {
    ...book,
    ...kept,
    periods: periods.map((row) => ({ sourceId: row.source_id, name: row.name })),
    students: inPeriods(book.students, periods, live.students(course.id)),
    isGone: { ...book.isGone, period: () => false },
  }
}

/** The name that is shown, or the one that the source gave. */
function hasName (course: Row<'courses'>, name: string): boolean {
  return name === course.name || name === sourceName(course)
}

function isOfAnotherName (book: BookSource, course: Row<'courses'>): boolean {
  return !hasName(course, book.name) || book.school !== course.school || book.term !== course.term ||
    book.startsOn !== course.starts_on || book.endsOn !== course.ends_on
}

function changedTeachers ({ teachers }: BookSource, stored: Array<Row<'course_teachers'>>): number {
  const known = new Set(stored.map((row) => JSON.stringify([row.email_key, row.first_name, row.last_name])))
  return teachers.filter(({ email, firstName, lastName }) => {
    return !known.has(JSON.stringify([email === null ? null : emailKey(email), firstName, lastName]))
  }).length
}

/** The students in the stored periods. A student with an unknown period stays in the current one. */
function inPeriods (
  students: SourceStudent[], periods: Array<Row<'periods'>>, stored: Array<Row<'students'>>
): SourceStudent[] {
  const ids = new Map(periods.map((row) => [row.id, row.source_id]))
  const known = new Set(ids.values())
  const present = new Map(stored.map((row) => [row.source_id, ids.get(row.period_id ?? -1) ?? null]))
  return students.map((student) => student.period === null || known.has(student.period)
    ? student
    : { ...student, period: present.get(student.sourceId) ?? null })
}
