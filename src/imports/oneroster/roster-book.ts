// One course of a roster as every format's course looks (`book-source.ts`).
import type { RosterRecord } from '../../../db/sqlite/staging/records.ts'
import { NAME_MAX, shorten } from '../../short-text.ts'
import { dayAt } from '../../courses/course-time.ts'
import {
  asFractions,
  type BookSource,
  type SourceCategory,
  type SourceTask,
  type SourceTeacher,
} from '../book-source.ts'
import type { ImportRun } from '../import-run.ts'
import { dayMs } from '../sources/text-values.ts'
import { groupingOf, type RosterCourse } from './roster-courses.ts'
import { studentsOf } from './roster-students.ts'
import type {
  CategoryBody,
  ClassBody,
  CourseBody,
  EnrollmentBody,
  LineItemBody,
  OrgBody,
  SessionBody,
  UserBody,
} from './roster-files.ts'

export interface BookOptions {
  /** Names the bundle where no line of it can be named. */
  sourceName: string
  /** Plain date, for judging what has ended. */
  today: string
  timeZone: string
  itemNumber: (sourceId: string) => number
  personNumber: (sourceId: string) => number
  isFull: boolean
  hasAllResults: boolean
  isGone: BookSource['isGone']
}

/** Terms as far as they concern a course: title and days. */
export interface Term {
  title: string | null
  start: string | null
  end: string | null
}

export function termsOf (record: RosterRecord, run: ImportRun): Term[] {
  return termsById((JSON.parse(record.body) as ClassBody)[1], run)
}

/** By start. */
export function termsById (ids: string[], { staging }: ImportRun): Term[] {
  return ids.flatMap((id) => {
    const session = staging.records.find('session', id)
    if (session === undefined || session.is_deleted === 1) return []
    const [title, start, end] = JSON.parse(session.body) as SessionBody
    return [{ title, start, end }]
  }).sort((a, b) => (a.start ?? '') < (b.start ?? '') ? -1 : (a.start ?? '') > (b.start ?? '') ? 1 : 0)
}

/**
 * The day on which an enrollment was over before its time: before the latest of its terms ends. Null: it was
 * not.
 */
export function endedOn (end: string | null, terms: Term[]): string | null {
  if (end === null) return null
  const termEnd = terms.reduce<string | null>(
    (latest, term) => term.end !== null && (latest === null || term.end > latest) ? term.end : latest,
    null
  )
  return termEnd === null || end < termEnd ? end : null
}

