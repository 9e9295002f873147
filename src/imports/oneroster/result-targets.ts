// Numbers for the line items and users that results refer to, and the courses that they belong to: those of
// the bundle, and in a delta also those that only a result refers to.
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

/** A result that a delta moves or deletes, and where it is stored. */
interface StoredMove {
  key: number
  move: Move | { place: number }
  courseId: number
  /** Source id. */
  student: string
  /** Number of the line item in the database. */
  storedItem: number
}

interface ResultTargetsOptions {
  /** The courses of the bundle. */
  courses: RosterCourse[]
  known: KnownRoster
  /** Whether the results are a delta. */
  isDelta: boolean
  run: ImportRun
}

export class ResultTargets {
  readonly #run: ImportRun
  readonly #known: KnownRoster
  readonly isDelta: boolean
  /** Stored courses that only results refer to, without their classes. */
  readonly found: RosterCourse[] = []
  readonly #items = new Map<string, number>()
  readonly #persons = new Map<string, number>()
  readonly #courseOfItem: number[] = []
  readonly #byLive = new Map<number, RosterCourse>()
  /** By the key of the result. Of a deleted result there is only the place. */
  readonly #moves = new Map<number, Move | { place: number }>()

  constructor ({ courses, known, isDelta, run }: ResultTargetsOptions) {
    this.#run = run
    this.#known = known
    this.isDelta = isDelta
    const { records } = run.staging
    for (const course of courses) {
      if (course.live !== null) this.#byLive.set(course.live.id, course)
      for (const { source_id: classId } of course.classes) {
        for (const item of records.ofParent('lineItem', classId)) this.#addItem(item.source_id, course.number)
      }
    }
    // The other line items are deleted, belong to a deleted class, or are left out.
    for (const id of records.idsOfKind('lineItem')) {
      if (this.#items.has(id)) continue
      const isLeftOut = run.scope !== undefined && records.find('lineItem', id)?.parent === null
      this.#items.set(id, isLeftOut ? LEFT_OUT : DELETED)
    }
    for (const user of records.ofKind('user')) {
      this.#persons.set(user.source_id, user.is_deleted === 1 ? DELETED : this.#persons.size)
    }
  }

  /** The number of a line item; DELETED, LEFT_OUT, or undefined if there is none. */
  item (sourceId: string): number | undefined {
    const number = this.#items.get(sourceId)
    if (number !== undefined || !this.#known.isKnown('lineItem')) return number
    const { live } = this.#run.staging
    const classId = live.record('lineItem', sourceId)?.parent ?? null
    const course = classId === null ? undefined : live.courseOfClass(classId)
    return course === undefined ? undefined : this.#addItem(sourceId, this.#courseFor(course).number)
  }

  /** The number of a user; DELETED, or undefined if there is none. */
  person (sourceId: string): number | undefined {
    const number = this.#persons.get(sourceId)
    if (number !== undefined || !this.#known.isKnown('user')) return number
    const isStored = this.#run.staging.live.record('user', sourceId) !== undefined
    return isStored ? this.personNumber(sourceId) : undefined
  }

  /** The number of the course of a line item that has a number. */
  courseOf (item: number): number { return this.#courseOfItem[item] ?? DELETED }

  /** The number of a line item that exists. */
  itemNumber (sourceId: string): number {
    return this.#items.get(sourceId) ?? this.#addItem(sourceId, DELETED)
  }

  /** The number of a user who exists. */
  personNumber (sourceId: string): number {
    const known = this.#persons.get(sourceId)
    if (known !== undefined) return known
    const number = this.#persons.size
    this.#persons.set(sourceId, number)
    return number
  }

  /** Notes a result that a delta deletes. */
  remove (key: number, { file, line }: { file: number, line: number }): void {
    this.#moves.set(key, { place: placeNumber(file, line) })
  }

  /** Notes where a delta puts a result, which may be stored elsewhere. */
  move (key: number, move: Move): void { this.#moves.set(key, move) }

  /**
   * Removes results that were deleted or moved from where they are stored. Once, after all results are
   * read.
   */
  async settle (): Promise<void> {
    if (this.#moves.size === 0) return
    const { staging, problems } = this.#run
    const itemIds = new Map<number, Map<number, string>>()
    const idOf = (courseId: number, storedItem: number) => {
      let ids = itemIds.get(courseId)
      if (ids === undefined) {
        ids = new Map(staging.live.taskSources(courseId).map((row) => [row.number, row.source_id]))
        itemIds.set(courseId, ids)
      }
      return ids.get(storedItem)
    }
    const seen = new Set<number>()
    const stored = await this.#storedMoves()
    await staging.load.courses(stored.map(({ courseId }) => courseId))
    for (const { key, move, courseId, student, storedItem } of stored) {
      seen.add(key)
      const itemId = idOf(courseId, storedItem)
      const live = staging.live.course(courseId)
      if (itemId === undefined || live === undefined) continue
      const course = this.#courseFor(live).number
      const person = this.personNumber(student)
      const item = this.item(itemId) ?? DELETED
      if (item < 0 || person === DELETED) continue
      if ('course' in move && move.course === course && move.person === person && move.item === item) continue
      staging.results.add([course, person, item, move.place, 0, null, null, null, null, null, null, key])
    }
    for (const [key, move] of this.#moves) {
      if ('course' in move || seen.has(key)) continue
      problems.warn('result_not_known', this.#run.placeOf(placeOf(move.place)))
    }
  }

  /** Where results that this delta names are stored. */
  async #storedMoves (): Promise<StoredMove[]> {
    const origins = new OriginReader()
    const found: StoredMove[] = []
    for await (const row of this.#run.staging.live.origins()) {
      origins.load(row.origins)
      for (let slot = 0; slot < origins.length; slot++) {
        const key = origins.key(slot)
        const move = key === 0 ? undefined : this.#moves.get(key)
        if (move === undefined) continue
        const storedItem = origins.item(slot)
        found.push({ key, move, courseId: row.course_id, student: row.source_id, storedItem })
      }
    }
    return found
  }

  #addItem (sourceId: string, course: number): number {
    const number = this.#courseOfItem.push(course) - 1
    this.#items.set(sourceId, number)
    return number
  }

  #courseFor (live: Row<'courses'>): RosterCourse {
    const known = this.#byLive.get(live.id)
    if (known !== undefined) return known
    const course = { number: this.#run.newCourse(), live, sourceId: live.source_id, classes: [] }
    this.#byLive.set(live.id, course)
    this.found.push(course)
    return course
  }
}
