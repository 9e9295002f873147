import { useEffect, useRef } from 'preact/hooks'
import type { Student } from '../../http/schemas/book.ts'
import { isScoreOfMissing } from '../missing.ts'
import { useTexts } from '../texts/use-texts.ts'
import type { TaskColumn } from './columns.ts'
import { scoreText } from './score-text.tsx'
import { sortedName } from './rows.ts'

/** The details of one score, in a dialog. When it closes, the browser returns the focus to the cell. */
export function Details (
  { student, task, timeZone, onClose }: {
    student: Student,
    task: TaskColumn,
    timeZone: string,
    onClose: () => void,
  }
) {
  const { heading, category, index } = task
  const texts = useTexts()
  const { t, number, time } = texts
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  const cell = student.data[index] ?? null
  const facts: Array<[string, string | null | undefined]> = [
    [t('details.category'), category],
    [t('details.due'), heading.due_at === null ? t('book.noDue') : time(heading.due_at, timeZone)],
  ]
  if (cell !== null) {
    const marks = [
      ...(isScoreOfMissing(cell) ? [t('mark.missing')] : []),
      ...(cell.is_late ? [t('mark.late')] : []),
      ...(cell.is_provisional ? [t('mark.provisional')] : []),
    ]
    facts.push(
      [t('details.status'), t(`status.${cell.status}`)],
      [t('details.score'), cell.score === null ? null : scoreText(cell, task, 'percent', texts)],
      [
        t('details.points'),
        cell.points === null
          ? null
          : heading.points_possible === null
            ? number(cell.points)
            : t('details.pointsOf', {
              points: number(cell.points),
              possible: number(heading.points_possible),
            }),
      ],
      [
        t('details.exercises'),
        cell.exercise_count === null
          ? null
          : t('details.exerciseCounts', {
            correct: cell.correct_exercise_count ?? 0,
            all: cell.exercise_count,
          }),
      ],
      [
        t('details.recovered'),
        cell.recovered_exercise_count === null ? null : number(cell.recovered_exercise_count),
      ],
      [t('details.submitted'), cell.submitted_at === null ? null : time(cell.submitted_at, timeZone)],
      [t('details.marks'), marks.length === 0 ? null : marks.join(', ')]
    )
  }
  return (
    <dialog
      ref={dialog}
      class='details'
      aria-labelledby='details-title'
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close()
      }}
    >
      <h2 id='details-title'>
        <bdi>{heading.title}</bdi>
      </h2>
      <p dir='auto' class='muted'>{sortedName(student)}</p>
      {cell === null && <p>{t('details.notGiven')}</p>}
      <dl>
        {facts.map(([label, value]) =>
          value != null && value !== '' && (
            <div key={label}>
              <dt>{label}</dt>
              <dd dir='auto'>{value}</dd>
            </div>
          )
        )}
      </dl>
      <button
        type='button'
        onClick={() => {
          dialog.current?.close()
        }}
      >
        {t('details.close')}
      </button>
    </dialog>
  )
}
