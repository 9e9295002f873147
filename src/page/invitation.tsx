import { useEffect, useRef, useState } from 'preact/hooks'
import type { Invitation, User } from '../http/schemas/users.ts'
import { ApiError, call } from './api.ts'
import { Loading } from './notices.tsx'
import { useTexts } from './texts/use-texts.ts'
import { useLoaded } from './use-loaded.ts'
import { useTitle } from './use-title.ts'

/** As in the service, which refuses a shorter password in any case. */
const MIN_LENGTH = 8

/** The page of a one-time link: shows its user, and lets them choose a password. */
export function InvitationView (
  { token, user, onSignedIn }: { token: string, user: User | undefined, onSignedIn: (user: User) => void }
) {
  const { t, reason, exactTime } = useTexts()
  const loaded = useLoaded(
    token,
    (signal) => call<Invitation>('POST', 'api/invitations/check', { body: { token }, signal })
  )
  const invitation = loaded.state === 'ready' ? loaded.value : undefined
  const title = t(invitation?.has_password === true ? 'invitation.reset' : 'invitation.title')
  useTitle(title)
  return (
    <main id='content' class='sign-in' tabIndex={-1}>
      <h1>{title}</h1>
      {loaded.state === 'loading' && <Loading />}
      {loaded.state === 'failed' && (
        <div class='notice bad' role='alert'>
          <p>{reason(loaded.error)}</p>
          <p class='row'>
            <button
              type='button'
              onClick={() => {
                loaded.reload()
              }}
            >
              {t('app.retry')}
            </button>
            <a href='#/'>{t('invitation.signIn')}</a>
          </p>
        </div>
      )}
      {invitation !== undefined && (
        <>
          <p dir='auto'>{t('invitation.lead', { email: invitation.email })}</p>
          {user !== undefined && user.email !== invitation.email && (
            <p class='notice' dir='auto'>
              {t('invitation.other', { name: user.email, email: invitation.email })}
            </p>
          )}
          <PasswordForm token={token} email={invitation.email} onSignedIn={onSignedIn} />
          <p class='muted small'>
            {t('invitation.expires', {
              time: exactTime(invitation.expires_at, new Intl.DateTimeFormat().resolvedOptions().timeZone),
            })}
          </p>
        </>
      )}
    </main>
  )
}

function PasswordForm (
  { token, email, onSignedIn }: { token: string, email: string, onSignedIn: (user: User) => void }
) {
  const { t, reason } = useTexts()
  const [wrong, setWrong] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => {
    first.current?.focus()
  }, [])

  async function submit (event: SubmitEvent) {
    event.preventDefault()
    if (isBusy) return
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const [password, again] = [String(form.get('password')), String(form.get('again'))]
    const problem = password.length < MIN_LENGTH
      ? t('invitation.short')
      : password !== again
        ? t('invitation.differ')
        : undefined
    setWrong(problem)
    if (problem !== undefined) {
      first.current?.focus()
      return
    }
    setBusy(true)
    try {
      const user = await call<User>('POST', 'api/invitations', { body: { token, password } })
      // Removes the used link from the browser's history too.
      location.replace('#/')
      onSignedIn(user)
    } catch (refusal) {
      // The form has checked the length. Only the strength of the password can be wrong.
      setWrong(
        refusal instanceof ApiError && refusal.code === 'VALIDATION_FAILED'
          ? t('invitation.weak')
          : reason(refusal)
      )
      setBusy(false)
    }
  }

  return (
    <form
      onSubmit={(event) => {
        void submit(event)
      }}
      noValidate
    >
      <div role='alert' id='password-wrong' class={wrong === undefined ? '' : 'notice bad'}>
        {wrong !== undefined && <p>{wrong}</p>}
      </div>
      {/* For the browser's password manager. */}
      <input
        class='hidden'
        type='email'
        name='email'
        autocomplete='username'
        value={email}
        readOnly
        tabIndex={-1}
        aria-hidden='true'
      />
      <label>
        {t('invitation.password')}
        <input
          ref={first}
          name='password'
          type='password'
          autocomplete='new-password'
          required
          maxLength={1024}
          aria-describedby='password-help password-wrong'
          aria-invalid={wrong !== undefined}
        />
      </label>
      <p class='muted small' id='password-help'>{t('invitation.help', { count: MIN_LENGTH })}</p>
      <label>
        {t('invitation.repeat')}
        <input
          name='again'
          type='password'
          autocomplete='new-password'
          required
          maxLength={1024}
          aria-invalid={wrong !== undefined}
        />
      </label>
      <button type='submit' class='primary' aria-disabled={isBusy}>{t('invitation.submit')}</button>
    </form>
  )
}
