import { useEffect, useRef, useState } from 'preact/hooks'
import type { Account, OneTimeLink } from '../../../http/schemas/users.ts'
import { call } from '../../api.ts'
import { useTexts } from '../../texts/use-texts.ts'

const ROLES = ['teacher', 'admin', 'student'] as const

/** Invites a user by email address and role. The answer has their one-time link. */
export function InviteForm (
  { onInvited, onCancel }: {
    onInvited: (account: Account, invitation: OneTimeLink) => void,
    onCancel: () => void,
  }
) {
  const { t, reason } = useTexts()
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const email = useRef<HTMLInputElement>(null)
  useEffect(() => {
    email.current?.focus()
  }, [])

  async function submit (event: SubmitEvent) {
    event.preventDefault()
    if (isBusy) return
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const text = (name: string) => String(form.get(name) ?? '').trim()
    setBusy(true)
    setError(undefined)
    try {
      const { user, invitation } = await call<{ user: Account, invitation: OneTimeLink }>(
        'POST',
        'api/users',
        {
          body: {
            email: text('email'),
            role: text('role'),
            ...(text('first') === '' ? {} : { first_name: text('first') }),
            ...(text('last') === '' ? {} : { last_name: text('last') }),
          },
        }
      )
      onInvited(user, invitation)
    } catch (refusal) {
      setError(refusal)
      setBusy(false)
      email.current?.focus()
    }
  }

  return (
    <section class='panel' aria-labelledby='invite-title'>
      <h2 id='invite-title'>{t('users.invite')}</h2>
      <form
        class='fields'
        onInput={() => {
          setError(undefined)
        }}
        onSubmit={(event) => {
          void submit(event)
        }}
      >
        <label>
          {t('signIn.email')}
          <input
            ref={email}
            name='email'
            type='email'
            required
            maxLength={254}
            autocomplete='off'
            aria-describedby='invite-error'
          />
        </label>
        <label>
          {t('users.role')}
          <select name='role'>
            {ROLES.map((role) => <option key={role} value={role}>{t(`role.${role}`)}</option>)}
          </select>
        </label>
        <label>
          {t('users.firstName')}
          <input name='first' type='text' maxLength={200} autocomplete='off' />
        </label>
        <label>
          {t('users.lastName')}
          <input name='last' type='text' maxLength={200} autocomplete='off' />
        </label>
        <div id='invite-error' role='alert' class='full'>
          {error !== undefined && <p class='notice bad'>{reason(error)}</p>}
        </div>
        <p class='row full'>
          <button type='submit' class='primary' aria-disabled={isBusy}>{t('users.createLink')}</button>
          <button type='button' onClick={onCancel}>{t('confirm.cancel')}</button>
        </p>
      </form>
    </section>
  )
}
