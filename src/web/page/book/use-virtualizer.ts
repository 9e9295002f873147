import { elementScroll, observeElementOffset, observeElementRect, Virtualizer, type VirtualizerOptions } from '@tanstack/virtual-core'
import { useLayoutEffect, useReducer, useState } from 'preact/hooks'

type Options = Omit<VirtualizerOptions<HTMLElement, HTMLElement>, 'observeElementRect' | 'observeElementOffset' | 'scrollToFn' | 'onChange'>

/** TanStack's virtualiser for an element that scrolls, drawn again when another part of the list comes into view. */
export function useVirtualizer (options: Options): Virtualizer<HTMLElement, HTMLElement> {
  const [, draw] = useReducer((n: number, _: undefined) => n + 1, 0)
  const complete = { ...options, observeElementRect, observeElementOffset, scrollToFn: elementScroll, onChange: () => { draw(undefined) } }
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(complete))
  virtualizer.setOptions(complete)
  useLayoutEffect(() => virtualizer._didMount(), [])
  useLayoutEffect(() => { virtualizer._willUpdate() })
  return virtualizer
}
