// The columns of a book: its categories with their weights, and its tasks in order.
import type { Row } from '../../db/tables.ts'
import type { CourseSettings } from './course-settings.ts'
import { endOfDay } from './course-time.ts'
import { effectiveWeights } from './weights.ts'

export interface BookCategory {
  id: number
  sourceId: string
  name: string
  /** The effective weight, a fraction. */
  weight: number
}

export interface BookTask {
  id: number
  sourceId: string
  title: string
  type: 'homework' | 'reading' | 'external'
  categoryId: number | null
  /** Index into the book's categories; -1: in none, so it counts in no category or course average. */
  category: number
  /** Ms since 1970. */
  dueAt: number | null
  pointsPossible: number | null
  slot: number
}

/** Categories in the order of their rows. Weights in `settings` replace those that are stored. */
export function bookCategories (rows: Array<Row<'categories'>>, { weights }: CourseSettings): BookCategory[] {
  const effective = effectiveWeights(rows.map((row) => {
    const weight = weights?.get(row.id)
    return weight === undefined ? row : { ...row, set_weight: weight }
  }))
  return rows.map((row, i) => ({
    id: row.id,
    sourceId: row.source_id,
    name: row.name,
    weight: effective[i] ?? 0,
  }))
}

/** Tasks by due date, those without one last, then in the order of their rows. */
export function bookTasks (
  rows: Array<Row<'tasks'>>,
  categories: readonly BookCategory[],
  timeZone: string
): BookTask[] {
  const indexes = new Map(categories.map((category, i) => [category.id, i]))
  return rows.map((row): BookTask => ({
    id: row.id,
    sourceId: row.source_id,
    title: row.title,
    type: row.type,
    categoryId: row.category_id,
    category: row.category_id === null ? -1 : indexes.get(row.category_id) ?? -1,
    dueAt: row.due_at ?? (row.due_on === null ? null : endOfDay(row.due_on, timeZone)),
    pointsPossible: row.points_possible,
    slot: row.slot,
  })).sort(byDueDate)
}

function byDueDate (a: BookTask, b: BookTask): number {
  const [first, second] = [a.dueAt ?? Infinity, b.dueAt ?? Infinity]
  return first === second ? 0 : first - second
}
