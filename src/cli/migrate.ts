import { Command } from 'commander'
import { upgradeDatabase, type DatabaseLocation, type Upgrade } from '../../db/index.ts'
import { lockFolder, type FolderLock } from '../../db/sqlite/folder-lock.ts'
import { assertNotRestoring } from '../backup/data-folder.ts'
import { readConfig } from '../config.ts'
import type { CommandContext } from './program/context.ts'

/** Upgrades the database without starting the service. */
export function migrateCommand (context: CommandContext): Command {
  return new Command('migrate')
    .description(
      'upgrade the database to this version of Perfbook, as the start of the service does; ' +
      'with SQLite, the service must be stopped'
    )
    .option('--data-dir <dir>', 'data folder (default: DATA_DIR)')
    .option('--json', 'print JSON')
    .action(async ({ dataDir, json }: { dataDir?: string, json?: boolean }) => {
      const { DATA_DIR: folder, database } = readConfig(context.env, { flags: { DATA_DIR: dataDir } })
      // In PostgreSQL, nodes of the previous version keep working, and nodes that start together take turns.
      const lock = database.engine === 'sqlite' ? lockData(folder, context) : undefined
      try {
        const { steps, copy } = await upgradeDatabase(database)
        if (json === true) context.stdout.json({ steps, copy })
        else context.stdout.write(steps.map((step) => `${step}\n`).join(''))
        context.stderr.write(`${sentenceOf({ steps, copy }, database, folder)}\n`)
      } finally {
        lock?.release()
      }
    })
}

/** An older service that still runs on the folder could not work with the new schema. */
function lockData (folder: string, { pid }: CommandContext): FolderLock {
  assertNotRestoring(folder)
  return lockFolder(folder, { pid, address: 'perfbook migrate' })
}

function sentenceOf ({ steps, copy }: Upgrade, { engine }: DatabaseLocation, folder: string): string {
  if (copy !== null) return `The database was upgraded. A copy from before is in ${copy}.`
  if (steps.length === 0) return 'The database is up to date.'
  return engine === 'sqlite'
    ? `A new database was created in ${folder}.`
    : 'The schema of the PostgreSQL database was upgraded.'
}
