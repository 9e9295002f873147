import type { Cell, Task } from '../../http/schemas/book.ts'
import type { Texts } from '../texts/use-texts.ts'
import type { Shown } from './columns.ts'

/**
 * A score in percent, or in points where the task has points possible (as the workbook does); a status where
 * there is none.
 */
export function scoreText (cell: Cell, heading: Task, shown: Shown, { t, percent, number }: Texts): string {
  if (cell.score === null) return t(`status.${cell.status}`)
  if (shown === 'points' && (heading.points_possible ?? 0) > 0) {
    return number(cell.score * heading.points_possible!)
  }
  return percent(cell.score)
}

/**
 * What a cell of a task shows. Marks are letters in a frame, statuses words: none is told by colour alone.
 */
export function Score (
  { cell, heading, shown, texts }: { cell: Cell | null, heading: Task, shown: Shown, texts: Texts }
) {
  const { t } = texts
  if (cell === null) {
    return (
      <span class='not-given'>
        <span class='hidden'>{t('status.notGiven')}</span>
      </span>
    )
  }
  return (
    <>
      <span
        class={cell.score === null
          ? `status ${cell.status}`
          : cell.is_provisional
            ? 'score provisional'
            : 'score'}
      >
        {scoreText(cell, heading, shown, texts)}
      </span>
      {cell.is_provisional && (
        <Mark short={t('mark.provisionalShort')} long={t('mark.provisional')} kind='provisional' />
      )}
      {cell.is_late && <Mark short={t('mark.lateShort')} long={t('mark.late')} kind='late' />}
    </>
  )
}

export function Mark ({ short, long, kind }: { short: string, long: string, kind: 'late' | 'provisional' }) {
  return (
    <span class={`mark ${kind}`} title={long}>
      <span aria-hidden='true'>{short}</span>
      <span class='hidden'>{long}</span>
    </span>
  )
}
