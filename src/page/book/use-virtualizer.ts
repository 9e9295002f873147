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
 * At the end of the frame, once for all virtualisers: rows and columns that move together are drawn together,
 * and nobody measures in between.
 */
function drawInFrame (draw: () => void): void {
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
 * TanStack's virtualiser for an element that scrolls, drawn again when another part of the list comes into
 * view.
 */
export function useVirtualizer (options: Options): Virtualizer<HTMLElement, HTMLElement> {
  const [, count] = useReducer((n: number, _: undefined) => n + 1, 0)
  const [draw] = useState(() => () => {
    count(undefined)
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
