import { shorten } from '../../short-text.ts'
import type { ImportRun } from '../import-run.ts'
import type { WarningCode } from '../messages.ts'
import { optionName } from '../option-names.ts'
import { importError } from '../error-messages.ts'

/** A reference of one row to something that is missing. */
interface MissingReference {
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

  /**
   * To be called for each file that was read to its end. The share of skipped rows is known only for those.
   */
  wasRead (file: number, rows: number): void { this.#of(file).read = rows }

  /** Warns of a row that is skipped. */
  skip (code: WarningCode, reference: MissingReference): void {
    const rows = this.#of(reference.file)
    rows.skipped++
    rows.first ??= reference
    this.warn(code, reference)
  }

  /** Warns of a row that is kept without the reference. */
  warn (code: WarningCode, reference: MissingReference): void {
    const cell = this.#warned.has(code) ? undefined : `${reference.column} "${shorten(reference.sourceId)}"`
    this.#warned.add(code)
    this.#run.problems.warn(code, { ...this.#run.placeOf(reference), cell })
  }

  /**
   * Adds an error for each file of which more than a tenth of the rows are skipped. The usual cause is that
   * it or another file is cut off, or was exported at another time. A single skipped row is never an error.
   */
  check (): void {
    const { allowSkips, askedBy } = this.#run.options
    if (allowSkips === true) return
    for (const { read, skipped, first } of this.#files.values()) {
      if (first === null || skipped < 2 || skipped * 10 <= read) continue
      const cell = `${first.column} "${shorten(first.sourceId)}"`
      this.#run.problems.error(
        this.#run.placeOf(first),
        importError('skips', { skipped, read, cell, skips: optionName('skips', askedBy) })
      )
    }
  }

  #of (file: number): FileRows {
    const known = this.#files.get(file)
    if (known !== undefined) return known
    const rows = { read: 0, skipped: 0, first: null }
    this.#files.set(file, rows)
    return rows
  }
}
