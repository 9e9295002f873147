import { useState } from 'preact/hooks'
import type { AuditEntry } from '../../../http/schemas/audit.ts'
import type { Account } from '../../../http/schemas/users.ts'
import { call } from '../../api.ts'
import { personName } from '../../../person-name.ts'
import { downloadTable } from '../../exports/download.ts'
import { Empty, Failure, Loading } from '../../notices.tsx'
import { adminLink } from '../../router.ts'
import { useTexts } from '../../texts/use-texts.ts'
import { useLoaded } from '../../use-loaded.ts'
import { useRefreshed } from '../../use-refreshed.ts'
import { When } from '../jobs/job-texts.tsx'
import { Pager, queryOf } from '../pager.tsx'
import { AuditChanges, AuditSubject } from './audit-words.tsx'

const ON_A_PAGE = 100
/** As routes declare them and the command line records them. */
const ACTIONS = [
  'session.begin',
  'session.end',
  'session.revoke',
  'invitation.accept',
  'user.add',
  'user.invite',
  'user.reset',
  'user.password',
  'user.disable',
  'user.enable',
  'user.role',
  'user.setup',
  'user.setup-link',
  'token.create',
  'token.revoke',
  'course.set',
  'course.teachers',
  'course.delete',
  'book.read',
  'student.export',
  'student.erase',
  'export.request',
  'export.write',
  'export.delete',
  'fill-in.request',
  'pseudonyms.read',
  'file.upload',
  'file.download',
  'file.delete',
  'import.request',
  'import.run',
  'import.undo',
  'import.undone',
  'job.cancel',
  'job.retry',
  'storage.sweep',
] as const

