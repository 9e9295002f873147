import { useRef, useState } from 'preact/hooks'
import { ApiError, call } from '../api.ts'
import { NewPassword, newPasswordProblem, Username } from '../new-password.tsx'
import { useTexts } from '../texts/use-texts.ts'

/** Changes one's own password. Other devices are signed out then: `onChanged`. */
export function PasswordForm ({ email, onChanged }: { email: string, onChanged: () => void }) {
  const { t, reason } = useTexts()
  const [wrong, setWrong] = useState<{ text: string, field: 'current' | 'password' }>()
  const [isChanged, setChanged] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const current = useRef<HTMLInputElement>(null)
  const password = useRef<HTMLInputElement>(null)

  function refuse (text: string, field: 'current' | 'password') {
    setWrong({ text, field })
    const input = field === 'current' ? current : password
    input.current?.focus()
  }

  async function submit (event: SubmitEvent) {
    event.preventDefault()
    if (isBusy) return
    const given = new FormData(event.currentTarget as HTMLFormElement)
    setWrong(undefined)
    setChanged(false)
    const problem = newPasswordProblem(given, t)
    if (problem !== undefined) {
      refuse(problem, 'password')
      return
    }
    setBusy(true)
    try {
      await call('PUT', 'api/session/password', {
        body: { current: String(given.get('current')), password: String(given.get('password')) },
      })
      form.current?.reset()
      setChanged(true)
      onChanged()
    } catch (refusal) {
      const code = refusal instanceof ApiError ? refusal.code : ''
      if (code === 'VALIDATION_FAILED') refuse(t('invitation.weak'), 'password')
      else refuse(code === 'BAD_CREDENTIALS' ? t('password.wrong') : reason(refusal), 'current')
    }
    setBusy(false)
  }

  return (
    <section class='panel' aria-labelledby='password-title'>
      <h2 id='password-title'>{t('password.title')}</h2>
      <div role='alert' id='password-wrong'>
        {wrong !== undefined && <p class='notice bad'>{wrong.text}</p>}
      </div>
      <div role='status'>{isChanged && <p class='notice good'>{t('password.changed')}</p>}</div>
      <form
        ref={form}
        class='stacked'
        onSubmit={(event) => {
          void submit(event)
        }}
      >
        <Username email={email} />
        <label>
          {t('password.current')}
          <input
            ref={current}
            name='current'
            type='password'
            autocomplete='current-password'
            required
            maxLength={1024}
            aria-describedby='password-wrong'
            aria-invalid={wrong?.field === 'current'}
          />
        </label>
        <NewPassword
          field={password}
          isWrong={wrong?.field === 'password'}
          wrongId='password-wrong'
        />
        <p class='muted small'>{t('password.help')}</p>
        <p>
          <button type='submit' class='primary' aria-disabled={isBusy}>{t('password.submit')}</button>
        </p>
      </form>
    </section>
  )
}
