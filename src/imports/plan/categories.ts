import type { Row } from '../../../db/tables.ts'
import { inOrder, type CoursePlanning } from './planning.ts'

/**
 * Plans the categories of a course. A category is matched by its name, else by its source id. It then keeps
 * its id, and with it the weight that a teacher set. `inUse`: names of the categories that its tasks have.
 */
export function planCategories (
  { book, staging, changed }: CoursePlanning, inUse: ReadonlySet<string | null>
): void {
  const live = book.live === null ? [] : staging.live.categories(book.live.id)
  const rows = matchCategories(book.categories, live)
  const matched = new Set(Array.from(rows.values(), (row) => row.id))
  const isKept = (row: Row<'categories'>) => matched.has(row.id) || inUse.has(row.name) ||
    !(book.isFull || book.isGone.emptyCategories)
  const others = live.filter((row) => !matched.has(row.id) && isKept(row))
  for (const row of others) rows.set(row.name, row)
  const final = inOrder([
    ...book.categories,
    ...others.map((row) => ({ sourceId: row.source_id, name: row.name, weight: row.imported_weight })),
  ], { isFull: book.isFull, positionOf: ({ name }) => rows.get(name)?.position })
  for (const [position, { sourceId, name, weight }] of final.entries()) {
    const row = rows.get(name)
    const part = {
      course: book.number, live_id: row?.id ?? null, source_id: sourceId, name, weight, position,
    }
    if (row === undefined) {
      staging.plan.category({ ...part, op: 'insert' })
    } else if (row.source_id !== sourceId || row.name !== name || row.imported_weight !== weight ||
      row.position !== position) {
      staging.plan.category({ ...part, op: 'update' })
    } else {
      continue
    }
    changed()
  }
  for (const row of live) {
    if (isKept(row)) continue
    const { id: live_id, source_id, name, position } = row
    staging.plan.category({
      course: book.number, live_id, op: 'delete', source_id, name, weight: null, position,
    })
    changed()
  }
}

/** The stored category of each, by name: the one of its name, else a renamed one with its source id. */
function matchCategories (
  categories: ReadonlyArray<{ name: string, sourceId: string }>, live: Array<Row<'categories'>>
): Map<string, Row<'categories'>> {
  const names = new Set(categories.map((category) => category.name))
  const byName = new Map(live.map((row) => [row.name, row]))
  const renamed = new Map(live.filter((row) => !names.has(row.name)).map((row) => [row.source_id, row]))
  const rows = new Map<string, Row<'categories'>>()
  for (const { name, sourceId } of categories) {
    const row = byName.get(name) ?? renamed.get(sourceId)
    if (row === undefined) continue
    rows.set(name, row)
    renamed.delete(row.source_id)
  }
  return rows
}
