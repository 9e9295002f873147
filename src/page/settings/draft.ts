import type { Category, Course, CourseChanges } from '../../http/schemas/book.ts'

/** The fields of the form. A weight is in percent, as typed; an empty one means the imported weight. */
export interface Draft {
  missingCounts: 'ignored' | 'zero'
  timeZone: string
  weights: ReadonlyMap<number, string>
}

/** A weight as a user types it: percent, with at most two decimals. */
function weightText (fraction: number): string {
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
 * The fraction for a percentage as typed, with a decimal comma or point. Null: the field is empty. Undefined:
 * this is not a weight.
 */
export function weightOf (text: string): number | null | undefined {
  if (text.trim() === '') return null
  const value = Number(text.trim().replace(',', '.').replace(/%$/, '').trimEnd())
  return value >= 0 && value <= 100 ? value / 100 : undefined
}

/** The changes of a draft, for the API. Null: there are none. Undefined: a weight is invalid. */
export function changesOf (draft: Draft, before: Draft): CourseChanges | null | undefined {
  const categories: Array<{ id: number, weight: number | null }> = []
  for (const [id, text] of draft.weights) {
    if (text.trim() === before.weights.get(id)) continue
    const weight = weightOf(text)
    if (weight === undefined) return undefined
    categories.push({ id, weight })
  }
  const changes: CourseChanges = {
    ...(draft.missingCounts === before.missingCounts ? {} : { missing_counts: draft.missingCounts }),
    ...(draft.timeZone === before.timeZone ? {} : { time_zone: draft.timeZone }),
    ...(categories.length === 0 ? {} : { categories }),
  }
  return Object.keys(changes).length === 0 ? null : changes
}
