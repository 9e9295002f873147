// The averages of a student: of the scores in each category, and of the categories by their weights.

export interface CategorySum {
  /** The effective weight, a fraction. */
  readonly weight: number
  /** Of the scores, fractions. */
  sum: number
  /** Of the scores. */
  count: number
}

/** The average of a category, a fraction; NaN: it has no score. */
export function averageOf ({ sum, count }: CategorySum): number {
  return count === 0 ? NaN : sum / count
}

/** The course average: the weighted average of the categories that have one, a fraction; NaN: none has. */
export function weightedAverage (categories: readonly CategorySum[]): number {
  let weighted = 0
  let weights = 0
  for (const category of categories) {
    if (category.count === 0) continue
    weighted += category.weight * averageOf(category)
    weights += category.weight
  }
  return weights > 0 ? weighted / weights : NaN
}
