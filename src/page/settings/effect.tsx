import { useMemo } from 'preact/hooks'
import type { Book } from '../../http/schemas/book.ts'
import { sortedName } from '../book/rows.ts'
import { useTexts } from '../texts/use-texts.ts'
import type { DryRun } from './use-dry-run.ts'

const SHOWN = 10
/** A smaller difference is not visible in the rounded numbers. */
const SMALLEST = 0.0005

/**
 * The effect of unsaved settings: the course average, how many students' averages change, and the largest
 * changes.
 */
export function Effect ({ book, hasChanges, effect }: { book: Book, hasChanges: boolean, effect: DryRun }) {
  const { t, percent, reason } = useTexts()
  const { answer, error, isAsking } = effect
  const changed = useMemo(() => {
    const averages = new Map(answer?.students?.map(({ id, course_average }) => [id, course_average]))
    return book.students.filter(({ id }) => averages.has(id))
      .map((student) => ({ student, now: student.course_average, after: averages.get(student.id) ?? null }))
      .filter(({ now, after }) =>
        now === null || after === null ? now !== after : Math.abs(now - after) >= SMALLEST
      )
      .sort((a, b) => size(b) - size(a))
  }, [answer, book.students])
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
                <dd>{percent(book.course_average)}</dd>
              </div>
              <div>
                <dt>{t('settings.averageAfter')}</dt>
                <dd>
                  <strong>{percent(answer.course_average ?? null)}</strong>
                </dd>
              </div>
            </dl>
            <p>{t('settings.changed', { count: changed.length })}</p>
          </>
        )}
      </div>
      {hasChanges && changed.length > 0 && (
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
              {changed.slice(0, SHOWN).map(({ student, now, after }) => (
                <tr key={student.id}>
                  <td>
                    <bdi>{sortedName(student)}</bdi>
                  </td>
                  <td>{percent(now)}</td>
                  <td>{percent(after)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  )
}

/** The size of a change; an average that appears or disappears is the largest. */
function size ({ now, after }: { now: number | null, after: number | null }): number {
  return now === null || after === null ? Infinity : Math.abs(now - after)
}
