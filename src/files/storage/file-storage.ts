import type { Readable } from 'node:stream'

/** Names a file in a storage. A row of `files` is one. */
export interface FileKey {
  /** 32 hex digits. */
  hex: string
  filename: string
}

/** Part of a file: the first and the last byte, both included. */
export interface ByteRange {
  start: number
  end: number
}

/**
 * Where bytes are stored. Only implementations of this interface know the place: `disk.ts` uses a folder on
 * the local disk. Every implementation passes `test/contracts/file-storage.contract.ts`. All methods but
 * `list` throw if the hex is not valid.
 */
export interface FileStorage {
  /**
   * Takes over a staged file. Afterwards it is complete and durable under this key, and gone from its old
   * place. If this throws, nothing is stored.
   */
  put: (stagedPath: string, key: FileKey) => Promise<void>
  /** The size in bytes; undefined if there is no such file. */
  size: (key: FileKey) => Promise<number | undefined>
  /**
   * The bytes of a file, or one range of them, which must lie within the file. Rejects with the code ENOENT
   * if there is no such file. The caller reads the stream to its end or destroys it.
   */
  open: (key: FileKey, options?: { range?: ByteRange | undefined }) => Promise<Readable>
  /**
   * The path of the file on the local disk, whether it exists or not; undefined if this storage is elsewhere.
   */
  localPath: (key: FileKey) => string | undefined
  /** Removes everything under a hex. It is not an error if there is nothing. */
  remove: (hex: string) => Promise<void>
  /** Every name at the top level, or under a hex, including what does not belong there. */
  list: (hex?: string) => AsyncIterable<string>
  /**
   * Moves something of any name, or one thing under it, out of the way and keeps it; false if there is
   * nothing.
   */
  quarantine: (name: string, filename?: string) => Promise<boolean>
  /** Moves a file back from quarantine; false if it is not there or its place is taken. */
  restore: (key: FileKey) => Promise<boolean>
}
