import type { ComponentChildren } from 'preact'
import type { Cell, Task } from '../../http/schemas/book.ts'
import { isScoreOfMissing } from '../missing.ts'
import type { Texts } from '../texts/use-texts.ts'
import type { Shown, Spread, TaskColumn } from './columns.ts'

/**
 * A score in percent, or as points of points possible if the task has them, as in the workbook. Without a
 * score, the status. A zero that stands for missing work has no decimals: nothing was measured.
 */
export function scoreText (
  cell: Cell,
  { heading, decimals }: Pick<TaskColumn, 'heading' | 'decimals'>,
  shown: Shown,
  texts: Texts
): string {
  if (cell.score === null) return texts.t(`status.${cell.status}`)
  if (cell.score === 0 && isScoreOfMissing(cell)) return texts.percent(0)
  return fractionText(cell.score, heading, shown, decimals, texts)
}

function fractionText (
  score: number,
  heading: Task,
  shown: Shown,
  decimals: () => number,
  { t, score: percent, number, decimals: fixed }: Texts
): string {
  const possible = heading.points_possible ?? 0
  return shown === 'points' && possible > 0
    ? t('book.pointsOf', { points: fixed(score * possible, decimals()), possible: number(possible) })
    : percent(score)
}

/** A number of the class in the unit of its column. */
export function spreadText (
  spread: Spread | undefined,
  which: keyof Spread,
  task: TaskColumn | undefined,
  shown: Shown,
  texts: Texts
): string {
  if (spread === undefined) return ''
  const value = spread[which]
  if (task === undefined || value === null) return texts.score(value)
  return fractionText(value, task.heading, shown, () => Math.max(1, task.decimals()), texts)
}

/**
 * What is in the cell of a task. Marks are framed letters and statuses are words: nothing is shown by color
 * alone. A score without marks is plain text, with no component or element of its own: most cells are like
 * this, and the grid makes hundreds of them at a time.
 */
export function scoreContent (
  cell: Cell | null,
  task: TaskColumn,
  shown: Shown,
  texts: Texts
): ComponentChildren {
  const { t } = texts
  if (cell === null) {
    return (
      <span class='not-given'>
        <span class='hidden'>{t('status.notGiven')}</span>
      </span>
    )
  }
  const text = scoreText(cell, task, shown, texts)
  const isMissing = isScoreOfMissing(cell)
  if (cell.score !== null && !isMissing && !cell.is_provisional && !cell.is_late) return text
  return (
    <>
      <span
        class={cell.score === null
          ? `status ${cell.status}`
          : cell.is_provisional
            ? 'score provisional'
            : 'score'}
      >
        {text}
      </span>
      {isMissing && <Mark kind='missing' t={t} />}
      {cell.is_provisional && <Mark kind='provisional' t={t} />}
      {cell.is_late && <Mark kind='late' t={t} />}
    </>
  )
}

const MARKS = {
  late: ['mark.lateShort', 'mark.late'],
  provisional: ['mark.provisionalShort', 'mark.provisional'],
  missing: ['mark.missingShort', 'mark.missing'],
} as const

export function Mark ({ kind, t, isOnlyShort = false }: {
  kind: keyof typeof MARKS,
  t: Texts['t'],
  isOnlyShort?: boolean,
}) {
  const [short, long] = MARKS[kind]
  return (
    <span class={`mark ${kind}`} title={t(long)}>
      <span aria-hidden='true'>{t(short)}</span>
      {!isOnlyShort && <span class='hidden'>{t(long)}</span>}
    </span>
  )
}
