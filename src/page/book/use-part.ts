import type { Range } from '@tanstack/virtual-core'
import { useCallback, useRef } from 'preact/hooks'
import { hasChanged } from './has-changed.ts'

interface Part {
  from: number
  to: number
  count: number
}

/**
 * The indexes to draw, in document order: the part in view with a margin on both sides, and `kept`, the index
 * with the focus. A new part has margins of twice `overscan`, and stays until one of them is smaller than
 * `overscan`. Most frames of scrolling then change nothing, because each change has a high fixed cost.
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
  // After columns became wider, or the window smaller.
  const isTooLong = before.to - before.from > endIndex - startIndex + 5 * overscan
  if (isCovered && !isTooLong) return before
  return {
    from: Math.max(0, startIndex - 2 * overscan),
    to: Math.min(count - 1, endIndex + 2 * overscan),
    count,
  }
}

/** The previous value if the new one has equal objects, so that nothing that depends on it is drawn again. */
export function useSame<T extends object> (value: readonly T[]): readonly T[] {
  const before = useRef(value)
  const isSame = value.length === before.current.length &&
    value.every((one, i) => !hasChanged(before.current[i] ?? {}, one))
  if (!isSame) before.current = value
  return before.current
}
