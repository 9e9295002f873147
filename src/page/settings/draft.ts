import type { Category, Course, CourseChanges } from '../../http/schemas/book.ts'

/** What stands in the form. A weight is text as typed, in percent; empty goes back to the imported one. */
export interface Draft {
  missingCounts: 'ignored' | 'zero'
  timeZone: string
  weights: ReadonlyMap<number, string>
}

/** A weight as it is typed: percent with two digits at most, in plain digits. */
export function weightText (fraction: number): string {
  return String(Math.round(fraction * 10_000) / 100)
}

export function draftOf (course: Course, categories: readonly Category[]): Draft {
  return {
    missingCounts: course.missing_counts,
    timeZone: course.time_zone,
    weights: new Map(categories.map(({ id, weight }) => [id, weightText(weight)])),
  }
}

/**
 * A percent as typed, with a comma or a point, as a fraction; null for nothing, undefined for what is no
 * weight.
 */
export function weightOf (text: string): number | null | undefined {
  if (text.trim() === '') return null
  const value = Number(text.trim().replace(',', '.').replace(/%$/, '').trimEnd())
  return value >= 0 && value <= 100 ? value / 100 : undefined
}

/** What a draft changes, for the API; null: nothing, undefined: a weight cannot be used. */
export function changesOf (draft: Draft, before: Draft): CourseChanges | null | undefined {
  const typed = [...draft.weights].filter(([id, text]) => text.trim() !== before.weights.get(id))
  const categories = typed.map(([id, text]) => ({ id, weight: weightOf(text) }))
  if (categories.some(({ weight }) => weight === undefined)) return undefined
  const changes: CourseChanges = {
    ...(draft.missingCounts === before.missingCounts ? {} : { missing_counts: draft.missingCounts }),
    ...(draft.timeZone === before.timeZone ? {} : { time_zone: draft.timeZone }),
    ...(categories.length === 0 ? {} : { categories: categories as NonNullable<CourseChanges['categories']> }),
  }
  return Object.keys(changes).length === 0 ? null : changes
}
