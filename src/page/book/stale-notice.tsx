import { useTexts } from '../texts/use-texts.ts'

/** Whether what is shown is old, and what a refresh has changed. */
export interface Staleness {
  /** The server has newer numbers than the page. */
  isOld: boolean
  /** What the last refresh has changed; undefined: nothing is marked. */
  changes: unknown
  /** How many scores the last refresh has changed. */
  changedScores: number
  /** Shows the newer numbers, and marks what has changed. */
  showNew: () => void
  hideChanges: () => void
}

/** Says that the numbers on the page are old, or which of them a refresh has changed. */
export function StaleNotice ({ live }: { live: Staleness }) {
  const { t } = useTexts()
  return (
    <div role='status'>
      {live.isOld && (
        <p class='stale'>
          <strong>{t('live.old')}</strong>{' · '}
          <button
            type='button'
            onClick={() => {
              live.showNew()
            }}
          >
            {t('live.refresh')}
          </button>
        </p>
      )}
      {live.changes !== undefined && !live.isOld && (
        <p class='fresh'>
          {live.changedScores === 0
            ? t('live.changedAverages')
            : t('live.changedScores', { count: live.changedScores })}{' '}
          <button
            type='button'
            onClick={() => {
              live.hideChanges()
            }}
          >
            {t('live.hide')}
          </button>
        </p>
      )}
    </div>
  )
}
