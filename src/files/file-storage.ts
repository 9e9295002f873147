/** Where bytes are kept. Local disk today (`disk-storage.ts`); an object store passes the same contract test. */
export interface FileStorage {
  /** Takes over a staged file: afterwards it is whole and durable under this name, or nothing is there. */
  put: (stagedPath: string, hex: string, filename: string) => Promise<void>
  /** Removes whatever is kept under this hex; nothing there is fine. */
  remove: (hex: string) => Promise<void>
  exists: (hex: string, filename: string) => Promise<boolean>
  /** Every hex under which something is kept. */
  list: () => AsyncIterable<string>
}
