import { useEffect, useRef, useState } from 'preact/hooks'
import { call } from './api.ts'
import type { User } from './api-types.ts'
import { useTexts } from './texts/use-texts.ts'

export function SignIn ({ onSignedIn }: { onSignedIn: (user: User) => void }) {
  const { t, reason } = useTexts()
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const email = useRef<HTMLInputElement>(null)
  useEffect(() => { document.title = `${t('signIn.title')} – ${t('app.name')}` }, [t])

  async function submit (event: SubmitEvent) {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    setBusy(true)
    setError(undefined)
    try {
      onSignedIn(await call<User>('POST', 'api/session', { email: String(form.get('email')).trim(), password: String(form.get('password')) }))
    } catch (refusal) {
      setError(refusal)
      setBusy(false)
      email.current?.focus()
    }
  }

  return (
    <main id='content' class='sign-in' tabIndex={-1}>
      <h1>{t('signIn.title')}</h1>
      <p>{t('signIn.lead')}</p>
      <form onSubmit={(event) => { void submit(event) }}>
        <div role='alert' class={error === undefined ? '' : 'notice bad'}>{error !== undefined && <p>{reason(error)}</p>}</div>
        <label>
          {t('signIn.email')}
          <input ref={email} name='email' type='email' autocomplete='username' required maxLength={320} />
        </label>
        <label>
          {t('signIn.password')}
          <input name='password' type='password' autocomplete='current-password' required maxLength={1024} />
        </label>
        <button type='submit' class='primary' disabled={isBusy}>{t('signIn.submit')}</button>
      </form>
    </main>
  )
}
