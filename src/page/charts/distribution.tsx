import { useMemo } from 'preact/hooks'
import type { Book, Student } from '../../http/schemas/book.ts'
import { courseLink } from '../router.ts'
import { useTexts } from '../texts/use-texts.ts'
import { BANDINGS, bandLimits, bandsOf, limitsOf, type Band, type Banding } from './bands.ts'
import { BarChart } from './bar-chart.tsx'
import type { ChartState } from './chart-state.ts'

interface DistributionProps {
  book: Book
  /** Without those who are dropped. */
  students: readonly Student[]
  state: ChartState
  onChange: (change: Partial<ChartState>) => void
}

/** How many students have which course average, in bands of the user's choice. */
export function DistributionChart ({ book, students, state, onChange }: DistributionProps) {
  const { t, percent, number } = useTexts()
  const { periodId, banding, limits: typed } = state
  const custom = useMemo(() => limitsOf(typed), [typed])
  const { course } = book
  const bands = useMemo(
    () => bandsOf(students, bandLimits(banding, course, custom ?? [])),
    [students, banding, course, custom]
  )
  const isAbove = students.some(({ course_average: average }) => (average ?? 0) > 1)
  const textOf = ({ range, grade }: Band) => {
    if (range === 'none') return t('charts.without')
    const { from, to } = range
    const text = to === null && isAbove
      ? t('charts.andMore', { from: percent(from) })
      : t('charts.band', { from: number(from * 100), to: percent(to ?? Math.max(1, from)) })
    return grade === undefined ? text : `${grade} (${text})`
  }
  const linkOf = ({ range }: Band) =>
    courseLink(course.id, 'book', {
      ...(periodId === null ? {} : { period: String(periodId) }),
      ...(range === 'none'
        ? { average: 'none' }
        : { from: String(range.from), ...(range.to === null ? {} : { to: String(range.to) }) }),
    })
  return (
    <section class='panel' aria-labelledby='distribution'>
      <h2 id='distribution'>{t('charts.distribution')}</h2>
      <div class='row'>
        <label>
          <span>{t('charts.bands')}</span>
          <select
            value={banding}
            onChange={({ currentTarget }) => {
              onChange({ banding: currentTarget.value as Banding })
            }}
          >
            {BANDINGS.map((name) => (
              (name !== 'grades' || course.grading_scale !== null) &&
                <option key={name} value={name}>{t(`charts.bands.${name}`)}</option>
            ))}
          </select>
        </label>
        {banding === 'custom' && (
          <label>
            <span>{t('charts.limits')}</span>
            <input
              type='text'
              value={typed}
              aria-invalid={custom === undefined}
              aria-describedby='limits-wrong'
              onInput={({ currentTarget }) => {
                onChange({ limits: currentTarget.value })
              }}
            />
          </label>
        )}
        <span class='muted small' id='limits-wrong' role='status'>
          {t(banding === 'custom' && custom === undefined
            ? 'charts.limitsWrong'
            : 'charts.distributionHelp')}
        </span>
      </div>
      <BarChart
        label={t('charts.distribution')}
        valueLabel={number}
        bars={bands.map((band) => ({
          key: JSON.stringify(band.range),
          value: band.count,
          axis: band.grade ?? (band.range === 'none' ? '–' : textOf(band)),
          label: `${textOf(band)}: ${t('courses.students', { count: band.count })}`,
          href: band.count === 0 ? undefined : linkOf(band),
        }))}
      />
      <details class='options'>
        <summary>{t('charts.data')}</summary>
        <table class='list'>
          <thead>
            <tr>
              <th>{t('charts.range')}</th>
              <th class='number'>{t('charts.students')}</th>
            </tr>
          </thead>
          <tbody>
            {bands.map((band) => (
              <tr key={JSON.stringify(band.range)}>
                <td>{textOf(band)}</td>
                <td class='number'>
                  {band.count === 0 ? number(0) : <a href={linkOf(band)}>{number(band.count)}</a>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  )
}
