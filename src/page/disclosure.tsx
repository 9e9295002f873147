import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

interface DisclosureProps {
  /** What the button says. */
  label: ComponentChildren
  /** The name of the button and of the panel, where the label is not enough. */
  name?: string
  buttonClass?: string
  /** Of the whole. */
  rootClass?: string
  /** The side of the button that the panel is aligned with. */
  side?: 'start' | 'end'
  /** `close` closes the panel and gives the focus back to the button. */
  children: (close: () => void) => ComponentChildren
}

/** A button that shows a panel below it. Escape, a click elsewhere, or leaving it with Tab closes it. */
export function Disclosure (
  { label, name, buttonClass, rootClass, side = 'start', children }: DisclosureProps
) {
  const [isOpen, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!isOpen) return
    const elsewhere = ({ target }: Event) => {
      if (target instanceof Node && root.current?.contains(target) !== true) setOpen(false)
    }
    document.addEventListener('pointerdown', elsewhere)
    document.addEventListener('focusin', elsewhere)
    return () => {
      document.removeEventListener('pointerdown', elsewhere)
      document.removeEventListener('focusin', elsewhere)
    }
  }, [isOpen])
  const close = () => {
    setOpen(false)
    button.current?.focus()
  }
  return (
    <div
      class={rootClass === undefined ? 'disclosure' : `disclosure ${rootClass}`}
      ref={root}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return
        event.stopPropagation()
        close()
      }}
    >
      <button
        type='button'
        class={buttonClass}
        ref={button}
        aria-expanded={isOpen}
        aria-label={name}
        title={name}
        onClick={() => {
          setOpen(!isOpen)
        }}
      >
        {label}
      </button>
      {isOpen && (
        // It takes the focus of a click on its plain parts, which would go to the view around it otherwise.
        <div
          class={`flyout ${side}`}
          role='group'
          tabIndex={-1}
          aria-label={name ?? button.current?.textContent ?? ''}
        >
          {children(close)}
        </div>
      )}
    </div>
  )
}
