// The categories of the tasks that grade book files add.
import type { Row } from '../../../db/tables.ts'
import { effectiveWeights } from '../../courses/weights.ts'
import { shorten } from '../../short-text.ts'
import type { SourceCategory } from '../book-source.ts'
import type { Place, Problems } from '../problems.ts'
import { prefixedId } from './source-ids.ts'

interface CategoriesOptions {
  stored: Array<Row<'categories'>>
  /** The course has a roster, whose weights count. */
  isRostered: boolean
  place: Place
  problems: Problems
}

/**
 * The categories with these names, with the weights (fractions) that the files give; null: none. A stored
 * category keeps its weight if it has one from a roster. A warning says how much new ones count.
 */
export function categoriesOf (
  weights: ReadonlyMap<string, number | null>, { stored, isRostered, place, problems }: CategoriesOptions
): SourceCategory[] {
  const byName = new Map(stored.map((row) => [row.name, row]))
  const ids = new Set(stored.map((row) => row.source_id))
  const found = Array.from(weights, ([name, weight]): SourceCategory => {
    const own = byName.get(name)
    if (own === undefined) {
      return { sourceId: ids.has(name) ? prefixedId('category', name) : name, name, weight }
    }
    const kept = isRostered ? own.imported_weight ?? weight : weight ?? own.imported_weight
    return { sourceId: own.source_id, name, weight: kept }
  })
  const added = found.filter(({ name }) => !byName.has(name))
  if (stored.length === 0) return found
  const shares = effectiveWeights([
    ...stored,
    ...added.map(({ weight }) => ({ imported_weight: weight, set_weight: null })),
  ])
  const sum = shares.reduce((total, weight) => total + weight, 0)
  for (const [nth, { name }] of added.entries()) {
    const share = sum === 0 ? 0 : 100 * (shares[stored.length + nth] ?? 0) / sum
    const cell = `"${shorten(name)}" counts ${Number(share.toFixed(1))}% of the course average`
    problems.warn('category_added', { ...place, cell })
  }
  return found
}
