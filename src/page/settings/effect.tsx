import { useMemo } from 'preact/hooks'
import type { Book, Student } from '../../http/schemas/book.ts'
import { sortedName } from '../book/rows.ts'
import { useTexts } from '../texts/use-texts.ts'
import type { DryRun } from './use-dry-run.ts'

const SHOWN = 10
/** A smaller difference is not visible in the rounded numbers. */
const SMALLEST = 0.0005

type Result = Pick<Student, 'course_average' | 'grade'>

interface Change {
  student: Student
  now: Result
  after: Result
}

/**
 * The effect of unsaved settings: the course average, how many students' averages change, and the largest
 * changes.
 */
export function Effect ({ book, hasChanges, effect }: { book: Book, hasChanges: boolean, effect: DryRun }) {
  const { t, score, reason } = useTexts()
  const { answer, error, isAsking } = effect
  const changed = useMemo(() => {
    const after = new Map(answer?.students?.map((student) => [student.id, student]))
    return book.students.flatMap((student): Change[] => {
      const then = after.get(student.id)
      return then === undefined ? [] : [{ student, now: student, after: { grade: null, ...then } }]
    }).sort((a, b) => size(b) - size(a))
  }, [answer, book.students])
  const averages = changed.filter((change) => size(change) >= SMALLEST)
  const grades = changed.filter(({ now, after }) => now.grade !== after.grade)
  const rows = [...averages, ...grades.filter((change) => size(change) < SMALLEST)]
  const withGrade = ({ course_average: average, grade }: Result) =>
    grade === null ? score(average) : `${score(average)} · ${grade}`
  return (
    <section class='panel' aria-labelledby='effect-title'>
      <h2 id='effect-title'>{t('settings.effect')}</h2>
      <div role='status' aria-busy={isAsking}>
        {!hasChanges && <p class='muted'>{t('settings.noChange')}</p>}
        {hasChanges && error !== undefined && <p class='notice bad'>{reason(error)}</p>}
        {hasChanges && answer === undefined && error === undefined && (
          <p class='muted'>{t('settings.checking')}</p>
        )}
        {hasChanges && answer !== undefined && (
          <>
            <dl>
              <div>
                <dt>{t('settings.averageNow')}</dt>
                <dd>{score(book.course_average)}</dd>
              </div>
              <div>
                <dt>{t('settings.averageAfter')}</dt>
                <dd>
                  <strong>{score(answer.course_average ?? null)}</strong>
                </dd>
              </div>
            </dl>
            <p>{t('settings.changed', { count: averages.length })}</p>
            {grades.length > 0 && <p>{t('settings.grades', { count: grades.length })}</p>}
          </>
        )}
      </div>
      {hasChanges && rows.length > 0 && (
        <>
          <h3>{t('settings.largest')}</h3>
          <table class='list change'>
            <thead>
              <tr>
                <th>{t('book.student')}</th>
                <th>{t('settings.now')}</th>
                <th>{t('settings.after')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, SHOWN).map(({ student, now, after }) => (
                <tr key={student.id}>
                  <td>
                    <bdi>{sortedName(student)}</bdi>
                  </td>
                  <td>{withGrade(now)}</td>
                  <td>{withGrade(after)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  )
}

/** The size of a change of an average, a fraction; one that appears or disappears is the largest. */
function size ({ now: { course_average: now }, after: { course_average: after } }: Change): number {
  if (now === null || after === null) return now === after ? 0 : Infinity
  return Math.abs(now - after)
}
