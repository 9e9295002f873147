import { Enough } from './enough.ts'
import { Problems, Refusal } from '../problems.ts'
import { readTable } from './read-table.ts'
import type { SourceFile } from './source-files.ts'

/** The header and the first rows of a file. */
export interface FirstRows {
  names: string[]
  rows: string[][]
}

/**
 * Reads the header and the first `most` rows below it. Errors in the rows are reported when the file itself
 * is read. Throws Refusal.
 */
export async function readFirstRows (file: SourceFile, most = 1): Promise<FirstRows> {
  const first: FirstRows = { names: [], rows: [] }
  try {
    await readTable(file, (names) => {
      first.names = names
      return (fields) => {
        first.rows.push(fields)
        if (first.rows.length === most) throw new Enough()
      }
    }, { problems: new Problems() })
  } catch (error) {
    // An error after the header does not change which system wrote the file.
    if (!(error instanceof Enough) && !(error instanceof Refusal && first.names.length > 0)) throw error
  }
  return first
}
