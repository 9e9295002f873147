import { useEffect, useRef, useState } from 'preact/hooks'
import { personName } from '../../person-name.ts'
import type { Session, User } from '../../http/schemas/users.ts'
import { call, serverNow } from '../api.ts'
import { Failure, Loading } from '../notices.tsx'
import { useTexts } from '../texts/use-texts.ts'
import { useLoaded } from '../use-loaded.ts'
import { useTitle } from '../use-title.ts'
import { browserOf } from './browser-name.ts'
import { PasswordForm } from './password-form.tsx'
import { Tokens } from './tokens.tsx'

/** The user's own account, and the devices where they are signed in. */
export function Account ({ user, hasPassword }: { user: User, hasPassword: boolean }) {
  const { t, reason, ago, localMinute } = useTexts()
  useTitle(t('app.account'))
  const loaded = useLoaded(
    'sessions',
    (signal) => call<Session[]>('GET', `api/sessions?user_id=${user.id}`, { signal })
  )
  const [ended, setEnded] = useState<ReadonlySet<number>>(new Set())
  const [error, setError] = useState<unknown>()
  const news = useRef<HTMLDivElement>(null)
  // The row is removed, and with it the button that had the focus.
  useEffect(() => {
    if (ended.size > 0 && document.activeElement === document.body) news.current?.focus()
  }, [ended])

  async function end (sessions: readonly Session[]) {
    setError(undefined)
    const gone = new Set(ended)
    try {
      for (const { id } of sessions) {
        await call('DELETE', `api/sessions/${id}`).catch((refusal: { code?: string }) => {
          // The session has already ended.
          if (refusal.code !== 'SESSION_NOT_FOUND') throw refusal
        })
        gone.add(id)
      }
    } catch (refusal) {
      setError(refusal)
    }
    setEnded(gone)
  }

  const sessions = (loaded.state === 'ready' ? loaded.value : []).filter(({ id }) => !ended.has(id))
  const others = sessions.filter(({ is_current: isCurrent }) => !isCurrent)
  const now = serverNow()
  return (
    <>
      <div class='bar'>
        <h1>{t('app.account')}</h1>
      </div>
      <section class='panel' aria-label={t('app.account')}>
        <dl>
          <div>
            <dt>{t('signIn.email')}</dt>
            <dd>
              <bdi>{user.email}</bdi>
            </dd>
          </div>
          <div>
            <dt>{t('account.name')}</dt>
            <dd>
              <bdi>{personName(user.first_name, user.last_name) || '–'}</bdi>
            </dd>
          </div>
          <div>
            <dt>{t('users.role')}</dt>
            <dd>{t(`role.${user.role}`)}</dd>
          </div>
        </dl>
      </section>
      {hasPassword
        ? (
          <PasswordForm
            email={user.email}
            onChanged={() => {
              loaded.reload()
            }}
          />
          )
        : (
          <section class='panel' aria-labelledby='password-title'>
            <h2 id='password-title'>{t('signIn.password')}</h2>
            <p>{t('password.none')}</p>
          </section>
          )}
      <section class='panel' aria-labelledby='devices-title'>
        <div class='row'>
          <h2 id='devices-title'>{t('account.devices')}</h2>
          <span class='spacer' />
          {others.length > 0 && (
            <button
              type='button'
              onClick={() => {
                void end(others)
              }}
            >
              {t('account.endOthers')}
            </button>
          )}
        </div>
        <p class='muted small'>{t('account.devicesHelp')}</p>
        <div role='alert'>{error !== undefined && <p class='notice bad'>{reason(error)}</p>}</div>
        <div role='status' ref={news} tabIndex={-1} class='plain-focus'>
          {ended.size > 0 && <p class='notice good'>{t('account.ended', { count: ended.size })}</p>}
        </div>
        {loaded.state === 'failed' && <Failure error={loaded.error} retry={loaded.reload} />}
        {loaded.state === 'loading' && <Loading />}
        {loaded.state === 'ready' && (
          <ul class='plain'>
            {sessions.map((session) => (
              <li key={session.id} class='row'>
                <div>
                  <strong>
                    <bdi>{browserOf(session.user_agent, t('account.unknownDevice'))}</bdi>
                  </strong>{' '}
                  {session.is_current && <span class='tag good'>{t('account.thisDevice')}</span>}
                  <p class='small muted'>
                    {t('account.since', { time: localMinute(session.created_at) })}
                    {!session.is_current && (
                      <>
                        {' · '}
                        {t('account.lastUsed', {
                          when: ago(Math.min(Date.parse(session.last_used_at), now), now),
                        })}
                      </>
                    )}
                    {session.address !== null && (
                      <>
                        {' · '}
                        <bdi>{session.address}</bdi>
                      </>
                    )}
                  </p>
                </div>
                <span class='spacer' />
                {!session.is_current && (
                  <button
                    type='button'
                    aria-label={t('account.endName', {
                      name: browserOf(session.user_agent, t('account.unknownDevice')),
                    })}
                    onClick={() => {
                      void end([session])
                    }}
                  >
                    {t('account.end')}
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </section>
      <Tokens user={user} />
    </>
  )
}
