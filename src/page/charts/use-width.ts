import { useLayoutEffect, useState } from 'preact/hooks'
import type { RefObject } from 'preact'

/**
 * The current width of an element, px; `initial` until it is measured, or while it is hidden. A drawing in
 * these pixels has letters of the same size on every screen.
 */
export function useWidth (ref: RefObject<Element | null>, initial: number): number {
  const [width, setWidth] = useState(initial)
  useLayoutEffect(() => {
    const element = ref.current
    if (element === null) return
    const measure = () => {
      const measured = Math.round(element.getBoundingClientRect().width)
      // What is only on paper has no width on the screen.
      if (measured > 0) setWidth(measured)
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => {
      observer.disconnect()
    }
  }, [ref])
  return width
}
