import { useMemo } from 'preact/hooks'
import type { Book } from '../../http/schemas/book.ts'
import type { AverageRange } from '../book/rows.ts'
import { Empty } from '../notices.tsx'
import { courseLink } from '../router.ts'
import { useTexts } from '../texts/use-texts.ts'
import { BarChart } from './bar-chart.tsx'
import { histogram } from './histogram.ts'

/** The distribution of course averages, and the class average of each task. Each chart is also a table. */
export function Charts ({ book, courseId }: { book: Book, courseId: number }) {
  const { t, percent, number, day } = useTexts()
  const bins = useMemo(() => histogram(book.students), [book.students])
  const rangeLabel = (range: AverageRange) =>
    range === 'none'
      ? t('charts.without')
      : t('charts.bar', { from: percent(range.from), to: range.to === null ? '…' : percent(range.to) })
  const linkOf = (range: AverageRange) =>
    courseLink(
      courseId,
      'book',
      range === 'none'
        ? { average: 'none' }
        : { from: String(range.from), ...(range.to === null ? {} : { to: String(range.to) }) }
    )
  const tasks = book.data_headings.flatMap(({ class_average: average, ...task }) =>
    average === null ? [] : [{ ...task, average }]
  )
  if (bins.every(({ count }) => count === 0) && tasks.length === 0) {
    return (
      <Empty>
        <p>{t('charts.none')}</p>
      </Empty>
    )
  }
  return (
    <>
      <section class='panel' aria-labelledby='distribution'>
        <h2 id='distribution'>{t('charts.distribution')}</h2>
        <p class='muted small'>{t('charts.distributionHelp')}</p>
        <BarChart
          label={t('charts.distribution')}
          valueLabel={number}
          bars={bins.map(({ range, count }) => ({
            key: JSON.stringify(range),
            value: count,
            axis: range === 'none' ? '–' : percent(range.from),
            label: `${rangeLabel(range)}: ${t('courses.students', { count })}`,
            href: count === 0 ? undefined : linkOf(range),
          }))}
        />
        <details class='options'>
          <summary>{t('charts.data')}</summary>
          <table class='list'>
            <thead>
              <tr>
                <th>{t('charts.range')}</th>
                <th>{t('charts.students')}</th>
              </tr>
            </thead>
            <tbody>
              {bins.map(({ range, count }) => (
                <tr key={JSON.stringify(range)}>
                  <td>{rangeLabel(range)}</td>
                  <td>{count === 0 ? number(0) : <a href={linkOf(range)}>{number(count)}</a>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      </section>
      {tasks.length > 0 && (
        <section class='panel' aria-labelledby='by-task'>
          <h2 id='by-task'>{t('charts.byTask')}</h2>
          <BarChart
            label={t('charts.byTask')}
            valueLabel={percent}
            lines={[0.5, 1]}
            bars={tasks.map((task, i) => ({
              key: String(task.id),
              value: task.average,
              axis: String(i + 1),
              label: `${task.title}: ${percent(task.average)}`,
            }))}
          />
          <details class='options'>
            <summary>{t('charts.data')}</summary>
            <table class='list'>
              <thead>
                <tr>
                  <th>#</th>
                  <th>{t('charts.task')}</th>
                  <th>{t('details.due')}</th>
                  <th>{t('book.classAverage')}</th>
                </tr>
              </thead>
              <tbody>
                {tasks.map((task, i) => (
                  <tr key={task.id}>
                    <td>{number(i + 1)}</td>
                    <td>
                      <bdi>{task.title}</bdi>
                    </td>
                    <td>
                      {task.due_at === null ? t('book.noDue') : day(task.due_at, book.course.time_zone)}
                    </td>
                    <td>{percent(task.average)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        </section>
      )}
    </>
  )
}
