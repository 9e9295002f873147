// Copies a data folder into an empty PostgreSQL database, and compares both at the end. Everything is checked
// before anything is created. The first thing created is the mark: it says that the target is a copy of this
// folder, unfinished until everything is compared.
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { PostgresAddress } from '../../db/postgres/address.ts'
import {
  copyRows, factsOfRows, factsOfTable, lastKey, tableShape, type TableShape,
} from '../../db/postgres/copy-rows.ts'
import {
  markComplete, openCopyTarget, setSequences, startOver, writeMark, type CopyMark, type CopyTarget,
} from '../../db/postgres/copy-target.ts'
import { openCopy } from '../../db/postgres/database.ts'
import { openCopySource, type CopySource } from '../../db/sqlite/copy-source.ts'
import { lockFolder } from '../../db/sqlite/folder-lock.ts'
import type { Database } from '../../db/index.ts'
import { TABLES_IN_ORDER, type TableName } from '../../db/table-order.ts'
import { counted } from '../counted.ts'
import { DomainError } from '../errors.ts'
import { listNames } from '../short-text.ts'
import { explained } from './copy-failures.ts'
import type { CopyFiles } from './copy-files.ts'

export interface CopyOptions {
  dataFolder: string
  databaseFile: string
  address: PostgresAddress
  /** Where the bytes of files go. */
  files: CopyFiles
  /** Called once everything is there, before the copy counts as complete. */
  finish: (db: Database) => Promise<void>
  /** Looks at both sides and creates nothing. */
  isDryRun: boolean
  pid: number
  signal: AbortSignal
  /** Gets fractions. */
  onProgress: (fraction: number) => void
}

export interface CopyResult {
  /** `would-copy`: a dry run. `compared`: everything was there already. */
  outcome: 'would-copy' | 'copied' | 'continued' | 'compared'
  tables: Array<{ name: TableName, rows: number }>
  rows: number
  files: number
  bytes: number
  /** NUL characters in texts, which PostgreSQL cannot store. */
  leftOut: number
}

/**
 * Copies and compares, or only compares if the target is a complete copy of the folder. The folder is not
 * changed. After an interruption, the next call continues. Throws FOLDER_IN_USE, SCHEMA_TOO_OLD,
 * SCHEMA_TOO_NEW, COPY_REFUSED (then nothing was changed), COPY_FAILED, and the signal's reason.
 */
export async function copyFolder (options: CopyOptions): Promise<CopyResult> {
  const { dataFolder, databaseFile, address, pid } = options
  if (!existsSync(databaseFile)) {
    throw new DomainError('COPY_FAILED', {
      detail: `There is no database in ${dataFolder}. Name the data folder with --data-dir or DATA_DIR.`,
    })
  }
  const lock = lockFolder(dataFolder, { pid, address: 'perfbook copy' })
  try {
    const source = openCopySource(databaseFile)
    try {
      const target = await openCopyTarget(address)
      try {
        return await copyBetween(source, target, options)
      } finally {
        await target.close()
      }
    } finally {
      source.close()
    }
  } catch (error) {
    options.signal.throwIfAborted()
    throw explained(error, address)
  } finally {
    lock.release()
  }
}

async function copyBetween (
  source: CopySource, target: CopyTarget, options: CopyOptions
): Promise<CopyResult> {
  const { files, dataFolder, signal } = options
  if (target.mark !== undefined) assertSame(target.mark, source, options)
  const counts = new Map(TABLES_IN_ORDER.map((name) => [name, source.count(name)] as const))
  const rows = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const stored = await files.check(source, { isNew: target.mark === undefined })
  const result = {
    tables: [...counts].map(([name, count]) => ({ name, rows: count })),
    rows,
    files: stored.files,
    bytes: stored.bytes,
    leftOut: 0,
  }
  const rowBytes = source.bytes / Math.max(1, rows)
  const progress = progressOf(options, { rows, rowBytes, bytes: stored.bytes })
  if (options.isDryRun) {
    return { ...result, outcome: target.completedAt === null ? 'would-copy' : 'compared' }
  }
  const isNew = target.mark === undefined
  const mark = target.mark ?? {
    identity: source.identity,
    fingerprint: source.fingerprint,
    folder: dataFolder,
    files: files.place,
    seed: randomBytes(32).toString('hex'),
  }
  if (isNew) await writeMark(target.client, mark)
  const db = await openCopy(options.address, { mayUpgrade: target.completedAt === null })
  try {
    const shapes = await shapesOf(source, target, files)
    const parts: CopyParts = { source, target, db, shapes, progress, options }
    if (target.completedAt !== null) {
      const different = await compare(parts)
      const bad = await files.compare(source, db, { signal, onBytes: progress.bytes })
      if (different.length > 0 || bad.length > 0) throw hasChanged(different, bad)
      return { ...result, outcome: 'compared' }
    }
    if (mark.fingerprint !== source.fingerprint) await startOver(target.client, source.fingerprint)
    result.leftOut = await copyTables(parts, { isNew })
    await files.copy(db, { seed: mark.seed, isNew, signal, onBytes: progress.bytes })
    const bad = await files.compare(source, db, { signal, onBytes: progress.bytes })
    if (bad.length > 0) throw areDamaged(bad)
    await setSequences(target.client, new Map(TABLES_IN_ORDER.map((name) => [name, source.highestId(name)])))
    await options.finish(db)
    await markComplete(target.client)
    return { ...result, outcome: isNew ? 'copied' : 'continued' }
  } finally {
    await db.close()
  }
}

