import { Migrator } from 'kysely/migration'
import { sql, type Kysely } from 'kysely'
import { migrations } from './all.ts'
import type { Tables } from '../tables.ts'

/** The database was written by a later program; nothing in it was touched. */
export class DatabaseTooNewError extends Error {
  constructor (unknown: string[]) {
    super(
      `The database is newer than this program (it has had ${
        unknown.join(', ')
      }). Start the version that wrote it, or a later one.`
    )
  }
}

/** The database could not be kept as it was before an upgrade, so that it was not upgraded. */
export class UpgradeError extends Error {
  constructor (cause: unknown) {
    super(
      `The database has to be upgraded, and a copy of it as it is now could not be made first: ${
        cause instanceof Error ? cause.message : String(cause)
      }. Make room in the data folder and start again; nothing was changed.`,
      { cause }
    )
  }
}

/**
 * Brings the schema up to date, all or nothing: one write transaction around all steps, so that two processes
 * that start at once do it one after the other. Before it changes a database that has been in use, `keep` is
 * told the first step to come and makes a copy. Returns the names of the steps done. Throws
 * DatabaseTooNewError and UpgradeError.
 */
export async function migrate (
  db: Kysely<Tables>,
  keep: (step: string) => void = () => {}
): Promise<string[]> {
  return await db.transaction().execute(async (trx) => {
    const applied = await appliedMigrations(trx)
    const unknown = applied.filter((name) => !(name in migrations))
    if (unknown.length > 0) throw new DatabaseTooNewError(unknown)
    const next = Object.keys(migrations).find((name) => !applied.includes(name))
    if (next === undefined) return []
    try {
      if (applied.length > 0) keep(next)
    } catch (error) {
      throw new UpgradeError(error)
    }
    const migrator = new Migrator({ db: trx, provider: { getMigrations: async () => migrations } })
    const { error, results } = await migrator.migrateToLatest()
    if (error !== undefined) throw error
    return (results ?? []).map((step) => step.migrationName)
  })
}

async function appliedMigrations (db: Kysely<Tables>): Promise<string[]> {
  const table = await sql`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'kysely_migration'`
    .execute(db)
  if (table.rows.length === 0) return []
  const { rows } = await sql<{ name: string }>`SELECT name FROM kysely_migration ORDER BY name`.execute(db)
  return rows.map((row) => row.name)
}
