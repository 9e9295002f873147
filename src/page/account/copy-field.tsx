import { useEffect, useRef, useState } from 'preact/hooks'
import { useTexts } from '../texts/use-texts.ts'

/** A secret that is shown once, with a button that copies it. */
export function CopyField (
  { value, label, onDone }: { value: string, label: string, onDone: () => void }
) {
  const { t } = useTexts()
  const [copied, setCopied] = useState<boolean>()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    field.current?.focus()
    field.current?.select()
  }, [])

  async function copy () {
    try {
      // Browsers allow this on https and on localhost only.
      await navigator.clipboard.writeText(value)
      setCopied(true)
    } catch {
      field.current?.select()
      setCopied(document.execCommand('copy'))
    }
  }

  return (
    <>
      <p class='row'>
        <input
          ref={field}
          class='link'
          type='text'
          readOnly
          value={value}
          dir='ltr'
          aria-label={label}
          onFocus={({ currentTarget }) => {
            currentTarget.select()
          }}
        />
        <button
          type='button'
          class='primary'
          onClick={() => {
            void copy()
          }}
        >
          {t('users.copy')}
        </button>
        <button type='button' onClick={onDone}>{t('users.done')}</button>
      </p>
      <p role='status' class='small'>
        {copied === true ? t('users.copied') : copied === false ? t('users.notCopied') : ''}
      </p>
    </>
  )
}