export function buildBook (course: RosterCourse, run: ImportRun, options: BookOptions): BookSource {
  const { records } = run.staging
  const first = course.classes[0]!
  const terms = termsOf(first, run)
  const school = first.other === null ? undefined : records.find('org', first.other)
  const starts = terms.flatMap((term) => term.start ?? [])
  const ends = terms.flatMap((term) => term.end ?? [])
  const { tasks, categories } = tasksOf(course, run, options)
  return {
    number: course.number,
    place: first.file === -1
      ? { file: options.sourceName }
      : { file: run.fileName(first.file), line: first.line },
    live: course.live,
    sourceId: course.sourceId,
    grouping: groupingOf(first),
    name: nameOf(course, run),
    school: school === undefined || school.is_deleted === 1 ? null : (JSON.parse(school.body) as OrgBody)[0],
    term: shorten(terms.flatMap((term) => term.title ?? []).join(', '), NAME_MAX) || null,
    startsOn: starts.reduce<string | null>((least, day) => least === null || day < least ? day : least, null),
    endsOn: ends.reduce<string | null>((most, day) => most === null || day > most ? day : most, null),
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

/** The course's title, or that of its only class. */
function nameOf ({ classes }: RosterCourse, run: ImportRun): string {
  const first = classes[0]!
  return (classes.length === 1 ? null : courseTitle(first, run)) ?? classTitle(first, run) ?? first.source_id
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
  if (title === null) {
    run.problems.warn('title_missing', { file: run.fileName(record.file), line: record.line })
  }
  return title ?? record.source_id
}

function teachersOf (
  course: RosterCourse,
  run: ImportRun,
  { today, sourceName }: BookOptions
): SourceTeacher[] {
  const { records } = run.staging
  const teachers = new Map<string, SourceTeacher>()
  for (const record of course.classes) {
    const terms = termsOf(record, run)
    for (const { other, body } of records.ofParent('enrollment', record.source_id)) {
      const [role, , end] = JSON.parse(body) as EnrollmentBody
      if (role !== 'teacher' || other === null || teachers.has(other)) continue
      const left = endedOn(end, terms)
      if (left !== null && left <= today) continue
      const user = records.find('user', other)
      if (user === undefined || user.is_deleted === 1) continue
      const [isEnabled, firstName, lastName, , email] = JSON.parse(user.body) as UserBody
      if (email === null && isEnabled === 1) {
        const place = user.file === -1
          ? { file: sourceName }
          : { file: run.fileName(user.file), line: user.line }
        run.problems.warn('teacher_without_email', place)
      }
      teachers.set(other, { sourceId: other, email, firstName, lastName, isEnabled: isEnabled === 1 })
    }
  }
  return [...teachers.values()]
}

/**
 * Line items of the course's classes that agree in title, category, due date, minimum and maximum are one
 * task; of those that agree within one class the n-th goes with the n-th of the others.
 */
function tasksOf (
  course: RosterCourse,
  run: ImportRun,
  { itemNumber, timeZone }: BookOptions
): { tasks: SourceTask[], categories: SourceCategory[] } {
  const { records } = run.staging
  const tasks = new Map<string, SourceTask>()
  const used = new Map<string, RosterRecord>()
  const kept = new Map<string, SourceCategory>()
  const storedCategory = storedCategories(course, run)
  for (const record of course.classes) {
    const seen = new Map<string, number>()
    for (const item of records.ofParent('lineItem', record.source_id)) {
      const [title, dueText, givenMinimum, maximum] = JSON.parse(item.body) as LineItemBody
      const due = dueText === null ? null : dueDay(dueText, timeZone)
      // Rosters that older versions stored have blank minimums.
      const minimum = givenMinimum ?? 0
      const category = item.other === null ? undefined : records.find('category', item.other)
      const isCategorised = category !== undefined && category.is_deleted === 0
      // Nothing is said about it now. The roster does not know a category that a teacher's file brought.
      const isAsBefore = item.file === -1 &&
        (category === undefined || (run.scope !== undefined && category.file === -1))
      const stored = isAsBefore ? storedCategory(item.source_id) : undefined
      if (stored !== undefined) kept.set(stored.name, stored)
      else if (isCategorised) used.set(category.source_id, category)
      const categoryTitle = stored?.name ??
        (isCategorised ? (JSON.parse(category.body) as CategoryBody)[0] : null)
      const traits = JSON.stringify([title, categoryTitle, due, minimum, maximum])
      const nth = seen.get(traits) ?? 0
      seen.set(traits, nth + 1)
      const key = `${nth} ${traits}`
      const part = { number: itemNumber(item.source_id), sourceId: item.source_id, minimum }
      const task = tasks.get(key)
      if (task !== undefined) {
        task.items.push(part)
        continue
      }
      const possible = maximum === null ? null : maximum - minimum
      tasks.set(key, {
        sourceId: item.source_id,
        gradeBook: null,
        title,
        type: 'external',
        category: categoryTitle,
        dueAt: null,
        dueOn: due,
        pointsPossible: possible !== null && possible > 0 ? possible : null,
        items: [part],
      })
    }
  }
  const categories = categoriesOf([...used.values()], run)
  const names = new Set(categories.map(({ name }) => name))
  return {
    tasks: [...tasks.values()],
    categories: [...categories, ...[...kept.values()].filter(({ name }) => !names.has(name))],
  }
}

/** The category that a line item's task has in the course as it is stored. */
function storedCategories (
  { live: row }: RosterCourse,
  { staging: { live } }: ImportRun
): (itemId: string) => SourceCategory | undefined {
  if (row === null) return () => undefined
  const categories = new Map(
    live.categories(row.id).map(({
      id,
      source_id: sourceId,
      name,
      imported_weight: weight,
    }) => [id, { sourceId, name, weight }])
  )
  const ofTask = new Map(live.tasks(row.id).map((task) => [task.id, task.category_id]))
  const ofItem = new Map(live.taskSources(row.id).map((item) => [item.source_id, ofTask.get(item.task_id)]))
  return (itemId) => categories.get(ofItem.get(itemId) ?? -1)
}

/** The date of an instant in the course's zone; a plain date as it is. */
function dueDay (due: string, timeZone: string): string {
  if (dayMs(due) !== undefined) return due
  const day = dayAt(Date.parse(due), timeZone)
  return dayMs(day) === undefined ? due.slice(0, 10) : day
}

function categoriesOf (used: RosterRecord[], run: ImportRun): SourceCategory[] {
  const categories = new Map<string, SourceCategory>()
  for (const record of used.sort((a, b) => a.ord - b.ord)) {
    const [name, weight] = JSON.parse(record.body) as CategoryBody
    const known = categories.get(name)
    if (known === undefined) categories.set(name, { sourceId: record.source_id, name, weight })
    else if (known.weight !== weight) {
      run.problems.warn('category_weights_differ', { file: run.fileName(record.file), line: record.line })
    }
  }
  return asFractions([...categories.values()])
}
