import { resolve } from 'node:path'
import { Command } from 'commander'
import { migrationStatus } from '../../db/sqlite/database-copy.ts'
import { readConfig } from '../config.ts'
import { assertOwnBackups } from '../backup/own-backups.ts'
import { restoreBackup } from '../backup/restore.ts'
import type { CommandContext } from './program/context.ts'
import { stopped } from './program/failures.ts'
import { givenPath } from './program/given-path.ts'
import { createProgressBar } from './program/progress-bar.ts'
import { counted } from '../counted.ts'

export function restoreCommand (context: CommandContext): Command {
  return new Command('restore')
    .description('restore a backup into an empty data folder, completely or not at all')
    .argument('<dir>', 'folder of backups')
    .option('--data-dir <dir>', 'data folder to create (default: DATA_DIR)')
    .option('--backup <name>', 'name of the backup, such as 2026-11-22T22-46-00.123Z (default: the newest)')
    .option('--json', 'print JSON')
    .action(
      async (
        dir: string,
        { dataDir, backup, json }: { dataDir?: string, backup?: string, json?: boolean }
      ) => {
        const config = readConfig(context.env, { flags: { DATA_DIR: dataDir } })
        assertOwnBackups(config)
        const bar = createProgressBar(context.stderr, 'restore')
        const facts = await restoreBackup({
          folder: resolve(givenPath(context, dir)),
          name: backup,
          dataFolder: config.DATA_DIR,
          pid: context.pid,
          signal: context.signal,
          onProgress: (done, of) => {
            bar.set(done / of)
          },
        }).catch((error: unknown) => {
          throw context.signal.aborted ? stopped('Stopped. Nothing was restored.') : error
        }).finally(() => {
          bar.end()
        })
        const { name, madeAt, files, bytes, missing } = facts
        if (json === true) {
          context.stdout.json({
            data_dir: config.DATA_DIR,
            backup: name,
            made_at: madeAt,
            files,
            bytes,
            missing,
          })
        } else context.stdout.write(`${config.DATA_DIR}\n`)
        context.stderr.write(
          `Restored ${name}: the database and ${counted(files, 'file')} with ${counted(bytes, 'byte')}, ` +
            'all verified. All users have to sign in again. Accounts and tokens are those of the backup.\n'
        )
        if (missing.length > 0) {
          context.stderr.write(
            `${counted(missing.length, 'file was', 'files were')} already lost or damaged in the backup ` +
              'and will be hidden.\n'
          )
        }
        if (migrationStatus(config.databaseFile).pending.length > 0) {
          context.stderr.write(
            'The backup is of an older version of Perfbook. ' +
              'Start the service, or run "perfbook migrate", before you use other commands.\n'
          )
        }
      }
    )
}
