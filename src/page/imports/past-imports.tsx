import type { ListedImport } from '../../http/schemas/imports.ts'
import { call } from '../api.ts'
import { When, JobStatus } from '../admin/jobs/job-texts.tsx'
import { hasEnded } from '../exports/follow-job.ts'
import { useLaterTexts } from '../texts/later.ts'
import { useRefreshed } from '../use-refreshed.ts'

const SHOWN = 20

/** The latest imports of all users. A change of `version` loads the list again. */
export function PastImports (
  { path, version, href }: { path: string, version: unknown, href: (jobId: number) => string }
) {
  const { t, reason, number } = useLaterTexts()
  const { value, error } = useRefreshed(
    `${path} ${String(version)}`,
    (signal) => call<{ imports: ListedImport[] }>('GET', `${path}?limit=${SHOWN}`, { signal }),
    ({ imports }) => imports.some((one) => !hasEnded(one))
  )
  const changesOf = ({ summary }: ListedImport) =>
    summary === null
      ? '–'
      : number(
        Object.values(summary).reduce(
          (sum, counts) => sum + counts.added + counts.updated + counts.removed,
          0
        )
      )
  return (
    <section class='panel' aria-labelledby='past-title'>
      <h2 id='past-title'>{t('import.past')}</h2>
      {error !== undefined && (
        <p class='muted small' role='status'>{t('list.offline', { reason: reason(error) })}</p>
      )}
      {value === undefined && error === undefined && <p class='muted'>{t('app.loading')}</p>}
      {value !== undefined && value.imports.length === 0 && <p class='muted'>{t('import.pastNone')}</p>}
      {value !== undefined && value.imports.length > 0 && (
        <div class='wide' tabIndex={0} role='group' aria-label={t('import.past')}>
          <table class='list rows'>
            <thead>
              <tr>
                <th>{t('exports.file')}</th>
                <th>{t('jobs.status')}</th>
                <th class='number'>{t('import.changes')}</th>
                <th class='number'>{t('import.warningCount')}</th>
                <th>{t('jobs.requested')}</th>
                <th>{t('jobs.requestedBy')}</th>
              </tr>
            </thead>
            <tbody>
              {value.imports.map((one) => (
                <tr key={one.id}>
                  <td>
                    <a href={href(one.id)} dir='auto'>
                      {one.filename ?? t('jobs.number', { id: String(one.id) })}
                    </a>{' '}
                    {one.dry_run && <span class='tag'>{t('import.checkOnly')}</span>}
                  </td>
                  <td>
                    <JobStatus job={one} />
                  </td>
                  <td class='number'>{changesOf(one)}</td>
                  <td class='number'>{one.summary === null ? '–' : number(one.warning_count)}</td>
                  <td>
                    <When iso={one.created_at} />
                  </td>
                  <td>
                    <bdi>{one.requested_by ?? '–'}</bdi>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
