import { useMemo } from 'preact/hooks'
import type { Book, Student } from '../../http/schemas/book.ts'
import { serverNow } from '../api.ts'
import { courseLink } from '../router.ts'
import { useTexts } from '../texts/use-texts.ts'
import { BoxChart } from './box-chart.tsx'
import { ORDERS, type Order } from './chart-state.ts'
import { colorClass } from './colors.ts'
import { DistributionTable } from './distribution-table.tsx'
import { missingWords, spreadWords } from './spread-words.ts'
import { byAssignment, type Distribution } from './statistics.ts'

interface AssignmentChartProps {
  book: Book
  /** Without those who are dropped. */
  students: readonly Student[]
  periodId: number | null
  order: Order
  onOrder: (order: Order) => void
}

/** Each assignment with the spread of its scores and how much of it is missing, colored by category. */
export function AssignmentChart (
  { book, students, periodId, order, onOrder }: AssignmentChartProps
) {
  const texts = useTexts()
  const { t } = texts
  const { data_headings: headings, categories, course } = book
  const assignments = useMemo(() => {
    const numbers = byAssignment(book, students, serverNow())
    return headings.flatMap((heading, j) => {
      const distribution = numbers[j]
      const category = categories.findIndex(({ id }) => id === heading.category_id)
      return distribution === undefined ? [] : [{ heading, category, ...distribution }]
    })
  }, [book, students])
  const sorted = useMemo(
    () => assignments.toSorted((a, b) => rankOf(order, a) - rankOf(order, b)),
    [assignments, order]
  )
  const rows = sorted.map(({ heading, category, quartiles, missing, count }) => {
    const name = categories[category]?.name
    const note = missing === null || missing === 0
      ? quartiles === undefined ? t('charts.noScores') : ''
      : missingWords({ missing }, texts)
    const spread = spreadWords({ quartiles }, texts)
    return {
      key: String(heading.id),
      name: heading.title,
      note,
      label: [`${heading.title}: ${spread}`, note, name].filter((part) => part).join(' · '),
      href: courseLink(course.id, 'book', {
        ...(periodId === null ? {} : { period: String(periodId) }),
        task: String(heading.id),
      }),
      quartiles,
      missing,
      count,
      color: colorClass(category),
    }
  })
  return (
    <section class='panel' aria-labelledby='by-task'>
      <h2 id='by-task'>{t('charts.byTask')}</h2>
      <p class='muted small'>{t('charts.byTaskHelp')}</p>
      <div class='row'>
        <label>
          <span>{t('charts.order')}</span>
          <select
            value={order}
            onChange={({ currentTarget }) => {
              onOrder(currentTarget.value as Order)
            }}
          >
            {ORDERS.map((name) => <option key={name} value={name}>{t(`charts.order.${name}`)}</option>)}
          </select>
        </label>
        <span class='legend small'>
          {categories.map(({ id, name }, c) => (
            <span key={id}>
              <span class={`swatch ${colorClass(c)}`} aria-hidden='true' />
              <bdi>{name}</bdi>
            </span>
          ))}
        </span>
      </div>
      <BoxChart label={t('charts.byTask')} rows={rows} />
      <DistributionTable heading={t('charts.task')} countHeading={t('charts.scores')} lines={rows} />
    </section>
  )
}

/** Assignments with a lower rank come first; those of the same rank stay in the order of the book. */
function rankOf (order: Order, { quartiles, missing }: Distribution): number {
  if (order === 'due') return 0
  if (order === 'missing') return -(missing ?? 0)
  if (quartiles === undefined) return Number.MAX_VALUE
  return order === 'median' ? quartiles.median : quartiles.lower - quartiles.upper
}
