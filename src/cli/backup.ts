import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { checkSchema } from '../../db/migrations/migrate.ts'
import { isInterrupted, migrationStatus, rollBackInterrupted } from '../../db/sqlite/database-copy.ts'
import { readConfig } from '../config.ts'
import { assertOwnBackups } from '../backup/own-backups.ts'
import { makeBackup, type BackupFacts } from '../backup/backup.ts'
import { counted } from '../counted.ts'
import { openStorage } from '../files/storage/location.ts'
import { VERSION } from '../version.ts'
import { parseId } from './program/arguments.ts'
import type { CommandContext } from './program/context.ts'
import { failed, stopped } from './program/failures.ts'
import { givenPath } from './program/given-path.ts'
import { oneLine } from './program/printer.ts'
import { createProgressBar } from './program/progress-bar.ts'

export function backupCommand (context: CommandContext): Command {
  return new Command('backup')
    .description('back up the database and all stored files; the service may be running')
    .argument('<dir>', 'folder of backups; files that an earlier backup has are not copied again')
    .option('--data-dir <dir>', 'data folder (default: DATA_DIR)')
    .option('--keep <number>', 'number of backups to keep; older ones are deleted (default: all)', parseId)
    .option('--json', 'print JSON')
    .action(
      async (dir: string, { dataDir, keep, json }: { dataDir?: string, keep?: number, json?: boolean }) => {
        const config = readConfig(context.env, { flags: { DATA_DIR: dataDir } })
        assertOwnBackups(config)
        const folder = resolve(givenPath(context, dir))
        if (!existsSync(config.databaseFile)) {
          throw failed(
            `There is no database in ${config.DATA_DIR}. Name the data folder with --data-dir or DATA_DIR.`
          )
        }
        if (folder === config.DATA_DIR) {
          throw failed('A backup cannot be in the data folder itself. Name another folder.')
        }
        if (isInterrupted(config.databaseFile)) rollBackInterrupted(config.databaseFile)
        checkSchema(migrationStatus(config.databaseFile), { mayUpgrade: false })
        const bar = createProgressBar(context.stderr, 'backup')
        const facts = await makeBackup({
          databaseFile: config.databaseFile,
          // Nothing is written there, so the name of the installation does not matter.
          storage: await openStorage(config.files, { installation: async () => '' }),
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
            ? stopped('Stopped. No backup was made. Older backups are unchanged.')
            : error
        }).finally(() => {
          bar.end()
        })
        if (json === true) context.stdout.json(shown(facts))
        else {
          context.stderr.write(
            `${counted(facts.files, 'file')} with ${counted(facts.bytes, 'byte')}, ` +
              `${facts.copied} of them new, and a database of ${facts.databaseBytes} bytes, all verified.\n`
          )
          if (facts.objects !== undefined) {
            context.stderr.write(
              `${counted(facts.objects.count, 'file')} at FILES_URL (${
                counted(facts.objects.bytes, 'byte')
              }): listed in objects.jsonl but not copied. Back up the bucket too, after the database.\n`
            )
          }
          context.stdout.write(`${facts.path}\n`)
        }
        if (facts.missing.length > 0) {
          throw failed(
            [
              `The backup was made without ${facts.missing.length} stored files that are lost or damaged:`,
              ...facts.missing.map(({ id, path, reason }) => `  ${reason} ${oneLine(path)} (file ${id})`),
              '"perfbook file verify --repair" hides them. An older backup may have them.',
            ].join('\n')
          )
        }
      }
    )
}

function shown ({ madeAt, databaseBytes, ...facts }: BackupFacts) {
  return { made_at: madeAt, database_bytes: databaseBytes, ...facts }
}
