import type { Row } from '../../../db/tables.ts'
import type { SourceTask } from '../book-source.ts'
import { matchTasks } from './match-tasks.ts'
import { freeId, inOrder, type CoursePlanning } from './planning.ts'

/** A task of the course as it will be. `source` is null if the task is not in the source and is kept. */
export type FinalTask =
  | FinalTaskFields & { source: SourceTask, live: Row<'tasks'> | null }
  | FinalTaskFields & { source: null, live: Row<'tasks'> }

interface FinalTaskFields {
  sourceId: string
  /** The category's name. */
  category: string | null
  pointsPossible: number | null
  slot: number
}

export interface PlannedTasks {
  final: FinalTask[]
  /** Line items by their number in this import. `minimum` is subtracted from their scores. */
  items: Map<number, { task: FinalTask, minimum: number, storedNumber: number }>
  /** What becomes of stored line items, by their number in the database. Deleted ones are not in it. */
  stored: Map<number, { task: FinalTask, oldMinimum: number, newMinimum: number }>
  /** Stored numbers of line items whose results are removed with them. */
  goneItems: Set<number>
}

/**
 * Plans tasks and their line items. Stored tasks keep their source id and slot. A new one takes the lowest
 * free slot.
 */
export function planTasks (course: CoursePlanning): PlannedTasks {
  const { book, staging } = course
  const liveId = book.live?.id
  const live = liveId === undefined ? [] : staging.live.tasks(liveId)
  const liveItems = liveId === undefined ? [] : staging.live.taskSources(liveId)
  const categories = liveId === undefined ? [] : staging.live.categories(liveId)
  const categoryNames = new Map(categories.map((row) => [row.id, row.name]))
  const categoryOf = (row: Row<'tasks'>) => {
    return row.category_id === null ? null : categoryNames.get(row.category_id) ?? null
  }
  const matches = matchTasks(book.tasks, live, liveItems)
  const matched = new Set(Array.from(matches.values(), (row) => row.id))
  // Another source never removes what a grade book file added.
  const isKept = (row: Row<'tasks'>) => matched.has(row.id) || row.grade_book !== null ||
    !(book.isFull || book.isGone.task(row))

  const nextSlot = freeSlots(live.filter(isKept).map((row) => row.slot))
  const named = book.tasks.map((source): FinalTask => {
    const row = matches.get(source) ?? null
    return {
      live: row,
      sourceId: row?.source_id ?? source.sourceId,
      category: source.category,
      pointsPossible: source.pointsPossible,
      slot: row?.slot ?? nextSlot(),
      source,
    }
  })
  const ids = new Set(named.map((task) => task.sourceId))
  const taken = new Set([...ids, ...live.map((row) => row.source_id)])
  const others = live.filter((row) => !matched.has(row.id) && isKept(row)).map((row): FinalTask => ({
    live: row,
    // If the source uses the same id for a task of its own, it does not mean the grade book's task.
    sourceId: ids.has(row.source_id) ? freeId(row.grade_book ?? 'task', row.source_id, taken) : row.source_id,
    category: categoryOf(row),
    pointsPossible: row.points_possible,
    slot: row.slot,
    source: null,
  }))
  const final = inOrder(
    [...named, ...others], { isFull: book.isFull, positionOf: (task) => task.live?.position }
  )
  for (const [position, task] of final.entries()) planTask(task, { position, categoryOf, course })
  for (const row of live) if (!isKept(row)) planRemoval(row, course)
  return planItems(course, final, liveItems)
}

/** Gives the lowest slots that are not in use, one by one. */
function freeSlots (inUse: number[]): () => number {
  const slots = new Set(inUse)
  let next = 0
  return () => {
    while (slots.has(next)) next++
    return next++
  }
}

interface TaskPlanning {
  position: number
  categoryOf: (row: Row<'tasks'>) => string | null
  course: CoursePlanning
}

