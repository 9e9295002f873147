import { useMemo } from 'preact/hooks'
import type { Book, Student } from '../../http/schemas/book.ts'
import { serverNow } from '../api.ts'
import { courseLink } from '../router.ts'
import { useTexts } from '../texts/use-texts.ts'
import { BoxChart } from './box-chart.tsx'
import { colorClass } from './colors.ts'
import { DistributionTable } from './distribution-table.tsx'
import { missingWords, spreadWords } from './spread-words.ts'
import { ofAverages } from './statistics.ts'

/** The course averages of each period, one below the other. `students`: without those who are dropped. */
export function PeriodChart ({ book, students }: { book: Book, students: readonly Student[] }) {
  const texts = useTexts()
  const { t } = texts
  const periods = useMemo(() => {
    const now = serverNow()
    return book.periods.map((period) => {
      const own = students.filter(({ period_id: id }) => id === period.id)
      return { period, size: own.length, ...ofAverages(book, own, now) }
    })
  }, [book, students])
  const rows = periods.map(({ period, size, quartiles, count, missing }) => {
    const text = t('courses.students', { count: size })
    const spread = spreadWords({ quartiles }, texts)
    const missingText = missingWords({ missing }, texts)
    return {
      key: String(period.id),
      name: period.name,
      note: text,
      label: [`${period.name}: ${spread}`, text, missingText].filter((part) => part !== '').join(' · '),
      href: courseLink(book.course.id, 'book', { period: String(period.id) }),
      quartiles,
      count,
      missing,
      color: colorClass(0),
    }
  })
  return (
    <section class='panel' aria-labelledby='by-period'>
      <h2 id='by-period'>{t('charts.byPeriod')}</h2>
      <p class='muted small'>{t('charts.byPeriodHelp')}</p>
      <BoxChart label={t('charts.byPeriod')} rows={rows} />
      <DistributionTable heading={t('book.period')} countHeading={t('charts.students')} lines={rows} />
    </section>
  )
}
