import type { StudentFacts } from '../../http/schemas/student.ts'
import { serverNow } from '../api.ts'
import { TrendChart } from '../charts/trend-chart.tsx'
import { useTexts } from '../texts/use-texts.ts'
import { AssignmentTable } from './assignment-table.tsx'
import { shownTrend } from './parts.ts'
import { PartsTable } from './parts-table.tsx'
import { LateWork, MissingWork } from './work-lists.tsx'

/** With more assignments than this, paper has less room for everything else. */
const ROOMY = 70

/** Everything about one student in a course: on the screen, and as one page on paper. */
export function StudentReport (
  { student, changed }: {
    student: StudentFacts,
    /** Ids of the assignments whose score a refresh has changed. */
    changed?: ReadonlySet<number>,
  }
) {
  const { t, score, day } = useTexts()
  const { course, course_average: average, grade, categories, data, data_headings: headings } = student
  const points = shownTrend(student, serverNow())
  const hasUndated = headings.some(({ due_at, category_id: id }, j) =>
    due_at === null && data[j]?.score != null && categories.some((category) => category.id === id))
  const isDense = data.filter((cell) => cell !== null).length > ROOMY
  const period = student.periods.find(({ id }) => id === student.period_id)
  const facts = [
    [t('book.studentId'), student.student_identifier],
    [t('book.period'), period?.name],
    [t('student.email'), student.email],
  ].filter(([, value]) => value != null && value !== '')
  return (
    <article
      class={isDense ? 'student-report dense' : 'student-report'}
      aria-label={nameOf(student, t('book.noName'))}
    >
      <div class='bar'>
        <div>
          <h1 dir='auto'>{nameOf(student, t('book.noName'))}</h1>
          <p class='muted facts'>
            {facts.map(([label, value]) => <span key={label}>{label} <bdi>{value}</bdi></span>)}
            {student.is_dropped && <span class='tag'>{t('book.dropped')}</span>}
          </p>
          <p class='only-print' dir='auto'>
            {[course.name, course.school, course.term].filter(Boolean).join(' · ')}
            {' · '}{day(new Date(serverNow()).toISOString(), course.time_zone)}
          </p>
        </div>
        <p class='headline'>
          <span class='muted'>{t('book.courseAverage')}</span>
          <strong>{score(average)}</strong>
          {grade !== null && <span class='grade'>{t('student.grade', { grade })}</span>}
        </p>
      </div>
      <div class='columns'>
        <section class='panel' aria-labelledby='parts-title'>
          <h2 id='parts-title'>{t('student.parts')}</h2>
          <PartsTable student={student} />
        </section>
        <section class='panel' aria-labelledby='trend-title'>
          <h2 id='trend-title'>{t('student.trend')}</h2>
          {points.length === 0
            ? <p class='muted'>{t('student.noTrend')}</p>
            : (
              <>
                <TrendChart label={t('student.trend')} points={points} timeZone={course.time_zone} />
                <p class='muted small'>{t('student.trendHelp')}{hasUndated && ` ${t('student.undated')}`}</p>
                <details class='options'>
                  <summary>{t('charts.data')}</summary>
                  <table class='list'>
                    <thead>
                      <tr>
                        <th>{t('details.due')}</th>
                        <th class='number'>{t('book.courseAverage')}</th>
                      </tr>
                    </thead>
                    <tbody>
                      {points.map(({ dueAt, average }) => (
                        <tr key={dueAt}>
                          <td>{day(dueAt, course.time_zone)}</td>
                          <td class='number'>{score(average)}</td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </details>
              </>
              )}
        </section>
        <div class='stack'>
          <MissingWork student={student} />
          <LateWork student={student} />
        </div>
      </div>
      <section class='panel' aria-labelledby='assignments-title'>
        <h2 id='assignments-title'>{t('student.assignments')}</h2>
        <AssignmentTable student={student} changed={changed} />
      </section>
    </article>
  )
}

/** First and last name, or what is shown for a student without a name. */
export function nameOf ({ name }: Pick<StudentFacts, 'name'>, noName: string): string {
  return name ?? noName
}
