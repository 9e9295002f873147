import { render, type ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Student } from '../../http/schemas/book.ts'
import { TextsProvider, useTexts, type Texts } from '../texts/use-texts.ts'
import type { BookState } from './book-state.ts'
import type { Column } from './columns.ts'
import { headingLines } from './grid-head.tsx'
import { Value } from './plain-table.tsx'
import { sortedName } from './rows.ts'
import { SummaryRows } from './summary-rows.tsx'

/**
 * Widths on paper, mm. A sheet of A4 or Letter, landscape, has at least this much between its margins: the
 * columns of one part of the book fit on it.
 */
const SHEET = { width: 249, name: 42, column: 17.25 }
const COLUMNS_PER_SHEET = Math.floor((SHEET.width - SHEET.name) / SHEET.column)

/** The book, its averages only, or pages that are made already: one for each student. */
export type PrintJob = { choice: 'whole' | 'averages' } | { choice: 'students', pages: ComponentChildren }

export interface PrintedBook {
  title: string
  /** What is printed, in words: the students, the period, the filters. */
  lines: readonly string[]
  students: readonly Student[]
  columns: readonly Column[]
  shown: BookState['shown']
  timeZone: string
  coverage: string | undefined
}

/**
 * Prints the whole book when the browser prints: the screen has only the part in view, so the tables are made
 * when printing starts. Returns what prints a job of its own.
 */
export function usePrintedBook (book: PrintedBook): (job: PrintJob) => void {
  const texts = useTexts()
  const first: PrintJob = { choice: 'whole' }
  const latest = useRef<{ book: PrintedBook, texts: Texts, job: PrintJob }>({ book, texts, job: first })
  latest.current = { ...latest.current, book, texts }
  useEffect(() => {
    const host = document.createElement('div')
    const before = () => {
      document.body.append(host)
      const { book, texts, job } = latest.current
      host.className = job.choice === 'students' ? 'print of-students' : 'print of-book'
      render(
        <TextsProvider value={texts}>
          {job.choice === 'students' ? job.pages : <Sheets book={book} choice={job.choice} />}
        </TextsProvider>,
        host
      )
    }
    const after = () => {
      latest.current.job = { choice: 'whole' }
      render(null, host)
      host.remove()
    }
    addEventListener('beforeprint', before)
    addEventListener('afterprint', after)
    return () => {
      removeEventListener('beforeprint', before)
      removeEventListener('afterprint', after)
      after()
    }
  }, [])
  return (job) => {
    latest.current.job = job
    print()
  }
}

/** The columns in parts that fit on a sheet each; every part has the names of the students. */
function Sheets ({ book, choice }: { book: PrintedBook, choice: 'whole' | 'averages' }) {
  const { t } = useTexts()
  const { title, lines, columns } = book
  const printed = choice === 'averages' ? columns.filter(({ kind }) => kind !== 'task') : columns
  const count = Math.max(1, Math.ceil(printed.length / COLUMNS_PER_SHEET))
  // Parts of nearly the same size.
  const size = Math.ceil(printed.length / count)
  return (
    <>
      <h1 dir='auto'>{title}</h1>
      {lines.map((line) => <p key={line} dir='auto'>{line}</p>)}
      {Array.from({ length: count }, (_, i) => (
        <section key={i}>
          {count > 1 && <p class='part'>{t('print.part', { title, part: i + 1, parts: count })}</p>}
          <Part book={book} columns={printed.slice(i * size, (i + 1) * size)} />
        </section>
      ))}
    </>
  )
}

function Part ({ book, columns }: { book: PrintedBook, columns: readonly Column[] }) {
  const texts = useTexts()
  const { t } = texts
  const { students, shown, timeZone, coverage } = book
  return (
    <table>
      <thead>
        <tr>
          <th>{t('book.student')}</th>
          {columns.map((column) => (
            <th key={column.key} class={column.kind} dir='auto'>
              {column.title}
              {headingLines(column, shown, timeZone, texts).map((line) => (
                <span key={line} class='sub' dir='auto'>{line}</span>
              ))}
            </th>
          ))}
        </tr>
        <SummaryRows columns={columns} shown={shown} coverage={coverage} />
      </thead>
      <tbody>
        {students.map((student) => (
          <tr key={student.id}>
            <th dir='auto'>{sortedName(student)}{student.is_dropped && ` (${t('book.dropped')})`}</th>
            {columns.map((column) => (
              <td key={column.key} class={column.kind}>
                <Value column={column} student={student} shown={shown} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
