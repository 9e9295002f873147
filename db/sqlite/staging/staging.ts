// The staging database of an import into SQLite: it sees the service's database as `live`, so there is
// nothing to load.
import { rmSync } from 'node:fs'
import { connectPlain, type SqliteConnection } from '../connection.ts'
import type { LiveLoads, Staging } from '../../staging/staging.ts'
import { applyPlan, generationOf } from './apply.ts'
import { liveReads } from './live-reads.ts'
import { planWrites } from './plan.ts'
import { stagedRecords } from './records.ts'
import { stagedResults } from './results.ts'
import { STAGING_SCHEMA } from './schema.ts'

const NOTHING_TO_LOAD: LiveLoads = {
  async coursesNamed () {},
  async courses () {},
  async newestColumnMaps () {},
  async roster () {},
  async records () {},
}

/**
 * Creates the staging database. `file` must not exist; `databaseFile` must exist and have the current schema.
 * Blocks while others hold locks.
 */
export function openSqliteStaging ({ file, databaseFile }: { file: string, databaseFile: string }): Staging {
  const { sqlite, close } = openScratch(file)
  try {
    sqlite.prepare('ATTACH ? AS live').run(databaseFile)
    for (
      const pragma of [
        'live.synchronous = FULL',
        'live.secure_delete = ON',
        'live.cache_size = -16384',
        'foreign_keys = ON',
      ]
    ) sqlite.pragma(pragma)
    sqlite.exec('BEGIN')
    for (const statement of STAGING_SCHEMA) sqlite.exec(statement)
    const importOf = sqlite.prepare('SELECT summary FROM live.imports WHERE reference = ?').pluck()
    return {
      records: stagedRecords(sqlite),
      results: stagedResults(sqlite),
      plan: planWrites(sqlite),
      live: liveReads(sqlite),
      load: NOTHING_TO_LOAD,
      importOf: async (reference) => importOf.get(reference) as string | undefined,
      apply: (options) => applyPlan(sqlite, generationOf(sqlite), options),
      async close () { close() },
    }
  } catch (error) {
    close()
    throw error
  }
}

/**
 * Opens a new file that only this process uses. Nothing in it outlives the process, so nothing is journalled
 * or synced. `close` removes it; a second call does nothing.
 */
export function openScratch (file: string): { sqlite: SqliteConnection, close: () => void } {
  const sqlite = connectPlain(file)
  let isOpen = true
  const close = () => {
    if (!isOpen) return
    isOpen = false
    sqlite.close()
    rmSync(file, { force: true })
  }
  for (
    const pragma of ['journal_mode = OFF', 'synchronous = OFF', 'cache_size = -24576', 'busy_timeout = 5000']
  ) sqlite.pragma(pragma)
  return { sqlite, close }
}
