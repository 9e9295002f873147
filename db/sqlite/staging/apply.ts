// The last step of an import into SQLite.
import { kyselyOver, type SqliteConnection } from '../connection.ts'
import {
  applyStatements, MOVED_COURSES, NOT_OURS, STILL_RUNS, STILL_USED, type PlanDialect,
} from '../../staging/apply-statements.ts'
import { asTrx } from '../../staging/as-trx.ts'
import { forgetDeletedCourses } from '../../staging/forget-courses.ts'
import { keepAfter, keepBefore } from '../../staging/keep-for-undo.ts'
import type { ApplyOptions } from '../../staging/staging.ts'
import type { Tables } from '../../tables.ts'

const DIALECT: PlanDialect = {
  at: ':at',
  isTermOfClass: "EXISTS (SELECT 1 FROM json_each(e.body, '$[1]') t WHERE t.value = r.source_id)",
}

/** Changes with each import, and with each erasure of a person. */
const GENERATION = `SELECT (SELECT coalesce(max(id), 0) FROM live.imports) || ' ' ||
  (SELECT coalesce(max(id), 0) FROM live.erased_people)`

/** A plan can be applied only while this is the same as when it was made. */
export function generationOf (sqlite: SqliteConnection): string {
  return sqlite.prepare(GENERATION).pluck().get() as string
}

/**
 * Applies the plan under the write lock. False: the database is no longer the one from which the plan was
 * made, as far as imports are concerned.
 */
export async function applyPlan (
  sqlite: SqliteConnection,
  generation: string,
  { at, reference, summary, lockTimeoutMs, fence }: ApplyOptions
): Promise<boolean> {
  sqlite.exec('COMMIT')
  sqlite.pragma(`busy_timeout = ${lockTimeoutMs}`)
  sqlite.exec('BEGIN IMMEDIATE')
  try {
    const isCurrent = generationOf(sqlite) === generation &&
      sqlite.prepare(MOVED_COURSES).pluck().get() === 0
    if (isCurrent) {
      sqlite.exec(STILL_USED)
      // First, so that what is kept for an undo has its id. What fails takes it away again.
      const importId = sqlite.prepare(
        'INSERT INTO live.imports (applied_at, reference, summary) VALUES (:at, :reference, :summary)'
      ).run({ at, reference, summary }).lastInsertRowid as number
      for (
        const statement of [
          ...keepBefore(importId, DIALECT.at), ...applyStatements(DIALECT), ...keepAfter(importId),
        ]
      ) {
        const prepared = sqlite.prepare(statement)
        if (statement.includes(DIALECT.at)) prepared.run({ at })
        else prepared.run()
      }
      const ids = sqlite.prepare("SELECT live_id FROM plan_courses WHERE op = 'delete'").pluck().all()
      const trx = asTrx(kyselyOver<Tables>(sqlite), { engine: 'sqlite', at })
      await forgetDeletedCourses(trx, { ids: ids as number[], at })
      if (fence !== null) {
        const runs = sqlite.prepare(STILL_RUNS).all({ 1: fence.jobId, 2: fence.token })
        if (runs.length === 0) throw new Error(NOT_OURS)
      }
    }
    sqlite.exec('COMMIT')
    return isCurrent
  } catch (error) {
    if (sqlite.inTransaction) sqlite.exec('ROLLBACK')
    throw error
  }
}
