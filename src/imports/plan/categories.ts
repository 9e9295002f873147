import type { Row } from '../../../db/tables.ts'
import { inOrder, type CoursePlanning } from './course.ts'
import type { PlannedTasks } from './tasks.ts'

/**
 * Plans the categories of a course. One keeps its id, and with it the weight that a teacher set, by its name,
 * else by its source id.
 */
export function planCategories ({ book, staging, changed }: CoursePlanning, tasks: PlannedTasks): void {
  const live = book.live === null ? [] : staging.live.categories(book.live.id)
  const names = new Set(book.categories.map((category) => category.name))
  const byName = new Map(live.map((row) => [row.name, row]))
  const renamed = new Map(live.filter((row) => !names.has(row.name)).map((row) => [row.source_id, row]))
  const rows = new Map<string, Row<'categories'>>()
  for (const { name, sourceId } of book.categories) {
    const row = byName.get(name) ?? renamed.get(sourceId)
    if (row === undefined) continue
    rows.set(name, row)
    renamed.delete(row.source_id)
  }
  const matched = new Set([...rows.values()].map((row) => row.id))
  const inUse = new Set(tasks.final.map((task) => task.category))
  const isKept = (row: Row<'categories'>) =>
    matched.has(row.id) || inUse.has(row.name) || !(book.isFull || book.isGone.emptyCategories)
  const extra = live.filter((row) => !matched.has(row.id) && isKept(row))
  for (const row of extra) rows.set(row.name, row)
  const final = inOrder(
    [
      ...book.categories,
      ...extra.map((row) => ({ sourceId: row.source_id, name: row.name, weight: row.imported_weight })),
    ],
    book.isFull,
    ({ name }) => rows.get(name)?.position
  )
  final.forEach(({ sourceId, name, weight }, position) => {
    const row = rows.get(name)
    const part = {
      course: book.number,
      live_id: row?.id ?? null,
      source_id: sourceId,
      name,
      weight,
      position,
    }
    if (row === undefined) staging.plan.category({ ...part, op: 'insert' })
    else if (
      row.source_id !== sourceId || row.name !== name || row.imported_weight !== weight ||
      row.position !== position
    ) staging.plan.category({ ...part, op: 'update' })
    else return
    changed()
  })
  for (const row of live) {
    if (isKept(row)) continue
    staging.plan.category({
      course: book.number,
      live_id: row.id,
      op: 'delete',
      source_id: row.source_id,
      name: row.name,
      weight: null,
      position: row.position,
    })
    changed()
  }
}
