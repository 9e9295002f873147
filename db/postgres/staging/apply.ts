// The last step of an import into PostgreSQL.
import type { SqliteConnection } from '../../sqlite/connection.ts'
import {
  applyStatements, MOVED_COURSES, NOT_OURS, STILL_RUNS, STILL_USED, type PlanDialect,
} from '../../staging/apply-statements.ts'
import { asTrx } from '../../staging/as-trx.ts'
import { forgetDeletedCourses } from '../../staging/forget-courses.ts'
import { keepAfter, keepBefore } from '../../staging/keep-for-undo.ts'
import type { ApplyOptions } from '../../staging/staging.ts'
import { DELETION_LOCK } from '../../queries/courses.ts'
import { IMPORTS_LOCK } from '../../queries/erased-people.ts'
import type { CopyType } from './copy-format.ts'
import type { ImportConnection } from './import-connection.ts'

/** How often the transaction is tried if others conflict with it. */
const MOST_TRIES = 5
/** After an import of this many rows, query plans may be outdated. */
const MANY_ROWS = 1000
/** serialization_failure, deadlock_detected */
const MAY_TRY_AGAIN = ['40001', '40P01']

/**
 * Changes with each import, and with each erasure of a person: both take the lock of imports before they take
 * an id, so ids rise in the order of commits.
 */
export const GENERATION = `SELECT (SELECT coalesce(max(id), 0) FROM imports)::text || ' ' ||
  (SELECT coalesce(max(id), 0) FROM erased_people)::text AS generation`

/** Types of SQLite's columns in a plan, and of those of its copy. */
const TYPES: Readonly<Record<string, { declared: string, copied: CopyType }>> = {
  INTEGER: { declared: 'BIGINT', copied: 'bigint' },
  REAL: { declared: 'DOUBLE PRECISION', copied: 'double' },
  TEXT: { declared: 'TEXT COLLATE "C"', copied: 'text' },
  BLOB: { declared: 'BYTEA', copied: 'bytes' },
}

interface Plan {
  pg: ImportConnection
  /** The staging, which has the plan. */
  sqlite: SqliteConnection
  /** Of the snapshot from which the plan was made. */
  generation: string
}

/**
 * Applies the plan in one transaction. False: the database is no longer the one from which the plan was made,
 * as far as imports are concerned.
 */
export async function applyPlan (plan: Plan, options: ApplyOptions): Promise<boolean> {
  plan.sqlite.exec(STILL_USED)
  for (let tries = 1; ; tries++) {
    try {
      const isApplied = await applyOnce(plan, options)
      if (isApplied) await countAgain(plan)
      return isApplied
    } catch (error) {
      const { code } = error as { code?: unknown }
      if (tries === MOST_TRIES || typeof code !== 'string' || !MAY_TRY_AGAIN.includes(code)) throw error
    }
  }
}

async function applyOnce (plan: Plan, options: ApplyOptions): Promise<boolean> {
  const { pg, generation } = plan
  const { at, lockTimeoutMs, fence } = options
  return await pg.kysely.transaction().setIsolationLevel('read committed').execute(async (transaction) => {
    await pg.run(`SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;
      SET LOCAL jit = off; SET LOCAL lock_timeout = ${lockTimeoutMs}`)
    // No lock is held while the plan is copied.
    await copyPlan(plan)
    await lock(pg, IMPORTS_LOCK)
    const [{ deletions } = {}] = await pg.run(
      "SELECT count(*) AS deletions FROM plan_courses WHERE op = 'delete'"
    )
    if (deletions !== 0) await lock(pg, DELETION_LOCK)
    await lockCourses(pg)
    const [{ generation: now } = {}] = await pg.run(GENERATION)
    const [{ moved } = {}] = await pg.run(MOVED_COURSES)
    if (now !== generation || moved !== 0) return false
    const importId = await insertImport(pg, options)
    const engine = dialect(at)
    for (
      const statement of [
        ...keepBefore(importId, engine.at), ...applyStatements(engine), ...keepAfter(importId),
      ]
    ) await pg.run(statement)
    const ids = await pg.run("SELECT live_id FROM plan_courses WHERE op = 'delete'")
    await forgetDeletedCourses(asTrx(transaction, { engine: 'postgres', at }), {
      ids: ids.map((row) => row.live_id as number), at,
    })
    const runs = fence === null ? [true] : await pg.run(`${STILL_RUNS} FOR SHARE`, [fence.jobId, fence.token])
    if (runs.length === 0) throw new Error(NOT_OURS)
    return true
  })
}

/** Under the lock of imports, so that ids rise in the order of commits. */
async function insertImport (
  pg: ImportConnection, { at, reference, summary }: ApplyOptions
): Promise<number> {
  const [row] = await pg.run(
    'INSERT INTO imports (applied_at, reference, summary) VALUES ($1, $2, $3) RETURNING id',
    [at, reference, summary]
  )
  return row?.id as number
}

/**
 * PostgreSQL plans queries with its latest statistics, and updates them within a minute or so. Until then,
 * reading a newly imported book, or undoing the import, would take time that grows with the square of its
 * students.
 */
async function countAgain ({ pg, sqlite }: Plan): Promise<void> {
  const planned = sqlite.prepare(
    'SELECT (SELECT count(*) FROM plan_scores) + (SELECT count(*) FROM plan_records)'
  )
  if (planned.pluck().get() as number < MANY_ROWS) return
  await pg.run(`ANALYZE students, student_scores, student_result_origins, roster_records, undo_students,
    undo_scores, undo_task_sources, undo_records`)
}

/** As `Trx.lock`. */
async function lock (pg: ImportConnection, name: string): Promise<void> {
  await pg.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [name])
}

function dialect (at: number): PlanDialect {
  return {
    at: `${at}::bigint`,
    isTermOfClass: 'jsonb_exists(e.body::jsonb -> 1, r.source_id)',
  }
}

/** Copies the tables of the plan to temporary ones, which end with the transaction. */
async function copyPlan ({ pg, sqlite }: Plan): Promise<void> {
  const tables = sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'plan_*'")
  for (const table of tables.pluck().all() as string[]) {
    const columns = (sqlite.pragma(`table_info(${table})`) as Array<{ name: string, type: string }>)
      .map(({ name, type }) => {
        const known = TYPES[type]
        if (known === undefined) throw new Error(`${table}.${name} has a type that is not copied`)
        return { name: `"${name}"`, ...known }
      })
    const names = columns.map(({ name }) => name).join(', ')
    await pg.run(`CREATE TEMP TABLE ${table} (${
      columns.map(({ name, declared }) => `${name} ${declared}`).join(', ')
    }) ON COMMIT DROP`)
    const rows = sqlite.prepare(`SELECT ${names} FROM ${table}`).raw().iterate()
    await pg.fill(table, {
      columns: names, types: columns.map(({ copied }) => copied), rows: rows as Iterable<unknown[]>,
    })
    await pg.run(`ANALYZE ${table}`)
  }
}

/**
 * Until the end of the transaction, no one else deletes these courses or changes their settings. Other writes
 * also lock a course before its parts.
 */
async function lockCourses (pg: ImportConnection): Promise<void> {
  for (const [op, strength] of [["= 'delete'", 'UPDATE'], ["<> 'delete'", 'NO KEY UPDATE']] as const) {
    await pg.run(`SELECT count(*) FROM (SELECT id FROM courses
      WHERE id IN (SELECT live_id FROM plan_courses WHERE op ${op}) ORDER BY id FOR ${strength}) locked`)
  }
}
