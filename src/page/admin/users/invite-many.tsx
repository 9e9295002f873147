import { useEffect, useRef, useState } from 'preact/hooks'
import type { Account, OneTimeLink } from '../../../http/schemas/users.ts'
import { call } from '../../api.ts'
import { emailKey } from '../../email-key.ts'
import { useTexts } from '../../texts/use-texts.ts'
import { peopleIn, type ListedPerson } from './people-list.ts'

const ROLES = ['teacher', 'admin', 'student'] as const
/** The most people in one request. */
const AT_ONCE = 500

interface Answer {
  email: string
  user: Account | null
  invitation: OneTimeLink | null
  error: { code: string, message: string } | null
}

interface InviteManyProps {
  /** Those that exist already. */
  accounts: readonly Account[]
  onInvited: (accounts: Account[]) => void
  onClose: () => void
}

/** Invites the people of a list, which is pasted or read from a CSV file, with one answer for each. */
export function InviteMany ({ accounts, onInvited, onClose }: InviteManyProps) {
  const { t, reason } = useTexts()
  const [text, setText] = useState('')
  const [role, setRole] = useState<Account['role']>('teacher')
  const [answers, setAnswers] = useState<ReadonlyMap<ListedPerson, Answer>>()
  const [people, setPeople] = useState<readonly ListedPerson[]>([])
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const [isCopied, setCopied] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)
  const result = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    field.current?.focus()
  }, [])
  const ready = people.filter(({ fault }) => fault === undefined)
  const faulty = people.length - ready.length

  function read (list: string) {
    setText(list)
    // Those of a roster can be invited, too.
    const taken = new Set(accounts.flatMap((one) => one.is_roster_only ? [] : [emailKey(one.email)]))
    setPeople(peopleIn(list).map((one) =>
      one.fault === undefined && taken.has(emailKey(one.email)) ? { ...one, fault: 'hasAccount' } : one))
    setAnswers(undefined)
  }
  async function invite () {
    if (isBusy || ready.length === 0) return
    setBusy(true)
    setError(undefined)
    const all = new Map<ListedPerson, Answer>()
    try {
      for (let at = 0; at < ready.length; at += AT_ONCE) {
        const some = ready.slice(at, at + AT_ONCE)
        const body = some.map((one) => ({
          email: one.email,
          role: one.role ?? role,
          ...(one.firstName === '' ? {} : { first_name: one.firstName }),
          ...(one.lastName === '' ? {} : { last_name: one.lastName }),
        }))
        const said = await call<Answer[]>('POST', 'api/users', { body })
        for (const [i, person] of some.entries()) {
          const answer = said[i]
          if (answer !== undefined) all.set(person, answer)
        }
      }
    } catch (refusal) {
      setError(refusal)
    }
    // Those that were invited before a refusal have their links, which are shown only now.
    if (all.size > 0) setAnswers(all)
    onInvited([...all.values()].flatMap(({ user }) => user === null ? [] : [user]))
    setBusy(false)
    result.current?.focus()
  }
  const links = [...answers?.values() ?? []].flatMap(({ email, invitation }) =>
    invitation === null ? [] : [`${email}\t${invitation.url}`]
  )

  return (
    <section class='panel' aria-labelledby='many-title'>
      <h2 id='many-title'>{t('invite.many')}</h2>
      {answers === undefined && (
        <>
          <p class='muted small' id='many-help'>{t('invite.help')}</p>
          <div class='fields'>
            <label class='full'>
              {t('invite.list')}
              <textarea
                ref={field}
                rows={6}
                dir='auto'
                spellcheck={false}
                value={text}
                aria-describedby='many-help'
                onInput={({ currentTarget }) => {
                  read(currentTarget.value)
                }}
              />
            </label>
            {/* The browser's own field would speak the browser's language. */}
            <div>
              <label class='button'>
                <span>{t('invite.file')}</span>
                <input
                  class='hidden'
                  type='file'
                  accept='.csv,.tsv,.txt'
                  onChange={({ currentTarget }) => {
                    void currentTarget.files?.[0]?.text().then(read)
                  }}
                />
              </label>
            </div>
            <label>
              {t('invite.role')}
              <select
                value={role}
                onChange={({ currentTarget }) => {
                  setRole(currentTarget.value as Account['role'])
                }}
              >
                {ROLES.map((one) => <option key={one} value={one}>{t(`role.${one}`)}</option>)}
              </select>
            </label>
          </div>
        </>
      )}
      <p ref={result} tabIndex={-1} role='status' class='plain-focus'>
        {answers === undefined
          ? people.length > 0 &&
            t('invite.ready', { count: ready.length }) +
            (faulty > 0 ? ` ${t('invite.faulty', { count: faulty })}` : '')
          : t('invite.done', { count: links.length })}
      </p>
      {links.length > 0 && <p>{t('invite.linksHelp')}</p>}
      {people.length > 0 && (
        <div class='scroll' tabIndex={0} role='group' aria-label={t('invite.people')}>
          <table class='list rows stacked'>
            <thead>
              <tr>
                <th>{t('users.user')}</th>
                <th>{t('users.role')}</th>
                <th>{t('users.status')}</th>
              </tr>
            </thead>
            <tbody>
              {people.map((person, i) => (
                <tr key={i}>
                  <td>
                    <strong dir='auto'>{person.email || '–'}</strong>
                    <div class='muted small' dir='auto'>
                      {[person.firstName, person.lastName].filter((part) => part !== '').join(' ')}
                    </div>
                  </td>
                  <td data-label={t('users.role')}>
                    <span>{t(`role.${person.role ?? role}`)}</span>
                  </td>
                  <td data-label={t('users.status')}>
                    <StateOf person={person} answer={answers?.get(person)} isOver={answers !== undefined} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div role='alert'>{error !== undefined && <p class='notice bad'>{reason(error)}</p>}</div>
      <p class='row'>
        {answers === undefined && (
          <button
            type='button'
            class='primary'
            aria-disabled={isBusy || ready.length === 0}
            onClick={() => {
              void invite()
            }}
          >
            {t('invite.send', { count: ready.length })}
          </button>
        )}
        {links.length > 0 && (
          <button
            type='button'
            onClick={() => {
              void navigator.clipboard.writeText(links.join('\n')).then(() => {
                setCopied(true)
              })
            }}
          >
            {t('invite.copyAll')}
          </button>
        )}
        <button type='button' onClick={onClose}>
          {t(answers === undefined ? 'confirm.cancel' : 'users.done')}
        </button>
        <span role='status'>{isCopied && t('users.copied')}</span>
      </p>
    </section>
  )
}

/** What is wrong with a row, or what became of it. */
function StateOf (
  { person, answer, isOver }: { person: ListedPerson, answer: Answer | undefined, isOver: boolean }
) {
  const { t, reason } = useTexts()
  if (person.fault !== undefined) {
    const [teacher, admin, student] = ROLES.map((one) => t(`role.${one}`))
    return (
      <div>
        <span class='tag bad'>{t(`invite.${person.fault}`)}</span>
        {person.fault === 'badRole' && (
          <div class='small'>
            {t('invite.roles', { teacher: teacher ?? '', admin: admin ?? '', student: student ?? '' })}
          </div>
        )}
      </div>
    )
  }
  if (answer === undefined) {
    return <span class={isOver ? 'tag bad' : 'muted'}>{t(isOver ? 'invite.notSent' : 'invite.new')}</span>
  }
  if (answer.error !== null) return <span class='reason'>{reason(answer.error)}</span>
  const { invitation } = answer
  return (
    <div>
      <span class='tag good'>{t(invitation?.mail?.sent === true ? 'invite.mailed' : 'invite.invited')}</span>
      {invitation?.mail?.sent === false && (
        <div class='small'>{t('users.notMailed', { reason: invitation.mail.reason ?? '' })}</div>
      )}
      {invitation !== null && (
        <div>
          <input
            class='link'
            readOnly
            value={invitation.url}
            aria-label={t('invite.linkOf', { email: answer.email })}
            onFocus={({ currentTarget }) => {
              currentTarget.select()
            }}
          />
        </div>
      )}
    </div>
  )
}
