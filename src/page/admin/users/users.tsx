import { useRef, useState } from 'preact/hooks'
import { personName } from '../../../person-name.ts'
import type { Account, OneTimeLink, SignInOptions, User } from '../../../http/schemas/users.ts'
import { call } from '../../api.ts'
import { useCoursesOfTeachers, type TeacherOfCourses } from './use-courses-of-teachers.ts'
import { Confirm } from '../../confirm.tsx'
import { emailKey } from '../../email-key.ts'
import { fold, hasWords, searchWords } from '../../fold.ts'
import { Empty, Failure, Loading } from '../../notices.tsx'
import { useTexts } from '../../texts/use-texts.ts'
import { useLoaded } from '../../use-loaded.ts'
import { InviteForm } from './invite-form.tsx'
import { InviteMany } from './invite-many.tsx'
import { LinkNotice } from './link-notice.tsx'
import { RosterTeachers } from './roster-teachers.tsx'
import { UserTable } from './user-table.tsx'

type Which = 'all' | User['role'] | 'disabled'
const WHICH: readonly Which[] = ['all', 'admin', 'teacher', 'student', 'disabled']
/** More rows are shown on request. */
const SHOWN_AT_ONCE = 100

/** All accounts: users who can sign in, and users who can be invited. */
export function Users ({ user: self }: { user: User }) {
  const { t, reason } = useTexts()
  const { value, state, error, reload } = useUsers()
  const { coursesOf, teachers } = useCoursesOfTeachers()
  const [query, setQuery] = useState('')
  const [which, setWhich] = useState<Which>('all')
  const [most, setMost] = useState(SHOWN_AT_ONCE)
  const [changed, setChanged] = useState<ReadonlyMap<number, Account>>(new Map())
  const [inviting, setInviting] = useState<'one' | 'many'>()
  const [link, setLink] = useState<{ email: string, link: OneTimeLink, isNew: boolean }>()
  const [asked, setAsked] = useState<Account>()
  const [failure, setFailure] = useState<unknown>()
  const [roleAsked, setRoleAsked] = useState<{ account: Account, role: User['role'] }>()
  const invite = useRef<HTMLButtonElement>(null)
  const hasMail = useHasMail()

  if (state === 'failed') return <Failure error={error} retry={reload} />
  const known = value ?? []
  const all = [
    ...known.map((one) => changed.get(one.id) ?? one),
    ...[...changed.values()].filter(({ id }) => !known.some((one) => one.id === id)),
  ]
  const wanted = searchWords(query)
  const matching = all.filter((one) => {
    const name = personName(one.first_name, one.last_name)
    return isOf(one, which) && hasWords(fold(`${one.email} ${name}`), wanted)
  })
  const keys = new Set(all.map(({ email }) => emailKey(email)))
  const withoutAccount = state !== 'ready' || (which !== 'all' && which !== 'teacher')
    ? []
    : teachers.filter(({ email, teacher }) => !keys.has(emailKey(email)) &&
      hasWords(fold(`${email} ${personName(teacher.first_name, teacher.last_name)}`), wanted))
  const keep = (account: Account) => {
    setChanged((before) => new Map(before).set(account.id, account))
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
  async function inviteTeacher ({ email }: TeacherOfCourses) {
    setFailure(undefined)
    try {
      // The server knows their name.
      const body = { email, role: 'teacher' }
      const made = await call<{ user: Account, invitation: OneTimeLink }>('POST', 'api/users', { body })
      keep(made.user)
      setLink({ email, link: made.invitation, isNew: true })
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
        <p class='row'>
          <button
            type='button'
            aria-expanded={inviting === 'many'}
            onClick={() => {
              setInviting(inviting === 'many' ? undefined : 'many')
            }}
          >
            {t('invite.many')}
          </button>
          <button
            ref={invite}
            type='button'
            class='primary'
            aria-expanded={inviting === 'one'}
            onClick={() => {
              setInviting(inviting === 'one' ? undefined : 'one')
            }}
          >
            {t('users.invite')}
          </button>
        </p>
      </div>
      {hasMail !== undefined && (
        <p class='muted small'>{t(hasMail ? 'users.hasMail' : 'users.hasNoMail')}</p>
      )}
      {inviting === 'many' && (
        <InviteMany
          accounts={all}
          onInvited={(accounts) => {
            for (const account of accounts) keep(account)
          }}
          onClose={() => {
            setInviting(undefined)
            invite.current?.focus()
          }}
        />
      )}
      {inviting === 'one' && (
        <InviteForm
          onInvited={(account, invitation) => {
            keep(account)
            setInviting(undefined)
            setLink({ email: account.email, link: invitation, isNew: true })
          }}
          onCancel={() => {
            setInviting(undefined)
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
              onRole={(account, role) => {
                setRoleAsked({ account, role })
              }}
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
      {withoutAccount.length > 0 && (
        <RosterTeachers
          teachers={withoutAccount}
          onInvite={(one) => {
            void inviteTeacher(one)
          }}
        />
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
      {roleAsked !== undefined && (
        <Confirm
          title={t('users.roleTitle')}
          action={t('users.changeRole')}
          onClose={() => {
            setRoleAsked(undefined)
          }}
          onConfirm={async () => {
            const { account: { id }, role } = roleAsked
            keep(await call<Account>('PATCH', `api/users/${id}`, { body: { role } }))
          }}
        >
          <p dir='auto'>
            {t('users.roleText', {
              email: roleAsked.account.email,
              before: t(`role.${roleAsked.account.role}`),
              after: t(`role.${roleAsked.role}`),
            })}
          </p>
          <p>{t(`users.roleMeans.${roleAsked.role}`)}</p>
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

/** Whether links are mailed; undefined: not known. */
function useHasMail (): boolean | undefined {
  const { value } = useLoaded('mail', (signal) =>
    call<SignInOptions>('GET', 'api/sign-in-options', { signal }))
  return value?.password_reset
}
