import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from './api.ts'
import { useTexts } from './texts/use-texts.ts'

interface ConfirmProps {
  title: string
  children: ComponentChildren
  /** The text of the button that confirms. */
  action: string
  /** If it throws, the reason is shown, and the dialog stays open. */
  onConfirm: () => Promise<void>
  /** An alternative that is offered after an error with this code. */
  otherwise?: { code: string, action: string, onConfirm: () => Promise<void> }
  onClose: () => void
}

/** Asks for confirmation. When the dialog closes, the browser restores the focus. */
export function Confirm ({ title, children, action, onConfirm, otherwise, onClose }: ConfirmProps) {
  const { t, reason } = useTexts()
  const dialog = useRef<HTMLDialogElement>(null)
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  const isOffered = error instanceof ApiError && error.code === otherwise?.code
  async function confirm (onConfirm: () => Promise<void>) {
    if (isBusy) return
    setBusy(true)
    setError(undefined)
    try {
      await onConfirm()
      dialog.current?.close()
    } catch (refusal) {
      setError(refusal)
      setBusy(false)
    }
  }
  return (
    <dialog ref={dialog} aria-labelledby='confirm-title' aria-describedby='confirm-text' onClose={onClose}>
      <h2 id='confirm-title'>{title}</h2>
      <div id='confirm-text'>{children}</div>
      <div role='alert'>{error !== undefined && <p class='notice bad'>{reason(error)}</p>}</div>
      <p class='row'>
        <button
          type='button'
          class='danger'
          aria-disabled={isBusy}
          onClick={() => {
            void confirm(onConfirm)
          }}
        >
          {action}
        </button>
        {otherwise !== undefined && isOffered && (
          <button
            type='button'
            class='danger'
            aria-disabled={isBusy}
            onClick={() => {
              void confirm(otherwise.onConfirm)
            }}
          >
            {otherwise.action}
          </button>
        )}
        <button
          type='button'
          autofocus
          onClick={() => {
            dialog.current?.close()
          }}
        >
          {t('confirm.cancel')}
        </button>
      </p>
    </dialog>
  )
}
