import type { Period } from '../../http/schemas/book.ts'
import { useTexts } from '../texts/use-texts.ts'
import type { Shown } from './columns.ts'

interface ToolbarProps {
  search: string
  onSearch: (search: string) => void
  periods: readonly Period[]
  periodId: string | null
  onPeriod: (id: string | null) => void
  shown: Shown
  onShown: (shown: Shown) => void
  /** Undefined if no student is dropped. */
  showDropped: boolean | undefined
  onDropped: (show: boolean) => void
}

export function Toolbar (
  { search, onSearch, periods, periodId, onPeriod, shown, onShown, showDropped, onDropped }: ToolbarProps
) {
  const { t } = useTexts()
  return (
    <div class='toolbar'>
      <label class='search'>
        <span class='hidden'>{t('book.search')}</span>
        <input
          type='search'
          placeholder={t('book.search')}
          value={search}
          onInput={(event) => {
            onSearch(event.currentTarget.value)
          }}
        />
      </label>
      {periods.length > 0 && (
        <label>
          <span>{t('book.period')}</span>
          <select
            value={periodId ?? ''}
            onChange={({ currentTarget: { value } }) => {
              onPeriod(value === '' ? null : value)
            }}
          >
            <option value=''>{t('book.allPeriods')}</option>
            {periods.map(({ id, name }) => <option key={id} value={String(id)} dir='auto'>{name}</option>)}
          </select>
        </label>
      )}
      <fieldset class='switch'>
        <legend class='hidden'>{t('book.values')}</legend>
        {(['percent', 'points'] as const).map((value) => (
          <label key={value}>
            <input
              type='radio'
              name='values'
              value={value}
              checked={shown === value}
              onChange={() => {
                onShown(value)
              }}
            />
            <span>{t(`book.${value}`)}</span>
          </label>
        ))}
      </fieldset>
      {showDropped !== undefined && (
        <label class='check'>
          <input
            type='checkbox'
            checked={showDropped}
            onChange={(event) => {
              onDropped(event.currentTarget.checked)
            }}
          />
          <span>{t('book.showDropped')}</span>
        </label>
      )}
    </div>
  )
}
