// A simulated import: it makes a plan in the staging tables, and the product's own code applies the plan. It
// does not read the upload; it always brings new scores of the one student.
import { applyPlan, generationOf } from '../../db/sqlite/staging/apply.ts'
import type { SqliteConnection } from '../../db/sqlite/connection.ts'
import type { ImportTask } from '../../src/imports/import.job.ts'
import { emptyTallies } from '../../src/imports/outcome.ts'
import type { TaskOutcome } from '../../src/jobs/task.ts'
import type { Life } from './life.ts'

const SUMMARY = { ...emptyTallies(), warnings: [] }
const PLAN = [
  'DELETE FROM plan_courses',
  'DELETE FROM plan_scores',
  `INSERT INTO plan_courses (course, live_id, op, source_id, name, time_zone, missing_counts, is_changed)
    SELECT 0, id, 'none', source_id, name, 'UTC', 'ignored', 1 FROM courses WHERE id = :course`,
  `INSERT INTO plan_scores (course, live_id, student, cells, score_count, score_sum)
    SELECT 0, id, source_id, :cells, 1, 1 FROM students WHERE course_id = :course`,
]

/** Imports scores whose bytes are the reference of the job. `fails`: the upload is not a table. */
export async function importScores (
  thread: Life,
  sqlite: SqliteConnection,
  { choices, reference, fence }: ImportTask['input'],
  { now, fails }: { now: () => number, fails: boolean }
): Promise<TaskOutcome<ImportTask>> {
  const course = choices.onlyCourseId ?? 0
  const importOf = sqlite.prepare('SELECT summary FROM imports WHERE reference = ?').pluck()
  for (;;) {
    await thread.step('thread makes a plan')
    if (importOf.get(reference) !== undefined) return { ok: true, facts: { summary: SUMMARY } }
    const isThere = sqlite.prepare('SELECT 1 FROM courses WHERE id = ?').get(course) !== undefined
    if (fails || !isThere) return { ok: false, code: 'IMPORT_FAILED', message: 'It cannot be imported.' }
    const generation = generationOf(sqlite)
    await thread.step('thread applies its plan')
    sqlite.exec('BEGIN')
    for (const text of PLAN) {
      const statement = sqlite.prepare(text)
      if (text.includes(':cells')) statement.run({ course, cells: Buffer.from(reference) })
      else if (text.includes(':course')) statement.run({ course })
      else statement.run()
    }
    const isApplied = await applyPlan(sqlite, generation, {
      at: now(), reference, fence, summary: JSON.stringify(SUMMARY), lockTimeoutMs: 0,
    })
    if (!isApplied) continue
    await thread.step('thread is done')
    return { ok: true, facts: { summary: SUMMARY } }
  }
}
