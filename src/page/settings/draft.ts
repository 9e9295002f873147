import type { Category, Course, CourseChanges } from '../../http/schemas/book.ts'
import { fractionOf, percentText } from './percent-text.ts'
import { changedScale, scaleRowsOf, type ScaleRow } from './scale.ts'

/** What a user has changed in the form and not saved. A weight is in percent, as typed. */
export interface Edits {
  missingCounts?: 'ignored' | 'zero' | undefined
  timeZone?: string | undefined
  /** By category id; an empty text means the imported weight. */
  weights?: ReadonlyMap<number, string> | undefined
  /** No rows: the course has no scale. */
  scale?: readonly ScaleRow[] | undefined
}

/** All fields of the form: the settings of the course, with the edits. */
export type Draft = Required<{ [Key in keyof Edits]: NonNullable<Edits[Key]> }>

export function draftOf (course: Course, categories: readonly Category[], edits: Edits): Draft {
  return {
    missingCounts: edits.missingCounts ?? course.missing_counts,
    timeZone: edits.timeZone ?? course.time_zone,
    weights: new Map(categories.map(({ id, weight }) => [id, edits.weights?.get(id) ?? percentText(weight)])),
    scale: edits.scale ?? scaleRowsOf(course.grading_scale),
  }
}

/** The changes of a draft, for the API. Null: there are none. Undefined: a field is invalid. */
export function changesOf (draft: Draft, before: Draft): CourseChanges | null | undefined {
  const categories: Array<{ id: number, weight: number | null }> = []
  for (const [id, text] of draft.weights) {
    if (text.trim() === before.weights.get(id)) continue
    const weight = fractionOf(text)
    if (weight === undefined) return undefined
    categories.push({ id, weight })
  }
  const scale = changedScale(draft.scale, before.scale)
  if (scale === undefined) return undefined
  const changes: CourseChanges = {
    ...(draft.missingCounts === before.missingCounts ? {} : { missing_counts: draft.missingCounts }),
    ...(draft.timeZone === before.timeZone ? {} : { time_zone: draft.timeZone }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(scale === 'same' ? {} : { grading_scale: scale }),
  }
  return Object.keys(changes).length === 0 ? null : changes
}
