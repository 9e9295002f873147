import { useEffect, useRef, useState } from 'preact/hooks'
import { call } from './api.ts'
import { EmailField, FormError } from './sign-in-fields.tsx'
import { useTexts } from './texts/use-texts.ts'

/** Asks for an email with a link, or says whom to ask if this service sends none. */
export function ForgotPassword (
  { email, isPossible, onBack }: { email: string, isPossible: boolean, onBack: () => void }
) {
  const { t } = useTexts()
  const [error, setError] = useState<unknown>()
  const [state, setState] = useState<'asking' | 'sending' | 'sent'>('asking')
  const field = useRef<HTMLInputElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  // The button that led here is gone, and so is the form once it is sent.
  useEffect(() => {
    const target = field.current ?? heading.current
    target?.focus()
  }, [state === 'sent'])

  async function submit (event: SubmitEvent) {
    event.preventDefault()
    if (state !== 'asking') return
    setState('sending')
    setError(undefined)
    try {
      await call('POST', 'api/password-resets', { body: { email: field.current?.value.trim() ?? '' } })
      setState('sent')
    } catch (refusal) {
      setError(refusal)
      setState('asking')
    }
  }

  return (
    <>
      <h1 ref={heading} tabIndex={-1} class='plain-focus'>{t('forgot.title')}</h1>
      {!isPossible && <p>{t('forgot.ask')}</p>}
      {isPossible && state === 'sent' && <p class='notice good' role='status'>{t('forgot.sent')}</p>}
      {isPossible && state !== 'sent' && (
        <>
          <p>{t('forgot.lead')}</p>
          <form
            onSubmit={(event) => {
              void submit(event)
            }}
          >
            <FormError error={error} />
            <EmailField field={field} value={email} />
            <button type='submit' class='primary' aria-disabled={state === 'sending'}>
              {t('forgot.submit')}
            </button>
          </form>
        </>
      )}
      <p>
        <button type='button' onClick={onBack}>{t('forgot.back')}</button>
      </p>
    </>
  )
}
