import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Period } from '../../http/schemas/book.ts'
import { useTexts } from '../texts/use-texts.ts'
import type { BookState } from './book-state.ts'

interface ToolbarProps {
  /** The course and its term. */
  title: ComponentChildren
  state: BookState
  onChange: (change: Partial<BookState>) => void
  periods: readonly Period[]
  filters: ComponentChildren
  columns: ComponentChildren
  /** Export, history, more. */
  children: ComponentChildren
}

/** The one line above the book. */
export function Toolbar ({ title, state, onChange, periods, filters, columns, children }: ToolbarProps) {
  const { t } = useTexts()
  const search = useSearchKey()
  return (
    <div class='toolbar'>
      {title}
      <label class='search'>
        <span class='hidden'>{t('book.search')}</span>
        <input
          type='search'
          ref={search}
          placeholder={t('book.search')}
          title={t('book.searchKey')}
          aria-keyshortcuts='/'
          value={state.search}
          onInput={(event) => {
            onChange({ search: event.currentTarget.value })
          }}
        />
      </label>
      {periods.length > 0 && (
        <label class='period-choice'>
          <span class='hidden'>{t('book.period')}</span>
          <select
            value={state.periodId ?? ''}
            onChange={({ currentTarget: { value } }) => {
              onChange({ periodId: value === '' ? null : value })
            }}
          >
            <option value=''>{t('book.allPeriods')}</option>
            {periods.map(({ id, name }) => <option key={id} value={String(id)} dir='auto'>{name}</option>)}
          </select>
        </label>
      )}
      {filters}
      <fieldset class='switch'>
        <legend class='hidden'>{t('book.values')}</legend>
        {(['percent', 'points'] as const).map((value) => (
          <label key={value}>
            <input
              type='radio'
              name='values'
              value={value}
              checked={state.shown === value}
              onChange={() => {
                onChange({ shown: value })
              }}
            />
            <span>{t(`book.${value}`)}</span>
          </label>
        ))}
      </fieldset>
      {columns}
      <span class='spacer' />
      {children}
    </div>
  )
}

/** The search field gets the focus with `/`, unless the user writes into another field. */
function useSearchKey () {
  const search = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const isWriting = (event.target as Element).closest('input, select, textarea, dialog') !== null
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isWriting) return
      event.preventDefault()
      search.current?.focus()
      search.current?.select()
    }
    document.addEventListener('keydown', pressed)
    return () => {
      document.removeEventListener('keydown', pressed)
    }
  }, [])
  return search
}
