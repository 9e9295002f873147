import { useEffect, useRef, useState } from 'preact/hooks'
import type { SignInOptions, User } from '../http/schemas/users.ts'
import { addressOf, call } from './api.ts'
import { useTexts } from './texts/use-texts.ts'

export function SignIn ({ onSignedIn }: { onSignedIn: (user: User) => void }) {
  const { t, reason } = useTexts()
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const email = useRef<HTMLInputElement>(null)
  const [provider, setProvider] = useState<string>()
  useEffect(() => {
    // After single sign-on is refused, the browser returns with the reason in the address.
    const address = new URL(location.href)
    const code = address.searchParams.get('sign_in')
    address.searchParams.delete('sign_in')
    if (code !== null) {
      history.replaceState(null, '', address)
      setError({ code, message: t('signIn.refused', { code }) })
    }
    // Without an answer, the password is the only way to sign in.
    call<SignInOptions>('GET', 'api/sign-in-options').then((options) => {
      setProvider(options.single_sign_on?.name)
    }, () => {})
  }, [])
  useEffect(() => {
    document.title = `${t('signIn.title')} – ${t('app.name')}`
  }, [t])

  async function submit (event: SubmitEvent) {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    setBusy(true)
    setError(undefined)
    try {
      onSignedIn(
        await call<User>('POST', 'api/session', {
          body: { email: String(form.get('email')).trim(), password: String(form.get('password')) },
        })
      )
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
      <form
        onSubmit={(event) => {
          void submit(event)
        }}
      >
        <div role='alert' class={error === undefined ? '' : 'notice bad'}>
          {error !== undefined && <p>{reason(error)}</p>}
        </div>
        <label>
          {t('signIn.email')}
          <input ref={email} name='email' type='email' autocomplete='username' required maxLength={320} />
        </label>
        <label>
          {t('signIn.password')}
          <input name='password' type='password' autocomplete='current-password' required maxLength={1024} />
        </label>
        <button type='submit' class='primary' disabled={isBusy}>{t('signIn.submit')}</button>
        {provider !== undefined && (
          <button
            type='button'
            disabled={isBusy}
            onClick={() => {
              setBusy(true)
              location.assign(addressOf('api/oidc/login'))
            }}
          >
            {t('signIn.with', { provider })}
          </button>
        )}
      </form>
    </main>
  )
}
