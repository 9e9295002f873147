// The first rows of any table, as they are, for what has to know them before the table itself is read.
import { Enough } from '../sources/enough.ts'
import { Problems } from '../problems.ts'
import { readTable } from '../sources/read-table.ts'
import type { SourceFile } from '../sources/source-files.ts'
import type { TableNumbers } from '../sources/table-numbers.ts'

/** Most characters of a sample, and cells, which count as one more. */
const CHARACTERS_MAX = 4_000_000

interface SampleOptions {
  rows: number
  /** Most cells of a row. */
  width: number
}

export interface SampleRow {
  /** Of the file, or row of the sheet, from 1. */
  line: number
  /** Trimmed. */
  cells: string[]
}

export interface Sample {
  rows: SampleRow[]
  numbers: TableNumbers | undefined
  /** The table has no more rows. */
  isWhole: boolean
}

/**
 * At most this many rows that are not blank, and fewer of a table whose rows are very long. Throws Refusal as
 * `readTable` does. `onRow` gets each row before it is cut.
 */
export async function sampleRows (
  file: SourceFile, { rows: most, width }: SampleOptions, onRow?: (fields: string[], line: number) => void
): Promise<Sample> {
  const sample: Sample = { rows: [], numbers: undefined, isWhole: true }
  let characters = 0
  try {
    await readTable(file, (_names, _line, numbers) => {
      sample.numbers = numbers
      return (fields, line) => {
        for (const field of fields) characters += field.length + 1
        onRow?.(fields, line)
        sample.rows.push({ line, cells: fields.slice(0, width).map((field) => field.trim()) })
        if (sample.rows.length < most && characters < CHARACTERS_MAX) return
        sample.isWhole = false
        throw new Enough()
      }
    }, { problems: new Problems(), header: 'unknown' })
  } catch (error) {
    if (!(error instanceof Enough)) throw error
  }
  return sample
}
