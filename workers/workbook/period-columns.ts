/**
 * Columns of the block on Summary that has a row for each period sheet: name, students, course average, its
 * median and the averages of categories; then hidden columns from which Summary computes the whole course. A
 * chart covers columns C to H further down, so the hidden columns begin after them.
 */
export interface PeriodColumns {
  firstHelper: number
  /** Sum, count, lowest and highest of an average: 0 is the course average, then the categories. */
  sum: (average: number) => number
  count: (average: number) => number
  lowest: (average: number) => number
  highest: (average: number) => number
  firstBand: number
  last: number
}

export const PERIOD_MEDIAN = 4
export const FIRST_PERIOD_CATEGORY = 5
const LEAST_FIRST_HELPER = 9
const HELPERS = 4

/** @param categories with a column of averages @param bands of course averages */
export function periodColumns (categories: number, bands: number): PeriodColumns {
  const firstHelper = Math.max(LEAST_FIRST_HELPER, FIRST_PERIOD_CATEGORY + categories)
  const helper = (place: number) => (average: number): number => firstHelper + HELPERS * average + place
  const firstBand = firstHelper + HELPERS * (1 + categories)
  return {
    firstHelper,
    sum: helper(0),
    count: helper(1),
    lowest: helper(2),
    highest: helper(3),
    firstBand,
    last: firstBand + bands - 1,
  }
}
