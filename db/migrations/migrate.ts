import { Migrator, type Migration } from 'kysely/migration'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { DomainError } from '../../src/errors.ts'
import type { Tables } from '../tables.ts'

/** Which steps of the schema a database has had. */
export interface MigrationStatus {
  applied: string[]
  /** Steps that this program would still apply. */
  pending: string[]
  /** Steps that a later program applied. */
  unknown: string[]
}

type Steps = Readonly<Record<string, Migration>>

interface MigrateOptions {
  /** All steps of this program, for the engine of the database. */
  migrations: Steps
  /** Has a row if the table with the applied steps is there. */
  hasTable: RawBuilder<unknown>
  /** Makes processes that upgrade one database take turns, where its write transactions do not do so. */
  lock?: RawBuilder<unknown>
  /** Whether a database that has been in use may be upgraded; only the service and `migrate` do that. */
  mayUpgrade: boolean
  /** Gets the first step of an upgrade, before it; copies the database. */
  keep: (step: string) => void
}

/**
 * Creates the schema of a new database, or upgrades an older one: all steps in one write transaction, so that
 * two processes that start at once take turns. Returns the names of the applied steps. Throws SCHEMA_TOO_NEW,
 * SCHEMA_TOO_OLD and UPGRADE_FAILED; then nothing was changed.
 */
export async function migrate (
  db: Kysely<Tables>, { migrations, hasTable, lock, mayUpgrade, keep }: MigrateOptions
): Promise<string[]> {
  const readStatus = async (db: Kysely<Tables>) => statusOf(await appliedSteps(db, hasTable), migrations)
  // Most databases are up to date. They are opened without waiting for the write lock.
  if (checkSchema(await readStatus(db), { mayUpgrade }) === 'current') return []
  return await db.transaction().execute(async (trx) => {
    await lock?.execute(trx)
    const status = await readStatus(trx)
    const schema = checkSchema(status, { mayUpgrade })
    const [next] = status.pending
    if (next === undefined) return []
    if (schema === 'old') keepBefore(next, keep)
    const failures: unknown[] = []
    const provider = { getMigrations: async () => notingFailures(migrations, failures) }
    try {
      const { error, results } = await new Migrator({ db: trx, provider }).migrateToLatest()
      if (error !== undefined) throw error
      return (results ?? []).map((step) => step.migrationName)
    } catch (error) {
      // In PostgreSQL, after a failure, Kysely runs one more statement, which fails too.
      throw failures[0] ?? error
    }
  })
}

/** The same steps; what they throw is added to `failures`. */
function notingFailures (steps: Steps, failures: unknown[]): Record<string, Migration> {
  return Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, {
    async up (db) {
      await step.up(db).catch((error: unknown) => {
        failures.push(error)
        throw error
      })
    },
  }]))
}

function keepBefore (step: string, keep: MigrateOptions['keep']): void {
  try {
    keep(step)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new DomainError('UPGRADE_FAILED', {
      detail: `The database has to be upgraded, and it could not be copied first: ${reason}. ` +
        'Make room in the data folder and try again. Nothing was changed.',
      cause: error,
    })
  }
}

/** Sorts the steps that a database has had by what this program knows of them. */
export function statusOf (applied: string[], migrations: Steps): MigrationStatus {
  return {
    applied,
    pending: Object.keys(migrations).filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !(name in migrations)),
  }
}

/** How a schema compares to this program's. Throws SCHEMA_TOO_NEW, and SCHEMA_TOO_OLD unless `mayUpgrade`. */
export function checkSchema (
  { applied, pending, unknown }: MigrationStatus,
  { mayUpgrade }: { mayUpgrade: boolean }
): 'new' | 'old' | 'current' {
  if (unknown.length > 0) {
    throw new DomainError('SCHEMA_TOO_NEW', {
      detail: `A later version of Perfbook has upgraded the database (${unknown.join(', ')}). ` +
        'Start that version, or a later one.',
    })
  }
  if (pending.length === 0) return 'current'
  const last = applied.at(-1)
  if (last === undefined) return 'new'
  if (mayUpgrade) return 'old'
  throw new DomainError('SCHEMA_TOO_OLD', {
    detail: `The database has the schema of an older version of Perfbook (${last}). ` +
      'Stop the older service if it is running, then start this version or run "perfbook migrate".',
  })
}

async function appliedSteps (db: Kysely<Tables>, hasTable: RawBuilder<unknown>): Promise<string[]> {
  const table = await hasTable.execute(db)
  if (table.rows.length === 0) return []
  const { rows } = await sql<{ name: string }>`SELECT name FROM kysely_migration ORDER BY name`.execute(db)
  return rows.map((row) => row.name)
}
