// What lies in the data folder. Nothing here changes anything, and all of it may run beside the service.
import { accessSync, constants, existsSync, lstatSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sqliteFile } from '../../db/index.ts'
import { checkSchema } from '../../db/migrations/migrate.ts'
import { databaseProblems, migrationStatus, openSnapshot } from '../../db/sqlite/database-copy.ts'
import { newestTime } from '../../db/queries/monitoring.ts'
import { hasCode } from '../errors.ts'
import { freeSpace } from '../files/disk-space.ts'
import { createDiskStorage } from '../files/storage/disk.ts'
import { verifyFiles } from '../files/verify-files.ts'
import { isoTime } from '../iso-time.ts'
import { fine, problem, type Finding } from './finding.ts'
import { openPlaces } from './open-places.ts'

/** No clock that is right says an earlier year. */
const FIRST_YEAR = 2026
/** Two clocks are never quite the same, ms. */
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
      `${dataFolder} is not there.`,
      'If this is the right place, start the service once, which makes it. Else set DATA_DIR.'
    )
  }
  if (!stats.isDirectory()) return problem(name, `${dataFolder} is no folder.`, 'Set DATA_DIR to a folder.')
  const parts = [dataFolder, databaseFile, filesFolder].filter((path) => existsSync(path))
  const closed = parts.find((path) => !isAllowed(path, constants.R_OK | constants.W_OK))
  if (closed !== undefined) {
    return problem(
      name,
      `${closed} cannot be read and written by this user.`,
      'Run doctor as the user that the service runs as, or give the folder to that user with chown -R.'
    )
  }
  if (!existsSync(databaseFile)) {
    return problem(
      name,
      `${dataFolder} holds no database.`,
      'If this is the right place, start the service once. Else set DATA_DIR.'
    )
  }
  return fine(name, dataFolder)
}

/**
 * Who may read what is about children, and whether all of it belongs to one user. `settingsFile`: the one
 * that serve is given.
 */
export function checkPermissions (places: DataPlaces, settingsFile?: string): Finding {
  const { dataFolder, databaseFile, filesFolder, secretFile } = places
  const name = 'permissions'
  const folder = lstatSync(dataFolder)
  const present = [databaseFile, `${databaseFile}-wal`, filesFolder, secretFile].filter((path) =>
    existsSync(path)
  )
  const open = openPlaces({ ...places, settingsFiles: settingsFile === undefined ? [] : [settingsFile] })
  if (open.length > 0) {
    const paths = open.map(({ path }) => path).join(', ')
    return problem(
      name,
      `Other users of this machine have access to ${paths}.`,
      open.map(({ command }) => command).join(' && ')
    )
  }
  const strange = present.find((path) => lstatSync(path).uid !== folder.uid)
  if (strange !== undefined) {
    return problem(
      name,
      `${strange} belongs to another user than ${dataFolder}.`,
      `A command was run as another user. Give all of it to the service's user: chown -R --reference=${dataFolder} ${dataFolder}`
    )
  }
  return fine(name, 'for its owner alone')
}

export async function checkDisk ({ dataFolder }: DataPlaces, minFreeBytes: number): Promise<Finding> {
  const free = await freeSpace(dataFolder)
  const advice =
    'Make room on the disk, let old exports expire with EXPORT_RETENTION_DAYS, or delete files with "perfbook file delete".'
  if (free.bytes < minFreeBytes) {
    return problem(
      'disk',
      `${megabytes(free.bytes)} are free, less than MIN_FREE_BYTES (${
        megabytes(minFreeBytes)
      }): exports are refused.`,
      advice
    )
  }
  if (free.files < 1000) {
    return problem('disk', `The disk has room for ${free.files} more files only.`, advice)
  }
  return fine('disk', `${megabytes(free.bytes)} are free`)
}

export function checkDatabase ({ databaseFile }: DataPlaces, isDeep: boolean): Finding {
  const name = 'database'
  const problems = databaseProblems(databaseFile, { quick: !isDeep })
  if (problems.length > 0) {
    return problem(
      name,
      `It is damaged: ${problems[0]!}`,
      'Stop the service, keep a copy of the data folder, and restore the last backup into an empty folder with "perfbook restore". See docs/operations.md.'
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
  return fine(name, `sound, at ${status.applied.at(-1) ?? 'nothing yet'}`)
}

export async function checkFiles (
  places: DataPlaces,
  isDeep: boolean,
  signal: AbortSignal,
  onProgress: (fraction: number) => void
): Promise<Finding> {
  const name = 'files'
  const snapshot = openSnapshot(places.databaseFile)
  try {
    const db = {
      location: sqliteFile(places.databaseFile),
      reads: snapshot.reads,
      change: () => 0,
      write: changesNothing,
      emptyLog: changesNothing,
      wipeFreeSpace: changesNothing,
      close: async () => {},
    }
    const found = await verifyFiles({
      db,
      storage: createDiskStorage(places.filesFolder, places.quarantineFolder),
      now: Date.now,
    }, {
      sizesOnly: !isDeep,
      signal,
      onProgress: (done, of) => {
        onProgress(done / of)
      },
    })
    const { lost, damaged, orphaned } = found
    if (lost.length + damaged.length + orphaned.length === 0) {
      return fine(
        name,
        `${found.files} files with ${megabytes(found.bytes)} ${
          isDeep ? 'were read and are right' : 'are there'
        }`
      )
    }
    const first = lost[0]?.path ?? damaged[0]?.path ?? orphaned[0]!
    return problem(
      name,
      `${lost.length} are lost, ${damaged.length} damaged, ${orphaned.length} unknown to the database; the first is ${first}.`,
      '"perfbook file verify --repair" puts them out of the way; a backup may have them.'
    )
  } finally {
    await snapshot.close()
  }
}

/** The clock decides what is due, what has expired, and which export is the newest. */
export async function checkClock ({ databaseFile }: DataPlaces, now: number): Promise<Finding> {
  const name = 'clock'
  const advice = 'Set the clock of this machine, best by a time service (systemd-timesyncd, chrony).'
  const shown = isoTime(now)
  if (new Date(now).getUTCFullYear() < FIRST_YEAR) {
    return problem(name, `It says ${shown}, which is long past.`, advice)
  }
  const snapshot = openSnapshot(databaseFile)
  const newest = await newestTime(snapshot.reads).finally(() => snapshot.close())
  const latest = Math.max(newest, lstatSync(databaseFile).mtimeMs)
  if (latest > now + CLOCK_MAY_DIFFER_MS) {
    return problem(
      name,
      `It says ${shown}, and the data knows of ${
        isoTime(latest)
      } already: it was set back, or ran ahead before.`,
      advice
    )
  }
  return fine(name, shown)
}

/** Something that an interrupted restore left: nothing else can be said then. */
export function checkRestore ({ dataFolder }: DataPlaces): Finding | undefined {
  return existsSync(join(dataFolder, '.restoring'))
    ? problem(
      'restore',
      'A restore into this folder has not ended.',
      'Run "perfbook restore" again; it begins anew.'
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

function megabytes (count: number): string {
  return `${new Intl.NumberFormat('en', { maximumFractionDigits: 1 }).format(count / 1e6)} MB`
}

function changesNothing (): never {
  throw new Error('doctor changes nothing')
}
