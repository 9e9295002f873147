// What a change of a course's settings does: which columns it sets, and what the audit log says about it.
import type { NewRow, Row } from '../../db/tables.ts'
import { sourceName } from '../../db/queries/courses.ts'
import { DomainError } from '../errors.ts'
import { isNameTooLong, NAME_MAX, shorten } from '../short-text.ts'
import type { CourseSettings, SettingsChanges } from './course-settings.ts'
import { gradingScaleOf, gradingScaleText } from './grading-scale.ts'
import { effectiveWeights } from './weights.ts'

type Categories = ReadonlyArray<Row<'categories'>>

/** Most categories of which the audit log has the weights. */
const WEIGHTS_LISTED = 20

/** Throws VALIDATION_FAILED for a category of another course, and ALL_WEIGHTS_ZERO. */
export function checkSettings (categories: Categories, settings: CourseSettings): void {
  const { weights } = settings
  if (weights === undefined || weights.size === 0) return
  const known = new Set(categories.map(({ id }) => id))
  for (const id of weights.keys()) {
    if (!known.has(id)) {
      throw new DomainError('VALIDATION_FAILED', {
        detail: `categories: the course has no category with id ${id}`,
      })
    }
  }
  if (weightsUnder(categories, settings).every((weight) => weight === 0)) {
    throw new DomainError('ALL_WEIGHTS_ZERO')
  }
}

/** Control characters, and those that turn the direction of text. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u

/** What is wrong with a name that a person gives a course; undefined: nothing. */
export function courseNameProblem (name: string): string | undefined {
  if (name.trim() === '') return 'is empty'
  if (isNameTooLong(name)) return `has more than ${NAME_MAX} characters`
  return UNPRINTABLE.test(name) || !name.isWellFormed() ? 'has control characters' : undefined
}

interface SettingsEffect {
  /** What changes, as the book shows it. */
  changes: SettingsChanges
  /** Columns to store, also those whose value equals the imported one: imports no longer change it. */
  row: Partial<NewRow<'courses'>>
  isBookChanged: boolean
}

/** `at`: the time of the change, ms. */
export function settingsChanges (
  course: Row<'courses'>, categories: Categories, { settings, at }: { settings: CourseSettings, at: number }
): SettingsEffect {
  const { missingCounts, timeZone, gradingScale, name, archived } = settings
  const changes: SettingsChanges = {}
  const row: SettingsEffect['row'] = {}
  const note = (field: string, before: unknown, after: unknown) => {
    if (JSON.stringify(before) !== JSON.stringify(after)) changes[field] = [before, after]
  }
  if (name !== undefined) {
    row.name = name ?? sourceName(course)
    row.roster_name = name === null ? null : sourceName(course)
    note('name', course.name, row.name)
  }
  if (missingCounts !== undefined) {
    row.set_missing_counts = missingCounts
    note('missing_counts', course.set_missing_counts ?? course.imported_missing_counts, missingCounts)
  }
  if (timeZone !== undefined) {
    row.set_time_zone = timeZone
    note('time_zone', course.set_time_zone ?? course.imported_time_zone, timeZone)
  }
  if (gradingScale !== undefined) {
    const text = gradingScaleText(gradingScale)
    row.set_grading_scale = text
    note('grading_scale', gradingScaleOf(course), JSON.parse(text))
  }
  const before = effectiveWeights(categories)
  const after = weightsUnder(categories, settings)
  const changed = categories.flatMap((category, i) => before[i] === after[i] ? [] : [{ category, i }])
  const listed = (weights: readonly number[]) => Object.fromEntries(
    changed.slice(0, WEIGHTS_LISTED).map(({ category, i }) => [shorten(category.name), weights[i]])
  )
  note('weights', listed(before), listed(after))
  // The book does not show whether its course is archived.
  const isBookChanged = Object.keys(changes).length > 0
  if (archived !== undefined && archived !== (course.archived_at !== null)) {
    row.archived_at = archived ? at : null
    note('archived', !archived, archived)
  }
  return { changes, row, isBookChanged }
}

/** The effective weights of the categories under these settings. */
function weightsUnder (categories: Categories, { weights }: CourseSettings): number[] {
  return effectiveWeights(categories.map((category) => {
    const weight = weights?.get(category.id)
    return weight === undefined ? category : { ...category, set_weight: weight }
  }))
}
