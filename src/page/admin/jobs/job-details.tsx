import { useEffect, useState } from 'preact/hooks'
import type { Attempt, JobWithAttempts } from '../../../http/schemas/common.ts'
import { ApiError, call } from '../../api.ts'
import { importReason } from '../../imports/page-words.ts'
import { download, nameOf } from '../../exports/download.ts'
import { followJob, hasEnded } from '../../exports/follow-job.ts'
import { ImportReportOf } from '../../imports/import-report.tsx'
import { Failure, Loading } from '../../notices.tsx'
import { adminLink, courseLink } from '../../router.ts'
import { useTexts } from '../../texts/use-texts.ts'
import { useCourseNames } from '../use-course-names.ts'
import { JobStatus, useKindName, When } from './job-texts.tsx'

/** One job, during and after its run: details, attempts, retry and cancel. */
export function JobDetails ({ jobId }: { jobId: number }) {
  const texts = useTexts()
  const { t, reason, known } = texts
  const kindName = useKindName()
  const names = useCourseNames()
  const [job, setJob] = useState<JobWithAttempts>()
  const [isGone, setGone] = useState(false)
  const [isLost, setLost] = useState(false)
  const [error, setError] = useState<unknown>()
  const [turn, setTurn] = useState(0)
  useEffect(() =>
    followJob(jobId, (news) => {
      setLost(news.kind === 'lost')
      if (news.kind === 'gone') setGone(true)
      if (news.kind === 'job') setJob(news.job)
    }), [jobId, turn])

  async function act (verb: 'cancel' | 'retry') {
    setError(undefined)
    try {
      setJob(await call<JobWithAttempts>('POST', `api/jobs/${jobId}/${verb}`))
    } catch (refusal) {
      setError(refusal)
    }
    setTurn((n) => n + 1)
  }

  if (isGone) return <Failure error={new ApiError('JOB_NOT_FOUND', '', 404)} />
  if (job === undefined) {
    return isLost
      ? (
        <Failure
          error={new ApiError('NO_ANSWER', '')}
          retry={() => {
            setTurn((n) => n + 1)
          }}
        />
        )
      : <Loading />
  }
  const { url } = job
  const isLive = !hasEnded(job)
  return (
    <>
      <div class='bar'>
        <div>
          <nav class='small'>
            <a href={adminLink('jobs')}>{t('nav.jobs')}</a>
          </nav>
          <h1>{t('jobs.name', { kind: kindName(job.kind), id: String(job.id) })}</h1>
        </div>
        <p class='row'>
          {url !== null && (
            <button
              type='button'
              class='primary'
              onClick={() => {
                download(url)
              }}
            >
              {t('exports.download')}
            </button>
          )}
          {isLive && (
            <button
              type='button'
              onClick={() => {
                void act('cancel')
              }}
            >
              {t('job.cancel')}
            </button>
          )}
          {!isLive && job.status !== 'succeeded' && (
            <button
              type='button'
              onClick={() => {
                void act('retry')
              }}
            >
              {t('jobs.retry')}
            </button>
          )}
        </p>
      </div>
      <div role='alert'>{error !== undefined && <p class='notice bad'>{reason(error)}</p>}</div>
      <section class='panel' aria-label={t('jobs.details')}>
        <p role='status'>
          <JobStatus job={job} /> {isLost && <span class='muted small'>{t('jobs.lost')}</span>}
        </p>
        {isLive && (
          <progress
            max={1}
            {...(job.status === 'started' ? { value: job.progress } : {})}
            aria-label={t('jobs.progress')}
          />
        )}
        {job.error !== null && (
          <div class='notice bad'>
            <p>
              <strong>{importReason(job.error, texts)}</strong>
            </p>
            {job.error.message !== importReason(job.error, texts) && (
              <p class='small' lang='en' dir='auto'>{job.error.message}</p>
            )}
            <p class='small'>
              <code>{job.error.code}</code>
            </p>
          </div>
        )}
        <dl>
          <div>
            <dt>{t('jobs.course')}</dt>
            <dd>
              {job.course_id === null
                ? '–'
                : (
                  <a href={courseLink(job.course_id)} dir='auto'>
                    {names.get(job.course_id) ?? t('jobs.courseNumber', { id: String(job.course_id) })}
                  </a>
                  )}
            </dd>
          </div>
          <div>
            <dt>{t('jobs.requestedBy')}</dt>
            <dd>
              <bdi>{job.requested_by ?? '–'}</bdi>
            </dd>
          </div>
          <div>
            <dt>{t('jobs.requested')}</dt>
            <dd>
              <When iso={job.created_at} />
            </dd>
          </div>
          <div>
            <dt>{t('jobs.started')}</dt>
            <dd>{job.started_at === null ? '–' : <When iso={job.started_at} />}</dd>
          </div>
          <div>
            <dt>{t('jobs.finished')}</dt>
            <dd>{job.finished_at === null ? '–' : <When iso={job.finished_at} />}</dd>
          </div>
          {job.url !== null && (
            <div>
              <dt>{t('exports.file')}</dt>
              <dd>
                <bdi>{nameOf(job.url)}</bdi>
              </dd>
            </div>
          )}
        </dl>
      </section>
      {job.kind === 'import' && !isLive && <ImportReportOf key={job.finished_at} jobId={job.id} />}
      {(job.attempt_log?.length ?? 0) > 0 && (
        <Attempts
          attempts={job.attempt_log!}
          outcomeName={(outcome) => known(`outcome.${outcome}`) ?? outcome}
        />
      )}
    </>
  )
}

function Attempts (
  { attempts, outcomeName }: { attempts: readonly Attempt[], outcomeName: (outcome: string) => string }
) {
  const { t, localTime, number } = useTexts()
  return (
    <section class='panel' aria-labelledby='attempts-title'>
      <h2 id='attempts-title'>{t('jobs.attempts')}</h2>
      <div class='wide' tabIndex={0} role='group' aria-label={t('jobs.attempts')}>
        <table class='list rows stacked attempts'>
          <thead>
            <tr>
              <th>{t('jobs.attempt')}</th>
              <th>{t('jobs.outcome')}</th>
              <th>{t('jobs.started')}</th>
              <th>{t('jobs.took')}</th>
              <th>{t('jobs.reason')}</th>
            </tr>
          </thead>
          <tbody>
            {attempts.map((one, i) => (
              <tr key={i}>
                <td data-label={t('jobs.attempt')}>
                  <span>{number(one.attempt)}</span>
                </td>
                <td data-label={t('jobs.outcome')}>
                  <span>{one.outcome === null ? t('jobStatus.started') : outcomeName(one.outcome)}</span>
                </td>
                <td data-label={t('jobs.started')}>
                  <span>{localTime(one.started_at)}</span>
                </td>
                <td data-label={t('jobs.took')}>
                  {one.finished_at === null
                    ? <span>–</span>
                    : (
                      <span>
                        {t('jobs.seconds', {
                          seconds: number((Date.parse(one.finished_at) - Date.parse(one.started_at)) / 1000),
                        })}
                      </span>
                      )}
                </td>
                <td data-label={t('jobs.reason')}>
                  {one.error === null
                    ? <span>–</span>
                    : <span lang='en' dir='auto'>{one.error.message}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
