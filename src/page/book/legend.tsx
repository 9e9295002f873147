import { useTexts } from '../texts/use-texts.ts'
import { Mark } from './score-text.tsx'

/** What the marks mean, and how the grid is used. */
export function Legend ({ hasGrid }: { hasGrid: boolean }) {
  const { t } = useTexts()
  return (
    <p class='legend muted small'>
      {(['missing', 'late', 'provisional'] as const).map((kind) => (
        <span key={kind}>
          <Mark kind={kind} t={t} isOnlyShort /> {t(`mark.${kind}`)}
        </span>
      ))}
      {hasGrid && <span class='help'>{t('book.help')}</span>}
    </p>
  )
}
