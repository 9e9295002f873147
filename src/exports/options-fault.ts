import type { ExportOptionsGiven } from './export-request.ts'
import { FORMATS } from './formats/all-formats.ts'

/** Options of every format. */
const EVERY_FORMAT: readonly string[] = ['include_dropped', 'period_id']

/** An option that does not go with the format, or with another one. */
export interface OptionsFault {
  kind: 'unknown' | 'identity' | 'comparison'
  option: keyof ExportOptionsGiven
  format: string
  /** Options that the format has, or ways to name students that it allows. */
  allowed?: readonly string[]
}

/** What is wrong with options that do not go together, before any course is looked at. */
export function optionsFault (given: ExportOptionsGiven): OptionsFault | undefined {
  const { identity = 'names', compare_with: compareWith } = given
  const { name: format, options, identities } = FORMATS[given.format ?? 'xlsx']
  const known = ['format', ...EVERY_FORMAT, ...options]
  const names = Object.keys(given) as Array<keyof ExportOptionsGiven>
  const option = names.find((one) => !known.includes(one))
  if (option !== undefined) return { kind: 'unknown', option, format, allowed: known.slice(1) }
  if (!identities.includes(identity)) {
    return { kind: 'identity', option: 'identity', format, allowed: identities }
  }
  if (identity !== 'names' && compareWith !== undefined) {
    return { kind: 'comparison', option: 'compare_with', format }
  }
  return undefined
}
