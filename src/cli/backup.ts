import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { checkSchema } from '../../db/migrations/migrate.ts'
import { migrationStatus } from '../../db/sqlite/database-copy.ts'
import { readConfig } from '../config.ts'
import { makeBackup, type BackupFacts } from '../backup/backup.ts'
import { createDiskStorage } from '../files/storage/disk.ts'
import { VERSION } from '../version.ts'
import { parseId } from './program/arguments.ts'
import type { CommandContext } from './program/context.ts'
import { failed } from './program/failures.ts'
import { givenPath } from './program/given-path.ts'
import { oneLine } from './program/printer.ts'
import { createProgressBar } from './program/progress-bar.ts'

export function backupCommand (context: CommandContext): Command {
  return new Command('backup').description('the database and all stored files, also while the service runs')
    .argument('<dir>', 'where backups lie; what an earlier one has already is not copied again')
    .option('--data-dir <dir>', 'the data folder (default: DATA_DIR)')
    .option('--keep <number>', 'remove all backups in it but the newest so many (default: none)', parseId)
    .option('--json', 'as JSON')
    .action(
      async (dir: string, { dataDir, keep, json }: { dataDir?: string, keep?: number, json?: boolean }) => {
        const config = readConfig(context.env, { flags: { DATA_DIR: dataDir } })
        const folder = resolve(givenPath(context, dir))
        if (!existsSync(config.databaseFile)) {
          throw failed(
            `There is no database in ${config.DATA_DIR}. Name the data folder with --data-dir or DATA_DIR.`
          )
        }
        if (folder === config.DATA_DIR) {
          throw failed('A backup cannot lie in the data folder itself. Name another one.')
        }
        checkSchema(migrationStatus(config.databaseFile), { mayUpgrade: false })
        const bar = createProgressBar(context.stderr, 'backup')
        const facts = await makeBackup({
          databaseFile: config.databaseFile,
          storage: createDiskStorage(config.filesFolder, config.quarantineFolder),
          folder,
          keep,
          version: VERSION,
          now: Date.now,
          pid: context.pid,
          signal: context.signal,
          onProgress: (done, of) => {
            bar.set(done / of)
          },
        }).catch((error: unknown) => {
          throw context.signal.aborted
            ? failed('Stopped. There is no new backup, and the older ones are as they were.')
            : error
        }).finally(() => {
          bar.end()
        })
        if (json === true) context.stdout.json(shown(facts))
        else {
          context.stderr.write(
            `${facts.files} files with ${facts.bytes} bytes, ${facts.copied} of them new, and a database of ${facts.databaseBytes} bytes; all read back and right.\n`
          )
          context.stdout.write(`${facts.path}\n`)
        }
        if (facts.missing.length > 0) {
          throw failed(
            `The backup was made, without ${facts.missing.length} stored files that are lost or damaged in the data folder:\n${
              facts.missing.map(({ id, path, reason }) => `  ${reason} ${oneLine(path)} (file ${id})`).join(
                '\n'
              )
            }\n"perfbook file verify --repair" hides them; an older backup may have them.`
          )
        }
      }
    )
}

function shown ({ path, madeAt, databaseBytes, files, bytes, copied, missing, removed }: BackupFacts) {
  return { path, made_at: madeAt, database_bytes: databaseBytes, files, bytes, copied, missing, removed }
}
