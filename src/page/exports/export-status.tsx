import { useTexts } from '../texts/use-texts.ts'
import { download, nameOf } from './download.ts'
import type { ExportState } from './use-export.ts'

/** A screen reader is told of progress in quarters. */
const SPOKEN_STEP = 0.25

/**
 * What becomes of the export that was asked for. The moving parts are for the eye; a quiet line beside says
 * it in few words.
 */
export function ExportStatus (
  { state, onCancel, onDismiss }: {
    state: ExportState,
    onCancel: (jobId: number) => void,
    onDismiss: () => void,
  }
) {
  const texts = useTexts()
  const { t, percent } = texts
  const job = state.phase === 'following' ? state.job : null
  return (
    <>
      <p class='hidden' role='status' aria-live='polite'>
        {sentence(state, texts, Math.floor((job?.progress ?? 0) / SPOKEN_STEP) * SPOKEN_STEP)}
      </p>
      {state.phase !== 'idle' && (
        <div
          class={`notice ${
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
              <p class='row small'>
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
          {state.phase !== 'following' && state.phase !== 'asking' && (
            <p class='row'>
              {state.phase === 'succeeded' && state.job.url !== null && (
                <button
                  type='button'
                  onClick={() => {
                    download(state.job.url!)
                  }}
                >
                  {t('job.again')}
                </button>
              )}
              <button type='button' onClick={onDismiss}>{t('job.dismiss')}</button>
            </p>
          )}
        </div>
      )}
    </>
  )
}

function sentence (
  state: ExportState,
  { t, percent, reason }: ReturnType<typeof useTexts>,
  progress: number
): string {
  switch (state.phase) {
    case 'idle':
      return ''
    case 'asking':
      return t('job.asking')
    case 'refused':
      return t('job.refused', { reason: reason(state.error) })
    case 'canceled':
      return t(state.goesOn ? 'job.withdrawn' : 'job.canceled')
    case 'gone':
      return t('job.gone', { id: String(state.jobId) })
    case 'failed':
      return t('job.failed', { reason: state.job.error === null ? '' : reason(state.job.error) })
    case 'succeeded':
      if (state.job.url === null) return t('job.succeededGone')
      return t(state.isDownloading ? 'job.succeeded' : 'job.succeededElsewhere', {
        name: nameOf(state.job.url),
      })
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
