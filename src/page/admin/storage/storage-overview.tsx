import { useEffect, useState } from 'preact/hooks'
import type { Job, Ticket } from '../../../http/schemas/common.ts'
import type { Account } from '../../../http/schemas/users.ts'
import type { Storage } from '../../../http/schemas/storage.ts'
import { personName } from '../../../person-name.ts'
import { call } from '../../api.ts'
import { followJob, hasEnded } from '../../exports/follow-job.ts'
import { Empty, Failure, Loading } from '../../notices.tsx'
import { adminLink } from '../../router.ts'
import { useTexts } from '../../texts/use-texts.ts'
import { useLoaded } from '../../use-loaded.ts'
import { useRefreshed } from '../../use-refreshed.ts'

const LOOKS: Partial<Record<Job['status'], string>> = { succeeded: 'good', failed: 'bad' }

/** Used and free space, the largest owners, and what has expired. */
export function StorageOverview () {
  const { t, reason } = useTexts()
  const [sweep, setSweep] = useState<{ jobId: number, job?: Job }>()
  const [refusal, setRefusal] = useState<unknown>()
  const { value, error, refresh } = useRefreshed(
    'storage',
    (signal) => call<Storage>('GET', 'api/storage', { signal }),
    () => false
  )
  useEffect(() =>
    sweep === undefined
      ? undefined
      : followJob(sweep.jobId, (news) => {
        if (news.kind !== 'job' || !hasEnded(news.job)) return
        setSweep({ jobId: news.job.id, job: news.job })
        refresh()
      }), [sweep?.jobId])

  async function removeExpired () {
    setRefusal(undefined)
    try {
      setSweep({ jobId: (await call<Ticket>('POST', 'api/storage/sweep')).id })
    } catch (error) {
      setRefusal(error)
    }
  }

  return (
    <>
      <div class='bar'>
        <h1>{t('nav.storage')}</h1>
      </div>
      {value === undefined && (error === undefined ? <Loading /> : <Failure error={error} retry={refresh} />)}
      {value !== undefined && (
        <>
          {error !== undefined && (
            <p class='muted small' role='status'>{t('list.offline', { reason: reason(error) })}</p>
          )}
          <Figures storage={value} />
          <section class='panel' aria-labelledby='expired-title'>
            <div class='row'>
              <h2 id='expired-title'>{t('storage.expired')}</h2>
              <span class='spacer' />
              {value.expired.files + value.expired.tombstones > 0 && (
                <button
                  type='button'
                  onClick={() => {
                    void removeExpired()
                  }}
                >
                  {t('storage.sweep')}
                </button>
              )}
            </div>
            <Expired expired={value.expired} />
            <div role='status'>
              {sweep !== undefined && (
                <p class={`notice ${LOOKS[sweep.job?.status ?? 'queued'] ?? ''}`}>
                  {t(
                    sweep.job === undefined
                      ? 'storage.sweeping'
                      : sweep.job.status === 'succeeded'
                        ? 'storage.swept'
                        : 'storage.notSwept'
                  )}{' '}
                  <a href={adminLink('jobs', sweep.jobId)}>{t('jobs.number', { id: String(sweep.jobId) })}</a>
                </p>
              )}
            </div>
            <div role='alert'>{refusal !== undefined && <p class='notice bad'>{reason(refusal)}</p>}</div>
          </section>
          {value.owners.length === 0
            ? (
              <Empty>
                <p>{t('storage.nothing')}</p>
              </Empty>
              )
            : <Owners storage={value} />}
        </>
      )}
    </>
  )
}

function Figures (
  { storage: { files, used, quota, disk_free: free, disk_reserve: reserve } }: { storage: Storage }
) {
  const { t, size, percent } = useTexts()
  return (
    <dl class='figures'>
      <div class='panel'>
        <dt>{t('storage.used')}</dt>
        <dd>
          <strong>{size(used)}</strong> <span class='muted'>{t('storage.files', { count: files })}</span>
        </dd>
        {quota !== null && (
          <dd>
            <meter min={0} max={quota} high={quota * 0.9} value={used} aria-label={t('storage.used')} />
            <span class='small muted'>
              {t('storage.ofQuota', { share: percent(used / quota), quota: size(quota) })}
            </span>
          </dd>
        )}
        {quota === null && <dd class='small muted'>{t('storage.noQuota')}</dd>}
      </div>
      <div class='panel'>
        <dt>{t('storage.free')}</dt>
        <dd>
          <strong>{size(free)}</strong>
        </dd>
        {reserve > 0 && (
          <dd class={free < reserve ? 'notice bad' : 'small muted'}>
            {t(free < reserve ? 'storage.diskLow' : 'storage.reserve', { reserve: size(reserve) })}
          </dd>
        )}
      </div>
    </dl>
  )
}

function Expired ({ expired: { files, bytes, tombstones } }: Pick<Storage, 'expired'>) {
  const { t, size } = useTexts()
  if (files === 0 && tombstones === 0) return <p class='muted'>{t('storage.nothingExpired')}</p>
  return (
    <>
      {files > 0 && <p>{t('storage.expiredFiles', { count: files, size: size(bytes) })}</p>}
      {tombstones > 0 && <p class='muted'>{t('storage.tombstones', { count: tombstones })}</p>}
    </>
  )
}

function Owners ({ storage: { owners, owner_quota: quota, used } }: { storage: Storage }) {
  const { t, size, number, percent } = useTexts()
  const { value: users } = useLoaded('users', (signal) => call<Account[]>('GET', 'api/users', { signal }))
  const nameOf = (userId: number) => {
    const user = users?.find(({ id }) => id === userId)
    return user === undefined ? undefined : personName(user.first_name, user.last_name) || user.email
  }
  return (
    <section class='panel' aria-labelledby='owners-title'>
      <h2 id='owners-title'>{t('storage.owners')}</h2>
      {quota !== null && <p class='muted small'>{t('storage.ownerQuota', { quota: size(quota) })}</p>}
      <div class='wide' tabIndex={0} role='group' aria-label={t('storage.owners')}>
        <table class='list rows stacked'>
          <thead>
            <tr>
              <th>{t('storage.owner')}</th>
              <th class='number'>{t('storage.fileCount')}</th>
              <th class='number'>{t('exports.size')}</th>
              <th class='number'>{t('storage.share')}</th>
            </tr>
          </thead>
          <tbody>
            {owners.map((owner) => (
              <tr key={`${owner.owner_type} ${owner.owner_id}`}>
                <td>
                  {owner.owner_type === 'course'
                    ? (
                      <a href={adminLink('storage', owner.owner_id)} dir='auto'>
                        {owner.name ?? t('jobs.courseNumber', { id: String(owner.owner_id) })}
                      </a>
                      )
                    : (
                      <bdi>
                        {owner.owner_type === 'user'
                          ? t('storage.uploads', {
                            name: nameOf(owner.owner_id) ??
                              t('audit.userNumber', { id: String(owner.owner_id) }),
                          })
                          : t('storage.other', { id: String(owner.owner_id) })}
                      </bdi>
                      )}
                </td>
                <td class='number' data-label={t('storage.fileCount')}>
                  <span>{number(owner.files)}</span>
                </td>
                <td class='number' data-label={t('exports.size')}>
                  <span>{size(owner.bytes)}</span>
                </td>
                <td class='number' data-label={t('storage.share')}>
                  <span>{percent(used === 0 ? 0 : owner.bytes / used)}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
