import type { ComponentChildren } from 'preact'
import { useTexts } from '../texts/use-texts.ts'
import type { BookState } from './book-state.ts'
import type { activeFilters } from './count-line.tsx'
import { StaleNotice, type Staleness } from './stale-notice.tsx'

interface FactsLineProps {
  facts: readonly string[]
  filters: ReturnType<typeof activeFilters>
  onChange: (change: Partial<BookState>) => void
  live: Staleness
  /** At the end of the line. */
  children: ComponentChildren
}

/** What is listed, the filters with what takes each of them away, and whether it is old. */
export function FactsLine ({ facts, filters, onChange, live, children }: FactsLineProps) {
  const { t } = useTexts()
  return (
    <div class='facts'>
      <p class='muted small counts' role='status'>{facts.join(' · ')}</p>
      {filters.map(({ text, without }) => (
        <button
          key={text}
          type='button'
          class='chip'
          aria-label={t('filters.remove', { filter: text })}
          title={t('filters.remove', { filter: text })}
          onClick={() => {
            onChange(without)
          }}
        >
          <bdi>{text}</bdi> <span aria-hidden='true'>×</span>
        </button>
      ))}
      <StaleNotice live={live} />
      <span class='spacer' />
      {children}
    </div>
  )
}
