import type { ComponentChildren } from 'preact'
import type { FillInResult } from '../../http/schemas/fill-in.ts'
import { useTexts } from '../texts/use-texts.ts'
import type { TableGuess } from '../../fill-in/table-guess.ts'
import { hasTexts, type Choice } from './fill-in-choice.ts'

/** What would be filled in: counts, the first rows before and after, and who is missing where. */
export function FillInReport (
  { report, choice, table }: { report: FillInResult, choice: Choice, table: TableGuess }
) {
  const { t } = useTexts()
  const { counts } = report
  const others = [
    counts.kept > 0 && t('fillIn.kept', { count: counts.kept }),
    counts.formulas > 0 && t('fillIn.formulas', { count: counts.formulas }),
    counts.without_value > 0 && t('fillIn.withoutValue', { count: counts.without_value }),
  ].filter((one) => one !== false)
  return (
    <>
      <p class={`notice ${counts.filled > 0 ? 'good' : ''}`}>
        {t(counts.filled > 0 ? 'fillIn.filled' : 'fillIn.filledNone', { count: counts.filled })}{' '}
        {counts.filled === 0 && counts.matched === 0 && t('fillIn.noMatch')}
        {counts.filled === 0 && counts.kept > 0 && (
          t(choice.fill.some(({ column }) => hasTexts(table, column)) ? 'fillIn.textsKept' : 'fillIn.allKept')
        )}
      </p>
      {others.length > 0 && <ul>{others.map((one) => <li key={one}>{one}</li>)}</ul>}
      {report.preview.length > 0 && <Preview report={report} choice={choice} />}
      <Lists report={report} />
    </>
  )
}

function Preview ({ report, choice }: { report: FillInResult, choice: Choice }) {
  const { t } = useTexts()
  const names = new Map(report.matched.map(({ row, name }) => [row, name]))
  return (
    <>
      <h3>{t('fillIn.preview')}</h3>
      <div class='wide' tabIndex={0} role='group' aria-label={t('fillIn.preview')}>
        <table class='list stacked before-after' aria-label={t('fillIn.preview')}>
          <thead>
            <tr>
              <th scope='col'>{t('fillIn.student')}</th>
              {choice.fill.map(({ column }) => <th key={column} scope='col' dir='auto'>{column}</th>)}
            </tr>
          </thead>
          <tbody>
            {report.preview.map(({ row, cells }) => (
              <tr key={row}>
                <td>
                  <strong dir='auto'>{names.get(row) ?? t('book.noName')}</strong>{' '}
                  <span class='muted small'>{t('fillIn.row', { row: String(row) })}</span>
                </td>
                {choice.fill.map(({ column }) => (
                  <td key={column} data-label={column}>
                    <BeforeAfter cell={cells.find((cell) => cell.column === column)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function BeforeAfter ({ cell }: { cell: { before: string, after: string } | undefined }) {
  const { t } = useTexts()
  if (cell === undefined) return <span class='muted'>{t('fillIn.asBefore')}</span>
  return (
    <span>
      <span class='hidden'>{t('fillIn.before')} </span>
      {cell.before.trim() === ''
        ? <span class='muted'>{t('fillIn.blank')}</span>
        : <s class='muted' dir='auto'>{cell.before}</s>}
      <span aria-hidden='true' class='arrow'> → </span>
      <span class='hidden'> {t('fillIn.after')} </span>
      <strong dir='auto'>{cell.after}</strong>
    </span>
  )
}

function Lists ({ report }: { report: FillInResult }) {
  const { t } = useTexts()
  const { counts } = report
  const nameOf = (name: string | null) => name ?? t('book.noName')
  return (
    <div class='fill-in-lists'>
      <List title={t('fillIn.matched', { count: counts.matched })} count={counts.matched}>
        {report.matched.map(({ row, name }) => (
          <li key={row}><bdi>{nameOf(name)}</bdi> <Row row={row} /></li>
        ))}
      </List>
      <List title={t('fillIn.onlyInSheet', { count: counts.only_in_sheet })} count={counts.only_in_sheet}>
        {report.only_in_sheet.map(({ row, value }) => (
          <li key={row}><bdi>{value}</bdi> <Row row={row} /></li>
        ))}
      </List>
      <List title={t('fillIn.onlyInCourse', { count: counts.only_in_course })} count={counts.only_in_course}>
        {report.only_in_course.map(({ student_id: id, name }) => <li key={id}><bdi>{nameOf(name)}</bdi></li>)}
      </List>
      {counts.ambiguous > 0 && (
        <List title={t('fillIn.ambiguous', { count: counts.ambiguous })} count={counts.ambiguous}>
          {report.ambiguous.map(({ row, students }) => (
            <li key={row}>
              <bdi>{students.map(({ name }) => nameOf(name)).join(', ')}</bdi> <Row row={row} />
            </li>
          ))}
        </List>
      )}
    </div>
  )
}

function Row ({ row }: { row: number }) {
  const { t } = useTexts()
  return <span class='muted small'>{t('fillIn.row', { row: String(row) })}</span>
}

function List (
  { title, count, children }: { title: string, count: number, children: ComponentChildren[] }
) {
  const { t } = useTexts()
  if (count === 0) return <p class='muted'>{title}</p>
  return (
    <details class='options'>
      <summary>{title}</summary>
      <ul class='plain columns'>{children}</ul>
      {children.length < count && (
        <p class='muted small'>{t('fillIn.more', { count: count - children.length })}</p>
      )}
    </details>
  )
}