/** The audit log: actions and their users, newest first. */
export function AuditLog ({ query }: { query: URLSearchParams }) {
  const { t, reason, known } = useTexts()
  const [action, user, cursor] = [query.get('action'), query.get('user'), query.get('cursor')]
  const [from, to] = [query.get('from'), query.get('to')]
  const filter = { action, user_id: user, from: startOf(from), to: endOf(to) }
  const search = new URLSearchParams({ limit: String(ON_A_PAGE), ...queryOf({ ...filter, cursor }) })
  const [failure, setFailure] = useState<unknown>()
  const users = useLoaded('users', (signal) => call<Account[]>('GET', 'api/users', { signal }))
  const { value, error, refresh } = useRefreshed(
    String(search),
    (signal) =>
      call<{ entries: AuditEntry[], next_cursor: string | null }>(
        'GET',
        `api/audit?${search}`,
        { signal }
      ),
    () => false
  )
  const link = (change: Record<string, string | null>) =>
    adminLink('audit', undefined, queryOf({ action, user, from, to, cursor: null, ...change }))
  const actionName = (name: string) => known(`action.${name}`) ?? name
  return (
    <>
      <div class='bar'>
        <h1>{t('nav.audit')}</h1>
        <div class='toolbar'>
          <label>
            {t('audit.action')}
            <select
              value={action ?? ''}
              onChange={({ currentTarget }) => {
                location.hash = link({ action: currentTarget.value })
              }}
            >
              <option value=''>{t('audit.anyAction')}</option>
              {ACTIONS.map((one) => <option key={one} value={one}>{actionName(one)}</option>)}
            </select>
          </label>
          <label>
            {t('audit.who')}
            <select
              value={user ?? ''}
              onChange={({ currentTarget }) => {
                location.hash = link({ user: currentTarget.value })
              }}
            >
              <option value=''>{t('audit.anyUser')}</option>
              {people(users.value ?? [], user).map((one) => (
                <option key={one.id} value={one.id}>{nameOf(one)}</option>
              ))}
            </select>
          </label>
          {(['from', 'to'] as const).map((end) => (
            <label key={end}>
              {t(`audit.${end}`)}
              <input
                type='date'
                value={(end === 'from' ? from : to) ?? ''}
                onChange={({ currentTarget }) => {
                  location.hash = link({ [end]: currentTarget.value })
                }}
              />
            </label>
          ))}
          {(action ?? user ?? from ?? to) !== null && (
            <a href={adminLink('audit')}>{t('audit.showAll')}</a>
          )}
          <button
            type='button'
            onClick={() => {
              setFailure(undefined)
              const path = `api/audit?${new URLSearchParams(queryOf(filter))}`
              downloadTable(path, 'audit-log.csv').catch(setFailure)
            }}
          >
            {t('audit.csv')}
          </button>
        </div>
      </div>
      <div role='alert'>{failure !== undefined && <p class='notice bad'>{reason(failure)}</p>}</div>
      {value === undefined && (error === undefined ? <Loading /> : <Failure error={error} retry={refresh} />)}
      {value !== undefined && error !== undefined && (
        <p class='muted small' role='status'>{t('list.offline', { reason: reason(error) })}</p>
      )}
      {value !== undefined && value.entries.length === 0 && (
        <Empty>
          <p>{t('audit.none')}</p>
        </Empty>
      )}
      {value !== undefined && value.entries.length > 0 && (
        <div class='panel wide' tabIndex={0} role='region' aria-label={t('nav.audit')}>
          <table class='list rows stacked'>
            <thead>
              <tr>
                <th>{t('audit.action')}</th>
                <th>{t('audit.when')}</th>
                <th>{t('audit.who')}</th>
                <th>{t('audit.about')}</th>
                <th>{t('audit.via')}</th>
              </tr>
            </thead>
            <tbody>
              {value.entries.map((entry) => (
                <tr key={entry.id}>
                  <td>
                    {actionName(entry.action)}{' '}
                    {entry.outcome === 'refused' && <span class='tag bad'>{t('audit.refused')}</span>}{' '}
                    {entry.count > 1 && <span class='tag'>{t('audit.times', { count: entry.count })}</span>}
                  </td>
                  <td data-label={t('audit.when')}>
                    <When iso={entry.at} />
                  </td>
                  <td data-label={t('audit.who')}>
                    {entry.user_id === null
                      ? (
                        <span class='muted'>
                          {t(
                            entry.via === 'command'
                              ? 'audit.commandLine'
                              : entry.via === 'link' ? 'audit.byLink' : 'audit.unknown'
                          )}
                        </span>
                        )
                      : (
                        <a href={link({ user: String(entry.user_id) })} dir='auto'>
                          {entry.email ?? t('audit.userNumber', { id: String(entry.user_id) })}
                        </a>
                        )}
                  </td>
                  <td data-label={t('audit.about')}>
                    <div>
                      {entry.subject === null && entry.changes === null && '–'}
                      <AuditSubject entry={entry} />
                      <AuditChanges entry={entry} />
                    </div>
                  </td>
                  <td data-label={t('audit.via')}>
                    <div>
                      {t(`via.${entry.via}`)}
                      {entry.address !== null && (
                        <>
                          <br />
                          <span class='muted small' dir='ltr'>{entry.address}</span>
                        </>
                      )}
                    </div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {value !== undefined && (
        <Pager
          cursor={cursor}
          next={value.next_cursor}
          href={(to) => link({ cursor: to })}
        />
      )}
    </>
  )
}

/** The staff by name, and the chosen user. */
function people (users: readonly Account[], chosen: string | null): Account[] {
  return users.filter(({ id, role, is_roster_only: isRosterOnly }) =>
    String(id) === chosen || (role !== 'student' && !isRosterOnly)
  ).sort((a, b) => nameOf(a).localeCompare(nameOf(b)))
}

function nameOf ({ email, first_name: first, last_name: last }: Account): string {
  const name = personName(first, last)
  return name === '' ? email : `${name} (${email})`
}

/** A day is one of the user's own time zone. */
function startOf (day: string | null): string | null {
  return instant(day, 'T00:00:00')
}
function endOf (day: string | null): string | null {
  return instant(day, 'T23:59:59.999')
}
function instant (day: string | null, time: string): string | null {
  const at = day === null ? NaN : Date.parse(`${day}${time}`)
  return Number.isNaN(at) ? null : new Date(at).toISOString()
}
