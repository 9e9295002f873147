import { useEffect, useRef, useState } from 'preact/hooks'
import type { Invitation, User } from '../http/schemas/users.ts'
import { ApiError, call } from './api.ts'
import { LinkPage } from './link-page.tsx'
import { NewPassword, newPasswordProblem, Username } from './new-password.tsx'
import { useTexts } from './texts/use-texts.ts'
import { useLoaded } from './use-loaded.ts'
import { useTitle } from './use-title.ts'

/** The page of a one-time link: shows its user, and lets them choose a password. */
export function InvitationView (
  { token, user, onSignedIn }: { token: string, user: User | undefined, onSignedIn: (user: User) => void }
) {
  const { t, localMinute } = useTexts()
  const loaded = useLoaded(
    token,
    (signal) => call<Invitation>('POST', 'api/invitations/check', { body: { token }, signal })
  )
  const invitation = loaded.state === 'ready' ? loaded.value : undefined
  const title = t(invitation?.has_password === true ? 'invitation.reset' : 'invitation.title')
  useTitle(title)
  return (
    <LinkPage title={title} loaded={loaded}>
      {({ email, expires_at: expiresAt }) => (
        <>
          <p dir='auto'>{t('invitation.lead', { email })}</p>
          {user !== undefined && user.email !== email && (
            <p class='notice' dir='auto'>{t('invitation.other', { name: user.email, email })}</p>
          )}
          <PasswordForm token={token} email={email} onSignedIn={onSignedIn} />
          <p class='muted small'>{t('invitation.expires', { time: localMinute(expiresAt) })}</p>
        </>
      )}
    </LinkPage>
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
    const problem = newPasswordProblem(form, t)
    setWrong(problem)
    if (problem !== undefined) {
      first.current?.focus()
      return
    }
    setBusy(true)
    try {
      const user = await call<User>('POST', 'api/invitations', {
        body: { token, password: String(form.get('password')) },
      })
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
      <Username email={email} />
      <NewPassword field={first} isWrong={wrong !== undefined} wrongId='password-wrong' />
      <button type='submit' class='primary' aria-disabled={isBusy}>{t('invitation.submit')}</button>
    </form>
  )
}
