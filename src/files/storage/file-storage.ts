import type { Readable } from 'node:stream'

/**
 * Where bytes are kept, each file as a name under a hex of its own. Local disk today (`disk-storage.ts`);
 * whatever else passes `test/contracts/file-storage.contract.ts` can take its place. All but `list` throw for
 * a hex that is none.
 */
export interface FileStorage {
  /**
   * Takes over a staged file: afterwards it is whole and durable under this name and nothing is left at its
   * old place, or it throws and nothing is here.
   */
  put: (stagedPath: string, hex: string, filename: string) => Promise<void>
  /** Bytes of a file; undefined: there is no file of this name. */
  size: (hex: string, filename: string) => Promise<number | undefined>
  /** Its bytes; the stream fails if there is no file of this name. */
  read: (hex: string, filename: string) => Readable
  /** Removes whatever is kept under this hex; nothing there is fine. */
  remove: (hex: string) => Promise<void>
  /** Every name at the top, or under a hex; also of what is none of ours. */
  list: (hex?: string) => AsyncIterable<string>
  /**
   * Takes something of any name, or one thing under it, out of the way and keeps it; false: there is nothing.
   */
  quarantine: (name: string, filename?: string) => Promise<boolean>
  /** Puts back what was taken out of the way; false: there is nothing, or its place is taken. */
  restore: (hex: string, filename: string) => Promise<boolean>
}
