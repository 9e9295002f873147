import type { StudentFacts } from '../../http/schemas/student.ts'
import { courseLink } from '../router.ts'
import { useTexts } from '../texts/use-texts.ts'

const DAY_MS = 86_400_000

type Work = StudentFacts['missing'][number]

/** Work that was not handed in, by due date. */
export function MissingWork ({ student }: { student: StudentFacts }) {
  const { t, day } = useTexts()
  const { missing, course } = student
  return (
    <section class='panel' aria-labelledby='missing-title'>
      <h2 id='missing-title'>{t('student.missing', { count: missing.length })}</h2>
      {missing.length === 0
        ? <p class='muted'>{t('student.noMissing')}</p>
        : (
          <>
            <p class='muted small'>{t(`student.missing.${course.missing_counts}`)}</p>
            <ul class='plain work'>
              {missing.map((work) => (
                <li key={work.id}>
                  <Title work={work} student={student} />
                  <span class='muted'>
                    {work.due_at === null
                      ? t('book.noDue')
                      : t('book.due', { date: day(work.due_at, course.time_zone) })}
                  </span>
                </li>
              ))}
            </ul>
          </>
          )}
    </section>
  )
}

/** Work that was handed in after its due date. */
export function LateWork ({ student }: { student: StudentFacts }) {
  const { t, day } = useTexts()
  const { late, course } = student
  return (
    <section class='panel' aria-labelledby='late-title'>
      <h2 id='late-title'>{t('student.late', { count: late.length })}</h2>
      {late.length === 0
        ? <p class='muted'>{t('student.noLate')}</p>
        : (
          <ul class='plain work'>
            {late.map((work) => (
              <li key={work.id}>
                <Title work={work} student={student} />
                <span class='muted'>
                  {[
                    work.due_at === null ? '' : t('book.due', { date: day(work.due_at, course.time_zone) }),
                    work.submitted_at === null
                      ? ''
                      : t('student.submitted', { date: day(work.submitted_at, course.time_zone) }),
                    lateness(work),
                  ].filter((text) => text !== '').join(' · ')}
                </span>
              </li>
            ))}
          </ul>
          )}
    </section>
  )

  function lateness ({ due_at: due, submitted_at: submitted }: Work): string {
    if (due === null || submitted === null) return ''
    const days = Math.floor((Date.parse(submitted) - Date.parse(due)) / DAY_MS)
    return days < 1 ? '' : t('student.daysLate', { count: days })
  }
}

function Title ({ work, student }: { work: Work, student: StudentFacts }) {
  return (
    <a href={courseLink(student.course.id, 'book', { task: String(work.id) })}>
      <bdi>{work.title}</bdi>
    </a>
  )
}
