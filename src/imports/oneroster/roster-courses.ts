// Which classes are one course. This is decided when a class is first seen; a class that is known stays in
// its course.
import type { RosterRecord } from '../../../db/sqlite/staging/records.ts'
import type { Row } from '../../../db/tables.ts'
import type { ImportRun } from '../import-run.ts'
import type { ClassBody, EnrollmentBody } from './roster-files.ts'

export interface RosterCourse {
  number: number
  live: Row<'courses'> | null
  sourceId: string
  /** In order. */
  classes: RosterRecord[]
}

/**
 * What classes must agree in to be one course: OneRoster course, school and terms. A class without a course
 * is alone.
 */
export function groupingOf (record: RosterRecord): string {
  const [, terms] = JSON.parse(record.body) as ClassBody
  return JSON.stringify(
    record.parent === null ? [null, record.source_id] : [record.parent, record.other, terms.toSorted()]
  )
}

/** Groups the classes in staging, in order. `isActive` judges a teacher's enrollment. */
export function groupClasses (
  run: ImportRun,
  isActive: (enrollment: EnrollmentBody, terms: string[]) => boolean
): RosterCourse[] {
  const { staging } = run
  const courses: RosterCourse[] = []
  const byLive = new Map<number, RosterCourse>()
  const known = new Map<string, RosterCourse>()
  const fresh: Array<{ record: RosterRecord, keys: string[] }> = []
  for (const record of staging.records.ofKind('class')) {
    if (record.is_deleted === 1) continue
    const keys = teachersOf(record, run, isActive).map((teacher) => `${groupingOf(record)} ${teacher}`)
    const live = staging.live.courseOfClass(record.source_id) ??
      staging.live.courseBySource(record.source_id) ?? null
    if (live === null) {
      fresh.push({ record, keys })
      continue
    }
    let course = byLive.get(live.id)
    if (course === undefined) {
      course = { number: run.newCourse(), live, sourceId: live.source_id, classes: [] }
      byLive.set(live.id, course)
      courses.push(course)
    }
    course.classes.push(record)
    for (const key of keys) if (!known.has(key)) known.set(key, course)
  }
  for (const group of connected(fresh)) {
    let course = group.flatMap(({ keys }) => keys).map((key) => known.get(key)).find((found) =>
      found !== undefined
    )
    if (course === undefined) {
      course = { number: run.newCourse(), live: null, sourceId: group[0]!.record.source_id, classes: [] }
      courses.push(course)
    }
    course.classes.push(...group.map(({ record }) => record))
  }
  for (const course of courses) course.classes.sort((a, b) => a.ord - b.ord)
  return courses
}

function teachersOf (
  record: RosterRecord,
  { staging }: ImportRun,
  isActive: (enrollment: EnrollmentBody, terms: string[]) => boolean
): string[] {
  const [, terms] = JSON.parse(record.body) as ClassBody
  return staging.records.ofParent('enrollment', record.source_id)
    .filter((enrollment) => {
      const body = JSON.parse(enrollment.body) as EnrollmentBody
      return body[0] === 'teacher' && enrollment.other !== null && isActive(body, terms) &&
        staging.records.find('user', enrollment.other)?.is_deleted === 0
    })
    .map((enrollment) => enrollment.other!)
}

/** Things that have a key in common, directly or through others, in the order of the first of each group. */
function connected<T extends { keys: string[] }> (things: T[]): T[][] {
  const parents = things.map((_, i) => i)
  const root = (i: number): number => {
    while (parents[i] !== i) {
      parents[i] = parents[parents[i]!]!
      i = parents[i]!
    }
    return i
  }
  const firstOf = new Map<string, number>()
  things.forEach(({ keys }, i) => {
    for (const key of keys) {
      const first = firstOf.get(key)
      if (first === undefined) {
        firstOf.set(key, i)
        continue
      }
      const [a, b] = [root(first), root(i)]
      parents[Math.max(a, b)] = Math.min(a, b)
    }
  })
  const groups = new Map<number, T[]>()
  things.forEach((thing, i) => {
    const at = root(i)
    const group = groups.get(at)
    if (group === undefined) groups.set(at, [thing])
    else group.push(thing)
  })
  return [...groups.values()]
}