interface CopyParts {
  source: CopySource
  target: CopyTarget
  db: Database
  shapes: readonly TableShape[]
  progress: Progress
  options: CopyOptions
}

/** Copies and compares all tables. Returns how many characters were left out. Throws COPY_FAILED. */
async function copyTables (parts: CopyParts, { isNew }: { isNew: boolean }): Promise<number> {
  const { source, target, shapes, progress, options: { signal } } = parts
  const copyAll = async () => {
    let leftOut = 0
    for (const shape of shapes) {
      const after = await lastKey(target.client, shape)
      const rows = source.rows(shape.name, columnNames(shape), after)
      leftOut += await copyRows(target.client, shape, rows, { signal, onRows: progress.rows })
    }
    return leftOut
  }
  let leftOut = await copyAll()
  let different = await compare(parts)
  if (different.length > 0 && !isNew) {
    // What was copied before the interruption has changed since, without a trace in the file's facts.
    await startOver(target.client, source.fingerprint)
    leftOut = await copyAll()
    different = await compare(parts)
  }
  if (different.length === 0) return leftOut
  throw new DomainError('COPY_FAILED', {
    detail: `The copy differs from the data folder in ${listNames(different)}. Run the same command again.`,
  })
}

/** Throws COPY_REFUSED unless the target is a copy of this folder, with its files in the same place. */
function assertSame (mark: CopyMark, source: CopySource, { dataFolder, files }: CopyOptions): void {
  const isOther = mark.identity !== source.identity ||
    (mark.folder !== dataFolder && mark.fingerprint !== source.fingerprint)
  if (isOther) {
    throw new DomainError('COPY_REFUSED', {
      detail: `The target is a copy of another data folder, ${mark.folder}. ` +
        'Create an empty database for this one. Nothing was changed.',
    })
  }
  if (mark.files !== files.place) {
    throw new DomainError('COPY_REFUSED', {
      detail: mark.files === null
        ? 'This copy was begun without --to-files. Leave it out. Nothing was changed.'
        : `The files of this copy are at ${mark.files}. Use that for --to-files. Nothing was changed.`,
    })
  }
}

async function shapesOf (source: CopySource, target: CopyTarget, files: CopyFiles): Promise<TableShape[]> {
  const shapes: TableShape[] = []
  for (const name of TABLES_IN_ORDER) {
    const columns = source.columns(name).filter((column) => !files.ownColumns.includes(`${name}.${column}`))
    shapes.push(await tableShape(target.client, name, { columns, key: source.key(name) }))
  }
  return shapes
}

/** The names of tables whose rows differ. */
async function compare (
  { source, target, shapes, progress, options: { signal } }: CopyParts
): Promise<TableName[]> {
  const different: TableName[] = []
  for (const shape of shapes) {
    const rows = source.rows(shape.name, columnNames(shape))
    const sent = await factsOfRows(shape, rows, { signal, onRows: progress.rows })
    const arrived = await factsOfTable(target.client, shape, signal)
    // A folder without an object store has no name; its copy gets one.
    if (shape.name === 'installation' && sent.rows === 0) continue
    if (sent.rows !== arrived.rows || sent.hash !== arrived.hash) different.push(shape.name)
  }
  return different
}

function areDamaged (files: readonly string[]): DomainError {
  return new DomainError('COPY_FAILED', {
    detail: `${counted(files.length, 'file differs', 'files differ')} from what the database says, such as ` +
      `${files[0] ?? ''}. Run ` +
      '"perfbook file verify --repair" to hide damaged files, then the same command again.',
  })
}

function columnNames ({ columns }: TableShape): string[] { return columns.map((column) => column.name) }

function hasChanged (tables: readonly TableName[], files: readonly string[]): DomainError {
  const what = [
    ...tables.length > 0 ? [`the rows of ${listNames(tables)}`] : [],
    ...files.length > 0 ? [`${counted(files.length, 'file')}, such as ${files[0]}`] : [],
  ]
  return new DomainError('COPY_FAILED', {
    detail: `The copy was complete, and now differs from the folder: ${what.join(', and ')}. ` +
      'One of them has been used since. Nothing was changed. To copy again, create an empty database.',
  })
}

interface Progress {
  rows: (rows: number) => void
  bytes: (bytes: number) => void
}

/** Rows are sent and compared, and so are bytes. */
function progressOf (
  { onProgress }: CopyOptions, { rows, rowBytes, bytes }: { rows: number, rowBytes: number, bytes: number }
): Progress {
  const all = Math.max(1, 2 * (rows * rowBytes + bytes))
  let done = 0
  const add = (more: number) => {
    done += more
    onProgress(Math.min(1, done / all))
  }
  return { rows: (more) => { add(more * rowBytes) }, bytes: add }
}
