// Threads load this file, and the schema of a request would take a third of their start: so it is not here.
import type { ExportOptionsGiven } from './export-request.ts'

/** Options without a default. */
type Unset = 'period_id' | 'compare_with'

/** All options. They are stored with the job and compared as JSON; see `optionsKey`. */
export interface ExportOptions extends Required<Omit<ExportOptionsGiven, Unset>> {
  /** Null: the whole course. */
  period_id: number | null
  /** The id of an export; `last`: the course had none at the time of the request; null: no comparison. */
  compare_with: number | 'last' | null
}

const DEFAULTS: ExportOptions = {
  format: 'xlsx',
  sheets: 'course',
  values: 'percent',
  include_dropped: true,
  period_id: null,
  language: 'en',
  identity: 'names',
  separator: ',',
  guard: true,
  oneroster_version: '1.2',
  split: false,
  class_average: false,
  compare_with: null,
}

/** In a fixed order, so that equal options are equal JSON. */
export function completeOptions (given: Partial<ExportOptions>): ExportOptions {
  const complete: Partial<Record<keyof ExportOptions, unknown>> = {}
  for (const name of Object.keys(DEFAULTS) as Array<keyof ExportOptions>) {
    complete[name] = given[name] ?? DEFAULTS[name]
  }
  return complete as ExportOptions
}

/** The options that differ from the defaults. */
export function optionsGiven (options: ExportOptions): ExportOptionsGiven {
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => value !== DEFAULTS[name as keyof ExportOptions])
  )
}

/** A text that is equal for equal options, whichever options are added to the program later. */
export function optionsKey (options: ExportOptions): string {
  return JSON.stringify(optionsGiven(options))
}

/**
 * A text that is equal for exports that replace each other: the newest one of them is kept. What a workbook
 * is compared with does not count, because it is another export each time.
 */
export function seriesOf (options: ExportOptions): string {
  return optionsKey({ ...options, compare_with: null })
}
