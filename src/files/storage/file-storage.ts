import type { Readable } from 'node:stream'
import { assertPathPart } from '../file-name.ts'

/** Names a file in a storage. A row of `files` is one. */
export interface FileKey {
  /** 32 hex digits: the public address. */
  hex: string
  filename: string
  /** Where an object store has the bytes, below its prefix; null or left out: they are on the local disk. */
  object_key?: string | null | undefined
}

/** Names the bytes of a file, even after its row is deleted. */
export type BytesKey = Pick<FileKey, 'hex' | 'object_key'>

/** The first part of an object's key. Uploads are sources of imports, and are removed after their job. */
export type ObjectFolder = 'files' | 'uploads'

/** A run of a job, which writes under its own key. */
export interface RunName {
  job: number
  token: number
}

/** Part of a file: the first and the last byte, both included. */
export interface ByteRange {
  start: number
  end: number
}

export interface OpenFileOptions {
  range?: ByteRange | undefined
  /** Size of the whole file in bytes: one of another size counts as missing where that costs no request. */
  size?: number | undefined
}

/**
 * Where bytes are stored. Only implementations of this interface know the place: `disk.ts` uses a folder on
 * the local disk, `s3.ts` an object store. Every implementation passes
 * `test/contracts/file-storage.contract.ts`. All methods but `list` throw if the key is not valid.
 */
export interface FileStorage {
  /**
   * A random key for a file that is about to be put, with the run that writes it; null where the hex is the
   * place.
   */
  newKey: (folder: ObjectFolder, run?: RunName) => string | null
  /** The name under which `list` finds a file. */
  nameOf: (key: BytesKey) => string
  /**
   * Takes over a staged file. Afterwards it is complete and durable under this key, and gone from its old
   * place. If this throws, nothing is stored, and the file is still where it was staged. `signal` ends it
   * early.
   */
  put: (stagedPath: string, key: FileKey, options?: { signal?: AbortSignal | undefined }) => Promise<void>
  /** The size in bytes; undefined if there is no such file. */
  size: (key: FileKey) => Promise<number | undefined>
  /**
   * The bytes of a file, or one range of them, which must lie within the file. Rejects with the code ENOENT
   * if there is no such file. The caller reads the stream to its end or destroys it.
   */
  open: (key: FileKey, options?: OpenFileOptions) => Promise<Readable>
  /**
   * The path of the file on the local disk, whether it exists or not; undefined if this storage is elsewhere.
   */
  localPath: (key: FileKey) => string | undefined
  /** Removes all bytes of a file. It is not an error if there are none. */
  remove: (key: BytesKey) => Promise<void>
  /**
   * Every name at the top level, or what is in the folder of that name, including what does not belong there.
   */
  list: (name?: string) => AsyncIterable<string>
  /**
   * Moves something that `list` names, or one thing in that folder, out of the way and keeps it; false if
   * there is nothing.
   */
  quarantine: (name: string, filename?: string) => Promise<boolean>
  /** Moves a file back from quarantine; false if it is not there or its place is taken. */
  restore: (key: FileKey) => Promise<boolean>
  /** Only if bytes are on another machine, and other nodes may store files at the same time. */
  remote?: RemoteStorage
}

/** Headers of the response to a link. */
export interface LinkOptions {
  type: string
  disposition: string
  cacheControl: string
  /** The time by the service's clock, ms since 1970: the machine's own clock may be wrong. */
  now: number
}

/** What only an object store has. All but `isAvailable` throw STORAGE_UNAVAILABLE. */
export interface RemoteStorage {
  /**
   * Checks the store and claims its prefix for this installation. Throws INVALID_SETTINGS (no such bucket,
   * credentials that the store refuses) and STORAGE_IN_USE (another installation has the prefix).
   */
  claim: () => Promise<void>
  /** Whether the store responds. The answer is cached for a while. */
  isAvailable: () => Promise<boolean>
  /** An address that gives a browser the file, for at most a minute. */
  link: (key: FileKey, options: LinkOptions) => Promise<string>
  /** Names of files and uploads that were last written before that time (ms). */
  listOlder: (before: number) => AsyncIterable<string>
  /** Removes uploads in parts that began before that time (ms) and never ended. Returns how many. */
  removeUnfinished: (before: number) => Promise<number>
}

/** What a storage needs to know about its database. Only an object store asks. */
export interface StorageParts {
  /** The name of the database that the files belong to. */
  installation: () => Promise<string>
  /** Whether the database already has files in an object store. Default: it does not. */
  hasObjects?: () => Promise<boolean>
}

/** Throws for an invalid hex, and for a name that is more than one part of a path. */
export function assertFileKey ({ hex, filename }: Pick<FileKey, 'hex'> & { filename?: string }): void {
  if (!/^[0-9a-f]{32}$/.test(hex)) throw new Error(`not the hex of a file: ${hex}`)
  if (filename !== undefined) assertPathPart(filename)
}
