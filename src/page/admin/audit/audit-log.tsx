import type { AuditEntry } from '../../../http/schemas/audit.ts'
import { call } from '../../api.ts'
import { Empty, Failure, Loading } from '../../notices.tsx'
import { adminLink } from '../../router.ts'
import { useTexts } from '../../texts/use-texts.ts'
import { useRefreshed } from '../../use-refreshed.ts'
import { When } from '../jobs/job-texts.tsx'
import { Pager, queryOf } from '../pager.tsx'

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
  const search = new URLSearchParams({
    limit: String(ON_A_PAGE),
    ...queryOf({ action, user_id: user, cursor }),
  })
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
    adminLink('audit', undefined, queryOf({ action, user, cursor: null, ...change }))
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
          {user !== null && (
            <span class='chip row'>
              {t('audit.onlyUser', {
                name: value?.entries.find((one) => String(one.user_id) === user)?.email ?? user,
              })} <a href={link({ user: null })}>{t('audit.allUsers')}</a>
            </span>
          )}
        </div>
      </div>
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
          <table class='list rows'>
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
                  <td>
                    <When iso={entry.at} />
                  </td>
                  <td>
                    {entry.user_id === null
                      ? (
                        <span class='muted'>
                          {t(entry.via === 'command' ? 'audit.commandLine' : 'audit.unknown')}
                        </span>
                        )
                      : (
                        <a href={link({ user: String(entry.user_id) })} dir='auto'>
                          {entry.email ?? t('audit.userNumber', { id: String(entry.user_id) })}
                        </a>
                        )}
                  </td>
                  <td dir='ltr' class='start'>{entry.subject ?? '–'}</td>
                  <td>
                    {t(`via.${entry.via}`)}
                    {entry.address !== null && (
                      <>
                        <br />
                        <span class='muted small' dir='ltr'>{entry.address}</span>
                      </>
                    )}
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
