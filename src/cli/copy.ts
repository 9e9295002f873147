import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { parseAddress, shownAddress, type PostgresAddress } from '../../db/postgres/address.ts'
import { keysOfFolder, storeKeys } from '../accounts/cookie-key.ts'
import { assertNotRestoring } from '../backup/data-folder.ts'
import { readConfig, type Config } from '../config.ts'
import type { CopyResult } from '../copy/copy.ts'
import { filesStay, type CopyFiles } from '../copy/copy-files.ts'
import { counted } from '../counted.ts'
import { createDiskStorage } from '../files/storage/disk.ts'
import type { CommandContext } from './program/context.ts'
import { stopped, wrongUsage } from './program/failures.ts'
import { givenPath } from './program/given-path.ts'
import { createProgressBar } from './program/progress-bar.ts'

interface Flags {
  toDatabase?: string
  toDatabaseFile?: string
  toFiles?: string
  dryRun?: boolean
  dataDir?: string
  json?: boolean
}

/** Ignored, because flags name the target: the settings of the future service may already be in place. */
const SETTINGS_OF_THE_TARGET = [
  'DATABASE_URL', 'DATABASE_URL_FILE', 'DATABASE_DIRECT_URL', 'DATABASE_POOL', 'NODE_ROLE', 'NODE_NAME',
  'FILES_URL', 'FILE_DELIVERY',
]

export function copyCommand (context: CommandContext): Command {
  return new Command('copy')
    .description(
      'copy a data folder into an empty PostgreSQL database and compare both; stop the service first. ' +
      'The data folder is not changed. To continue after an interruption, run the same command again'
    )
    .option(
      '--to-database <url>',
      'postgres://user@host:5432/name; other users of this machine can see what you type, so put the password ' +
      'into the variable PGPASSWORD or use --to-database-file'
    )
    .option('--to-database-file <file>', 'file that holds the address')
    .option(
      '--to-files <url>',
      's3://bucket/prefix, empty; S3_ENDPOINT and the like as for the service (default: files stay where they are)'
    )
    .option('--data-dir <dir>', 'data folder (default: DATA_DIR)')
    .option('--dry-run', 'check both sides and say what would be copied; creates nothing')
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      const address = addressOf(context, flags)
      const env = Object.entries(context.env).filter(([name]) => !SETTINGS_OF_THE_TARGET.includes(name))
      const config = readConfig(Object.fromEntries(env), {
        flags: { DATA_DIR: flags.dataDir, FILES_URL: flags.toFiles },
      })
      assertNotRestoring(config.DATA_DIR)
      const { copyFolder } = await import('../copy/copy.ts')
      const files = await filesOf(config)
      const keys = keysOfFolder(config)
      const bar = createProgressBar(context.stderr, 'copy')
      const result = await copyFolder({
        dataFolder: config.DATA_DIR,
        databaseFile: config.databaseFile,
        address,
        files,
        async finish (db) { await db.write((trx) => storeKeys(trx, keys)) },
        isDryRun: flags.dryRun === true,
        pid: context.pid,
        signal: context.signal,
        onProgress: bar.set,
      }).catch((error: unknown) => {
        throw context.signal.aborted
          ? stopped('Stopped. Run the same command again: it continues where it stopped.')
          : error
      }).finally(() => {
        bar.end()
      })
      const places = { from: config.DATA_DIR, database: shownAddress(address), files: files.place }
      if (flags.json === true) context.stdout.json(shown(result, places))
      else for (const { name, rows } of result.tables) context.stdout.write(`${name}\t${rows}\n`)
      context.stderr.write(sentenceOf(result, places))
    })
}

async function filesOf ({ files, filesFolder, quarantineFolder }: Config): Promise<CopyFiles> {
  const local = createDiskStorage(filesFolder, quarantineFolder)
  if (files.kind === 'disk') return filesStay(local)
  const { filesToObjects } = await import('../copy/copy-objects.ts')
  return filesToObjects(local, files.store)
}

interface Places {
  from: string
  database: string
  files: string | null
}

function shown ({ outcome, tables, rows, files, bytes, leftOut }: CopyResult, places: Places) {
  return {
    outcome,
    from: places.from,
    to_database: places.database,
    to_files: places.files,
    tables: Object.fromEntries(tables.map((table) => [table.name, table.rows])),
    rows,
    files,
    bytes,
    left_out: leftOut,
  }
}

function sentenceOf ({ outcome, tables, rows, files, bytes, leftOut }: CopyResult, places: Places): string {
  const what = `${counted(rows, 'row')} of ${counted(tables.length, 'table')}`
  const stored = `${counted(files, 'file')} with ${counted(bytes, 'byte')}`
  const stay = places.files === null
    ? ` The files stay in ${places.from}: one node can use them, with DATA_DIR=${places.from}. ` +
      'For several nodes, copy them to an object store with --to-files.'
    : ''
  const to = places.files === null ? '' : ` to ${places.files}`
  const nul = leftOut === 0
    ? ''
    : ` ${counted(leftOut, 'NUL character was', 'NUL characters were')} left out of texts; PostgreSQL ` +
      'cannot store them.'
  switch (outcome) {
    case 'would-copy': return `Would copy ${what}, and ${stored}. Nothing was created.${stay}\n`
    case 'compared': return `Everything is there already: ${what}, and ${stored}.\n`
    default:
      return `Copied and compared ${what} to ${places.database}, and ${stored}${to}.${nul}${stay} ` +
        'The folder is unchanged.\n'
  }
}

function addressOf (context: CommandContext, { toDatabase, toDatabaseFile }: Flags): PostgresAddress {
  if ((toDatabase === undefined) === (toDatabaseFile === undefined)) {
    throw wrongUsage('Name the target with either --to-database or --to-database-file.')
  }
  const text = toDatabase ?? readAddress(givenPath(context, toDatabaseFile ?? ''))
  const parsed = parseAddress(text, { password: context.env['PGPASSWORD'] })
  if ('problem' in parsed) throw wrongUsage(`The address of the target database is wrong: ${parsed.problem}`)
  return parsed.address
}

function readAddress (path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw wrongUsage(`The file named by --to-database-file cannot be read: ${(error as Error).message}`)
  }
}
