import type { GradingScale } from './grading-scale.ts'

/** Settings of a course. Settings that are left out stay as they are. */
export interface CourseSettings {
  missingCounts?: 'ignored' | 'zero' | undefined
  timeZone?: string | undefined
  /** By category id: a fraction, or null for the imported weight. */
  weights?: ReadonlyMap<number, number | null> | undefined
  /** Empty: no scale. */
  gradingScale?: GradingScale | undefined
  /** Only an administrator may change the name (null: the name of the roster) and archive the course. */
  name?: string | null | undefined
  archived?: boolean | undefined
}

/** What a change of settings did: by the name of each setting, its value before and after. */
export type SettingsChanges = Record<string, [before: unknown, after: unknown]>
