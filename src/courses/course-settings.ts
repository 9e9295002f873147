import type { GradingScale } from './grading-scale.ts'

/** Settings of a course that a teacher may change. Settings that are left out stay as they are. */
export interface CourseSettings {
  missingCounts?: 'ignored' | 'zero' | undefined
  timeZone?: string | undefined
  /** By category id: a fraction, or null for the imported weight. */
  weights?: ReadonlyMap<number, number | null> | undefined
  /** Empty: no scale. */
  gradingScale?: GradingScale | undefined
}
