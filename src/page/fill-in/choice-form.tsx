import type { Book } from '../../http/schemas/book.ts'
import type { TableGuess } from '../../fill-in/table-guess.ts'
import { useTexts } from '../texts/use-texts.ts'
import { Add, ColumnSelect, FillRow, Remove } from './column-fields.tsx'
import {
  emptyColumn, MATCH_BY, namedHeadings, valuesOf, type Choice, type MatchBy,
} from './fill-in-choice.ts'

/** Cells of a row that name it in a list, and values of a column that are examples. */
const EXAMPLES = 3

interface ChoiceFormProps {
  table: TableGuess
  choice: Choice
  book: Book
  onChange: (choice: Choice) => void
  /** Another sheet or header is another table: its columns are guessed again. */
  onTable: (place: { sheet: string | null, headerRow: number | null }) => void
}

/** Where the table is, who its rows are about, and what is filled in. */
export function ChoiceForm ({ table, choice, book, onChange, onTable }: ChoiceFormProps) {
  const { t } = useTexts()
  const headings = namedHeadings(table.headings)
  const used = [...choice.match, ...choice.fill].map(({ column }) => column)
  const free = headings.filter((heading) => !used.includes(heading))
  const isIncomplete = headings.length < table.headings.length
  const examples = (column: string) => (valuesOf(table, column) ?? []).slice(0, EXAMPLES).join(' · ')
  const columns = (column: string) => headings.filter((one) => one === column || free.includes(one))
  return (
    <>
      <div class='fields'>
        {table.sheets.length > 1 && (
          <label>
            {t('fillIn.sheet')}
            <select
              value={choice.sheet ?? ''}
              onChange={({ currentTarget }) => {
                onTable({ sheet: currentTarget.value, headerRow: null })
              }}
            >
              {table.sheets.map((name) => <option key={name} value={name}>{name}</option>)}
            </select>
          </label>
        )}
        <label>
          {t('mapping.header')}
          <select
            value={choice.headerRow ?? ''}
            onChange={({ currentTarget }) => {
              onTable({ sheet: choice.sheet, headerRow: Number(currentTarget.value) })
            }}
          >
            {rowsOf(table, choice.headerRow).map(({ row, cells }) => (
              <option key={row} value={row}>
                {t('mapping.row', {
                  line: String(row),
                  cells: cells.filter((cell) => cell.trim() !== '').slice(0, EXAMPLES).join(', '),
                })}
              </option>
            ))}
          </select>
        </label>
      </div>
      <fieldset class='choice' tabIndex={-1}>
        <legend>{t('fillIn.match')}</legend>
        <p class='muted small'>{t('fillIn.matchHelp')}</p>
        {choice.match.map(({ column, by }, i) => (
          <div class='choice-row' key={i}>
            <ColumnSelect
              label={t('fillIn.column')}
              value={column}
              columns={columns(column)}
              examples={examples(column)}
              onChange={(chosen) => {
                onChange({ ...choice, match: replaced(choice.match, i, { column: chosen, by }) })
              }}
            />
            <label>
              {t('fillIn.by')}
              <select
                value={by}
                onChange={({ currentTarget }) => {
                  const match = { column, by: currentTarget.value as MatchBy }
                  onChange({ ...choice, match: replaced(choice.match, i, match) })
                }}
              >
                {MATCH_BY.map((one) => <option key={one} value={one}>{t(`fillIn.by.${one}`)}</option>)}
              </select>
            </label>
            <Remove
              name={t('fillIn.removeOf', { column })}
              onClick={() => {
                onChange({ ...choice, match: choice.match.filter((_, at) => at !== i) })
              }}
            />
          </div>
        ))}
        <Add
          label={t(choice.match.length === 0 ? 'fillIn.addMatch' : 'fillIn.addMatchToo')}
          isPossible={free.length > 0}
          onClick={() => {
            const column = free.find((one) => valuesOf(table, one)?.length !== 0) ?? free[0] ?? ''
            onChange({ ...choice, match: [...choice.match, { column, by: nextBy(choice.match) }] })
          }}
        />
      </fieldset>
      <fieldset class='choice' tabIndex={-1}>
        <legend>{t('fillIn.fill')}</legend>
        {choice.fill.map((fill, i) => (
          <FillRow
            key={i}
            fill={fill}
            book={book}
            columns={columns(fill.column)}
            examples={examples(fill.column)}
            onChange={(changed) => {
              onChange({ ...choice, fill: replaced(choice.fill, i, changed) })
            }}
            onRemove={() => {
              onChange({ ...choice, fill: choice.fill.filter((_, at) => at !== i) })
            }}
          />
        ))}
        <Add
          label={t(choice.fill.length === 0 ? 'fillIn.addFill' : 'fillIn.addFillToo')}
          isPossible={free.length > 0}
          onClick={() => {
            const column = emptyColumn(table, free)
            const fill = { column, with: 'course_average', as: 'percent', decimals: 2 } as const
            onChange({ ...choice, fill: [...choice.fill, fill] })
          }}
        />
        {isIncomplete && <p class='muted small'>{t('fillIn.unnamed')}</p>}
        <label class='check'>
          <input
            type='checkbox'
            checked={choice.overwrite}
            onChange={({ currentTarget }) => {
              onChange({ ...choice, overwrite: currentTarget.checked })
            }}
          />
          {t('fillIn.overwrite')}
        </label>
      </fieldset>
    </>
  )
}

function replaced<T> (all: readonly T[], at: number, one: T): T[] {
  return all.map((other, i) => i === at ? one : other)
}

/** What no other column says yet. */
function nextBy (match: Choice['match']): MatchBy {
  return MATCH_BY.find((by) => match.every((one) => one.by !== by)) ?? 'student_identifier'
}

/** The first rows, and the one with the headings if it is below them. */
function rowsOf (table: TableGuess, headerRow: number | null): TableGuess['rows'] {
  if (headerRow === null || table.rows.some(({ row }) => row === headerRow)) return table.rows
  return [...table.rows, { row: headerRow, cells: table.headings }]
}
