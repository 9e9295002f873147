import type { Averages } from './tally.ts'

/** What one pass over all cells of a course gives. */
export interface BookTotals {
  dataVersion: number
  readAt: number
  course: Averages
  /** By period; `null`: the students without one. */
  periods: Map<number | null, Averages>
  currentUntil: number | null
  zeroedCells: number
}

/** Totals of the courses read last, so that paging through a large book does not add it up for every page. */
export class BookCache {
  readonly #totals = new Map<number, BookTotals>()
  readonly #limit: number

  constructor (limit = 16) {
    this.#limit = limit
  }

  /**
   * Totals hold for one data version, from the time at which they were read until a date changes a number.
   */
  get (courseId: number, dataVersion: number, now: number): BookTotals | undefined {
    const totals = this.#totals.get(courseId)
    const isValid = totals !== undefined && totals.dataVersion === dataVersion && totals.readAt <= now &&
      (totals.currentUntil === null || now < totals.currentUntil)
    return isValid ? totals : undefined
  }

  set (courseId: number, totals: BookTotals): void {
    this.#totals.delete(courseId)
    this.#totals.set(courseId, totals)
    for (const oldest of this.#totals.keys()) {
      if (this.#totals.size <= this.#limit) break
      this.#totals.delete(oldest)
    }
  }
}
