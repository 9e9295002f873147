import { useEffect, useRef, useState } from 'preact/hooks'
import type { NewToken, Token, User } from '../../http/schemas/users.ts'
import { call, serverNow } from '../api.ts'
import { Confirm } from '../confirm.tsx'
import { Failure, Loading } from '../notices.tsx'
import { useTexts } from '../texts/use-texts.ts'
import { useLoaded } from '../use-loaded.ts'
import { CopyField } from './copy-field.tsx'
import { TokenForm } from './token-form.tsx'

/** One's own API tokens: for scripts and other programs. */
export function Tokens ({ user }: { user: User }) {
  const { t } = useTexts()
  const [version, setVersion] = useState(0)
  const loaded = useLoaded(
    String(version),
    (signal) => call<Token[]>('GET', 'api/tokens', { signal })
  )
  const [made, setMade] = useState<NewToken>()
  const [leaving, setLeaving] = useState<Token>()
  const [revoked, setRevoked] = useState<string>()
  const news = useRef<HTMLDivElement>(null)
  // The row is removed, and with it the button that had the focus.
  useEffect(() => {
    if (revoked !== undefined) news.current?.focus()
  }, [revoked])

  return (
    <section class='panel' aria-labelledby='tokens-title'>
      <h2 id='tokens-title'>{t('tokens.title')}</h2>
      <p class='muted small'>
        {t('tokens.help')} <a href='api/docs'>{t('tokens.docs')}</a>
      </p>
      <div role='status' ref={news} tabIndex={-1} class='plain-focus'>
        {revoked !== undefined && (
          <p class='notice good' dir='auto'>{t('tokens.revoked', { name: revoked })}</p>
        )}
      </div>
      {made !== undefined && (
        <section class='notice good' aria-labelledby='token-made'>
          <h3 id='token-made' dir='auto'>{t('tokens.made', { name: made.name })}</h3>
          <p>{t('tokens.once')}</p>
          <CopyField
            key={made.id}
            value={made.token}
            label={t('tokens.token')}
            onDone={() => {
              setMade(undefined)
            }}
          />
        </section>
      )}
      {loaded.state === 'failed' && <Failure error={loaded.error} retry={loaded.reload} />}
      {loaded.state === 'loading' && <Loading />}
      {loaded.state === 'ready' && (
        <TokenList
          tokens={loaded.value}
          onRevoke={setLeaving}
        />
      )}
      <TokenForm
        role={user.role}
        onMade={(token) => {
          setMade(token)
          setRevoked(undefined)
          setVersion((number) => number + 1)
        }}
      />
      {leaving !== undefined && (
        <Confirm
          title={t('tokens.revokeTitle')}
          action={t('tokens.revoke')}
          onConfirm={async () => {
            await call('DELETE', `api/tokens/${leaving.id}`).catch((refusal: { code?: string }) => {
              // It was revoked in another tab.
              if (refusal.code !== 'TOKEN_NOT_FOUND') throw refusal
            })
            if (made?.id === leaving.id) setMade(undefined)
            setRevoked(leaving.name)
            setVersion((number) => number + 1)
          }}
          onClose={() => {
            setLeaving(undefined)
          }}
        >
          <p dir='auto'>{t('tokens.revokeHelp', { name: leaving.name })}</p>
        </Confirm>
      )}
    </section>
  )
}

function TokenList ({ tokens, onRevoke }: { tokens: Token[], onRevoke: (token: Token) => void }) {
  const { t, ago, localMinute } = useTexts()
  const now = serverNow()
  if (tokens.length === 0) return <p>{t('tokens.none')}</p>
  return (
    <ul class='plain'>
      {tokens.map((token) => {
        const { id, name, scopes, last_used_at: usedAt, expires_at: expiresAt } = token
        const isExpired = expiresAt !== null && Date.parse(expiresAt) <= now
        return (
          <li key={id} class='row'>
            <div>
              <strong>
                <bdi>{name}</bdi>
              </strong>{' '}
              {isExpired && <span class='tag bad'>{t('tokens.expired')}</span>}
              <p class='small muted'>
                {scopes.map((scope) => t(`scope.${scope}`)).join(', ')}
                {' · '}
                {expiresAt === null
                  ? t('tokens.noExpiry')
                  : t(isExpired ? 'tokens.expiredAt' : 'tokens.expiresAt', { time: localMinute(expiresAt) })}
                {' · '}
                {usedAt === null
                  ? t('tokens.unused')
                  : t('account.lastUsed', { when: ago(Math.min(Date.parse(usedAt), now), now) })}
              </p>
            </div>
            <span class='spacer' />
            <button
              type='button'
              aria-label={t('tokens.revokeName', { name })}
              onClick={() => {
                onRevoke(token)
              }}
            >
              {t('tokens.revoke')}
            </button>
          </li>
        )
      })}
    </ul>
  )
}
