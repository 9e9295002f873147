import { useMemo } from 'preact/hooks'
import type { Book } from '../../http/schemas/book.ts'
import { Empty } from '../notices.tsx'
import { useTexts } from '../texts/use-texts.ts'
import { AssignmentChart } from './assignment-chart.tsx'
import { readChartState, showCharts, type ChartState } from './chart-state.ts'
import { DistributionChart } from './distribution.tsx'
import { PeriodChart } from './period-chart.tsx'

/**
 * How the class is doing, which assignments went badly, and how the periods compare. Each chart is also a
 * table. Dropped students are in none of them.
 */
export function Charts ({ book, query }: { book: Book, query: URLSearchParams }) {
  const { t } = useTexts()
  const read = readChartState(query)
  const periodId = book.periods.some(({ id }) => id === read.periodId) ? read.periodId : null
  const state = { ...read, periodId }
  const active = useMemo(() => book.students.filter(({ is_dropped: is }) => !is), [book.students])
  const students = useMemo(
    () => periodId === null ? active : active.filter(({ period_id: id }) => id === periodId),
    [active, periodId]
  )
  const change = (part: Partial<ChartState>) => {
    showCharts(book.course.id, { ...state, ...part })
  }
  const hasPeriods = book.periods.length > 1
  if (active.length === 0 || book.data_headings.length === 0) {
    return (
      <Empty>
        <p>{t('charts.none')}</p>
      </Empty>
    )
  }
  return (
    <div class='charts'>
      {hasPeriods && (
        <p class='toolbar no-print'>
          <label>
            <span>{t('book.period')}</span>
            <select
              value={periodId ?? ''}
              onChange={({ currentTarget: { value } }) => {
                change({ periodId: value === '' ? null : Number(value) })
              }}
            >
              <option value=''>{t('book.allPeriods')}</option>
              {book.periods.map(({ id, name }) => <option key={id} value={id} dir='auto'>{name}</option>)}
            </select>
          </label>
        </p>
      )}
      <DistributionChart book={book} students={students} state={state} onChange={change} />
      <AssignmentChart
        book={book}
        students={students}
        periodId={periodId}
        order={state.order}
        onOrder={(order) => {
          change({ order })
        }}
      />
      {hasPeriods && <PeriodChart book={book} students={active} />}
    </div>
  )
}
