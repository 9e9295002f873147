import { useTexts } from '../texts/use-texts.ts'
import type { BookState } from './book-state.ts'
import { WORK_FILTERS } from './rows.ts'

interface FiltersPanelProps {
  state: BookState
  onChange: (change: Partial<BookState>) => void
  hasDropped: boolean
}

/** How many filters are set, besides the search and the period. */
export function countFilters ({ work, below, range, showsDropped }: BookState): number {
  return work.length + Number(below !== null) + Number(range !== null) + Number(showsDropped)
}

/** Which students are listed. */
export function FiltersPanel ({ state, onChange, hasDropped }: FiltersPanelProps) {
  const { t } = useTexts()
  return (
    <div class='choices'>
      {WORK_FILTERS.map((name) => (
        <label key={name} class='check'>
          <input
            type='checkbox'
            checked={state.work.includes(name)}
            onChange={({ currentTarget: { checked } }) => {
              const others = state.work.filter((one) => one !== name)
              onChange({ work: checked ? [...others, name] : others })
            }}
          />
          <span>{t(`filters.${name}`)}</span>
        </label>
      ))}
      <label class='below'>
        <span>{t('filters.below')}</span>
        <input
          type='number'
          min='0'
          max='1000'
          step='any'
          inputMode='decimal'
          value={state.below ?? ''}
          onInput={({ currentTarget: { value } }) => {
            onChange({ below: value === '' || !(Number(value) >= 0) ? null : Number(value) })
          }}
        />
        <span>%</span>
      </label>
      {hasDropped && (
        <label class='check'>
          <input
            type='checkbox'
            checked={state.showsDropped}
            onChange={({ currentTarget }) => {
              onChange({ showsDropped: currentTarget.checked })
            }}
          />
          <span>{t('book.showDropped')}</span>
        </label>
      )}
    </div>
  )
}
