import { useTexts } from '../texts/use-texts.ts'
import type { LiveBook } from './use-live-book.ts'

/** Says that the numbers on the page are old, or which of them a refresh has changed. */
export function StaleNotice ({ live }: { live: LiveBook }) {
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
          {t('live.changedScores', { count: live.changedScores })}{' '}
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
