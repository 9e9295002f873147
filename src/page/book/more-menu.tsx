import { useState } from 'preact/hooks'
import { Disclosure } from '../disclosure.tsx'
import { downloadTable } from '../exports/download.ts'
import { courseLink } from '../router.ts'
import { UnsavedMark } from '../settings/unsaved-mark.tsx'
import { useTexts } from '../texts/use-texts.ts'

interface MoreMenuProps {
  courseId: number
  /** Administrators can see who is behind pseudonyms. */
  isAdmin: boolean
  isTable: boolean
  onTable: (isTable: boolean) => void
  onPrint: () => void
}

/** What is not needed every day. */
export function MoreMenu ({ courseId, isAdmin, isTable, onTable, onPrint }: MoreMenuProps) {
  const { t } = useTexts()
  return (
    <Disclosure label={t('more.label')} side='end'>
      {(close) => (
        <ul class='menu'>
          {(['charts', 'settings', 'import'] as const).map((tab) => (
            <li key={tab}>
              <a href={courseLink(courseId, tab)}>
                {t(`tabs.${tab}`)}
                {tab === 'settings' && <> <UnsavedMark courseId={courseId} /></>}
              </a>
            </li>
          ))}
          <li>
            <a href={courseLink(courseId, 'fill-in')}>{t('more.fillIn')}</a>
          </li>
          <li>
            <button
              type='button'
              onClick={() => {
                close()
                onPrint()
              }}
            >
              {t('more.print')}
            </button>
          </li>
          <li>
            <button
              type='button'
              onClick={() => {
                close()
                onTable(!isTable)
              }}
            >
              {t(isTable ? 'more.grid' : 'more.table')}
            </button>
          </li>
          {isAdmin && (
            <li>
              <PseudonymsButton courseId={courseId} onDone={close} />
            </li>
          )}
        </ul>
      )}
    </Disclosure>
  )
}

function PseudonymsButton ({ courseId, onDone }: { courseId: number, onDone: () => void }) {
  const { t, reason } = useTexts()
  const [error, setError] = useState<unknown>()
  return (
    <>
      <button
        type='button'
        onClick={() => {
          downloadTable(`api/courses/${courseId}/pseudonyms`, 'pseudonyms.csv').then(onDone, setError)
        }}
      >
        {t('more.pseudonyms')}
      </button>
      {error !== undefined && <p class='small' role='alert'>{reason(error)}</p>}
    </>
  )
}
