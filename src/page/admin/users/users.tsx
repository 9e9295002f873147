import { useRef, useState } from 'preact/hooks'
import { personName } from '../../../person-name.ts'
import type { Account, OneTimeLink, User } from '../../../http/schemas/users.ts'
import { call } from '../../api.ts'
import { useCoursesOfTeachers } from './use-courses-of-teachers.ts'
import { Confirm } from '../../confirm.tsx'
import { Empty, Failure, Loading } from '../../notices.tsx'
import { useTexts } from '../../texts/use-texts.ts'
import { useLoaded } from '../../use-loaded.ts'
import { InviteForm } from './invite-form.tsx'
import { LinkNotice } from './link-notice.tsx'
import { UserTable } from './user-table.tsx'

type Which = 'all' | User['role'] | 'disabled'
const WHICH: readonly Which[] = ['all', 'admin', 'teacher', 'student', 'disabled']
/** More rows are shown on request. */
const SHOWN_AT_ONCE = 100

/** All accounts: users who can sign in, and users who can be invited. */
export function Users ({ user: self }: { user: User }) {
  const { t, reason } = useTexts()
  const { value, state, error, reload } = useUsers()
  const coursesOf = useCoursesOfTeachers()
  const [query, setQuery] = useState('')
  const [which, setWhich] = useState<Which>('all')
  const [most, setMost] = useState(SHOWN_AT_ONCE)
  const [changed, setChanged] = useState<ReadonlyMap<number, Account>>(new Map())
  const [isInviting, setInviting] = useState(false)
  const [link, setLink] = useState<{ email: string, link: OneTimeLink, isNew: boolean }>()
  const [asked, setAsked] = useState<Account>()
  const [failure, setFailure] = useState<unknown>()
  const invite = useRef<HTMLButtonElement>(null)

  if (state === 'failed') return <Failure error={error} retry={reload} />
  const known = value ?? []
  const all = [
    ...known.map((one) => changed.get(one.id) ?? one),
    ...[...changed.values()].filter(({ id }) => !known.some((one) => one.id === id)),
  ]
  const wanted = query.trim().toLocaleLowerCase()
  const matching = all.filter((one) => {
    const name = personName(one.first_name, one.last_name)
    return isOf(one, which) && `${one.email} ${name}`.toLocaleLowerCase().includes(wanted)
  })
  const keep = (account: Account) => {
    setChanged(new Map(changed).set(account.id, account))
  }

  async function reset (account: Account) {
    setFailure(undefined)
    try {
      setLink({
        email: account.email,
        link: await call<OneTimeLink>('POST', `api/users/${account.id}/reset`),
        isNew: !account.has_password,
      })
    } catch (refusal) {
      setFailure(refusal)
    }
  }
  async function enable (account: Account) {
    setFailure(undefined)
    try {
      keep(await call<Account>('POST', `api/users/${account.id}/enable`))
    } catch (refusal) {
      setFailure(refusal)
    }
  }

  return (
    <>
      <div class='bar'>
        <h1>{t('nav.users')}</h1>
        <button
          ref={invite}
          type='button'
          class='primary'
          aria-expanded={isInviting}
          onClick={() => {
            setInviting(!isInviting)
          }}
        >
          {t('users.invite')}
        </button>
      </div>
      {isInviting && (
        <InviteForm
          onInvited={(account, invitation) => {
            keep(account)
            setInviting(false)
            setLink({ email: account.email, link: invitation, isNew: true })
          }}
          onCancel={() => {
            setInviting(false)
            invite.current?.focus()
          }}
        />
      )}
      <div role='alert'>{failure !== undefined && <p class='notice bad'>{reason(failure)}</p>}</div>
      {link !== undefined && (
        <LinkNotice
          key={link.link.url}
          {...link}
          onClose={() => {
            setLink(undefined)
            invite.current?.focus()
          }}
        />
      )}
      <div class='toolbar'>
        <label class='search'>
          <span class='hidden'>{t('users.search')}</span>
          <input
            type='search'
            placeholder={t('users.search')}
            value={query}
            onInput={({ currentTarget }) => {
              setQuery(currentTarget.value)
            }}
          />
        </label>
        <label>
          <span class='hidden'>{t('users.which')}</span>
          <select
            value={which}
            onChange={({ currentTarget }) => {
              setWhich(currentTarget.value as Which)
            }}
          >
            {WHICH.map((one) => <option key={one} value={one}>{t(`users.which.${one}`)}</option>)}
          </select>
        </label>
        <p class='muted small' role='status'>
          {state === 'ready' && t('users.shown', { count: matching.length })}
        </p>
      </div>
      {state === 'loading'
        ? <Loading />
        : matching.length === 0
          ? (
            <Empty>
              <p>{t('users.noMatch')}</p>
            </Empty>
            )
          : (
            <UserTable
              users={matching.slice(0, most)}
              selfId={self.id}
              coursesOf={coursesOf}
              onReset={(account) => {
                void reset(account)
              }}
              onEnable={(account) => {
                void enable(account)
              }}
              onDisable={setAsked}
            />
            )}
      {matching.length > most && (
        <p>
          <button
            type='button'
            onClick={() => {
              setMost(most + SHOWN_AT_ONCE)
            }}
          >
            {t('users.more', { count: Math.min(SHOWN_AT_ONCE, matching.length - most) })}
          </button>
        </p>
      )}
      {asked !== undefined && (
        <Confirm
          title={t('users.disableTitle')}
          action={t('users.disable')}
          onClose={() => {
            setAsked(undefined)
          }}
          onConfirm={async () => {
            keep(await call<Account>('POST', `api/users/${asked.id}/disable`))
          }}
        >
          <p dir='auto'>
            <strong>{asked.email}</strong>
          </p>
          <p>{t('users.disableText')}</p>
        </Confirm>
      )}
    </>
  )
}

function isOf (account: Account, which: Which): boolean {
  return which === 'all' || (which === 'disabled' ? account.is_disabled : account.role === which)
}

function useUsers () {
  const loaded = useLoaded('users', (signal) => call<Account[]>('GET', 'api/users', { signal }))
  return { ...loaded, error: loaded.state === 'failed' ? loaded.error : undefined }
}
