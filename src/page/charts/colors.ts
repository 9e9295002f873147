const COLORS = 8

/** The CSS class with the color of a category, by its index. Colors repeat after eight. */
export function colorClass (index: number): string {
  return index < 0 ? 'no-color' : `color-${index % COLORS}`
}
