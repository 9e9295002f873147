import type { Job } from '../../http/schemas/common.ts'
import { ApiError } from '../api.ts'
import { useTexts } from '../texts/use-texts.ts'
import { download, nameOf } from './download.ts'
import { hasRemarks, Receipts, resultOf } from './receipts.tsx'
import type { ExportState } from './use-export.ts'

/** A screen reader announces progress in steps of this size. */
const SPOKEN_STEP = 0.25

/**
 * The state of the requested export. The progress is visible only; a hidden line announces it to screen
 * readers, less often.
 */
export function ExportStatus (
  { state, onRetry, onWorkbook, onCancel, onDismiss }: {
    state: ExportState,
    onRetry: () => void,
    /** Exports the workbook instead, which every course can have. */
    onWorkbook: () => void,
    onCancel: (jobId: number) => void,
    onDismiss: () => void,
  }
) {
  const texts = useTexts()
  const { t, percent } = texts
  const job = state.phase === 'following' ? state.job : null
  const result = state.phase === 'succeeded' ? resultOf(state.job) : undefined
  return (
    <>
      <p class='hidden' role='status' aria-live='polite'>
        {sentence(state, texts, Math.floor((job?.progress ?? 0) / SPOKEN_STEP) * SPOKEN_STEP)}
      </p>
      {state.phase !== 'idle' && (
        <div
          class={`notice slim ${
            state.phase === 'failed' || state.phase === 'refused' || state.phase === 'gone'
              ? 'bad'
              : state.phase === 'succeeded'
              ? 'good'
              : ''
          }`}
          data-phase={state.phase}
        >
          <p aria-hidden='true'>{sentence(state, texts, job?.progress ?? 0)}</p>
          {state.phase === 'following' && (
            <>
              {job?.status === 'started'
                ? (
                  <progress
                    max={1}
                    value={job.progress}
                    aria-label={t('job.progress')}
                    aria-valuetext={percent(Math.round(job.progress * 100) / 100)}
                  />
                  )
                : <progress max={1} aria-label={t('job.progress')} />}
              <p class='row'>
                {job !== null && job.seconds_left !== null && (
                  <span class='muted'>
                    {t('job.secondsLeft', { count: Math.max(1, Math.round(job.seconds_left)) })}
                  </span>
                )}
                {state.joined && <span class='muted'>{t('job.joined')}</span>}
                <button
                  type='button'
                  onClick={() => {
                    onCancel(state.jobId)
                  }}
                >
                  {t('job.cancel')}
                </button>
              </p>
            </>
          )}
          {state.phase === 'failed' && <p class='small'>{t('job.number', { id: String(state.job.id) })}</p>}
          {state.phase === 'succeeded' && result !== undefined && hasRemarks(result) && (
            <details open class='remarks'>
              <summary class='small'>{t('exports.remarks')}</summary>
              <Receipts result={result} format={state.format} />
            </details>
          )}
          {state.phase !== 'following' && state.phase !== 'asking' && (
            <p class='row'>
              {state.phase === 'succeeded' && state.url !== null && <DownloadAgain url={state.url} />}
              {(state.phase === 'failed' || state.phase === 'refused') && (
                isImpossible(state)
                  ? <button type='button' onClick={onWorkbook}>{t('exports.start.xlsx')}</button>
                  : <button type='button' onClick={onRetry}>{t('app.retry')}</button>
              )}
              <button type='button' onClick={onDismiss}>{t('job.dismiss')}</button>
            </p>
          )}
        </div>
      )}
    </>
  )
}

function DownloadAgain ({ url }: { url: string }) {
  const { t } = useTexts()
  return (
    <button
      type='button'
      onClick={() => {
        download(url)
      }}
    >
      {t('job.again')}
    </button>
  )
}

/** The error of an export that was not made; null: it has none. */
function errorOf (state: { error: unknown } | { job: Job }): unknown {
  return 'job' in state ? state.job.error : state.error
}

/** Whether the course cannot have a file of this format, however often it is requested. */
function isImpossible (state: { error: unknown } | { job: Job }): boolean {
  return codeOf(errorOf(state)) === 'FORMAT_NOT_POSSIBLE'
}

function codeOf (error: unknown): string | undefined {
  return error instanceof ApiError ? error.code : (error as Job['error'])?.code
}

function sentence (
  state: ExportState,
  { t, known, percent, reason }: ReturnType<typeof useTexts>,
  progress: number
): string {
  const why = (state: ({ error: unknown } | { job: Job }) & { format: string }) => {
    const error = errorOf(state)
    if (error === null) return ''
    return (isImpossible(state) ? known(`exports.notPossible.${state.format}`) : undefined) ?? reason(error)
  }
  switch (state.phase) {
    case 'idle':
      return ''
    case 'asking':
      return t('job.asking')
    case 'refused':
      return t('job.refused', { reason: why(state) })
    case 'canceled':
      return t(state.continues ? 'job.withdrawn' : 'job.canceled')
    case 'gone':
      return t('job.gone', { id: String(state.jobId) })
    case 'failed':
      return t('job.failed', { reason: why(state) })
    case 'succeeded':
      if (state.url === null) return t('job.succeededGone')
      return t(state.isDownloading ? 'job.succeeded' : 'job.succeededElsewhere', { name: nameOf(state.url) })
    case 'following':
      if (state.isLost) return t('job.lost')
      if (state.job?.status === 'started') {
        return t('job.started', { progress: percent(Math.floor(progress * 100) / 100) })
      }
      return state.job !== null && state.job.queue_position > 0
        ? `${t('job.queued')} ${t('job.ahead', { count: state.job.queue_position })}`
        : t('job.queued')
  }
}
