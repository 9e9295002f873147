import { render } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Student } from '../../http/schemas/book.ts'
import { TextsProvider, useTexts } from '../texts/use-texts.ts'
import type { Column, Shown } from './columns.ts'
import { sortedName } from './rows.ts'
import { Score } from './score-text.tsx'

interface PrintTableProps {
  title: string
  students: readonly Student[]
  columns: readonly Column[]
  shown: Shown
}

/**
 * Prints the whole table. The screen has only the part in view, so the table is made when printing starts.
 */
export function usePrintTable (props: PrintTableProps): void {
  const texts = useTexts()
  useEffect(() => {
    const host = document.createElement('div')
    host.className = 'print'
    document.body.append(host)
    const before = () => {
      render(
        <TextsProvider value={texts}>
          <PrintTable {...props} />
        </TextsProvider>,
        host
      )
    }
    const after = () => {
      render(null, host)
    }
    addEventListener('beforeprint', before)
    addEventListener('afterprint', after)
    return () => {
      removeEventListener('beforeprint', before)
      removeEventListener('afterprint', after)
      host.remove()
    }
  })
}

function PrintTable ({ title, students, columns, shown }: PrintTableProps) {
  const texts = useTexts()
  const { t, percent } = texts
  return (
    <>
      <h1 dir='auto'>{title}</h1>
      <table>
        <thead>
          <tr>
            <th>{t('book.student')}</th>
            {columns.map(({ key, title }) => <th key={key} dir='auto'>{title}</th>)}
          </tr>
          <tr>
            <th>{t('book.classAverage')}</th>
            {columns.map(({ key, spread }) => (
              <td key={key}>{spread === undefined ? '' : percent(spread.class_average)}</td>
            ))}
          </tr>
        </thead>
        <tbody>
          {students.map((student) => (
            <tr key={student.id}>
              <th dir='auto'>{sortedName(student)}{student.is_dropped && ` (${t('book.dropped')})`}</th>
              {columns.map((column) => {
                const value = column.value(student)
                return (
                  <td key={column.key}>
                    {column.task !== undefined
                      ? (
                        <Score
                          cell={student.data[column.task.index] ?? null}
                          heading={column.task.heading}
                          shown={shown}
                          texts={texts}
                        />
                        )
                      : column.kind === 'average'
                        ? percent(value as number | null)
                        : value}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
