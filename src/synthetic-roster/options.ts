/** The size of a synthetic roster, in whole numbers. The same options give the same bytes. */
export interface SyntheticRosterOptions {
  seed: number
  schools: number
  /** Courses in each school. */
  courses: number
  /** Students of each school. Each of them takes every course of the school. */
  students: number
  /** Tasks of each course. */
  tasks: number
  /** Periods (classes) of each course. */
  periods: number
  /** First day of the term, `YYYY-MM-DD`. */
  startsOn: string
}

/**
 * Smallest and largest value of each number. Beyond these, ids would no longer be unique or the term too
 * short.
 */
export const OPTION_LIMITS = {
  seed: [0, 4_294_967_295],
  schools: [1, 1000],
  courses: [1, 1000],
  students: [0, 1_000_000],
  tasks: [0, 50_000],
  periods: [1, 1000],
} as const satisfies Partial<Record<keyof SyntheticRosterOptions, readonly [number, number]>>

/** What was written. */
export interface SyntheticRosterCounts {
  schools: number
  courses: number
  periods: number
  /** People, each counted once regardless of how many courses they take. */
  students: number
  /** Tasks of all courses; in OneRoster each is a line item in each period. */
  tasks: number
  results: number
  /** Results without a number: missing, exempt, submitted, in progress, completed without a score. */
  unscored: number
}
