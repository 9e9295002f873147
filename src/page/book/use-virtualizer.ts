import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core'
import { useLayoutEffect, useReducer, useState } from 'preact/hooks'

type Options = Omit<
  VirtualizerOptions<HTMLElement, HTMLElement>,
  'observeElementRect' | 'observeElementOffset' | 'scrollToFn' | 'onChange'
>

const waiting = new Set<() => void>()

/**
 * Calls `draw` at the end of the frame: once, if it is the same function each time. Rows and columns that
 * move together are drawn together, and no layout is measured in between.
 */
export function drawInFrame (draw: () => void): void {
  if (waiting.size === 0) {
    requestAnimationFrame(() => {
      const draws = [...waiting]
      waiting.clear()
      for (const one of draws) one()
    })
  }
  waiting.add(draw)
}

/**
 * TanStack's virtualizer for a scrolling element. It draws again when another part of the list is in view.
 */
export function useVirtualizer (options: Options): Virtualizer<HTMLElement, HTMLElement> {
  const [, redraw] = useReducer((n: number, _: undefined) => n + 1, 0)
  const [draw] = useState(() => () => {
    redraw(undefined)
  })
  const complete = {
    ...options,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => {
      drawInFrame(draw)
    },
  }
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(complete))
  virtualizer.setOptions(complete)
  useLayoutEffect(() => virtualizer._didMount(), [])
  useLayoutEffect(() => {
    virtualizer._willUpdate()
  })
  return virtualizer
}
