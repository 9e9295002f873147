import { useState } from 'preact/hooks'
import type { JobWithAttempts } from '../../../http/schemas/common.ts'
import { call } from '../../api.ts'
import { importReason } from '../../imports/page-words.ts'
import { hasEnded } from '../../exports/follow-job.ts'
import { Empty, Failure, Loading } from '../../notices.tsx'
import { adminLink, courseLink } from '../../router.ts'
import { useTexts } from '../../texts/use-texts.ts'
import { useRefreshed } from '../../use-refreshed.ts'
import { Pager, queryOf } from '../pager.tsx'
import { useCourseNames } from '../use-course-names.ts'
import { JobStatus, useKindName, When } from './job-texts.tsx'

const STATUSES = ['queued', 'started', 'succeeded', 'failed', 'canceled'] as const
const KINDS = ['performance-export', 'import', 'housekeeping'] as const
const ON_A_PAGE = 50

/** All jobs, newest first. The list refreshes itself. */
export function Jobs ({ query }: { query: URLSearchParams }) {
  const texts = useTexts()
  const { t, reason } = texts
  const kindName = useKindName()
  const names = useCourseNames()
  const [status, kind, cursor] = [query.get('status'), query.get('kind'), query.get('cursor')]
  const search = new URLSearchParams({ limit: String(ON_A_PAGE), ...queryOf({ status, kind, cursor }) })
  const { value, error, refresh } = useRefreshed(
    String(search),
    (signal) =>
      call<{ jobs: JobWithAttempts[], next_cursor: string | null }>('GET', `api/jobs?${search}`, { signal }),
    ({ jobs }) => jobs.some((job) => !hasEnded(job))
  )
  const [note, setNote] = useState<{ jobId: number, error?: unknown }>()
  const choose = (change: Record<string, string | null>) => {
    location.hash = adminLink('jobs', undefined, queryOf({ status, kind, cursor: null, ...change }))
  }

  async function act (jobId: number, verb: 'cancel' | 'retry') {
    try {
      await call('POST', `api/jobs/${jobId}/${verb}`)
      setNote(undefined)
    } catch (error) {
      setNote({ jobId, error })
    }
    refresh()
  }

  return (
    <>
      <div class='bar'>
        <h1>{t('nav.jobs')}</h1>
        <div class='toolbar'>
          <label>
            {t('jobs.status')}
            <select
              value={status ?? ''}
              onChange={({ currentTarget }) => {
                choose({ status: currentTarget.value })
              }}
            >
              <option value=''>{t('jobs.anyStatus')}</option>
              {STATUSES.map((one) => <option key={one} value={one}>{t(`jobStatus.${one}`)}</option>)}
            </select>
          </label>
          <label>
            {t('jobs.kind')}
            <select
              value={kind ?? ''}
              onChange={({ currentTarget }) => {
                choose({ kind: currentTarget.value })
              }}
            >
              <option value=''>{t('jobs.anyKind')}</option>
              {KINDS.map((one) => <option key={one} value={one}>{kindName(one)}</option>)}
            </select>
          </label>
        </div>
      </div>
      <div role='alert'>
        {note !== undefined && (
          <p class='notice bad'>
            {t('jobs.notDone', { id: String(note.jobId), reason: reason(note.error) })}
          </p>
        )}
      </div>
      {value === undefined && (error === undefined ? <Loading /> : <Failure error={error} retry={refresh} />)}
      {value !== undefined && error !== undefined && (
        <p class='muted small' role='status'>{t('list.offline', { reason: reason(error) })}</p>
      )}
      {value !== undefined && value.jobs.length === 0 && (
        <Empty>
          <p>{t(status === null && kind === null && cursor === null ? 'jobs.none' : 'jobs.noMatch')}</p>
        </Empty>
      )}
      {value !== undefined && value.jobs.length > 0 && (
        <div class='panel wide' tabIndex={0} role='region' aria-label={t('nav.jobs')}>
          <table class='list rows stacked'>
            <thead>
              <tr>
                <th>{t('jobs.job')}</th>
                <th>{t('jobs.course')}</th>
                <th>{t('jobs.status')}</th>
                <th>{t('jobs.requestedBy')}</th>
                <th>{t('jobs.requested')}</th>
                <th>{t('list.actions')}</th>
              </tr>
            </thead>
            <tbody>
              {value.jobs.map((job) => (
                <tr key={job.id} data-job={job.id}>
                  <td>
                    <a href={adminLink('jobs', job.id)}>
                      {t('jobs.name', { kind: kindName(job.kind), id: String(job.id) })}
                    </a>
                  </td>
                  <td data-label={t('jobs.course')}>
                    {job.course_id === null
                      ? <span>–</span>
                      : (
                        <a href={courseLink(job.course_id)} dir='auto'>
                          {names.get(job.course_id) ?? t('jobs.courseNumber', { id: String(job.course_id) })}
                        </a>
                        )}
                  </td>
                  <td data-label={t('jobs.status')}>
                    <div>
                      <JobStatus job={job} />
                      {job.error !== null && (
                        <span class='small reason'>{importReason(job.error, texts)}</span>
                      )}
                    </div>
                  </td>
                  <td data-label={t('jobs.requestedBy')}>
                    <bdi>{job.requested_by ?? '–'}</bdi>
                  </td>
                  <td data-label={t('jobs.requested')}>
                    <When iso={job.created_at} />
                  </td>
                  <td>
                    {!hasEnded(job)
                      ? (
                        <button
                          type='button'
                          aria-label={t('jobs.cancelNumber', { id: String(job.id) })}
                          onClick={() => {
                            void act(job.id, 'cancel')
                          }}
                        >
                          {t('job.cancel')}
                        </button>
                        )
                      : job.status !== 'succeeded' && (
                        <button
                          type='button'
                          aria-label={t('jobs.retryNumber', { id: String(job.id) })}
                          onClick={() => {
                            void act(job.id, 'retry')
                          }}
                        >
                          {t('jobs.retry')}
                        </button>
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
          href={(to) => adminLink('jobs', undefined, queryOf({ status, kind, cursor: to }))}
        />
      )}
    </>
  )
}
