interface CategoryWeight {
  imported_weight: number | null
  set_weight: number | null
}

/**
 * The effective weight of each category, a fraction, in the given order. A category without an imported
 * weight counts 0, or 1/n if no category of the course has one. A weight that a teacher set replaces the
 * imported one.
 */
export function effectiveWeights (categories: readonly CategoryWeight[]): number[] {
  const isUnweighted = categories.every((category) => category.imported_weight === null)
  return categories.map((category) =>
    category.set_weight ?? category.imported_weight ?? (isUnweighted ? 1 / categories.length : 0)
  )
}
