import type { Job } from '../../../http/schemas/common.ts'
import { serverNow } from '../../api.ts'
import { useTexts } from '../../texts/use-texts.ts'

/** Names of the kinds of jobs. */
export function useKindName (): (kind: string) => string {
  const { known } = useTexts()
  return (kind) => known(`kind.${kind}`) ?? kind
}

const LOOKS: Partial<Record<Job['status'], string>> = { succeeded: 'good', failed: 'bad', started: 'busy' }

export function JobStatus ({ job }: { job: Pick<Job, 'status' | 'progress'> }) {
  const { t, percent } = useTexts()
  return (
    <>
      <span class={`tag ${LOOKS[job.status] ?? ''}`}>{t(`jobStatus.${job.status}`)}</span>
      {job.status === 'started' && (
        <span class='muted small'>{` ${percent(Math.floor(job.progress * 100) / 100)}`}</span>
      )}
    </>
  )
}

/** A time relative to now, with the exact time below. */
export function When ({ iso }: { iso: string }) {
  const { ago, localTime } = useTexts()
  const now = serverNow()
  return (
    <time dateTime={iso}>
      {ago(Math.min(Date.parse(iso), now), now)}
      <br />
      <span class='muted small'>{localTime(iso)}</span>
    </time>
  )
}
