// Stores the roster as last imported (`roster_records`), so that a later delta can refer to it.
import type { RosterRecord } from '../../../db/sqlite/staging/records.ts'
import type { ImportRun } from '../import-run.ts'
import type { Bundle } from './manifest.ts'
import type { RosterCourse } from './roster-courses.ts'
import type { ClassBody, RosterKind } from './roster-files.ts'

/** Roles are not stored: nothing of them is used. */
const STORED: RosterKind[] = [
  'org', 'session', 'course', 'class', 'user', 'enrollment', 'category', 'lineItem',
]
/** The kinds of record that belong to a class, the files that they are in, and what they refer to. */
const OF_CLASS = [
  { kind: 'enrollment', file: 'enrollments', refersTo: 'user' },
  { kind: 'lineItem', file: 'lineItems', refersTo: 'category' },
] as const

/**
 * Plans what has to change in the stored roster: records of the bundle are stored, and what a bulk file of
 * these courses no longer has is removed.
 */
export function planStoredRoster (courses: RosterCourse[], bundle: Bundle, run: ImportRun): void {
  const { staging: { records, live, plan } } = run
  for (const kind of STORED) {
    for (const record of records.ofKind(kind)) if (record.file !== -1) storeRecord(record, run)
  }
  for (const user of records.ofKind('user')) {
    if (user.is_deleted === 0) continue
    for (const { kind, source_id: id } of live.recordsOfOther('enrollment', user.source_id)) {
      if (records.find('enrollment', id) === undefined) removeRecord(kind, id, run)
    }
  }
  for (const course of courses) {
    if (course.live === null) continue
    if (course.classes.length === 0) {
      for (const student of live.students(course.live.id)) plan.leaver('user', student.source_id)
    }
    const classes = new Set(course.classes.map((record) => record.source_id))
    for (const { source_id: classId } of live.periods(course.live.id)) {
      if (classes.has(classId)) {
        removeUnnamed(classId, run, (file) => bundle.modes.get(file) === 'bulk')
        continue
      }
      const staged = records.find('class', classId)
      const isRemoved = staged?.is_deleted === 1 || bundle.modes.get('classes') === 'bulk'
      if (!isRemoved || live.record('class', classId) === undefined) continue
      removeUnnamed(classId, run, () => true)
      if (staged === undefined) removeRecord('class', classId, run)
      leaveClass(classId, run)
    }
  }
}

/** Removes the stored records of a class that are not in staging, if they are in files that `isComplete`. */
function removeUnnamed (classId: string, run: ImportRun, isComplete: (file: string) => boolean): void {
  const { records, live, plan } = run.staging
  for (const { kind, file, refersTo } of OF_CLASS) {
    if (!isComplete(file)) continue
    for (const { source_id: id, other } of live.recordsOfParent(kind, classId)) {
      if (records.find(kind, id) !== undefined) continue
      removeRecord(kind, id, run)
      plan.leaver(refersTo, other)
    }
  }
}

/** What a removed class refers to may be removed with it. */
function leaveClass (classId: string, { staging: { live, plan } }: ImportRun): void {
  const known = live.record('class', classId)
  if (known === undefined) return
  const course = known.parent === null ? undefined : live.record('course', known.parent)
  plan.leaver('course', known.parent)
  plan.leaver('org', known.other)
  plan.leaver('org', course?.other ?? null)
  for (const term of (JSON.parse(known.body) as ClassBody)[1]) plan.leaver('session', term)
}

function storeRecord (record: RosterRecord, run: ImportRun): void {
  const { kind, source_id, parent, other, body } = record
  const known = run.staging.live.record(kind, source_id)
  if (record.is_deleted === 1) {
    if (known !== undefined) removeRecord(kind, source_id, run)
  } else if (known === undefined || known.parent !== parent || known.other !== other || known.body !== body) {
    run.staging.plan.record({ kind, source_id, parent, other, body })
  }
}

function removeRecord (kind: string, sourceId: string, { staging: { plan } }: ImportRun): void {
  plan.record({ kind, source_id: sourceId, parent: null, other: null, body: null })
}
