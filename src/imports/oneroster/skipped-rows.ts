import { shorten } from '../../short-text.ts'
import { HOW_TO_ALLOW } from '../how-to-allow.ts'
import type { ImportRun } from '../import-run.ts'
import type { WarningCode } from '../outcome.ts'

/** A reference of one row to something that is missing. */
export interface MissingReference {
  /** Number of the row's file in this import. */
  file: number
  line: number
  column: string
  sourceId: string
}

interface FileRows { read: number, skipped: number, first: MissingReference | null }

/** Counts the rows of each file, and those that are skipped because what they refer to is missing. */
export class SkippedRows {
  readonly #run: ImportRun
  readonly #files = new Map<number, FileRows>()
  readonly #warned = new Set<WarningCode>()

  constructor (run: ImportRun) { this.#run = run }

  /** Call once for each file that was read to its end; otherwise its share of skipped rows is unknown. */
  wasRead (file: number, rows: number): void { this.#of(file).read = rows }

  /** Warns of a row that is skipped. */
  skip (code: WarningCode, reference: MissingReference): void {
    const rows = this.#of(reference.file)
    rows.skipped++
    rows.first ??= reference
    this.warn(code, reference)
  }

  /** Warns of a row that is kept without the reference. */
  warn (code: WarningCode, { file, line, column, sourceId }: MissingReference): void {
    const cell = this.#warned.has(code) ? undefined : `${column} "${shorten(sourceId)}"`
    this.#warned.add(code)
    this.#run.problems.warn(code, { file: this.#run.fileName(file), line, cell })
  }

  /**
   * Adds an error for each file that loses more than a tenth of its rows: usually it or another file is cut
   * off, or was exported at another time. A single row is always skipped, also in a file of less than ten.
   */
  check (): void {
    if (this.#run.options.allowSkips === true) return
    for (const [file, { read, skipped, first }] of this.#files) {
      if (first === null || skipped < 2 || skipped * 10 <= read) continue
      const cell = `${first.column} "${shorten(first.sourceId)}"`
      this.#run.problems.error({
        file: this.#run.fileName(file),
        line: first.line,
      }, `${skipped} of ${read} rows refer to something that is not ` +
        `in any file, more than a tenth; the first is ${cell}; export all files at the same time, ` +
        `or allow it ${HOW_TO_ALLOW.skips}`)
    }
  }

  #of (file: number): FileRows {
    let rows = this.#files.get(file)
    if (rows === undefined) this.#files.set(file, rows = { read: 0, skipped: 0, first: null })
    return rows
  }
}
