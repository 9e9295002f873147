import type { ComponentChildren } from 'preact'
import { useCallback, useRef, useState } from 'preact/hooks'
import type { Book, Student } from '../../http/schemas/book.ts'
import { ExportButton } from '../exports/export-button.tsx'
import { ExportStatus } from '../exports/export-status.tsx'
import { useExport } from '../exports/use-export.ts'
import { lazyView } from '../lazy-view.tsx'
import { studentLink } from '../router.ts'
import { useTexts } from '../texts/use-texts.ts'
import { useMedia } from '../use-media.ts'
import { BookBody } from './book-body.tsx'
import { bookQuery, type BookState } from './book-state.ts'
import type { TaskColumn } from './columns.ts'
import { activeFilters, averageText, countText, periodName } from './count-line.tsx'
import { Details } from './details.tsx'
import { FactsLine } from './facts-line.tsx'
import { Legend } from './legend.tsx'
import { MoreMenu } from './more-menu.tsx'
import { usePrintedBook } from './print-book.tsx'
import type { Sort } from './rows.ts'
import { ColumnsButton, FiltersButton } from './table-panels.tsx'
import { Toolbar } from './toolbar.tsx'
import { useBookTable } from './use-book-table.ts'
import type { LiveBook } from './use-live-book.ts'
import { useWholeAverage } from './use-whole-average.ts'

const History = lazyView(async () => (await import('../exports/history.tsx')).History)
const PrintDialog = lazyView(async () => (await import('./print-dialog.tsx')).PrintDialog)

interface BookViewProps {
  book: Book
  isAdmin: boolean
  isWhole: boolean
  /** The period that the book is of: until another one has arrived, the one before. */
  shownPeriodId: string | null
  live: LiveBook
  title: ComponentChildren
  state: BookState
  onChange: (change: Partial<BookState>) => void
  /** A column to bring into view first. */
  wanted: string | null
}

