import { Command } from 'commander'
import { upgradeDatabase, type Upgrade } from '../../db/index.ts'
import { lockFolder } from '../../db/sqlite/folder-lock.ts'
import { assertNotRestoring } from '../backup/data-folder.ts'
import { readConfig } from '../config.ts'
import type { CommandContext } from './program/context.ts'

/** Upgrades the database without starting the service. */
export function migrateCommand (context: CommandContext): Command {
  return new Command('migrate')
    .description(
      'upgrade the database to this version of Perfbook, as the start of the service does; ' +
      'the service must be stopped'
    )
    .option('--data-dir <dir>', 'data folder (default: DATA_DIR)')
    .option('--json', 'print JSON')
    .action(async ({ dataDir, json }: { dataDir?: string, json?: boolean }) => {
      const { DATA_DIR: folder, database } = readConfig(context.env, { flags: { DATA_DIR: dataDir } })
      assertNotRestoring(folder)
      // An older service that still runs on the folder could not work with the new schema.
      const lock = lockFolder(folder, { pid: context.pid, address: 'perfbook migrate' })
      try {
        const { steps, copy } = await upgradeDatabase(database)
        if (json === true) context.stdout.json({ steps, copy })
        else context.stdout.write(steps.map((step) => `${step}\n`).join(''))
        context.stderr.write(`${sentenceOf({ steps, copy }, folder)}\n`)
      } finally {
        lock.release()
      }
    })
}

function sentenceOf ({ steps, copy }: Upgrade, folder: string): string {
  if (copy !== null) return `The database was upgraded. A copy from before is in ${copy}.`
  return steps.length > 0 ? `A new database was created in ${folder}.` : 'The database is up to date.'
}
