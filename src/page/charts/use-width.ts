import { useLayoutEffect, useState } from 'preact/hooks'
import type { RefObject } from 'preact'

/**
 * The width of an element, px, kept up to date: what is drawn in its pixels has letters of the same size on
 * every screen.
 */
export function useWidth (element: RefObject<Element | null>, before: number): number {
  const [width, setWidth] = useState(before)
  useLayoutEffect(() => {
    const measure = () => {
      setWidth(Math.round(element.current!.getBoundingClientRect().width))
    }
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(element.current!)
    return () => {
      watch.disconnect()
    }
  }, [element])
  return width
}
