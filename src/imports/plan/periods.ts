import type { Row } from '../../../db/tables.ts'
import { inOrder, type CoursePlanning } from './planning.ts'

/**
 * Plans the periods of a course. `inUse`: source ids of the periods that its students are in. A period is
 * kept as long as it has students, since dropped students remain in their last period.
 */
export function planPeriods (
  { book, staging, tallies, changed }: CoursePlanning, inUse: ReadonlySet<string | null>
): void {
  const live = book.live === null ? [] : staging.live.periods(book.live.id)
  const bySource = new Map(live.map((row) => [row.source_id, row]))
  const named = new Set(book.periods.map((period) => period.sourceId))
  const isKept = (row: Row<'periods'>) => named.has(row.source_id) || inUse.has(row.source_id) ||
    !(book.isFull || book.isGone.period(row))
  const others = live.filter((row) => !named.has(row.source_id) && isKept(row))
  const final = inOrder(
    [...book.periods, ...others.map((row) => ({ sourceId: row.source_id, name: row.name }))],
    { isFull: book.isFull, positionOf: ({ sourceId }) => bySource.get(sourceId)?.position }
  )
  for (const [position, { sourceId, name }] of final.entries()) {
    const row = bySource.get(sourceId)
    const part = { course: book.number, live_id: row?.id ?? null, source_id: sourceId, name, position }
    if (row === undefined) {
      staging.plan.period({ ...part, op: 'insert' })
      tallies.periods.added++
      changed()
      continue
    }
    if (row.name !== name || row.position !== position) {
      staging.plan.period({ ...part, op: 'update' })
      changed()
    }
    if (named.has(sourceId)) tallies.periods[row.name === name ? 'unchanged' : 'updated']++
  }
  for (const row of live) {
    if (isKept(row)) continue
    const { id: live_id, source_id, name, position } = row
    staging.plan.period({ course: book.number, live_id, op: 'delete', source_id, name, position })
    tallies.periods.removed++
    changed()
  }
}
