// The staging of an import into PostgreSQL: two SQLite files, that of every import, and one with what the
// import needs of the service's database.
import type { PostgresLocation } from '../../database.ts'
import { liveReads } from '../../sqlite/staging/live-reads.ts'
import { planWrites } from '../../sqlite/staging/plan.ts'
import { stagedRecords } from '../../sqlite/staging/records.ts'
import { stagedResults } from '../../sqlite/staging/results.ts'
import { STAGING_SCHEMA } from '../../sqlite/staging/schema.ts'
import { openScratch } from '../../sqlite/staging/staging.ts'
import type { Staging } from '../../staging/staging.ts'
import { applyPlan, GENERATION } from './apply.ts'
import { importConnection } from './import-connection.ts'
import { liveCopy } from './live-copy.ts'

interface StagingOptions {
  /** The staging file. A second one is created next to it. Neither exists yet. */
  file: string
  database: PostgresLocation
  signal?: AbortSignal | undefined
}

/** Creates the staging database. Throws the signal's reason when aborted. */
export async function openPostgresStaging ({ file, database, signal }: StagingOptions): Promise<Staging> {
  const pg = await importConnection(database, signal)
  const live = openScratch(`${file}-live`)
  const { sqlite, close: closeScratch } = openScratch(file)
  const close = async () => {
    closeScratch()
    live.close()
    await pg.close()
  }
  /** An aborted import ends its connection: what then fails is not the error. */
  const orAborted = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  }
  try {
    sqlite.pragma('foreign_keys = OFF')
    sqlite.prepare('ATTACH ? AS live').run(`${file}-live`)
    for (const pragma of ['live.journal_mode = OFF', 'live.synchronous = OFF', 'live.cache_size = -16384']) {
      sqlite.pragma(pragma)
    }
    sqlite.exec('BEGIN')
    for (const statement of STAGING_SCHEMA) sqlite.exec(statement)
    await pg.run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    // The snapshot lasts as long as the import takes to read its source.
    await pg.run('SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0')
    const [{ generation } = {}] = await pg.run(GENERATION)
    const { load, origins } = await liveCopy(pg, sqlite)
    return {
      records: stagedRecords(sqlite),
      results: stagedResults(sqlite),
      plan: planWrites(sqlite),
      live: { ...liveReads(sqlite), origins },
      load: {
        coursesNamed: (text) => orAborted(load.coursesNamed(text)),
        courses: (ids) => orAborted(load.courses(ids)),
        newestColumnMaps: () => orAborted(load.newestColumnMaps()),
        roster: () => orAborted(load.roster()),
        records: (kind, ids) => orAborted(load.records(kind, ids)),
      },
      async importOf (reference) {
        const [row] = await pg.run('SELECT summary FROM imports WHERE reference = $1', [reference])
        return row?.summary as string | undefined
      },
      async apply (options) {
        await pg.run('COMMIT')
        sqlite.exec('COMMIT')
        return await orAborted(applyPlan({ pg, sqlite, generation: generation as string }, options))
      },
      close,
    }
  } catch (error) {
    await close()
    signal?.throwIfAborted()
    throw error
  }
}
