import type { Row } from '../../../db/tables.ts'
import type { SourceTask } from '../book-source.ts'
import { inOrder, type CoursePlanning } from './course.ts'

/** A task of the course as it will be. */
export interface FinalTask {
  live: Row<'tasks'> | null
  sourceId: string
  /** The category's name. */
  category: string | null
  pointsPossible: number | null
  slot: number
  /** Null: not in the source, and kept. */
  source: SourceTask | null
}

export interface PlannedTasks {
  final: FinalTask[]
  /**
   * By the number that the import gave the line item: its task, what to take off its scores, its number in
   * the database.
   */
  items: Map<number, { task: FinalTask, minimum: number, storedNumber: number }>
  /** By the number that line items have in the database: what became of them; none: the line item is gone. */
  stored: Map<number, { task: FinalTask, oldMinimum: number, newMinimum: number }>
  /** Stored numbers of line items whose results go with them. */
  goneItems: Set<number>
}

/**
 * Plans tasks and their line items. Tasks that stay keep source id and slot; a new one takes the lowest slot
 * that nobody has.
 */
export function planTasks (course: CoursePlanning): PlannedTasks {
  const { book, staging, tallies, changed } = course
  const live = book.live === null ? [] : staging.live.tasks(book.live.id)
  const liveSources = book.live === null ? [] : staging.live.taskSources(book.live.id)
  const categoryNames = new Map(
    book.live === null ? [] : staging.live.categories(book.live.id).map((row) => [row.id, row.name])
  )
  const matches = matchTasks(book.tasks, live, liveSources)
  const matched = new Set([...matches.values()].map((row) => row.id))
  // Another source never removes what a grade book file added.
  const isKept = (row: Row<'tasks'>) =>
    matched.has(row.id) || row.grade_book !== null ||
    !(book.isFull || book.isGone.task(row))

  const slots = new Set(live.filter(isKept).map((row) => row.slot))
  let next = 0
  const freeSlot = () => {
    while (slots.has(next)) next++
    slots.add(next)
    return next
  }
  const named: FinalTask[] = book.tasks.map((source) => {
    const row = matches.get(source) ?? null
    return {
      live: row,
      sourceId: row?.source_id ?? source.sourceId,
      category: source.category,
      pointsPossible: source.pointsPossible,
      slot: row?.slot ?? freeSlot(),
      source,
    }
  })
  const ids = new Set(named.map((task) => task.sourceId))
  const taken = new Set([...ids, ...live.map((row) => row.source_id)])
  const extra: FinalTask[] = live.filter((row) => !matched.has(row.id) && isKept(row)).map((row) => ({
    live: row,
    // A source that has the same id for a task of its own does not mean the grade book's.
    sourceId: ids.has(row.source_id) ? freeId(row.source_id, row.grade_book, taken) : row.source_id,
    category: row.category_id === null ? null : categoryNames.get(row.category_id) ?? null,
    pointsPossible: row.points_possible,
    slot: row.slot,
    source: null,
  }))
  const final = inOrder([...named, ...extra], book.isFull, (task) => task.live?.position)

  final.forEach((task, position) => {
    const { live: row, source } = task
    if (source === null && row!.position === position && row!.source_id === task.sourceId) return
    const part = {
      course: book.number,
      live_id: row?.id ?? null,
      source_id: task.sourceId,
      title: source?.title ?? row!.title,
      type: source?.type ?? row!.type,
      category: task.category,
      due_at: source === null ? row!.due_at : source.dueAt,
      due_on: source === null ? row!.due_on : source.dueOn,
      points_possible: task.pointsPossible,
      grade_book: source === null ? row!.grade_book : source.gradeBook,
      slot: task.slot,
      position,
    }
    if (row === null) {
      staging.plan.task({ ...part, op: 'insert' })
      tallies.tasks.added++
      changed()
      return
    }
    const category = row.category_id === null ? null : categoryNames.get(row.category_id)
    const isUpdated = row.title !== part.title || row.type !== part.type || category !== part.category ||
      row.due_at !== part.due_at || row.due_on !== part.due_on || row.points_possible !== part.points_possible
    if (source !== null) tallies.tasks[isUpdated ? 'updated' : 'unchanged']++
    const isMoved = row.position !== position
    if (!isUpdated && !isMoved && row.source_id === part.source_id && row.grade_book === part.grade_book) {
      return
    }
    staging.plan.task({ ...part, op: 'update' })
    if (isUpdated || isMoved) changed()
  })
  for (const row of live) {
    if (isKept(row)) continue
    staging.plan.task({
      course: book.number,
      live_id: row.id,
      op: 'delete',
      source_id: row.source_id,
      title: row.title,
      type: row.type,
      category: null,
      due_at: null,
      due_on: null,
      points_possible: null,
      grade_book: row.grade_book,
      slot: row.slot,
      position: row.position,
    })
    tallies.tasks.removed++
    changed()
  }
  return planItems(course, final, liveSources)
}

