import { useRef } from 'preact/hooks'
import type { Column } from './columns.ts'

/** Resizes a column with the handle at the end of its heading: the handles have `data-resize`, an index. */
export function useColumnDrag (
  isRtl: boolean,
  columns: readonly Column[],
  resize: (index: number, width: number) => void
) {
  const latest = useRef({ isRtl, columns, resize })
  latest.current = { isRtl, columns, resize }
  const endedAt = useRef(-Infinity)
  return {
    start (event: PointerEvent) {
      const handle = (event.target as Element).closest<HTMLElement>('[data-resize]')
      if (handle === null || event.button !== 0) return
      event.preventDefault()
      const index = Number(handle.dataset['resize'])
      const width = latest.current.columns[index]?.width ?? 0
      const over = new AbortController()
      const move = (moved: PointerEvent) => {
        const by = (moved.clientX - event.clientX) * (latest.current.isRtl ? -1 : 1)
        latest.current.resize(index, width + by)
      }
      const end = () => {
        over.abort()
        endedAt.current = performance.now()
      }
      addEventListener('pointermove', move, { signal: over.signal })
      for (const name of ['pointerup', 'pointercancel']) addEventListener(name, end, { signal: over.signal })
    },
    /** A drag ends with a click, which is not one on the heading. */
    hasJustEnded: () => performance.now() - endedAt.current < 50,
  }
}
