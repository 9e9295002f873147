// The stored roster that a delta, or a bundle without some file, refers to. What the affected courses need
// of it is added to staging, so that from there on a delta is handled like a bulk import.
import type { RosterRecord } from '../../../db/sqlite/staging/records.ts'
import type { Row } from '../../../db/tables.ts'
import type { ImportRun } from '../import-run.ts'
import type { Bundle, FileMode } from './manifest.ts'
import { groupingOf } from './roster-courses.ts'
import { REFERENCES, ROSTER_FILES, type ClassBody, type RosterKind } from './roster-files.ts'

/** Orders stored records before all records that were read. */
const KNOWN = -1e12

export class KnownRoster {
  readonly #run: ImportRun
  readonly #modes: ReadonlyMap<RosterKind, FileMode>
  readonly #courses = new Set<number>()
  /** Only what was read counts. */
  readonly isBulk: boolean

  constructor (bundle: Bundle, run: ImportRun) {
    this.#run = run
    this.#modes = new Map(ROSTER_FILES.map(({ name, kind }) => [kind, bundle.modes.get(name) ?? 'absent']))
    this.isBulk = !this.isKnown('class') && !this.isKnown('enrollment') && !this.isKnown('lineItem')
  }

  /** Whether stored records of a kind count. */
  isKnown (kind: RosterKind): boolean { return this.#modes.get(kind) !== 'bulk' }

  /** Whether there is such a stored record, and it counts. */
  isStored (kind: RosterKind, sourceId: string): boolean {
    return this.isKnown(kind) && this.#run.staging.live.record(kind, sourceId) !== undefined
  }

  /** Adds the courses that the bundle affects, and everything that it refers to. */
  async load (): Promise<void> {
    const { staging: { records, live, load } } = this.#run
    const touched = this.isBulk ? [] : [...this.#touchedClasses()]
    await load.courses(touched.flatMap((classId) => this.#courseOf(classId)?.id ?? []))
    for (const classId of touched) await this.#loadClass(classId)
    for (const record of records.ofKind('class')) {
      if (record.is_deleted === 1 || this.#courseOf(record.source_id) !== undefined) continue
      // A new class may join a stored course. A bulk file is only about its own classes.
      if (this.isKnown('class')) {
        for (const course of live.coursesByGrouping(groupingOf(record))) await this.loadCourse(course)
      }
    }
    for (const { kind, field, target } of REFERENCES) {
      for (const { target: sourceId } of records.broken(kind, field, target)) this.ensure(target, sourceId)
    }
    for (const record of records.ofKind('class')) {
      for (const term of termsOf(record)) this.ensure('session', term)
    }
    for (const record of records.ofKind('class')) {
      this.ensure('course', record.parent)
      this.ensure('org', record.other)
    }
  }

  /** Adds a stored course: its classes, and their enrollments, line items and users. */
  async loadCourse (course: Row<'courses'>): Promise<void> {
    if (this.#courses.has(course.id)) return
    this.#courses.add(course.id)
    const { staging: { live, load, records } } = this.#run
    await load.courses([course.id])
    const periods = live.periods(course.id)
    const periodOf = new Map(periods.map((period) => [period.id, period.source_id]))
    const classOf = new Map(live.students(course.id).map((student) => {
      return [student.source_id, student.period_id === null ? undefined : periodOf.get(student.period_id)]
    }))
    const taskOrder = new Map(live.tasks(course.id).map((task) => [task.id, task.position]))
    const itemOrder = new Map(live.taskSources(course.id).map((item) => {
      return [item.source_id, (taskOrder.get(item.task_id) ?? 0) * 1e4 + item.number]
    }))
    for (const { source_id: classId, position } of periods) {
      if (live.record('class', classId) === undefined) continue
      if (this.isKnown('class')) this.ensure('class', classId, KNOWN + 1 + position)
      const staged = records.find('class', classId)
      if (staged === undefined || staged.is_deleted === 1) continue
      for (const term of termsOf(staged)) this.ensure('session', term)
      this.ensure('course', staged.parent)
      this.ensure('org', staged.other)
      if (this.isKnown('enrollment')) {
        for (const { source_id: id, other } of live.recordsOfParent('enrollment', classId)) {
          // The later line wins, so the enrollment of the stored period comes last.
          this.ensure('enrollment', id, KNOWN + (other !== null && classOf.get(other) === classId ? 2 : 1))
          this.ensure('user', other)
        }
      }
      if (this.isKnown('lineItem')) {
        for (const { source_id: id, other } of live.recordsOfParent('lineItem', classId)) {
          this.ensure('lineItem', id, KNOWN + 1 + (itemOrder.get(id) ?? 0))
          this.ensure('category', other)
        }
      }
    }
  }

  /**
   * Adds one stored record, unless it was read or its file is bulk. A record that was read keeps its values
   * and gets the stored order.
   */
  ensure (kind: RosterKind, sourceId: string | null, ord = KNOWN): void {
    if (sourceId === null) return
    const { staging: { live, records } } = this.#run
    const staged = records.find(kind, sourceId)
    if (staged !== undefined) {
      if (staged.ord >= 0 && ord !== KNOWN) records.replace({ ...staged, ord })
      return
    }
    const known = this.isKnown(kind) ? live.record(kind, sourceId) : undefined
    if (known !== undefined) records.add({ ...known, is_deleted: 0, modified: 0, file: -1, line: 0, ord })
  }

  /** Stored courses of which a delta deletes classes. */
  shrunken (): Array<Row<'courses'>> {
    if (this.#modes.get('class') !== 'delta') return []
    const { staging: { records } } = this.#run
    const courses = new Map<number, Row<'courses'>>()
    for (const record of records.ofKind('class')) {
      const course = record.is_deleted === 1 ? this.#courseOf(record.source_id) : undefined
      if (course !== undefined) courses.set(course.id, course)
    }
    return [...courses.values()]
  }

  /** A stored class's course, by the id of the class. */
  #courseOf (classId: string): Row<'courses'> | undefined {
    return this.#run.staging.live.courseOfClass(classId)
  }

  async #loadClass (classId: string): Promise<void> {
    const course = this.#courseOf(classId)
    if (course !== undefined) await this.loadCourse(course)
    else if (this.isKnown('class')) this.ensure('class', classId)
  }

  /** Classes that the bundle is about. If the file of classes is bulk, only the classes in it. */
  #touchedClasses (): Set<string> {
    const { staging: { records, live } } = this.#run
    const touched = new Set(records.idsOfKind('class'))
    if (!this.isKnown('class')) return touched
    const add = (found: Array<{ parent: string | null }>) => {
      for (const { parent } of found) if (parent !== null) touched.add(parent)
    }
    for (const kind of ['enrollment', 'lineItem'] as const) {
      const read = records.ofKind(kind)
      add(read)
      add(read.flatMap((record) => live.record(kind, record.source_id) ?? []))
    }
    for (const id of this.#changed('user')) add(live.recordsOfOther('enrollment', id))
    for (const id of this.#changed('category')) add(live.recordsOfOther('lineItem', id))
    for (const id of this.#changed('course')) {
      for (const { source_id: classId } of live.recordsOfParent('class', id)) touched.add(classId)
    }
    for (const id of this.#changed('org')) {
      for (const { source_id: classId } of live.recordsOfOther('class', id)) touched.add(classId)
    }
    const sessions = new Set(this.#changed('session'))
    if (sessions.size > 0) {
      for (const record of live.recordsOfKind('class')) {
        if (termsOf(record).some((term) => sessions.has(term))) touched.add(record.source_id)
      }
    }
    return touched
  }

  #changed (kind: RosterKind): string[] {
    const { staging: { records, live } } = this.#run
    const isChanged = (record: RosterRecord) =>
      record.is_deleted === 1 || live.record(kind, record.source_id)?.body !== record.body
    return records.ofKind(kind).filter(isChanged).map((record) => record.source_id)
  }
}

function termsOf (record: { body: string }): string[] {
  return (JSON.parse(record.body) as ClassBody)[1]
}
