import { useMemo, useState } from 'preact/hooks'
import type { Book } from '../../http/schemas/book.ts'
import { Empty } from '../notices.tsx'
import { useTexts } from '../texts/use-texts.ts'
import { AssignmentChart } from './assignment-chart.tsx'
import { DistributionChart } from './distribution.tsx'
import { PeriodChart } from './period-chart.tsx'

/**
 * How the class is doing, which assignments went badly, and how the periods compare. Each chart is also a
 * table. Dropped students are in none of them.
 */
export function Charts ({ book }: { book: Book }) {
  const { t } = useTexts()
  const [periodId, setPeriodId] = useState<number | null>(null)
  const active = useMemo(() => book.students.filter(({ is_dropped: is }) => !is), [book.students])
  const students = useMemo(
    () => periodId === null ? active : active.filter(({ period_id: id }) => id === periodId),
    [active, periodId]
  )
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
                setPeriodId(value === '' ? null : Number(value))
              }}
            >
              <option value=''>{t('book.allPeriods')}</option>
              {book.periods.map(({ id, name }) => <option key={id} value={id} dir='auto'>{name}</option>)}
            </select>
          </label>
        </p>
      )}
      <DistributionChart book={book} students={students} periodId={periodId} />
      <AssignmentChart book={book} students={students} periodId={periodId} />
      {hasPeriods && <PeriodChart book={book} students={active} />}
    </div>
  )
}
