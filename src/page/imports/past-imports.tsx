import type { ListedImport } from '../../http/schemas/imports.ts'
import { useEffect, useRef, useState } from 'preact/hooks'
import { call } from '../api.ts'
import { Confirm } from '../confirm.tsx'
import { When, JobStatus } from '../admin/jobs/job-texts.tsx'
import { hasEnded } from '../exports/follow-job.ts'
import { onPage } from './page-words.ts'
import { adminLink } from '../router.ts'
import { useTexts } from '../texts/use-texts.ts'
import { useRefreshed } from '../use-refreshed.ts'

/** Asked for: checks may be left out of them. */
const LOADED = 100
const SHOWN = 20
/** How often the job of an undo is looked at, ms. */
const LOOK_EVERY_MS = 500

/** The filter of the audit log for imports that have run. */
const IMPORTS = { action: 'import.run' }

type JobState = Pick<ListedImport, 'status' | 'error'>

/**
 * The latest imports of all users. A change of `version` loads the list again at once. The list stays as it
 * is until then.
 */
export function PastImports (
  { path, version, href, isOfCourse }: {
    path: string,
    version: unknown,
    href: (jobId: number) => string,
    isOfCourse: boolean,
  }
) {
  const { t, reason, number } = useTexts()
  const [asked, setAsked] = useState<ListedImport>()
  const [hasChecks, setHasChecks] = useState(false)
  const { value, error, refresh } = useRefreshed(
    path,
    (signal) => call<{ imports: ListedImport[] }>('GET', `${path}?limit=${LOADED}`, { signal }),
    ({ imports }) => imports.some((one) => !hasEnded(one))
  )
  const loadedFor = useRef(version)
  useEffect(() => {
    if (loadedFor.current === version) return
    loadedFor.current = version
    refresh()
  }, [version, refresh])
  const listed = value?.imports.filter((one) => hasChecks || !one.dry_run).slice(0, SHOWN)
  const changesOf = ({ summary }: ListedImport) =>
    summary === null
      ? '–'
      : number(
        Object.values(summary).reduce(
          (sum, counts) => sum + counts.added + counts.updated + counts.removed,
          0
        )
      )
  /** What to offer if a later import changed some of the courses. */
  const othersOf = (one: ListedImport) => ({
    code: 'UNDO_CONFLICT',
    action: t('import.undoOthers'),
    onConfirm: () => undo(one, { skip_conflicts: true }),
  })
  async function undo ({ id }: ListedImport, body: { skip_conflicts?: true }) {
    const { job } = await call<{ job: string }>('POST', `api/imports/${id}/undo`, { body })
    await endOf(job)
    refresh()
  }
  return (
    <section class='panel' aria-labelledby='past-title'>
      <div class='bar'>
        <h2 id='past-title'>{t('import.past')}</h2>
        <label class='check'>
          <input
            type='checkbox'
            checked={hasChecks}
            onChange={({ currentTarget }) => {
              setHasChecks(currentTarget.checked)
            }}
          />
          <span>{t('import.showChecks')}</span>
        </label>
      </div>
      {error !== undefined && (
        <p class='muted small' role='status'>{t('list.offline', { reason: reason(error) })}</p>
      )}
      {listed === undefined && error === undefined && <p class='muted'>{t('app.loading')}</p>}
      {listed !== undefined && listed.length === 0 && <NoImports isOfCourse={isOfCourse} />}
      {listed !== undefined && listed.length > 0 && (
        <div class='wide' tabIndex={0} role='group' aria-label={t('import.past')}>
          <table class='list rows stacked'>
            <thead>
              <tr>
                <th>{t('exports.file')}</th>
                <th>{t('jobs.status')}</th>
                <th class='number'>{t('import.changes')}</th>
                <th class='number'>{t('import.warningCount')}</th>
                <th>{t('jobs.requested')}</th>
                <th>{t('jobs.requestedBy')}</th>
                <th>{t('import.undo')}</th>
              </tr>
            </thead>
            <tbody>
              {listed.map((one) => (
                <tr key={one.id}>
                  <td>
                    <a href={href(one.id)} dir='auto'>
                      {one.filename ?? t('jobs.number', { id: String(one.id) })}
                    </a>{' '}
                    {one.dry_run && <span class='tag'>{t('import.checkOnly')}</span>}
                  </td>
                  <td data-label={t('jobs.status')}>
                    <JobStatus job={one} />
                  </td>
                  <td class='number' data-label={t('import.changes')}>
                    <span>{changesOf(one)}</span>
                  </td>
                  <td class='number' data-label={t('import.warningCount')}>
                    <span>{one.summary === null ? '–' : number(one.warning_count)}</span>
                  </td>
                  <td data-label={t('jobs.requested')}>
                    <When iso={one.created_at} />
                  </td>
                  <td data-label={t('jobs.requestedBy')}>
                    <bdi>{one.requested_by ?? '–'}</bdi>
                  </td>
                  <td>
                    {one.undo.state === 'undone' && t('import.undone')}
                    {one.undo.state === 'partly_undone' && `${t('import.partlyUndone')} `}
                    {(one.undo.state === 'possible' || one.undo.state === 'partly_undone') && (
                      <button
                        type='button'
                        aria-label={t('import.undoOf', { file: one.filename ?? String(one.id) })}
                        onClick={() => {
                          setAsked(one)
                        }}
                      >
                        {t('import.undo')}
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {asked !== undefined && (
        <Confirm
          title={t('import.undoOf', { file: asked.filename ?? String(asked.id) })}
          action={t('import.undo')}
          onConfirm={() => undo(asked, {})}
          {...(coursesOf(asked) > 1 ? { otherwise: othersOf(asked) } : {})}
          onClose={() => {
            setAsked(undefined)
          }}
        >
          <p>{t('import.undoText')}</p>
        </Confirm>
      )}
    </section>
  )
}

function coursesOf ({ summary }: ListedImport): number {
  return summary === null ? 0 : summary.courses.added + summary.courses.updated + summary.courses.removed
}

/** The list has imports on the page and by the API. All others are in the audit log. */
function NoImports ({ isOfCourse }: { isOfCourse: boolean }) {
  const { t } = useTexts()
  return (
    <p class='muted'>
      {t(isOfCourse ? 'import.pastNoneOfCourse' : 'import.pastNone')}
      {!isOfCourse && <> <a href={adminLink('audit', undefined, IMPORTS)}>{t('nav.audit')}</a></>}
    </p>
  )
}

/** Waits until the job has ended. Throws the reason of one that failed. */
async function endOf (address: string): Promise<void> {
  for (;;) {
    const job = await call<JobState>('GET', address.slice(address.indexOf('/api/') + 1))
    if (job.status === 'failed') throw new Error(onPage(job.error?.message ?? ''))
    if (hasEnded(job)) return
    await new Promise((resolve) => { setTimeout(resolve, LOOK_EVERY_MS) })
  }
}
