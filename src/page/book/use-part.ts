import type { Range } from '@tanstack/virtual-core'
import { useCallback, useRef } from 'preact/hooks'
import { hasChanged } from './has-changed.ts'

interface Part {
  from: number
  to: number
  count: number
}

/**
 * The indexes to draw, in document order: the part in view with some more on both sides, and `kept`, the one
 * with the focus. The part stays until there is little left of it on one side: `overscan` is what is always
 * there, and a new part has twice that. Most frames of scrolling then change nothing, instead of each
 * changing a little: a change has a high fixed cost.
 */
export function usePart (kept: number): (range: Range) => number[] {
  const part = useRef<Part>({ from: 0, to: -1, count: 0 })
  return useCallback((range: Range) => {
    const { from, to, count } = part.current = nextPart(part.current, range)
    const indexes = Array.from({ length: to - from + 1 }, (_, i) => from + i)
    if (kept < 0 || kept >= count || (kept >= from && kept <= to)) return indexes
    return kept < from ? [kept, ...indexes] : [...indexes, kept]
  }, [kept])
}

function nextPart (before: Part, { startIndex, endIndex, overscan, count }: Range): Part {
  const first = Math.max(0, startIndex - overscan)
  const last = Math.min(count - 1, endIndex + overscan)
  const isCovered = before.count === count && before.from <= first && before.to >= last
  // Columns of other widths, or a smaller window.
  const isTooLong = before.to - before.from > endIndex - startIndex + 5 * overscan
  if (isCovered && !isTooLong) return before
  return {
    from: Math.max(0, startIndex - 2 * overscan),
    to: Math.min(count - 1, endIndex + 2 * overscan),
    count,
  }
}

/** The value before if the new one has the same objects: what depends on it is not drawn again. */
export function useSame<T extends object> (value: readonly T[]): readonly T[] {
  const before = useRef(value)
  const isSame = value.length === before.current.length &&
    value.every((one, i) => !hasChanged(before.current[i] ?? {}, one))
  if (!isSame) before.current = value
  return before.current
}
