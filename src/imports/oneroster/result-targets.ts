// Numbers for the line items and users that results name, and the courses they are of: those of the bundle,
// and, in a delta, those that only a result leads to.
import { placeNumber, placeOf } from '../../../db/sqlite/staging/results.ts'
import type { Row } from '../../../db/tables.ts'
import type { ImportRun } from '../import-run.ts'
import { OriginReader } from '../result-origins.ts'
import type { KnownRoster } from './known-roster.ts'
import type { RosterCourse } from './roster-courses.ts'

const DELETED = -1
/** A line item that a teacher's import does not use. */
export const LEFT_OUT = -2

/** Where a delta puts a result. */
interface Move {
  course: number
  person: number
  item: number
  place: number
}

export class ResultTargets {
  readonly #run: ImportRun
  readonly #known: KnownRoster
  readonly isDelta: boolean
  readonly #items = new Map<string, number>()
  readonly #persons = new Map<string, number>()
  readonly #courseOfItem: number[] = []
  readonly #byLive = new Map<number, RosterCourse>()
  /** By the key of the result; only a place: it is deleted. */
  readonly #moves = new Map<number, Move | { place: number }>()
  readonly #courses: RosterCourse[]

  /** `courses` grows by those that only results lead to. */
  constructor (courses: RosterCourse[], known: KnownRoster, isDelta: boolean, run: ImportRun) {
    this.#run = run
    this.#known = known
    this.isDelta = isDelta
    this.#courses = courses
    const { records } = run.staging
    for (const course of courses) {
      if (course.live !== null) this.#byLive.set(course.live.id, course)
      for (const record of course.classes) {
        for (const item of records.ofParent('lineItem', record.source_id)) {
          this.#number(item.source_id, course.number)
        }
      }
    }
    // What is left is deleted, or of a deleted class.
    for (const id of records.idsOfKind('lineItem')) {
      if (!this.#items.has(id)) {
        this.#items.set(
          id,
          run.scope !== undefined && records.find('lineItem', id)?.parent === null ? LEFT_OUT : DELETED
        )
      }
    }
    for (const user of records.ofKind('user')) {
      this.#persons.set(user.source_id, user.is_deleted === 1 ? DELETED : this.#persons.size)
    }
  }

  /** -1: deleted; -2: left out; undefined: there is none. */
  item (sourceId: string): number | undefined {
    const number = this.#items.get(sourceId)
    if (number !== undefined || !this.#known.isKnown('lineItem')) return number
    const { live } = this.#run.staging
    const known = live.record('lineItem', sourceId)
    const course = known?.parent === null || known === undefined
      ? undefined
      : live.courseOfClass(known.parent)
    return course === undefined ? undefined : this.#number(sourceId, this.#courseFor(course).number)
  }

  /** -1: deleted; undefined: there is none. */
  person (sourceId: string): number | undefined {
    const number = this.#persons.get(sourceId)
    if (number !== undefined || !this.#known.isKnown('user')) return number
    return this.#run.staging.live.record('user', sourceId) === undefined
      ? undefined
      : this.personNumber(sourceId)
  }

  courseOf (item: number): number {
    return this.#courseOfItem[item]!
  }

  /** For one that is known to be there. */
  itemNumber (sourceId: string): number {
    return this.#items.get(sourceId) ?? this.#number(sourceId, DELETED)
  }

  personNumber (sourceId: string): number {
    let number = this.#persons.get(sourceId)
    if (number === undefined) this.#persons.set(sourceId, number = this.#persons.size)
    return number
  }

  /** Notes a result that a delta deletes. */
  remove (key: number, place: { file: number, line: number }): void {
    this.#moves.set(key, { place: placeNumber(place.file, place.line) })
  }

  /** Notes where a delta puts a result: it may have stood elsewhere. */
  move (key: number, move: Move): void {
    this.#moves.set(key, move)
  }

  /**
   * Takes results that are deleted, or that moved, away from where they are stored. Once, after all results
   * are read.
   */
  settle (): void {
    if (this.#moves.size === 0) return
    const { staging, problems } = this.#run
    const origins = new OriginReader()
    const found: Array<{ key: number, courseId: number, student: string, storedItem: number }> = []
    for (const row of staging.live.origins()) {
      origins.load(row.origins)
      for (let slot = 0; slot < origins.length; slot++) {
        const key = origins.key(slot)
        if (key !== 0 && this.#moves.has(key)) {
          found.push({ key, courseId: row.course_id, student: row.source_id, storedItem: origins.item(slot) })
        }
      }
    }
    const itemIds = new Map<number, Map<number, string>>()
    const seen = new Set<number>()
    for (const { key, courseId, student, storedItem } of found) {
      seen.add(key)
      let ids = itemIds.get(courseId)
      if (ids === undefined) {
        itemIds.set(
          courseId,
          ids = new Map(staging.live.taskSources(courseId).map((row) => [row.number, row.source_id]))
        )
      }
      const itemId = ids.get(storedItem)
      const live = staging.live.course(courseId)
      if (itemId === undefined || live === undefined) continue
      const course = this.#courseFor(live).number
      const person = this.personNumber(student)
      const item = this.item(itemId) ?? DELETED
      const move = this.#moves.get(key)!
      if (item < 0 || person === DELETED) continue
      if ('course' in move && move.course === course && move.person === person && move.item === item) continue
      staging.results.add([course, person, item, move.place, 0, null, null, null, null, null, null, key])
    }
    for (const [key, move] of this.#moves) {
      if ('course' in move || seen.has(key)) continue
      const { file, line } = placeOf(move.place)
      problems.warn('result_not_known', { file: this.#run.fileName(file), line })
    }
  }

  #number (sourceId: string, course: number): number {
    const number = this.#courseOfItem.push(course) - 1
    this.#items.set(sourceId, number)
    return number
  }

  #courseFor (live: Row<'courses'>): RosterCourse {
    let course = this.#byLive.get(live.id)
    if (course === undefined) {
      course = { number: this.#run.newCourse(), live, sourceId: live.source_id, classes: [] }
      this.#byLive.set(live.id, course)
      this.#courses.push(course)
    }
    return course
  }
}
