import { columnLetters } from '../../imports/column-letters.ts'
import type { TextKey } from '../texts/catalogue.ts'
import { useTexts } from '../texts/use-texts.ts'
import { MarksForm } from './marks-form.tsx'
import {
  cellsOf,
  COLUMN_USES,
  faultOf,
  withUse,
  type ChosenColumn,
  type ChosenColumns,
  type ColumnUse,
  type TableRow,
} from './column-choices.ts'

/** Rows of the table that are shown as examples of a column's values. */
const EXAMPLES = 3
/** Cells of a row that name it in a list. */
const CELLS_OF_ROW = 4
/** What the service writes with a guess, and how the page says it. */
const NOTES: Readonly<Record<string, TextKey>> = {
  'it has no title': 'columnReason.no_title',
  'another column is used for this': 'mapping.note.another',
  'Perfbook does not use it': 'columnReason.not_used',
  'it numbers the rows': 'mapping.note.numbers',
  'it is a total': 'columnReason.total',
  'it has no values yet': 'mapping.note.empty',
  'dates are not scores': 'mapping.note.dates',
  'letters are not scores': 'columnReason.letter',
  'text is not a score': 'columnReason.text',
  'its numbers are too large for points': 'mapping.note.large',
  'points possible from the header': 'mapping.note.heading',
}

/** How a note ends if the due date cannot be read. */
const UNREAD_DATE = 'is not read as the due date'

interface ColumnsFormProps {
  rows: readonly TableRow[]
  chosen: ChosenColumns
  onChange: (chosen: ChosenColumns) => void
}

/** What each column of a table is: the user says it, or corrects what was guessed. */
export function ColumnsForm ({ rows, chosen, onChange }: ColumnsFormProps) {
  const { t, day } = useTexts()
  const names = cellsOf(rows, chosen.headerRow)
  const points = cellsOf(rows, chosen.pointsRow)
  const others: Array<number | null> = [chosen.pointsRow, chosen.dueRow]
  const students = rows.filter(({ line }) => line > chosen.headerRow && !others.includes(line))
  const fault = faultOf(chosen)
  const rowName = ({ line, cells }: TableRow) => t('mapping.row', {
    line: String(line),
    cells: cells.filter((cell) => cell !== '').slice(0, CELLS_OF_ROW).join(', '),
  })
  const set = (column: ChosenColumn['column'], change: Partial<ChosenColumn>) => {
    onChange({
      ...chosen,
      columns: chosen.columns.map((one) => one.column === column ? { ...one, ...change } : one),
    })
  }
  const shown = chosen.columns.map((choice) => {
    const at = typeof choice.column === 'number' ? choice.column - 1 : undefined
    const heading = at === undefined ? String(choice.column) : names[at] ?? ''
    const letter = at === undefined ? '' : columnLetters(at + 1)
    return {
      choice,
      heading,
      letter,
      name: heading || (choice.kept.title ?? t('mapping.letter', { letter })),
      values: at === undefined
        ? []
        : students.map(({ cells }) => cells[at] ?? '').filter((cell) => cell !== ''),
      given: at === undefined ? '' : points[at] ?? '',
    }
  }).filter(({ choice, heading, values }) => choice.use !== 'left_out' || heading !== '' || values.length > 0)
  return (
    <>
      <div class='fields'>
        <label>
          {t('mapping.header')}
          <select
            value={chosen.headerRow}
            onChange={({ currentTarget }) => {
              const headerRow = Number(currentTarget.value)
              onChange({
                ...chosen,
                headerRow,
                pointsRow: chosen.pointsRow === headerRow ? null : chosen.pointsRow,
                dueRow: chosen.dueRow === headerRow ? null : chosen.dueRow,
              })
            }}
          >
            {rows.map((row) => <option key={row.line} value={row.line}>{rowName(row)}</option>)}
          </select>
        </label>
        <label>
          {t('mapping.points')}
          <select
            value={chosen.pointsRow ?? ''}
            onChange={({ currentTarget: { value } }) => {
              onChange({ ...chosen, pointsRow: value === '' ? null : Number(value) })
            }}
          >
            <option value=''>{t('mapping.noPoints')}</option>
            {rows.filter(({ line }) => line !== chosen.headerRow).map((row) => (
              <option key={row.line} value={row.line}>{rowName(row)}</option>
            ))}
          </select>
        </label>
        <label>
          {t('mapping.due')}
          <select
            value={chosen.dueRow ?? ''}
            onChange={({ currentTarget: { value } }) => {
              onChange({ ...chosen, dueRow: value === '' ? null : Number(value) })
            }}
          >
            <option value=''>{t('mapping.noPoints')}</option>
            {rows.filter(({ line }) => line !== chosen.headerRow && line !== chosen.pointsRow).map((row) => (
              <option key={row.line} value={row.line}>{rowName(row)}</option>
            ))}
          </select>
        </label>
      </div>
      <table class='list rows stacked mapping' aria-label={t('mapping.title')}>
        <thead>
          <tr>
            <th>{t('import.column')}</th>
            <th>{t('mapping.values')}</th>
            <th>{t('mapping.use')}</th>
            <th>{t('mapping.possible')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ choice, letter, name, values, given }) => (
            <tr key={choice.column} class={choice.use === 'left_out' ? 'unused' : ''}>
              <td>
                <strong dir='auto'>{name}</strong> <span class='muted small'>{letter}</span>
              </td>
              <td data-label={t('mapping.values')}>
                <span class='muted' dir='auto'>{values.slice(0, EXAMPLES).join(' · ') || '–'}</span>
              </td>
              <td data-label={t('mapping.use')}>
                <div>
                  <select
                    aria-label={t('mapping.useOf', { column: name })}
                    value={choice.use}
                    onChange={({ currentTarget }) => {
                      onChange(withUse(chosen, choice.column, currentTarget.value as ColumnUse))
                    }}
                  >
                    {COLUMN_USES.map((use) => (
                      <option key={use} value={use}>{t(`mapping.use.${use}`)}</option>
                    ))}
                  </select>
                  <Note note={choice.note} />
                  {choice.use !== 'left_out' && choice.kept.due_on !== undefined && (
                    <div class='muted small'>
                      {t('mapping.dueOn', { date: day(`${choice.kept.due_on}T12:00:00Z`, 'UTC') })}
                    </div>
                  )}
                </div>
              </td>
              <td data-label={t('mapping.possible')}>
                {choice.use === 'percent' && <span class='muted'>100%</span>}
                {choice.use === 'task' && (
                  <div>
                    <input
                      type='text'
                      inputMode='decimal'
                      class='short'
                      maxLength={12}
                      placeholder={given}
                      aria-label={t('mapping.possibleOf', { column: name })}
                      value={choice.points}
                      onInput={({ currentTarget }) => {
                        set(choice.column, { points: currentTarget.value.trim() })
                      }}
                    />
                    {choice.points === '' && given === '' && (
                      <div class='small warn-text'>{t('mapping.needsPoints')}</div>
                    )}
                  </div>
                )}
                {choice.use !== 'task' && choice.use !== 'percent' && <span class='muted'>–</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <MarksForm
        marks={chosen.marks}
        onChange={(marks) => {
          onChange({ ...chosen, marks })
        }}
      />
      <p role='status' class='warn-text'>{fault === undefined ? '' : t(`mapping.${fault}`)}</p>
    </>
  )
}

function Note ({ note }: { note: string | undefined }) {
  const { t } = useTexts()
  const key = note?.endsWith(UNREAD_DATE) === true ? 'mapping.note.order' : NOTES[note ?? '']
  return key === undefined ? null : <div class='muted small'>{t(key)}</div>
}
