import { useMemo } from 'preact/hooks'
import type { Book } from '../../http/schemas/book.ts'
import { sortedName } from '../book/rows.ts'
import { useTexts } from '../texts/use-texts.ts'
import type { DryRun } from './settings.tsx'

const SHOWN = 10
/** A difference that no digit shows. */
const NOTHING = 0.0005

/**
 * What settings that are not saved yet would change: the course's average, how many students', and the
 * largest changes.
 */
export function Effect ({ book, hasChanges, effect }: { book: Book, hasChanges: boolean, effect: DryRun }) {
  const { t, percent, reason } = useTexts()
  const { answer, error, isAsking } = effect
  const changed = useMemo(() => {
    const then = new Map(answer?.students?.map(({ id, course_average }) => [id, course_average]))
    return book.students.filter(({ id }) => then.has(id))
      .map((student) => ({ student, now: student.course_average, then: then.get(student.id) ?? null }))
      .filter(({ now, then }) =>
        now === null || then === null ? now !== then : Math.abs(now - then) >= NOTHING
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
                <dt>{t('settings.averageThen')}</dt>
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
                <th>{t('settings.then')}</th>
              </tr>
            </thead>
            <tbody>
              {changed.slice(0, SHOWN).map(({ student, now, then }) => (
                <tr key={student.id}>
                  <td>
                    <bdi>{sortedName(student)}</bdi>
                  </td>
                  <td>{percent(now)}</td>
                  <td>{percent(then)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  )
}

/** An average that appears or vanishes is the largest change. */
function size ({ now, then }: { now: number | null, then: number | null }): number {
  return now === null || then === null ? Infinity : Math.abs(now - then)
}