function planTask (task: FinalTask, { position, categoryOf, course }: TaskPlanning): void {
  const { book, staging, tallies, changed } = course
  const { live: row, source } = task
  const part = {
    course: book.number,
    live_id: row?.id ?? null,
    source_id: task.sourceId,
    ...valuesOf(task),
    category: task.category,
    points_possible: task.pointsPossible,
    slot: task.slot,
    position,
  }
  if (row === null) {
    staging.plan.task({ ...part, op: 'insert' })
    tallies.tasks.added++
    changed()
    return
  }
  const isUpdated = row.title !== part.title || row.type !== part.type ||
    categoryOf(row) !== part.category || row.due_at !== part.due_at || row.due_on !== part.due_on ||
    row.points_possible !== part.points_possible
  if (source !== null) tallies.tasks[isUpdated ? 'updated' : 'unchanged']++
  const isMoved = row.position !== position
  if (isUpdated || isMoved || row.source_id !== part.source_id || row.grade_book !== part.grade_book) {
    staging.plan.task({ ...part, op: 'update' })
  }
  if (isUpdated || isMoved) changed()
}

function valuesOf (
  task: FinalTask
): Pick<Row<'tasks'>, 'title' | 'type' | 'due_at' | 'due_on' | 'grade_book'> {
  if (task.source === null) {
    const { title, type, due_at, due_on, grade_book } = task.live
    return { title, type, due_at, due_on, grade_book }
  }
  const { title, type, dueAt, dueOn, gradeBook } = task.source
  return { title, type, due_at: dueAt, due_on: dueOn, grade_book: gradeBook }
}

function planRemoval (row: Row<'tasks'>, { book, staging, tallies, changed }: CoursePlanning): void {
  const { id: live_id, source_id, title, type, grade_book, slot, position } = row
  staging.plan.task({
    course: book.number,
    live_id,
    op: 'delete',
    source_id,
    title,
    type,
    category: null,
    due_at: null,
    due_on: null,
    points_possible: null,
    grade_book,
    slot,
    position,
  })
  tallies.tasks.removed++
  changed()
}

function planItems (
  { book, staging }: CoursePlanning, final: FinalTask[], liveItems: Array<Row<'task_sources'>>
): PlannedTasks {
  const items: PlannedTasks['items'] = new Map()
  const stored: PlannedTasks['stored'] = new Map()
  const goneItems = new Set<number>()
  const known = new Map(liveItems.map((row) => [row.source_id, row]))
  let lastNumber = liveItems.reduce((highest, row) => Math.max(highest, row.number), 0)
  const named = new Set<string>()
  for (const task of final) {
    for (const { number, sourceId, minimum } of task.source?.items ?? []) {
      if (sourceId === null) {
        items.set(number, { task, minimum, storedNumber: 0 })
        continue
      }
      named.add(sourceId)
      const row = known.get(sourceId)
      const storedNumber = row?.number ?? ++lastNumber
      items.set(number, { task, minimum, storedNumber })
      if (row !== undefined) {
        stored.set(row.number, { task, oldMinimum: row.minimum, newMinimum: minimum })
        if (row.task_id === task.live?.id && row.minimum === minimum) continue
      }
      staging.plan.taskSource({
        course: book.number,
        op: 'upsert',
        source_id: sourceId,
        task: task.sourceId,
        minimum,
        number: storedNumber,
      })
    }
  }
  const byTask = new Map(final.map((task) => [task.live?.id, task]))
  for (const row of liveItems) {
    if (named.has(row.source_id)) continue
    const task = byTask.get(row.task_id)
    if (book.isFull || book.isGone.item(row)) {
      goneItems.add(row.number)
      const { source_id } = row
      staging.plan.taskSource({
        course: book.number, op: 'delete', source_id, task: null, minimum: null, number: null,
      })
    } else if (task !== undefined) {
      stored.set(row.number, { task, oldMinimum: row.minimum, newMinimum: row.minimum })
    }
  }
  return { final, items, stored, goneItems }
}
