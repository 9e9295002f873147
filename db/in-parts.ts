/** SQLite accepts at most 32,766 values in one statement. */
const VALUES_AT_ONCE = 500

/** Cuts a list into parts that a statement can take as values. */
export function * inParts<T> (all: readonly T[]): Generator<T[]> {
  for (let i = 0; i < all.length; i += VALUES_AT_ONCE) yield all.slice(i, i + VALUES_AT_ONCE)
}
