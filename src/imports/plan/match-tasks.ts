import type { Row } from '../../../db/tables.ts'
import type { SourceTask } from '../book-source.ts'

/**
 * Which stored task each task is: the one that has the id of the task or of one of its line items, else the
 * one that has most of its line items.
 */
export function matchTasks (
  tasks: SourceTask[], live: Array<Row<'tasks'>>, liveItems: Array<Row<'task_sources'>>
): Map<SourceTask, Row<'tasks'>> {
  const matches = new Map<SourceTask, Row<'tasks'>>()
  const taken = new Set<number>()
  const take = (task: SourceTask, row: Row<'tasks'> | undefined) => {
    if (row === undefined) return
    matches.set(task, row)
    taken.add(row.id)
  }
  const bySource = new Map(live.map((row) => [row.source_id, row]))
  for (const task of tasks) {
    const ids = [task.sourceId, ...task.items.map((item) => item.sourceId)]
    const rows = ids.map((id) => id === null ? undefined : bySource.get(id))
      .filter((row) => row !== undefined)
      .filter((row) => !taken.has(row.id) && (row.grade_book === null) === (task.gradeBook === null))
    const [first] = rows.sort((a, b) => a.position - b.position || a.id - b.id)
    take(task, first)
  }
  if (liveItems.length === 0) return matches
  const byId = new Map(live.map((row) => [row.id, row]))
  const taskOfItem = new Map(liveItems.map((row) => [row.source_id, row.task_id]))
  for (const task of tasks) {
    if (matches.has(task)) continue
    const votes = new Map<number, number>()
    for (const { sourceId } of task.items) {
      const id = sourceId === null ? undefined : taskOfItem.get(sourceId)
      if (id !== undefined && !taken.has(id)) votes.set(id, (votes.get(id) ?? 0) + 1)
    }
    const [winner] = [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0])
    if (winner !== undefined) take(task, byId.get(winner[0]))
  }
  return matches
}
