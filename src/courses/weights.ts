export interface CategoryWeight {
  imported_weight: number | null
  set_weight: number | null
}

/**
 * The weight that each category counts with, as a fraction, in the order given. Imported: a category without
 * one counts 0, or 1/n if no category of the course has one. What a teacher set replaces the imported one,
 * category by category.
 */
export function effectiveWeights (categories: readonly CategoryWeight[]): number[] {
  const isUnweighted = categories.every((category) => category.imported_weight === null)
  return categories.map((category) =>
    category.set_weight ?? category.imported_weight ?? (isUnweighted ? 1 / categories.length : 0)
  )
}
