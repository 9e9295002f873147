// Checks of the data folder. They change nothing and may run while the service runs.
import { accessSync, constants, existsSync, lstatSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sqliteFile, type Database } from '../../db/index.ts'
import { checkSchema } from '../../db/migrations/migrate.ts'
import {
  databaseProblems, isInterrupted, migrationStatus, openSnapshot,
} from '../../db/sqlite/database-copy.ts'
import { newestTime } from '../../db/queries/monitoring.ts'
import { counted } from '../counted.ts'
import { hasCode } from '../errors.ts'
import { freeSpace } from '../files/disk-space.ts'
import type { FileLocation } from '../file-location.ts'
import { isoTime } from '../iso-time.ts'
import { checkStoredFiles, type CheckFilesOptions } from './file-checks.ts'
import { fine, problem, type Finding } from './finding.ts'
import { megabytes } from './megabytes.ts'
import { openPlaces } from './open-places.ts'

/** The clock is wrong if it shows an earlier year. */
const FIRST_YEAR = 2026
/** Tolerance between two clocks, ms. */
const CLOCK_MAY_DIFFER_MS = 60_000

export interface DataPlaces {
  dataFolder: string
  databaseFile: string
  filesFolder: string
  quarantineFolder: string
  secretFile: string
}

export function checkFolder ({ dataFolder, databaseFile, filesFolder }: DataPlaces): Finding {
  const name = 'data folder'
  const stats = statSync(dataFolder, { throwIfNoEntry: false })
  if (stats === undefined) {
    return problem(
      name,
      `${dataFolder} does not exist.`,
      'If the path is right, start the service once, which creates it. Otherwise set DATA_DIR.'
    )
  }
  if (!stats.isDirectory()) {
    return problem(name, `${dataFolder} is not a folder.`, 'Set DATA_DIR to a folder.')
  }
  const parts = [dataFolder, databaseFile, filesFolder].filter((path) => existsSync(path))
  const closed = parts.find((path) => !isAllowed(path, constants.R_OK | constants.W_OK))
  if (closed !== undefined) {
    return problem(
      name,
      `This user cannot read and write ${closed}.`,
      'Run doctor as the user that the service runs as, or give the folder to that user with chown -R.'
    )
  }
  if (!existsSync(databaseFile)) {
    return problem(
      name,
      `${dataFolder} contains no database.`,
      'If the path is right, start the service once, which creates one. Otherwise set DATA_DIR.'
    )
  }
  return fine(name, dataFolder)
}

/**
 * Whether only its owner can access the data, and whether all of it has one owner. `settingsFiles`: those
 * that the service is started with; an empty name is none.
 */
export function checkPermissions (
  places: DataPlaces,
  settingsFiles: readonly string[]
): Finding {
  const { dataFolder, databaseFile, filesFolder, secretFile } = places
  const name = 'permissions'
  const folder = lstatSync(dataFolder)
  const present = [databaseFile, `${databaseFile}-wal`, filesFolder, secretFile].filter((path) =>
    existsSync(path)
  )
  const open = openPlaces({
    ...places,
    settingsFiles: settingsFiles.filter((file) => file !== ''),
  })
  if (open.length > 0) {
    const paths = open.map(({ path }) => path).join(', ')
    return problem(
      name,
      `Other users of this machine have access to ${paths}.`,
      open.map(({ command }) => command).join(' && ')
    )
  }
  const foreign = present.find((path) => lstatSync(path).uid !== folder.uid)
  if (foreign !== undefined) {
    return problem(
      name,
      `${foreign} and ${dataFolder} belong to different users.`,
      'A command was run as another user. Give everything to the user of the service: ' +
        `chown -R --reference=${dataFolder} ${dataFolder}`
    )
  }
  return fine(name, 'only the owner has access')
}

