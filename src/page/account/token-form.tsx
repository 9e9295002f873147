import { useState } from 'preact/hooks'
import type { NewToken, User } from '../../http/schemas/users.ts'
import { call, serverNow } from '../api.ts'
import { useTexts } from '../texts/use-texts.ts'

/** As `SCOPES_OF_ROLE` in the service, which refuses more in any case. */
const SCOPES = {
  admin: ['read', 'export', 'import', 'admin'],
  teacher: ['read', 'export', 'import'],
  student: ['read'],
} as const
/** Days until a token expires; 0: never. */
const DAYS = [7, 30, 90, 365, 0]
const DAY_MS = 86_400_000

export function TokenForm ({ role, onMade }: { role: User['role'], onMade: (token: NewToken) => void }) {
  const { t, reason } = useTexts()
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)

  async function submit (event: SubmitEvent) {
    event.preventDefault()
    if (isBusy) return
    const element = event.currentTarget as HTMLFormElement
    const form = new FormData(element)
    const days = Number(form.get('days'))
    const scopes = form.getAll('scopes')
    setError(scopes.length === 0 ? { message: t('tokens.noScope') } : undefined)
    if (scopes.length === 0) return
    setBusy(true)
    try {
      const expiresAt = days === 0 ? null : new Date(serverNow() + days * DAY_MS).toISOString()
      const body = { name: String(form.get('name')), scopes, expires_at: expiresAt }
      const token = await call<NewToken>('POST', 'api/tokens', { body })
      element.reset()
      onMade(token)
    } catch (refusal) {
      setError(refusal)
    }
    setBusy(false)
  }

  return (
    <details>
      <summary>{t('tokens.new')}</summary>
      <form
        class='stacked'
        onSubmit={(event) => {
          void submit(event)
        }}
      >
        <div role='alert'>{error !== undefined && <p class='notice bad'>{reason(error)}</p>}</div>
        <label>
          {t('tokens.name')}
          <input
            name='name'
            required
            maxLength={1000}
            autocomplete='off'
            aria-describedby='token-name-help'
          />
        </label>
        <p class='muted small' id='token-name-help'>{t('tokens.nameHelp')}</p>
        <fieldset>
          <legend>{t('tokens.scopes')}</legend>
          {SCOPES[role].map((scope) => (
            <label key={scope} class='check'>
              <input type='checkbox' name='scopes' value={scope} defaultChecked={scope === 'read'} />
              {t(`scope.${scope}`)}
            </label>
          ))}
        </fieldset>
        <label>
          {t('tokens.expiry')}
          <select name='days'>
            {DAYS.map((days) => (
              <option key={days} value={days} selected={days === 90}>
                {days === 0 ? t('tokens.never') : t('tokens.days', { count: days })}
              </option>
            ))}
          </select>
        </label>
        <p>
          <button type='submit' class='primary' aria-disabled={isBusy}>{t('tokens.submit')}</button>
        </p>
      </form>
    </details>
  )
}
