import { useEffect, useRef, useState } from 'preact/hooks'
import type { User } from '../../http/schemas/users.ts'
import { ApiError, call } from '../api.ts'
import { LinkPage } from '../link-page.tsx'
import { NewPassword, newPasswordProblem } from '../new-password.tsx'
import { EmailField } from '../sign-in-fields.tsx'
import { useTexts } from '../texts/use-texts.ts'
import { useLoaded } from '../use-loaded.ts'
import { useTitle } from '../use-title.ts'

/** The page of the setup link: the first administrator makes their account. */
export function SetupView ({ token, onSignedIn }: { token: string, onSignedIn: (user: User) => void }) {
  const { t, localMinute } = useTexts()
  useTitle(t('setup.title'))
  const loaded = useLoaded(
    token,
    (signal) => call<{ expires_at: string }>('POST', 'api/setup/check', { body: { token }, signal })
  )
  return (
    <LinkPage title={t('setup.title')} loaded={loaded}>
      {({ expires_at: expiresAt }) => (
        <>
          <p>{t('setup.lead')}</p>
          <SetupForm token={token} onSignedIn={onSignedIn} />
          <p class='muted small'>{t('invitation.expires', { time: localMinute(expiresAt) })}</p>
        </>
      )}
    </LinkPage>
  )
}

function SetupForm ({ token, onSignedIn }: { token: string, onSignedIn: (user: User) => void }) {
  const { t, reason } = useTexts()
  const [wrong, setWrong] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const first = useRef<HTMLInputElement>(null)
  const password = useRef<HTMLInputElement>(null)
  useEffect(() => {
    first.current?.focus()
  }, [])

  async function submit (event: SubmitEvent) {
    event.preventDefault()
    if (isBusy) return
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const text = (name: string) => String(form.get(name))
    const problem = newPasswordProblem(form, t)
    setWrong(problem)
    if (problem !== undefined) {
      password.current?.focus()
      return
    }
    setBusy(true)
    try {
      const user = await call<User>('POST', 'api/setup', {
        body: {
          token, name: text('name'), email: text('email').trim(), password: text('password'),
          school: text('school'),
        },
      })
      // Removes the used link from the browser's history too.
      location.replace('#/first-import')
      onSignedIn(user)
    } catch (refusal) {
      const isPassword = refusal instanceof ApiError && refusal.code === 'VALIDATION_FAILED' &&
        refusal.message.startsWith('password:')
      setWrong(isPassword ? t('invitation.weak') : reason(refusal))
      setBusy(false)
      if (isPassword) password.current?.focus()
    }
  }

  return (
    <form
      onSubmit={(event) => {
        void submit(event)
      }}
    >
      <div role='alert' id='setup-wrong' class={wrong === undefined ? '' : 'notice bad'}>
        {wrong !== undefined && <p>{wrong}</p>}
      </div>
      <label>
        {t('setup.name')}
        <input ref={first} name='name' autocomplete='name' required maxLength={1000} />
      </label>
      <EmailField />
      <label>
        {t('setup.school')}
        <input
          name='school'
          autocomplete='organization'
          required
          maxLength={1000}
          aria-describedby='school-help'
        />
      </label>
      <p class='muted small' id='school-help'>{t('setup.schoolHelp')}</p>
      <NewPassword field={password} isWrong={wrong !== undefined} wrongId='setup-wrong' />
      <button type='submit' class='primary' aria-disabled={isBusy}>{t('setup.submit')}</button>
    </form>
  )
}