export async function checkDisk ({ dataFolder }: DataPlaces, minFreeBytes: number): Promise<Finding> {
  const free = await freeSpace(dataFolder)
  const advice = 'Free up space, let old exports expire with EXPORT_RETENTION_DAYS, ' +
    'or delete files with "perfbook file delete".'
  if (free.bytes < minFreeBytes) {
    return problem(
      'disk',
      `${megabytes(free.bytes)} are free, less than MIN_FREE_BYTES (${megabytes(minFreeBytes)}): ` +
        'exports are refused.',
      advice
    )
  }
  if (free.files < 1000) {
    return problem('disk', `The disk has room for only ${counted(free.files, 'more file')}.`, advice)
  }
  return fine('disk', `${megabytes(free.bytes)} are free`)
}

export function checkDatabase ({ databaseFile }: DataPlaces, { isDeep }: { isDeep: boolean }): Finding {
  const name = 'database'
  if (isWriteInterrupted(databaseFile)) {
    return problem(
      name,
      'The last process that wrote died during a write. Nothing is damaged: the next start rolls it back.',
      'Start the service, then run doctor again.'
    )
  }
  const problems = databaseProblems(databaseFile, { quick: !isDeep })
  const [damage] = problems
  if (damage !== undefined) {
    return problem(
      name,
      `It is damaged: ${damage}`,
      'Stop the service, keep a copy of the data folder, and restore the last backup into an empty folder ' +
        'with "perfbook restore". See docs/operations.md.'
    )
  }
  const status = migrationStatus(databaseFile)
  try {
    checkSchema(status, { mayUpgrade: false })
  } catch (error) {
    if (hasCode(error, 'SCHEMA_TOO_NEW')) {
      return problem(name, error.message, 'Start the version that wrote it, or a later one.')
    }
    if (!hasCode(error, 'SCHEMA_TOO_OLD')) throw error
    return problem(
      name,
      error.message,
      'The upgrade keeps a copy of the database in backups/ first. See docs/operations.md.'
    )
  }
  return fine(name, `intact, schema ${status.applied.at(-1) ?? 'not created yet'}`)
}

/** False for all other errors: `databaseProblems` reports them. */
function isWriteInterrupted (file: string): boolean {
  try {
    return isInterrupted(file)
  } catch {
    return false
  }
}

export async function checkFiles (
  places: DataPlaces, files: FileLocation, options: CheckFilesOptions
): Promise<Finding> {
  const snapshot = openSnapshot(places.databaseFile)
  try {
    const db: Database = {
      engine: 'sqlite',
      now: async () => Date.now(),
      listen: () => () => {},
      location: sqliteFile(places.databaseFile),
      reads: snapshot.reads,
      outage: () => undefined,
      leave: async () => {},
      connections: () => undefined,
      change: () => 0,
      write: changesNothing,
      bytes: async () => 0,
      emptyLog: changesNothing,
      wipeFreeSpace: changesNothing,
      close: async () => {},
    }
    return await checkStoredFiles(db, files, options)
  } finally {
    await snapshot.close()
  }
}

/** Expiry, retries and the order of exports depend on the clock. */
export async function checkClock ({ databaseFile }: DataPlaces, now: number): Promise<Finding> {
  const name = 'clock'
  const advice = 'Set the clock of this machine, preferably with a time service (systemd-timesyncd, chrony).'
  const shown = isoTime(now)
  if (new Date(now).getUTCFullYear() < FIRST_YEAR) {
    return problem(name, `It shows ${shown}, which is in the past.`, advice)
  }
  const snapshot = openSnapshot(databaseFile)
  const newest = await newestTime(snapshot.reads).finally(() => snapshot.close())
  const latest = Math.max(newest, lstatSync(databaseFile).mtimeMs)
  if (latest > now + CLOCK_MAY_DIFFER_MS) {
    return problem(
      name,
      `It shows ${shown}, but the data contains ${isoTime(latest)}: it was set back, or was fast before.`,
      advice
    )
  }
  return fine(name, shown)
}

/** A problem if a restore was interrupted; then nothing else can be checked. */
export function checkRestore ({ dataFolder }: DataPlaces): Finding | undefined {
  return existsSync(join(dataFolder, '.restoring'))
    ? problem(
      'restore',
      'A restore into this folder did not finish.',
      'Run "perfbook restore" again; it starts from the beginning.'
    )
    : undefined
}

function isAllowed (path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

function changesNothing (): never {
  throw new Error('doctor changes nothing')
}
