import type { Cell, Task } from '../../http/schemas/book.ts'
import type { Texts } from '../texts/use-texts.ts'
import type { Shown } from './columns.ts'

/**
 * A score in percent, or in points if the task has points possible, as in the workbook. Without a score, the
 * status.
 */
export function scoreText (cell: Cell, heading: Task, shown: Shown, { t, percent, number }: Texts): string {
  if (cell.score === null) return t(`status.${cell.status}`)
  const possible = heading.points_possible ?? 0
  return shown === 'points' && possible > 0 ? number(cell.score * possible) : percent(cell.score)
}

/** The cell of a task. Marks are framed letters and statuses are words: nothing is shown by color alone. */
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
