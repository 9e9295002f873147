import type { Student } from '../../http/schemas/book.ts'
import { useTexts } from '../texts/use-texts.ts'
import type { BookState } from './book-state.ts'
import type { Column } from './columns.ts'
import { headingLines } from './grid-head.tsx'
import { sortedName, type Sort } from './rows.ts'
import { scoreContent } from './score-text.tsx'
import { SummaryRows } from './summary-rows.tsx'

const STUDENTS_PER_PAGE = { least: 10, most: 25 }
/** More cells take longer to lay out and to paint than an answer to a click may take. */
const CELLS_PER_PAGE = 1500

interface PlainTableProps {
  label: string
  students: readonly Student[]
  columns: readonly Column[]
  /** Columns of the book, with those that are hidden: hiding some does not move students to other pages. */
  columnCount: number
  state: Pick<BookState, 'page' | 'shown' | 'sort'>
  timeZone: string
  /** Whose numbers the summary rows are; undefined: the whole course's. */
  coverage: string | undefined
  studentHref: (student: Student) => string
  onSort: (key: string) => void
  onPage: (page: number) => void
}

/** The book as an ordinary table in pages: the second way to read it, without a grid's keys. */
export function PlainTable (
  {
    label, students, columns, columnCount, state, timeZone, coverage, studentHref, onSort, onPage,
  }: PlainTableProps
) {
  const texts = useTexts()
  const { t } = texts
  const { shown, sort } = state
  const { least, most } = STUDENTS_PER_PAGE
  const perPage = Math.min(most, Math.max(least, Math.floor(CELLS_PER_PAGE / columnCount)))
  const pages = Math.max(1, Math.ceil(students.length / perPage))
  const page = Math.min(state.page, pages)
  const first = (page - 1) * perPage
  const inPage = students.slice(first, first + perPage)
  return (
    <>
      <div class='plain-book' tabIndex={0} role='region' aria-label={label}>
        <table>
          <caption>
            <span>
              {t('table.caption', {
                course: label, from: first + 1, to: first + inPage.length, all: students.length,
              })}
            </span>
          </caption>
          <thead>
            <tr>
              <Heading
                name='name'
                title={t('book.student')}
                lines={[]}
                kind='name'
                sort={sort}
                onSort={onSort}
              />
              {columns.map((column) => (
                <Heading
                  key={column.key}
                  name={column.key}
                  title={column.title}
                  lines={headingLines(column, shown, timeZone, texts)}
                  kind={column.kind}
                  sort={sort}
                  onSort={onSort}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            <SummaryRows columns={columns} shown={shown} coverage={coverage} />
            {inPage.map((student) => (
              <tr key={student.id} class={student.is_dropped ? 'dropped' : undefined}>
                <th scope='row'>
                  <a href={studentHref(student)} dir='auto'>{sortedName(student) || t('book.noName')}</a>
                  {student.is_dropped && <span class='tag'>{t('book.dropped')}</span>}
                </th>
                {columns.map((column) => (
                  <td key={column.key} class={column.kind}>
                    <Value column={column} student={student} shown={shown} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pages > 1 && (
        <nav class='row pager' aria-label={t('pager.label')}>
          <button
            type='button'
            aria-disabled={page === 1}
            onClick={() => {
              if (page > 1) onPage(page - 1)
            }}
          >
            {t('table.previous')}
          </button>
          <span>{t('table.page', { page, pages })}</span>
          <button
            type='button'
            aria-disabled={page === pages}
            onClick={() => {
              if (page < pages) onPage(page + 1)
            }}
          >
            {t('table.next')}
          </button>
        </nav>
      )}
    </>
  )
}

function Heading ({ name, title, lines, kind, sort, onSort }: {
  name: string,
  title: string,
  lines: readonly string[],
  kind: string,
  sort: Sort | null,
  onSort: (key: string) => void,
}) {
  const direction = sort?.key !== name ? undefined : sort.isDescending ? 'descending' : 'ascending'
  return (
    <th scope='col' class={kind} aria-sort={direction}>
      <button
        type='button'
        class='sort'
        dir='auto'
        onClick={() => {
          onSort(name)
        }}
      >
        {title}
        {direction !== undefined && (
          <span class='arrow' aria-hidden='true'>{direction === 'ascending' ? ' ▲' : ' ▼'}</span>
        )}
      </button>
      {lines.map((line) => <span key={line} class='sub' dir='auto'>{line}</span>)}
    </th>
  )
}

/** One value of a student, as the grid shows it. */
export function Value (
  { column, student, shown }: { column: Column, student: Student, shown: BookState['shown'] }
) {
  const texts = useTexts()
  if (column.task !== undefined) {
    return (
      <>{scoreContent(student.data[column.task.index] ?? null, column.task, shown, texts)}</>
    )
  }
  const value = column.value(student)
  if (column.kind === 'average') {
    return (
      <>
        {texts.score(value as number | null)}
        {column.key === 'average' && student.grade !== null && (
          <>
            {' '}
            <b class='letter' dir='auto'>{student.grade}</b>
          </>
        )}
      </>
    )
  }
  return <bdi>{value ?? (column.kind === 'period' ? texts.t('book.noPeriod') : '')}</bdi>
}
