import type { Book } from '../../http/schemas/book.ts'
import { useTexts } from '../texts/use-texts.ts'
import { FILL_AS, hasFormat, usualDecimals, type ChosenFill, type FillAs } from './fill-in-choice.ts'

const DECIMALS = [0, 1, 2, 3, 4]

interface FillRowProps {
  fill: ChosenFill
  book: Book
  columns: readonly string[]
  examples: string
  onChange: (fill: ChosenFill) => void
  onRemove: () => void
}

/** One column that is filled in. */
export function FillRow ({ fill, book, columns, examples, onChange, onRemove }: FillRowProps) {
  const { t } = useTexts()
  const { column, with: source, as, decimals } = fill
  return (
    <div class='choice-row'>
      <ColumnSelect
        label={t('fillIn.column')}
        value={column}
        columns={columns}
        examples={examples}
        onChange={(chosen) => {
          onChange({ ...fill, column: chosen })
        }}
      />
      <label>
        {t('fillIn.with')}
        <select
          value={source}
          onChange={({ currentTarget }) => {
            onChange({ ...fill, with: currentTarget.value })
          }}
        >
          <option value='course_average'>{t('fillIn.with.course_average')}</option>
          {(book.course.grading_scale !== null || source === 'grade') && (
            <option value='grade'>{t('fillIn.with.grade')}</option>
          )}
          <option value='points'>{t('fillIn.with.points')}</option>
          <optgroup label={t('fillIn.with.tasks')}>
            {book.data_headings.map(({ id, title }) => (
              <option key={id} value={`task:${id}`}>{title}</option>
            ))}
          </optgroup>
        </select>
      </label>
      {hasFormat(source) && (
        <label>
          {t('fillIn.as')}
          <select
            value={as}
            onChange={({ currentTarget }) => {
              const chosen = currentTarget.value as FillAs
              const isUsual = decimals === usualDecimals(as)
              onChange({ ...fill, as: chosen, decimals: isUsual ? usualDecimals(chosen) : decimals })
            }}
          >
            {FILL_AS.map((one) => <option key={one} value={one}>{t(`fillIn.as.${one}`)}</option>)}
          </select>
        </label>
      )}
      {source !== 'grade' && (
        <label>
          {t('fillIn.decimals')}
          <select
            value={decimals}
            onChange={({ currentTarget }) => {
              onChange({ ...fill, decimals: Number(currentTarget.value) })
            }}
          >
            {[...new Set([...DECIMALS, decimals])].map((one) => <option key={one} value={one}>{one}</option>)}
          </select>
        </label>
      )}
      <Remove name={t('fillIn.removeOf', { column })} onClick={onRemove} />
    </div>
  )
}

interface ColumnSelectProps {
  label: string
  value: string
  columns: readonly string[]
  examples: string
  onChange: (column: string) => void
}

/** One of the columns of the table, with its first values. Blank: none is chosen yet. */
export function ColumnSelect ({ label, value, columns, examples, onChange }: ColumnSelectProps) {
  const { t } = useTexts()
  return (
    <label>
      {label}
      <select
        value={value}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.value)
        }}
      >
        {value === '' && <option value='' disabled>{t('fillIn.addMatch')}</option>}
        {columns.map((column) => <option key={column} value={column}>{column}</option>)}
      </select>
      {examples !== '' && <span class='muted small examples' dir='auto'>{examples}</span>}
    </label>
  )
}

/** Then the focus is on what adds a column again. */
export function Remove ({ name, onClick }: { name: string, onClick: () => void }) {
  const { t } = useTexts()
  return (
    <button
      type='button'
      aria-label={name}
      title={name}
      onClick={({ currentTarget }) => {
        focusLater(currentTarget, 'button.add')
        onClick()
      }}
    >
      {t('fillIn.remove')}
    </button>
  )
}

/** `isPossible`: there is something to add. Then the focus is on the new column. */
export function Add (
  { label, isPossible, onClick }: { label: string, isPossible: boolean, onClick: () => void }
) {
  if (!isPossible) return null
  return (
    <p>
      <button
        type='button'
        class='add'
        onClick={({ currentTarget }) => {
          focusLater(currentTarget, '.choice-row:nth-last-child(1 of .choice-row) select')
          onClick()
        }}
      >
        {label}
      </button>
    </p>
  )
}

/** Gives the focus to an element of the same group, which may be drawn in a moment. */
function focusLater (button: HTMLElement, selector: string): void {
  const group = button.closest('fieldset')
  requestAnimationFrame(() => {
    (group?.querySelector<HTMLElement>(selector) ?? group)?.focus()
  })
}