/**
 * Which stored task each is: the one that carries the id of one of its line items, else the one that has most
 * of them.
 */
function matchTasks (
  tasks: SourceTask[],
  live: Array<Row<'tasks'>>,
  liveSources: Array<Row<'task_sources'>>
): Map<SourceTask, Row<'tasks'>> {
  const matches = new Map<SourceTask, Row<'tasks'>>()
  const taken = new Set<number>()
  const bySource = new Map(live.map((row) => [row.source_id, row]))
  for (const task of tasks) {
    const candidates = [task.sourceId, ...task.items.map((item) => item.sourceId)]
      .map((id) => id === null ? undefined : bySource.get(id))
      .filter((row) =>
        row !== undefined && !taken.has(row.id) &&
        (row.grade_book === null) === (task.gradeBook === null)
      ) as Array<Row<'tasks'>>
    const row = candidates.sort((a, b) => a.position - b.position || a.id - b.id)[0]
    if (row === undefined) continue
    matches.set(task, row)
    taken.add(row.id)
  }
  if (liveSources.length === 0) return matches
  const byId = new Map(live.map((row) => [row.id, row]))
  const taskOfItem = new Map(liveSources.map((row) => [row.source_id, row.task_id]))
  for (const task of tasks) {
    if (matches.has(task)) continue
    const votes = new Map<number, number>()
    for (const { sourceId } of task.items) {
      const id = sourceId === null ? undefined : taskOfItem.get(sourceId)
      if (id !== undefined && !taken.has(id)) votes.set(id, (votes.get(id) ?? 0) + 1)
    }
    const winner = [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]
    if (winner === undefined) continue
    matches.set(task, byId.get(winner[0])!)
    taken.add(winner[0])
  }
  return matches
}

function planItems (
  { book, staging }: CoursePlanning,
  final: FinalTask[],
  liveSources: Array<Row<'task_sources'>>
): PlannedTasks {
  const items: PlannedTasks['items'] = new Map()
  const stored: PlannedTasks['stored'] = new Map()
  const goneItems = new Set<number>()
  const known = new Map(liveSources.map((row) => [row.source_id, row]))
  let number = liveSources.reduce((most, row) => Math.max(most, row.number), 0)
  const named = new Set<string>()
  for (const task of final) {
    for (const item of task.source?.items ?? []) {
      if (item.sourceId === null) {
        items.set(item.number, { task, minimum: item.minimum, storedNumber: 0 })
        continue
      }
      named.add(item.sourceId)
      const row = known.get(item.sourceId)
      const storedNumber = row?.number ?? ++number
      items.set(item.number, { task, minimum: item.minimum, storedNumber })
      if (row !== undefined) {
        stored.set(row.number, { task, oldMinimum: row.minimum, newMinimum: item.minimum })
      }
      if (row === undefined || row.task_id !== task.live?.id || row.minimum !== item.minimum) {
        staging.plan.taskSource({
          course: book.number,
          op: 'upsert',
          source_id: item.sourceId,
          task: task.sourceId,
          minimum: item.minimum,
          number: storedNumber,
        })
      }
    }
  }
  const byTask = new Map(final.map((task) => [task.live?.id, task]))
  for (const row of liveSources) {
    if (named.has(row.source_id)) continue
    const task = byTask.get(row.task_id)
    if (book.isFull || book.isGone.item(row)) {
      goneItems.add(row.number)
      staging.plan.taskSource({
        course: book.number,
        op: 'delete',
        source_id: row.source_id,
        task: null,
        minimum: null,
        number: null,
      })
    } else if (task !== undefined) {
      stored.set(row.number, { task, oldMinimum: row.minimum, newMinimum: row.minimum })
    }
  }
  return { final, items, stored, goneItems }
}

/** An id for a grade book's task whose id another source uses. */
function freeId (id: string, system: string | null, taken: Set<string>): string {
  let free = `${system ?? 'task'}:${id}`
  while (taken.has(free)) free = `${system ?? 'task'}:${free}`
  taken.add(free)
  return free
}