/** A course's performance book, students first. */
export function BookView (
  { book, isAdmin, isWhole, shownPeriodId, live, title, state, onChange, wanted }: BookViewProps
) {
  const texts = useTexts()
  const { t } = texts
  const { id: courseId, time_zone: timeZone } = book.course
  const { periodId, shown, sort } = state
  const table = useBookTable(book, state, texts)
  const { columns, visible, students } = table
  const [open, setOpen] = useState<{ student: Student, task: TaskColumn } | null>(null)
  const [goal, setGoal] = useState(wanted)
  const [drawer, setDrawer] = useState<'history' | 'print' | null>(null)
  const exporting = useExport(courseId, live.refresh)
  const exportButton = useRef<HTMLButtonElement>(null)
  const isPhone = useMedia('(max-width: 36rem)')

  const whole = useWholeAverage(courseId, shownPeriodId, live.version)
  const period = book.periods.find(({ id }) => String(id) === periodId)
  const shownPeriod = book.periods.find(({ id }) => String(id) === shownPeriodId)
  const query = bookQuery({ ...state, page: 1 })
  const search = String(query)
  const studentHref = useCallback(
    (student: Student) => studentLink(courseId, student.id, new URLSearchParams(search)),
    [courseId, search]
  )
  const filters = activeFilters(state, texts)
  const onScreen = {
    ...(period !== undefined && { period_id: period.id }),
    ...(shown === 'points' && { values: shown }),
  }
  const isBusy = exporting.state.phase === 'asking' || exporting.state.phase === 'following'

  function orderOf ({ key, isDescending }: Sort): string | undefined {
    const column = key === 'name' ? t('book.student') : columns.find((one) => one.key === key)?.title
    if (column === undefined) return undefined
    return t('book.sorted', { column, direction: t(isDescending ? 'book.descending' : 'book.ascending') })
  }
  const order = sort === null ? undefined : orderOf(sort)
  const facts = [
    countText(book.students, students, texts),
    averageText(book, shownPeriodId, whole, texts),
    ...(order === undefined ? [] : [order]),
    ...(isWhole && shownPeriodId === periodId ? [] : [t('app.loading')]),
  ]
  const newest = live.exports?.find(({ is_current: isCurrent, format, options }) =>
    isCurrent && format === 'xlsx' && options.period_id === period?.id &&
    (options.values ?? 'percent') === shown && Object.keys(options).every((key) => /^(?:period_id|values)$/.test(key))
  )
  const coverage = shownPeriod === undefined ? undefined : periodName(shownPeriod.name, texts)
  const printed = {
    title: book.course.name,
    lines: [
      ...facts.slice(0, 2),
      ...(filters.length === 0
        ? []
        : [t('print.filters', { filters: filters.map(({ text }) => text).join(', ') })]),
    ],
    students,
    columns: visible,
    shown,
    timeZone,
    coverage,
  }
  const print = usePrintedBook(printed)
  return (
    <section class='book' aria-label={t('tabs.book')}>
      <Toolbar
        title={title}
        state={state}
        onChange={onChange}
        periods={book.periods}
        filters={<FiltersButton table={table} state={state} onChange={onChange} />}
        columns={<ColumnsButton table={table} state={state} onChange={onChange} onGoal={setGoal} />}
      >
        <ExportButton
          courseId={courseId}
          onScreen={onScreen}
          periods={book.periods}
          newest={live.isOld ? undefined : newest}
          isBusy={isBusy}
          buttonRef={exportButton}
          onStart={(options) => {
            void exporting.start(options)
          }}
        />
        <button
          type='button'
          aria-haspopup='dialog'
          onClick={() => {
            live.refresh()
            setDrawer('history')
          }}
        >
          {t('exports.history')}
        </button>
        <MoreMenu
          courseId={courseId}
          isAdmin={isAdmin}
          isTable={state.view === 'table'}
          onTable={(isTable) => {
            onChange({ view: isTable ? 'table' : 'grid' })
          }}
          onPrint={() => {
            setDrawer('print')
          }}
        />
      </Toolbar>
      <FactsLine facts={facts} filters={filters} onChange={onChange} live={live}>
        <ExportStatus
          state={exporting.state}
          onRetry={() => {
            void exporting.start(exporting.lastOptions)
          }}
          onWorkbook={() => {
            void exporting.start(onScreen)
          }}
          onCancel={(jobId) => {
            void exporting.cancel(jobId)
            exportButton.current?.focus()
          }}
          onDismiss={() => {
            exporting.dismiss()
            exportButton.current?.focus()
          }}
        />
      </FactsLine>
      <BookBody
        printed={printed}
        table={table}
        state={state}
        onChange={onChange}
        live={live}
        isPhone={isPhone}
        studentHref={studentHref}
        onOpen={(student, task) => {
          setOpen({ student, task })
        }}
        goal={goal}
        onArrived={() => {
          setGoal(null)
        }}
      />
      {students.length > 0 && (!isPhone || state.view === 'table') && (
        <Legend hasGrid={state.view === 'grid'} />
      )}
      {open !== null && (
        <Details
          student={open.student}
          task={open.task}
          timeZone={timeZone}
          onClose={() => {
            setOpen(null)
          }}
        />
      )}
      {drawer === 'history' && (
        <History
          courseId={courseId}
          items={live.exports}
          error={live.error}
          periods={book.periods}
          timeZone={timeZone}
          isPageOld={live.isOld}
          onDeleted={() => {
            live.refresh()
          }}
          onClose={() => {
            setDrawer(null)
          }}
        />
      )}
      {drawer === 'print' && (
        <PrintDialog
          courseId={courseId}
          periodId={shownPeriodId}
          students={students}
          lines={printed.lines}
          onPrint={print}
          onClose={() => {
            setDrawer(null)
          }}
        />
      )}
    </section>
  )
}
