import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

interface FormDialogProps {
  title: string
  children: ComponentChildren
  onSubmit: () => void
  onClose: () => void
}

/** A form in a dialog. When it closes, the browser restores the focus. */
export function FormDialog ({ title, children, onSubmit, onClose }: FormDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog ref={dialog} aria-labelledby='dialog-title' onClose={onClose}>
      <h2 id='dialog-title'>{title}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          onSubmit()
        }}
      >
        {children}
      </form>
    </dialog>
  )
}

/** Closes the dialog around an element. */
export function closeDialog (element: HTMLElement | null): void {
  element?.closest('dialog')?.close()
}
