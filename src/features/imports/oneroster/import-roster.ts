import { dayAt } from '../../performance-book/course-time.ts'
import { ALL_GONE } from '../book-source.ts'
import type { ImportRun } from '../import-run.ts'
import { Refusal } from '../problems.ts'
import type { Source } from '../source-files.ts'
import { readManifests } from './manifest.ts'
import { checkReferences, readRecords } from './read-records.ts'
import { readResults } from './read-results.ts'
import { buildBook, endedOn, termsOf } from './roster-book.ts'
import { groupClasses, type RosterCourse } from './roster-courses.ts'
import { planMirror } from './roster-mirror.ts'

/** Imports the OneRoster bundles among the sources, all of them as one. Problems are added to the run. */
export async function importRoster (sources: Source[], run: ImportRun): Promise<void> {
  const { staging, problems, options } = run
  const bundle = await readManifests(sources, run)
  await readRecords(bundle, run)
  staging.records.index()
  checkReferences(run)

  const timeZone = options.timeZone ?? options.defaultTimeZone
  const today = dayAt(options.now(), timeZone)
  const courses = groupClasses(run, ([, , end], terms) => {
    const left = endedOn(end, terms.flatMap((id) => termById(id, run)))
    return left === null || left > today
  })
  const items = numberItems(courses, run)
  const persons = new Map(staging.records.idsOfKind('user').map((id, i) => [id, i]))
  for (const user of staging.records.ofKind('user')) if (user.is_deleted === 1) persons.set(user.source_id, -1)

  for (const file of bundle.files.get('results') ?? []) {
    try {
      await readResults(file, {
        item: (id) => items.numbers.get(id),
        person: (id) => persons.get(id),
        courseOf: (item) => items.courses[item]!,
        remove: () => false,
        move: () => {},
        isDelta: bundle.modes.get('results') === 'delta',
      }, run)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      problems.refuse(error)
    }
  }
  if (problems.hasErrors) return
  staging.results.index()

  for (const course of courses) {
    const book = buildBook(course, run, {
      today,
      timeZone,
      itemNumber: (id) => items.numbers.get(id)!,
      personNumber: (id) => persons.get(id)!,
      isFull: true,
      hasAllResults: true,
      isGone: ALL_GONE,
    })
    const enrolled = new Set(book.students.map((student) => student.number))
    for (const { person, results, file, line } of staging.results.persons(course.number)) {
      if (!enrolled.has(person)) problems.warn('result_without_enrollment', { file: run.fileName(file), line }, results)
    }
    await run.plan(book, courses.length)
  }
  planMirror(courses, bundle, run)
}

function termById (id: string, run: ImportRun): ReturnType<typeof termsOf> {
  return termsOf({ body: JSON.stringify(['', [id]]) } as Parameters<typeof termsOf>[0], run)
}

/** Numbers the line items of all courses; those that are deleted, or of a deleted class, get -1. */
function numberItems (courses: RosterCourse[], run: ImportRun): { numbers: Map<string, number>, courses: number[] } {
  const numbers = new Map(run.staging.records.idsOfKind('lineItem').map((id) => [id, -1]))
  const ofItem: number[] = []
  for (const course of courses) {
    for (const record of course.classes) {
      for (const item of run.staging.records.ofParent('lineItem', record.source_id)) numbers.set(item.source_id, ofItem.push(course.number) - 1)
    }
  }
  return { numbers, courses: ofItem }
}
