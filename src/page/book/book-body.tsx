import type { Student } from '../../http/schemas/book.ts'
import { lazyView } from '../lazy-view.tsx'
import { courseLink } from '../router.ts'
import { Empty } from '../notices.tsx'
import { useTexts } from '../texts/use-texts.ts'
import type { BookState } from './book-state.ts'
import type { TaskColumn } from './columns.ts'
import { Grid } from './grid.tsx'
import type { PrintedBook } from './print-book.tsx'
import { StudentList } from './student-list.tsx'
import type { LiveBook } from './use-live-book.ts'
import type { BookTable } from './use-book-table.ts'

const PlainTable = lazyView(async () => (await import('./plain-table.tsx')).PlainTable)

interface BookBodyProps {
  printed: PrintedBook
  table: BookTable
  state: BookState
  onChange: (change: Partial<BookState>) => void
  live: LiveBook
  isPhone: boolean
  studentHref: (student: Student) => string
  onOpen: (student: Student, task: TaskColumn) => void
  /** A column to bring into view. */
  goal: string | null
  onArrived: () => void
}

/** The students of a book: the grid, the plain table, or a list on a phone; or why there are none. */
export function BookBody (
  { printed, table, state, onChange, live, isPhone, studentHref, onOpen, goal, onArrived }: BookBodyProps
) {
  const { t } = useTexts()
  const { book, students, columns, visible, widths, setWidths } = table
  const { shown, timeZone, coverage } = printed
  const label = t('book.grid', { course: book.course.name })
  if (book.students.length === 0) {
    return (
      <Empty>
        <p>{t(state.periodId === null ? 'book.none' : 'book.noneInPeriod')}</p>
        {state.periodId === null && (
          <p>
            <a class='button primary' href={courseLink(book.course.id, 'import')}>{t('book.import')}</a>
          </p>
        )}
      </Empty>
    )
  }
  if (students.length === 0) {
    return (
      <Empty>
        <p>{t('book.noMatch')}</p>
        <button
          type='button'
          onClick={() => {
            onChange({ search: '', work: [], below: null, range: null })
          }}
        >
          {t('book.clear')}
        </button>
      </Empty>
    )
  }
  if (state.view === 'table') {
    return (
      <PlainTable
        label={label}
        students={students}
        columns={visible}
        columnCount={columns.length}
        state={state}
        timeZone={timeZone}
        coverage={coverage}
        studentHref={studentHref}
        onSort={sortBy}
        onPage={(page) => {
          onChange({ page })
        }}
      />
    )
  }
  if (isPhone) {
    return (
      <StudentList label={label} students={students} headings={book.data_headings} hrefOf={studentHref} />
    )
  }
  return (
    <Grid
      label={label}
      students={students}
      columns={visible}
      timeZone={timeZone}
      shown={shown}
      sort={state.sort}
      onSort={sortBy}
      onOpen={onOpen}
      studentHref={studentHref}
      coverage={coverage}
      changes={live.changes}
      onResize={(key, width) => {
        setWidths({ ...widths, [key]: width })
      }}
      wanted={goal}
      onArrived={onArrived}
    />
  )

  // The first time ascending, the second time descending, the third time in the workbook's order.
  function sortBy (key: string) {
    const { sort } = state
    onChange({
      sort: sort?.key !== key
        ? { key, isDescending: false }
        : sort.isDescending
          ? null
          : { key, isDescending: true },
    })
  }
}
