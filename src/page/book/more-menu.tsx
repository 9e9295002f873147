import { Disclosure } from '../disclosure.tsx'
import { courseLink } from '../router.ts'
import { useTexts } from '../texts/use-texts.ts'

interface MoreMenuProps {
  courseId: number
  isTable: boolean
  onTable: (isTable: boolean) => void
  onPrint: () => void
}

/** What is not needed every day. */
export function MoreMenu ({ courseId, isTable, onTable, onPrint }: MoreMenuProps) {
  const { t } = useTexts()
  return (
    <Disclosure label={t('more.label')} side='end'>
      {(close) => (
        <ul class='menu'>
          {(['charts', 'settings', 'import'] as const).map((tab) => (
            <li key={tab}>
              <a href={courseLink(courseId, tab)}>{t(`tabs.${tab}`)}</a>
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
        </ul>
      )}
    </Disclosure>
  )
}
