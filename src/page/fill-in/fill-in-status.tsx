import { useTexts } from '../texts/use-texts.ts'
import { fillInReason } from './fill-in-reason.ts'
import type { FillInProgress } from './use-fill-in.ts'

/** A screen reader announces progress in steps of this size. */
const SPOKEN_STEP = 0.25

/** Errors that are about the file or the choice. */
const FINAL = ['FILL_IN_FAILED', 'BODY_TOO_LARGE', 'VALIDATION_FAILED']

/** What is going on, or why it failed. */
export function FillInStatus (
  { progress, isMaking, onCancel, onRetry }: {
    progress: FillInProgress,
    /** The file is made, not only looked at. */
    isMaking: boolean,
    onCancel: () => void,
    onRetry: () => void,
  }
) {
  const texts = useTexts()
  const { t, percent } = texts
  const sentence = (sent: number) => {
    switch (progress.phase) {
      case 'idle': return ''
      case 'uploading': return t('fillIn.uploading', { progress: percent(sent) })
      case 'following':
        return t(progress.isLost ? 'fillIn.lost' : isMaking ? 'fillIn.making' : 'fillIn.reading')
      case 'canceled': return t('fillIn.canceled')
      case 'failed': return `${t('fillIn.failed')} ${fillInReason(progress.error, texts)}`
    }
  }
  const sent = progress.phase === 'uploading' ? progress.sent : 0
  const isLive = progress.phase === 'uploading' || progress.phase === 'following'
  // The same file fails again: the reason says what to change.
  const isFinal = progress.phase === 'failed' &&
    FINAL.includes((progress.error as { code?: string }).code ?? '')
  return (
    <>
      <p class='hidden' role='status'>{sentence(Math.floor(sent / SPOKEN_STEP) * SPOKEN_STEP)}</p>
      {progress.phase !== 'idle' && (
        <div class={`notice ${progress.phase === 'failed' ? 'bad' : ''}`} data-phase={progress.phase}>
          <p class='row' aria-hidden='true'>{sentence(Math.floor(sent * 100) / 100)}</p>
          {!isFinal && (
            <p class='row'>
              {isLive
                ? <button type='button' onClick={onCancel}>{t('job.cancel')}</button>
                : <button type='button' onClick={onRetry}>{t('app.retry')}</button>}
            </p>
          )}
        </div>
      )}
    </>
  )
}
