import type { Staging } from '../../../db/staging/staging.ts'
import type { BookSource } from '../book-source.ts'
import type { Tallies } from '../outcome.ts'
import type { Problems } from '../problems.ts'

/** What the plans of all courses of an import share. */
export interface Planning {
  staging: Staging
  problems: Problems
  tallies: Tallies
  /** Collation of the book's order. */
  collator: Intl.Collator
  allowRemovals: boolean
  /** Name of a file by its number in the staging database. */
  fileName: (number: number) => string | null
}

/** What the parts of one course's plan share. */
export interface CoursePlanning extends Planning {
  book: BookSource
  /** To be called when something in the book changes: its data version will rise. */
  changed: () => void
}

/**
 * The order of what a course will have. A full source gives the order itself. Otherwise what is stored keeps
 * its order (`positionOf`: its stored position), and what is new follows.
 */
export function inOrder<T> (
  things: T[], { isFull, positionOf }: { isFull: boolean, positionOf: (thing: T) => number | undefined }
): T[] {
  if (isFull) return things
  // The sort is stable.
  const keyOf = (thing: T) => positionOf(thing) ?? Number.MAX_SAFE_INTEGER
  return things.toSorted((a, b) => keyOf(a) - keyOf(b))
}

/**
 * An id with the prefix of its system that is not in `taken`: `canvas:7`, then `canvas:canvas:7`. It is
 * added to `taken`.
 */
export function freeId (system: string, id: string, taken: Set<string>): string {
  let free = `${system}:${id}`
  while (taken.has(free)) free = `${system}:${free}`
  taken.add(free)
  return free
}
