import type { CopyTarget } from '../../db/postgres/copy-target.ts'
import type { CopySource } from '../../db/sqlite/copy-source.ts'
import type { FileRow } from '../../db/queries/files.ts'
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
  /** Where they are to be, without credentials; null: they stay in the data folder. */
  place: string | null
  /** Columns, as `table.column`, whose values are the copy's own. */
  ownColumns: readonly string[]
  /**
   * Looks at the files of the folder, and at the place if nothing was copied there yet, and changes nothing.
   * Throws COPY_REFUSED if bytes are missing, or if the place holds anything else.
   */
  check: (source: CopySource, options: { isNew: boolean }) => Promise<{ files: number, bytes: number }>
  /** Copies what is not there yet. */
  copy: (
    client: CopyTarget['client'],
    source: CopySource,
    options: FileProgress & { seed: string },
  ) => Promise<void>
  /** Compares all bytes with the rows. Returns the ids of files that differ, by `<hex>/<name>`. */
  compare: (client: CopyTarget['client'], source: CopySource, options: FileProgress) => Promise<string[]>
}

/** Files stay in the data folder, where one node has them on its disk. */
export function filesStay (storage: FileStorage): CopyFiles {
  return {
    place: null,
    ownColumns: [],
    check: (source) => checkFiles(storage, source),
    copy: async () => {},
    async compare (_client, source, { signal, onBytes }) {
      const different: string[] = []
      for (const file of source.files()) {
        signal.throwIfAborted()
        if (!isExpected(file)) continue
        if (await bytesState(storage, file) !== 'whole') different.push(shownFile(file))
        onBytes(2 * file.size)
      }
      return different
    },
  }
}

/** A file that is known to be lost is hidden, here and there. */
export function isExpected (file: FileRow): boolean { return file.lost_at === null }

export function shownFile ({ hex, filename }: FileRow): string { return `${hex}/${filename}` }

/** Throws COPY_REFUSED if bytes of the folder are missing or have another size. Counts the others. */
export async function checkFiles (
  storage: FileStorage, source: CopySource
): Promise<{ files: number, bytes: number }> {
  const counted = { files: 0, bytes: 0 }
  const bad: string[] = []
  for (const file of source.files()) {
    if (!isExpected(file)) continue
    if (await storage.size(file) !== file.size) bad.push(shownFile(file))
    counted.files++
    counted.bytes += file.size
  }
  if (bad.length === 0) return counted
  throw new DomainError('COPY_REFUSED', {
    detail: `${bad.length} files of the data folder are lost or damaged, such as ${bad[0]}. ` +
      '"perfbook file verify --repair" hides them; then copy again. Nothing was changed.',
  })
}
