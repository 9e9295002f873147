// Turns one course of a roster into a `BookSource`.
import type { RosterRecord } from '../../../db/sqlite/staging/records.ts'
import { NAME_MAX, shorten } from '../../short-text.ts'
import type { BookSource } from '../book-source.ts'
import type { ImportRun } from '../import-run.ts'
import { groupingOf, type RosterCourse } from './roster-courses.ts'
import type { ClassBody, CourseBody, OrgBody } from './roster-files.ts'
import { studentsOf, type StudentOptions } from './roster-students.ts'
import { tasksOf, type TaskOptions } from './roster-tasks.ts'
import { teachersOf, type TeacherOptions } from './roster-teachers.ts'
import { termsOf } from './roster-terms.ts'

type BookOptions = StudentOptions & TaskOptions & TeacherOptions &
  Pick<BookSource, 'isFull' | 'hasAllResults' | 'isGone'>

/** The book of a course that has at least one class. */
export function buildBook (course: RosterCourse, run: ImportRun, options: BookOptions): BookSource {
  const [first] = course.classes
  if (first === undefined) throw new Error(`The course ${course.sourceId} has no class.`)
  const terms = termsOf(first, run)
  const school = first.other === null ? undefined : run.staging.records.find('org', first.other)
  const { tasks, categories } = tasksOf(course, run, options)
  return {
    number: course.number,
    place: first.file === -1 ? { file: options.sourceName } : run.placeOf(first),
    live: course.live,
    sourceId: course.sourceId,
    grouping: groupingOf(first),
    name: courseName(course, run) ?? first.source_id,
    school: school === undefined || school.is_deleted === 1 ? null : (JSON.parse(school.body) as OrgBody)[0],
    term: shorten(terms.flatMap((term) => term.title ?? []).join(', '), NAME_MAX) || null,
    startsOn: terms.flatMap((term) => term.start ?? []).sort()[0] ?? null,
    endsOn: terms.flatMap((term) => term.end ?? []).sort().at(-1) ?? null,
    timeZone: options.timeZone,
    missingCounts: 'ignored',
    periods: course.classes.map((record) => ({ sourceId: record.source_id, name: periodName(record, run) })),
    categories,
    tasks,
    teachers: teachersOf(course, run, options),
    students: studentsOf(course, run, options),
    isFull: options.isFull,
    hasAllResults: options.hasAllResults,
    isGone: options.isGone,
  }
}

/** The course's title, or that of its only class; null where both are blank. */
function courseName ({ classes: [first, ...others] }: RosterCourse, run: ImportRun): string | null {
  if (first === undefined) return null
  return (others.length === 0 ? null : courseTitle(first, run)) ?? classTitle(first, run)
}

/** Of the OneRoster course that a class names. */
function courseTitle ({ parent }: RosterRecord, { staging }: ImportRun): string | null {
  const course = parent === null ? undefined : staging.records.find('course', parent)
  return course === undefined ? null : (JSON.parse(course.body) as CourseBody)[0]
}

/** A class without a title is named after its course and its class code; null where both are blank too. */
function classTitle (record: RosterRecord, run: ImportRun): string | null {
  const [title, , classCode] = JSON.parse(record.body) as ClassBody
  if (title !== null) return title
  const parts = [courseTitle(record, run), classCode].filter((part) => part !== null)
  return parts.length === 0 ? null : shorten(parts.join(' '), NAME_MAX)
}

function periodName (record: RosterRecord, run: ImportRun): string {
  const title = classTitle(record, run)
  if (title === null) run.problems.warn('title_missing', run.placeOf(record))
  return title ?? record.source_id
}
