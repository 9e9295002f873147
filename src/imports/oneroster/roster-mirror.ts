// Keeps the roster as it was last told (`roster_records`), so that a later delta can refer to it.
import type { RosterRecord } from '../../../db/sqlite/staging/records.ts'
import type { ImportRun } from '../import-run.ts'
import type { Bundle } from './manifest.ts'
import type { RosterCourse } from './roster-courses.ts'
import type { ClassBody, RosterKind } from './roster-files.ts'

const MIRRORED: RosterKind[] = [
  'org',
  'session',
  'course',
  'class',
  'user',
  'enrollment',
  'category',
  'lineItem',
]

/**
 * Plans what has to change in the stored roster: what the bundle says, and without what a bulk file of these
 * courses does not have any more.
 */
export function planMirror (courses: RosterCourse[], bundle: Bundle, run: ImportRun): void {
  const { staging } = run
  const remove = ({ kind, source_id }: { kind: string, source_id: string }) => {
    staging.plan.record({ kind, source_id, parent: null, other: null, body: null })
  }
  for (const kind of MIRRORED) {
    for (const record of staging.records.ofKind(kind)) if (record.file !== -1) mirror(record, run)
  }
  for (const user of staging.records.ofKind('user')) {
    if (user.is_deleted === 0) continue
    for (const known of staging.live.recordsOfOther('enrollment', user.source_id)) {
      if (staging.records.find('enrollment', known.source_id) === undefined) remove(known)
    }
  }
  const ofClass = (classId: string, isGone: (kind: RosterKind, sourceId: string) => boolean) => {
    for (const kind of ['enrollment', 'lineItem'] as const) {
      for (const known of staging.live.recordsOfParent(kind, classId)) {
        if (!isGone(kind, known.source_id)) continue
        remove(known)
        staging.plan.leaver(kind === 'enrollment' ? 'user' : 'category', known.other)
      }
    }
  }
  for (const course of courses) {
    if (course.live === null) continue
    if (course.classes.length === 0) {
      for (const student of staging.live.students(course.live.id)) {
        staging.plan.leaver(
          'user',
          student.source_id
        )
      }
    }
    const classes = new Set(course.classes.map((record) => record.source_id))
    for (const period of staging.live.periods(course.live.id)) {
      const isDeleted = staging.records.find('class', period.source_id)?.is_deleted === 1
      if (classes.has(period.source_id)) {
        ofClass(
          period.source_id,
          (kind, id) =>
            bundle.modes.get(kind === 'enrollment' ? 'enrollments' : 'lineItems') === 'bulk' &&
            staging.records.find(kind, id) === undefined
        )
      } else if (
        (isDeleted || bundle.modes.get('classes') === 'bulk') &&
        staging.live.record('class', period.source_id) !== undefined
      ) {
        ofClass(period.source_id, (kind, id) => staging.records.find(kind, id) === undefined)
        if (staging.records.find('class', period.source_id) === undefined) {
          remove({ kind: 'class', source_id: period.source_id })
        }
        leaveClass(period.source_id, run)
      }
    }
  }
}

/** What a stored class that goes refers to may go with it. */
function leaveClass (classId: string, { staging: { live, plan } }: ImportRun): void {
  const known = live.record('class', classId)
  if (known === undefined) return
  const course = known.parent === null ? undefined : live.record('course', known.parent)
  plan.leaver('course', known.parent)
  plan.leaver('org', known.other)
  plan.leaver('org', course?.other ?? null)
  for (const term of (JSON.parse(known.body) as ClassBody)[1]) plan.leaver('session', term)
}

function mirror (record: RosterRecord, { staging }: ImportRun): void {
  const { kind, source_id, parent, other, body } = record
  const known = staging.live.record(kind, source_id)
  if (record.is_deleted === 1) {
    if (known !== undefined) staging.plan.record({ kind, source_id, parent: null, other: null, body: null })
  } else if (known === undefined || known.parent !== parent || known.other !== other || known.body !== body) {
    staging.plan.record({ kind, source_id, parent, other, body })
  }
}
