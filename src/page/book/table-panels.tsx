import { Disclosure } from '../disclosure.tsx'
import { lazyView } from '../lazy-view.tsx'
import { useTexts } from '../texts/use-texts.ts'
import type { BookState } from './book-state.ts'
import { countFilters, FiltersPanel } from './filters-panel.tsx'
import type { BookTable } from './use-book-table.ts'

const ColumnsPanel = lazyView(async () => (await import('./columns-panel.tsx')).ColumnsPanel)

interface PanelProps {
  table: BookTable
  state: BookState
  onChange: (change: Partial<BookState>) => void
}

/** The button of the filters, with how many are set. */
export function FiltersButton ({ table, state, onChange }: PanelProps) {
  const { t } = useTexts()
  const count = countFilters(state)
  const hasDropped = table.book.students.some((student) => student.is_dropped)
  return (
    <Disclosure label={count === 0 ? t('filters.label') : `${t('filters.label')} (${count})`}>
      {() => <FiltersPanel state={state} onChange={onChange} hasDropped={hasDropped} />}
    </Disclosure>
  )
}

/** The button of the columns. `onGoal`: a column is to be brought into view. */
export function ColumnsButton (
  { table, state, onChange, onGoal }: PanelProps & { onGoal: (key: string) => void }
) {
  const { t } = useTexts()
  const { book, columns, widths, setWidths } = table
  return (
    <Disclosure label={t('columns.label')} rootClass='for-grid'>
      {(close) => (
        <ColumnsPanel
          columns={columns}
          categories={book.categories}
          state={state}
          onChange={onChange}
          widths={widths}
          onWidths={setWidths}
          onGoTo={(key) => {
            close()
            const hidden = new Set(state.hidden)
            hidden.delete(key)
            hidden.delete(`group-${columns.find((one) => one.key === key)?.categoryId ?? 0}`)
            onChange({ hidden, view: 'grid' })
            onGoal(key)
          }}
        />
      )}
    </Disclosure>
  )
}
