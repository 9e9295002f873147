import { useMemo, useState } from 'preact/hooks'
import type { Book, Student } from '../../http/schemas/book.ts'
import { Empty } from '../notices.tsx'
import { useTexts } from '../texts/use-texts.ts'
import { columnsOf, type Shown, type TaskColumn } from './columns.ts'
import { Details } from './details.tsx'
import { Grid } from './grid.tsx'
import { usePrintTable } from './print-table.tsx'
import { rowsOf, type AverageRange, type Sort } from './rows.ts'
import { Mark } from './score-text.tsx'
import { Toolbar } from './toolbar.tsx'

interface BookViewProps {
  book: Book
  isWhole: boolean
  periodId: string | null
  onPeriod: (id: string | null) => void
  range: AverageRange | null
  onRange: (range: null) => void
}

export function BookView ({ book, isWhole, periodId, onPeriod, range, onRange }: BookViewProps) {
  const texts = useTexts()
  const { t, percent, compare } = texts
  const [search, setSearch] = useState('')
  const [shown, setShown] = useState<Shown>('percent')
  const [showDropped, setShowDropped] = useState(true)
  const [sort, setSort] = useState<Sort | null>(null)
  const [open, setOpen] = useState<{ student: Student, task: TaskColumn } | null>(null)

  const columns = useMemo(() => columnsOf(book, texts), [book, texts])
  const students = useMemo(
    () => rowsOf(book.students, columns, { search, sort, showDropped, range }, compare),
    [book.students, columns, search, sort, showDropped, range, compare]
  )
  usePrintTable({ title: book.course.name, students, columns, shown })

  // The first time ascending, the second time descending, the third time in the workbook's order.
  function sortBy (key: string) {
    setSort((before) =>
      before?.key !== key
        ? { key, isDescending: false }
        : before.isDescending
          ? null
          : { key, isDescending: true }
    )
  }
  function orderOf ({ key, isDescending }: Sort): string | undefined {
    const column = key === 'name' ? t('book.student') : columns.find((one) => one.key === key)?.title
    if (column === undefined) return undefined
    return t('book.sorted', { column, direction: t(isDescending ? 'book.descending' : 'book.ascending') })
  }
  function clear () {
    setSearch('')
    if (range !== null) onRange(null)
  }

  if (book.students.length === 0 && periodId === null) {
    return (
      <Empty>
        <p>{t('book.none')}</p>
      </Empty>
    )
  }
  const order = sort === null ? undefined : orderOf(sort)
  return (
    <section class='book' aria-label={t('tabs.book')}>
      <Toolbar
        search={search}
        onSearch={setSearch}
        periods={book.periods}
        periodId={periodId}
        onPeriod={onPeriod}
        shown={shown}
        onShown={setShown}
        showDropped={book.students.some((student) => student.is_dropped) ? showDropped : undefined}
        onDropped={setShowDropped}
      />
      {range !== null && (
        <p class='row'>
          <span class='chip'>
            {range === 'none'
              ? t('book.withoutAverage')
              : t('book.between', {
                from: percent(range.from),
                to: range.to === null ? '…' : percent(range.to),
              })}
          </span>
          <button
            type='button'
            onClick={() => {
              onRange(null)
            }}
          >
            {t('book.removeFilter')}
          </button>
        </p>
      )}
      <p class='muted small' role='status'>
        {t('book.shown', { count: students.length })}
        {order !== undefined && ` · ${order}`}
        {!isWhole && ` · ${t('app.loading')}`}
      </p>
      {students.length === 0
        ? (
          <Empty>
            <p>{t('book.noMatch')}</p>
            <button type='button' onClick={clear}>{t('book.clear')}</button>
          </Empty>
          )
        : (
          <Grid
            label={t('book.grid', { course: book.course.name })}
            students={students}
            columns={columns}
            timeZone={book.course.time_zone}
            shown={shown}
            sort={sort}
            onSort={sortBy}
            onOpen={(student, task) => {
              setOpen({ student, task })
            }}
          />
          )}
      <p class='legend muted small'>
        <span>{t('book.legend')}:</span>
        <span>
          <Mark short={t('mark.lateShort')} long='' kind='late' /> {t('mark.late')}
        </span>
        <span>
          <Mark short={t('mark.provisionalShort')} long='' kind='provisional' /> {t('mark.provisional')}
        </span>
        <span class='help'>{t('book.help')}</span>
      </p>
      {open !== null && (
        <Details
          student={open.student}
          task={open.task}
          timeZone={book.course.time_zone}
          onClose={() => {
            setOpen(null)
          }}
        />
      )}
    </section>
  )
}
