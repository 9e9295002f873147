import type { ComponentChildren } from 'preact'
import { useCallback, useMemo, useRef, useState } from 'preact/hooks'
import type { Book, Student } from '../../http/schemas/book.ts'
import { Disclosure } from '../disclosure.tsx'
import { ExportButton } from '../exports/export-button.tsx'
import { ExportStatus } from '../exports/export-status.tsx'
import { useExport } from '../exports/use-export.ts'
import { lazyView } from '../lazy-view.tsx'
import { Empty } from '../notices.tsx'
import { studentLink } from '../router.ts'
import { useTexts } from '../texts/use-texts.ts'
import { useMedia } from '../use-media.ts'
import { bookQuery, type BookState } from './book-state.ts'
import { allColumns, shownColumns, type TaskColumn } from './columns.ts'
import { activeFilters, averageText, countText, periodName } from './count-line.tsx'
import { Details } from './details.tsx'
import { countFilters, FiltersPanel } from './filters-panel.tsx'
import { Grid } from './grid.tsx'
import { Legend } from './legend.tsx'
import { MoreMenu } from './more-menu.tsx'
import { usePrintedBook } from './print-book.tsx'
import { rowsOf, type Sort } from './rows.ts'
import { StaleNotice } from './stale-notice.tsx'
import { StudentList } from './student-list.tsx'
import { Toolbar } from './toolbar.tsx'
import type { LiveBook } from './use-live-book.ts'
import { useWholeAverage } from './use-whole-average.ts'
import { useWidths } from './use-widths.ts'

const ColumnsPanel = lazyView(async () => (await import('./columns-panel.tsx')).ColumnsPanel)
const History = lazyView(async () => (await import('../exports/history.tsx')).History)
const PlainTable = lazyView(async () => (await import('./plain-table.tsx')).PlainTable)
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
  const { t, compare } = texts
  const { id: courseId, time_zone: timeZone } = book.course
  const { periodId, shown, sort } = state
  const [widths, setWidths] = useWidths(courseId)
  const [open, setOpen] = useState<{ student: Student, task: TaskColumn } | null>(null)
  const [goal, setGoal] = useState(wanted)
  const [drawer, setDrawer] = useState<'history' | 'print' | null>(null)
  const exporting = useExport(courseId, live.refresh)
  const exportButton = useRef<HTMLButtonElement>(null)
  const isPhone = useMedia('(max-width: 36rem)')

  const columns = useMemo(
    () => allColumns(book, texts, state.order, shown),
    [book, texts, String(state.order), shown]
  )
  const visible = useMemo(
    () => shownColumns(columns, state.hidden, widths),
    [columns, [...state.hidden].join(), widths]
  )
  const students = useMemo(
    () => rowsOf(book, columns, state, compare),
    [book, columns, state, compare]
  )
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
  const hasDropped = book.students.some((student) => student.is_dropped)
  const onScreen = {
    ...(period !== undefined && { period_id: period.id }),
    ...(shown === 'points' && { values: shown }),
  }
  const isBusy = exporting.state.phase === 'asking' || exporting.state.phase === 'following'

  // The first time ascending, the second time descending, the third time in the workbook's order.
  function sortBy (key: string) {
    onChange({
      sort: sort?.key !== key
        ? { key, isDescending: false }
        : sort.isDescending
          ? null
          : { key, isDescending: true },
    })
  }
  function orderOf ({ key, isDescending }: Sort): string | undefined {
    const column = key === 'name' ? t('book.student') : columns.find((one) => one.key === key)?.title
    if (column === undefined) return undefined
    return t('book.sorted', { column, direction: t(isDescending ? 'book.descending' : 'book.ascending') })
  }
  const clear = () => {
    onChange({ search: '', work: [], below: null, range: null })
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
  const filterCount = countFilters(state)
  const gridLabel = t('book.grid', { course: book.course.name })
  return (
    <section class='book' aria-label={t('tabs.book')}>
      <Toolbar
        title={title}
        state={state}
        onChange={onChange}
        periods={book.periods}
        filters={
          <Disclosure
            label={filterCount === 0
              ? t('filters.label')
              : `${t('filters.label')} (${filterCount})`}
          >
            {() => <FiltersPanel state={state} onChange={onChange} hasDropped={hasDropped} />}
          </Disclosure>
        }
        columns={
          <Disclosure label={t('columns.label')} rootClass='for-grid'>
            {(close) => (
              <ColumnsPanel
                columns={columns}
                categories={book.categories}
                state={state}
                onChange={onChange}
                widths={widths}
                onWidths={setWidths}
                onGoTo={(key) => {
                  close()
                  const hidden = new Set(state.hidden)
                  hidden.delete(key)
                  hidden.delete(`group-${columns.find((one) => one.key === key)?.categoryId ?? 0}`)
                  onChange({ hidden, view: 'grid' })
                  setGoal(key)
                }}
              />
            )}
          </Disclosure>
        }
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
      <div class='facts'>
        <p class='muted small counts' role='status'>{facts.join(' · ')}</p>
        {filters.map(({ text, without }) => (
          <button
            key={text}
            type='button'
            class='chip'
            aria-label={t('filters.remove', { filter: text })}
            title={t('filters.remove', { filter: text })}
            onClick={() => {
              onChange(without)
            }}
          >
            <bdi>{text}</bdi> <span aria-hidden='true'>×</span>
          </button>
        ))}
        <StaleNotice live={live} />
        <span class='spacer' />
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
      </div>
      {book.students.length === 0
        ? (
          <Empty>
            <p>{t(periodId === null ? 'book.none' : 'book.noneInPeriod')}</p>
          </Empty>
          )
        : students.length === 0
          ? (
            <Empty>
              <p>{t('book.noMatch')}</p>
              <button type='button' onClick={clear}>{t('book.clear')}</button>
            </Empty>
            )
          : state.view === 'table'
            ? (
              <PlainTable
                label={gridLabel}
                students={students}
                columns={visible}
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
            : isPhone
              ? (
                <StudentList
                  label={gridLabel}
                  students={students}
                  headings={book.data_headings}
                  hrefOf={studentHref}
                />
                )
              : (
                <Grid
                  label={gridLabel}
                  students={students}
                  columns={visible}
                  timeZone={timeZone}
                  shown={shown}
                  sort={sort}
                  onSort={sortBy}
                  onOpen={(student, task) => {
                    setOpen({ student, task })
                  }}
                  studentHref={studentHref}
                  coverage={coverage}
                  changes={live.changes}
                  onResize={(key, width) => {
                    setWidths({ ...widths, [key]: width })
                  }}
                  wanted={goal}
                  onArrived={() => {
                    setGoal(null)
                  }}
                />
                )}
      {students.length > 0 && <Legend hasGrid={state.view === 'grid' && !isPhone} />}
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
