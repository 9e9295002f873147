import type { Course } from '../../http/schemas/book.ts'
import { fractionOf, percentText } from './percent-text.ts'

/** One grade of a scale, as typed: its name, and the lowest average for it in percent. */
export interface ScaleRow {
  grade: string
  from: string
}

type Scale = NonNullable<Course['grading_scale']>

const rows = (...pairs: Array<[grade: string, from: number]>): ScaleRow[] =>
  pairs.map(([grade, from]) => ({ grade, from: String(from) }))

/** Limits are kept exactly, also those that were imported. */
const DECIMALS = 8
/** A grade from 0 to 20 is the average as twentieths, rounded. */
const TWENTY = 20

/** Common scales. Their limits are a start: schools differ. */
export const PRESETS = {
  letters: rows(['A', 90], ['B', 80], ['C', 70], ['D', 60], ['F', 0]),
  plusMinus: rows(
    ['A+', 97], ['A', 93], ['A−', 90], ['B+', 87], ['B', 83], ['B−', 80], ['C+', 77], ['C', 73], ['C−', 70],
    ['D+', 67], ['D', 63], ['D−', 60], ['F', 0]
  ),
  oneToSix: rows(['1', 92], ['2', 81], ['3', 67], ['4', 50], ['5', 30], ['6', 0]),
  zeroToTwenty: Array.from({ length: TWENTY + 1 }, (_, i): ScaleRow => {
    const grade = TWENTY - i
    return { grade: String(grade), from: grade === 0 ? '0' : String((grade - 0.5) * 100 / TWENTY) }
  }),
} as const
export type Preset = keyof typeof PRESETS
export const PRESET_NAMES = Object.keys(PRESETS) as Preset[]

export function scaleRowsOf (scale: Course['grading_scale']): ScaleRow[] {
  return (scale ?? []).map(({ grade, from }) => ({ grade, from: percentText(from, DECIMALS) }))
}

/** The preset with exactly these rows. */
export function presetOf (scale: readonly ScaleRow[]): Preset | 'none' | 'custom' {
  if (scale.length === 0) return 'none'
  return PRESET_NAMES.find((name) => isSame(PRESETS[name], scale)) ?? 'custom'
}

/** What is wrong with a scale: a name is missing, or a limit is not below the one before it. */
export function scaleProblem (scale: readonly ScaleRow[]): 'grade' | 'limit' | 'order' | undefined {
  let before = Infinity
  for (const [i, { grade, from }] of scale.entries()) {
    if (grade.trim() === '') return 'grade'
    const limit = fractionOf(from)
    if (limit == null) return 'limit'
    if (limit >= before || (i === scale.length - 1 && limit !== 0)) return 'order'
    before = limit
  }
  return undefined
}

/** The scale for the API. Null: none. `same`: as before. Undefined: something is wrong with it. */
export function changedScale (
  scale: readonly ScaleRow[],
  before: readonly ScaleRow[]
): Scale | null | 'same' | undefined {
  if (isSame(scale, before)) return 'same'
  if (scaleProblem(scale) !== undefined) return undefined
  if (scale.length === 0) return null
  return scale.map(({ grade, from }) => ({ grade: grade.trim(), from: fractionOf(from) ?? 0 }))
}

function isSame (a: readonly ScaleRow[], b: readonly ScaleRow[]): boolean {
  return a.length === b.length &&
    a.every(({ grade, from }, i) =>
      grade.trim() === b[i]?.grade && fractionOf(from) === fractionOf(b[i].from))
}
