import { useEffect, useRef, useState } from 'preact/hooks'
import type { SignInOptions, User } from '../http/schemas/users.ts'
import { addressOf, call } from './api.ts'
import { ForgotPassword } from './forgot-password.tsx'
import { EmailField, FormError } from './sign-in-fields.tsx'
import { useTexts } from './texts/use-texts.ts'
import { useTitle } from './use-title.ts'

interface SignInProps {
  /** Undefined: unknown, so that the password is the only way to sign in. */
  options: SignInOptions | undefined
  /** The user was signed out, and not by themselves. */
  isLost: boolean
  onSignedIn: (user: User) => void
}

/** The way in, and what to do about a forgotten password. */
export function SignIn ({ options, isLost, onSignedIn }: SignInProps) {
  const { t } = useTexts()
  const [email, setEmail] = useState('')
  const [hasForgotten, setForgotten] = useState(false)
  useTitle(t(hasForgotten ? 'forgot.title' : 'signIn.title'))
  return (
    <main id='content' class='sign-in' tabIndex={-1}>
      {hasForgotten
        ? (
          <ForgotPassword
            email={email}
            isPossible={options?.password_reset === true}
            onBack={() => {
              setForgotten(false)
            }}
          />
          )
        : (
          <SignInForm
            email={email}
            options={options}
            isLost={isLost}
            onSignedIn={onSignedIn}
            onForgotten={(typed) => {
              setEmail(typed)
              setForgotten(true)
            }}
          />
          )}
    </main>
  )
}

function SignInForm (
  { email, options, isLost, onSignedIn, onForgotten }: SignInProps & {
    email: string,
    onForgotten: (email: string) => void,
  }
) {
  const { t } = useTexts()
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const first = useRef<HTMLInputElement>(null)
  const provider = options?.single_sign_on?.name
  useEffect(() => {
    first.current?.focus()
    // After single sign-on is refused, the browser returns with the reason in the address.
    const address = new URL(location.href)
    const code = address.searchParams.get('sign_in')
    address.searchParams.delete('sign_in')
    if (code !== null) {
      history.replaceState(null, '', address)
      setError({ code, message: t('signIn.refused', { code }) })
    }
  }, [])

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
      first.current?.focus()
    }
  }

  return (
    <>
      <h1>{t('signIn.title')}</h1>
      <p>{t('signIn.lead')}</p>
      {options?.needs_setup === true && <p class='notice'>{t('signIn.needsSetup')}</p>}
      {isLost && error === undefined && <p class='notice' role='status'>{t('signIn.lost')}</p>}
      <form
        onSubmit={(event) => {
          void submit(event)
        }}
      >
        <FormError error={error} />
        <EmailField field={first} value={email} />
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
      {/* Before the set-up, there is no administrator to ask. */}
      {options?.needs_setup !== true && (
        <p>
          <button
            type='button'
            onClick={() => {
              onForgotten(first.current?.value.trim() ?? '')
            }}
          >
            {t('forgot.link')}
          </button>
        </p>
      )}
    </>
  )
}
