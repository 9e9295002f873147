import { importError } from '../error-messages.ts'
import { Refusal } from '../problems.ts'
import type { Sheet } from '../spreadsheet/sheet.ts'

/** Most entries of an archive or a folder. A school's bundle never has as many. */
export const ENTRIES_MAX = 1000

export interface SourceFile {
  /** As errors name it. */
  name: string
  /** Lower-case name without folders. */
  base: string
  /** Bytes, unpacked. */
  size: number
  /**
   * The bytes from the beginning. Throws Refusal if an archive is damaged or the import becomes too large.
   * `isAgain`: they were read before, so they do not count again.
   */
  read: (options?: { isAgain?: boolean }) => AsyncGenerator<Buffer, void, void>
  /** If the file is an Excel workbook, the sheet of it that is read. */
  sheet?: Sheet
}

/** One PATH of the import. */
export interface Source {
  name: string
  isFile: boolean
  files: SourceFile[]
  /** Names of all files, at any depth of an archive, for an error that lists them. */
  found: string[]
  close: () => void
}

/** Limits how many bytes, unpacked, are read of all files of an import together. */
export class ByteBudget {
  readonly most: number
  #left: number

  constructor (most: number) {
    this.most = most
    this.#left = most
  }

  /** Counts bytes of a file. Throws Refusal if there are too many. */
  spend (name: string, bytes: number): void {
    this.#left -= bytes
    if (this.#left < 0) throw new Refusal({ file: name }, importError('many_bytes', { most: this.most }))
  }
}

/**
 * Whether a name is that of a file which archivers and desktops create on their own. An office document has
 * its relations in `.rels`.
 */
export function isLitter (name: string): boolean {
  if (name === '.rels') return false
  return name.startsWith('.') || ['__macosx', 'thumbs.db', 'desktop.ini'].includes(name.toLowerCase())
}
