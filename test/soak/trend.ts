/** Points of a series, x and y. */
export type Series = ReadonlyArray<readonly [number, number]>

/**
 * By how much a series rises from its first to its last x, judged by the median of the slopes between all
 * pairs (Theil 1950, Sen 1968): single peaks, such as the moment before a garbage collection, do not count.
 */
export function rise (series: Series): number {
  const slopes: number[] = []
  for (let i = 0; i < series.length; i++) {
    for (let j = i + 1; j < series.length; j++) {
      slopes.push((series[j]![1] - series[i]![1]) / (series[j]![0] - series[i]![0]))
    }
  }
  if (slopes.length === 0) return 0
  return median(slopes) * (series.at(-1)![0] - series[0]![0])
}

export function median (values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
