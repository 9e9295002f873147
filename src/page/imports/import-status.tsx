import { useTexts, type Texts } from '../texts/use-texts.ts'
import type { ImportState } from './use-import.ts'

/** A screen reader announces progress in steps of this size. */
const SPOKEN_STEP = 0.25

/** The state of the requested import, until there is a report. */
export function ImportStatus (
  { state, isCheck, onCancel, onDismiss }: {
    state: ImportState,
    isCheck: boolean,
    onCancel: () => void,
    onDismiss: () => void,
  }
) {
  const texts = useTexts()
  const { t, percent } = texts
  const isLive = state.phase === 'uploading' || state.phase === 'following'
  const progress = state.phase === 'uploading'
    ? state.sent
    : state.phase === 'following' && state.job?.status === 'started'
      ? state.job.progress
      : undefined
  return (
    <>
      <p class='hidden' role='status'>
        {sentence(state, texts, Math.floor((progress ?? 0) / SPOKEN_STEP) * SPOKEN_STEP, isCheck)}
      </p>
      {(isLive || state.phase === 'refused' || state.phase === 'gone') && (
        <div class={`notice ${isLive ? '' : 'bad'}`} data-phase={state.phase}>
          <p aria-hidden='true'>{sentence(state, texts, progress ?? 0, isCheck)}</p>
          {isLive && (
            <progress
              max={1}
              {...(progress === undefined
                ? {}
                : { value: progress, 'aria-valuetext': percent(Math.floor(progress * 100) / 100) })}
              aria-label={t('import.progress')}
            />
          )}
          <p class='row small'>
            {state.phase === 'following' && state.job !== null && state.job.seconds_left !== null && (
              <span class='muted'>
                {t('job.secondsLeft', { count: Math.max(1, Math.round(state.job.seconds_left)) })}
              </span>
            )}
            {isLive
              ? <button type='button' onClick={onCancel}>{t('job.cancel')}</button>
              : <button type='button' onClick={onDismiss}>{t('job.dismiss')}</button>}
          </p>
        </div>
      )}
    </>
  )
}

function sentence (
  state: ImportState, { t, percent, reason }: Texts, progress: number, isCheck: boolean
): string {
  const share = percent(Math.floor(progress * 100) / 100)
  switch (state.phase) {
    case 'idle':
      return ''
    case 'uploading':
      return t('import.uploading', { progress: share })
    case 'refused':
      return t('import.refused', { reason: reason(state.error) })
    case 'gone':
      return t('import.gone', { id: String(state.jobId) })
    case 'ended':
      return t(
        state.report.status === 'succeeded'
          ? 'import.spokenDone'
          : state.report.status === 'failed'
            ? isCheck && state.report.guess !== null ? 'mapping.lead' : 'import.spokenFailed'
            : 'import.canceled'
      )
    case 'following':
      if (state.isLost) return t('import.lost')
      if (state.job?.status === 'started') return t('import.running', { progress: share })
      return state.job !== null && state.job.queue_position > 0
        ? `${t('job.queued')} ${t('job.ahead', { count: state.job.queue_position })}`
        : t('job.queued')
  }
}
