import type { Database } from '../../db/index.ts'
import type { FileRow } from '../../db/queries/files.ts'
import type { CopySource } from '../../db/sqlite/copy-source.ts'
import { counted } from '../counted.ts'
import { DomainError } from '../errors.ts'
import type { FileStorage } from '../files/storage/file-storage.ts'
import { bytesState } from '../files/stored-bytes.ts'

export interface FileProgress {
  signal: AbortSignal
  /** Called with the number of bytes that are done since the last call. */
  onBytes: (bytes: number) => void
}

/** What a copy does with the bytes of files. */
export interface CopyFiles {
  /** Where they go, without credentials; null: they stay in the data folder. */
  place: string | null
  /** Columns, as `table.column`, whose values differ in the copy. */
  ownColumns: readonly string[]
  /**
   * Checks the files of the folder, and the target if nothing was copied there yet. Changes nothing. Throws
   * COPY_REFUSED if bytes are missing, or if the target holds anything else.
   */
  check: (source: CopySource, options: { isNew: boolean }) => Promise<{ files: number, bytes: number }>
  /**
   * Copies what the target does not have yet. `seed`: random, the same for all runs. `isNew`: this is the
   * first run.
   */
  copy: (db: Database, options: FileProgress & { seed: string, isNew: boolean }) => Promise<void>
  /** Reads all bytes on both sides. Returns the files, as `<hex>/<name>`, that differ from their rows. */
  compare: (source: CopySource, db: Database, options: FileProgress) => Promise<string[]>
}

/** Files stay in the data folder, where one node can use them. */
export function filesStay (storage: FileStorage): CopyFiles {
  return {
    place: null,
    ownColumns: [],
    check: (source) => checkFiles(storage, source),
    copy: async () => {},
    compare: (source, _db, progress) =>
      differentFiles(source, progress, async (file) => await bytesState(storage, file) === 'whole'),
  }
}

/** Throws COPY_REFUSED if bytes of the folder are missing or have another size. Counts the others. */
export async function checkFiles (
  storage: FileStorage, source: CopySource
): Promise<{ files: number, bytes: number }> {
  const total = { files: 0, bytes: 0 }
  const bad: string[] = []
  for (const file of expectedFiles(source)) {
    if (await storage.size(file) !== file.size) bad.push(shownFile(file))
    total.files++
    total.bytes += file.size
  }
  if (bad.length === 0) return total
  throw new DomainError('COPY_REFUSED', {
    detail: `${counted(bad.length, 'file of the data folder is', 'files of the data folder are')} lost or ` +
      `damaged, such as ${bad[0] ?? ''}. ` +
      'Nothing was changed. Run "perfbook file verify --repair" to hide them, then copy again.',
  })
}

/** The files that are not `isRight`. */
export async function differentFiles (
  source: CopySource, { signal, onBytes }: FileProgress, isRight: (file: FileRow) => Promise<boolean>
): Promise<string[]> {
  const different: string[] = []
  await inTurns(expectedFiles(source), async (file) => {
    signal.throwIfAborted()
    if (!await isRight(file)) different.push(shownFile(file))
    onBytes(file.size)
  })
  return different
}

const AT_ONCE = 4

/** Calls `work` with each item, for a few of them at once. Throws its first error once all have ended. */
export async function inTurns<T> (items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]()
  let isOver = false
  const worker = async () => {
    try {
      for (let next = iterator.next(); next.done !== true && !isOver; next = iterator.next()) {
        await work(next.value)
      }
    } catch (error) {
      isOver = true
      throw error
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker))
  iterator.return?.()
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

/** A file that is known to be lost is hidden, in the folder and in the copy. */
function * expectedFiles (source: CopySource): Generator<FileRow> {
  for (const file of source.files()) if (file.lost_at === null) yield file
}

function shownFile ({ hex, filename }: FileRow): string { return `${hex}/${filename}` }
