// A CSV file with some cells changed: every other byte is the same.
import { readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { FILL_IN_MESSAGES } from '../../src/fill-in/fill-in-messages.ts'
import type { FillInOptions } from '../../src/fill-in/fill-in-options.ts'
import type { FillInTask } from '../../src/fill-in/fill-in.job.ts'
import { stageStream } from '../../src/files/staged-file.ts'
import { detectDialect } from '../../src/imports/sources/table-dialect.ts'
import { csvRows, type CsvCell, type CsvRow } from './csv-cells.ts'
import { csvText, type CsvText } from './csv-encoding.ts'
import { fillInFailure } from './fill-in-failure.ts'
import { previewOf, RowFiller, type NewCell, type TableRow } from './fill-rows.ts'
import type { Roster } from './roster.ts'
import type { CellValue } from './shown-value.ts'

/** The dialect is detected from this much. */
const HEAD_BYTES = 65_536
/** Bytes that are written at a time. */
const CHUNK = 1 << 18

interface FillFile {
  source: string
  stagingPath: string
  options: FillInOptions
  roster: Roster
}

/** Fills a CSV file in. Throws FILL_IN_FAILED and what the file system throws. */
export async function fillCsv (
  { source, stagingPath, options, roster }: FillFile
): Promise<FillInTask['facts']> {
  if (options.sheet !== undefined) throw fillInFailure('A CSV file has no sheets; leave out "sheet".')
  const text = csvText(await readFile(source))
  const { separator, start } = dialectOf(text)
  const rows = () => csvRows(text.raw, separator, start)
  const filler = new RowFiller(options, roster)
  const numbers = new NumberStyle(separator)
  for (const { row, cells } of rows()) {
    const texts = cells.map((cell) => text.decode(cell.text))
    for (const cell of texts) numbers.learn(cell)
    if (texts.every((cell) => cell.trim() === '')) continue
    filler.take({ row, cells: texts })
  }
  const { cells, report } = filler.end(null)
  const shown = (value: CellValue) => numbers.shown(value)
  report.preview = previewOf(cells, shown)
  if (options.dry_run === true) return { report, file: null }
  const pieces = changed({ text, rows: rows(), cells, separator, shown })
  const { path, ...file } = await stageStream(Readable.from(inBuffers(text, pieces)), dirname(stagingPath))
  await rename(path, stagingPath)
  return { report, file }
}

/** The first rows that are not blank. Throws FILL_IN_FAILED and what the file system throws. */
export async function sampleCsv (
  source: string, most: { rows: number, cells: number }
): Promise<TableRow[]> {
  const text = csvText(await readFile(source))
  const { separator, start } = dialectOf(text)
  const rows: TableRow[] = []
  let count = 0
  for (const { row, cells } of csvRows(text.raw, separator, start)) {
    const texts = cells.map((cell) => text.decode(cell.text))
    if (texts.every((cell) => cell.trim() === '')) continue
    rows.push({ row, cells: texts })
    count += texts.length
    if (rows.length === most.rows || count > most.cells) break
  }
  return rows
}

/** The separator, and where the first row begins: after a mark and a line `sep=;`. */
function dialectOf ({ raw }: CsvText): { separator: string, start: number } {
  const mark = ['\u{ef}\u{bb}\u{bf}', '\u{feff}'].find((one) => raw.startsWith(one)) ?? ''
  const head = raw.slice(mark.length, mark.length + HEAD_BYTES)
  const dialect = detectDialect(Buffer.from(head, 'latin1'), { isWhole: true, header: 'unknown' })
  if (dialect === undefined || typeof dialect === 'string') {
    throw fillInFailure(FILL_IN_MESSAGES.separator)
  }
  return { separator: dialect.separator, start: mark.length + dialect.skip.bytes }
}

/** How the file writes decimals: as its own numbers do, else with a comma if it has semicolons. */
class NumberStyle {
  readonly #separator: string
  #points = 0
  #commas = 0

  constructor (separator: string) {
    this.#separator = separator
  }

  learn (text: string): void {
    const [, mark] = /^-?\d+([.,])\d+ ?%?$/.exec(text.trim()) ?? []
    if (mark === '.') this.#points++
    else if (mark === ',') this.#commas++
  }

  shown ({ kind, text }: CellValue): string {
    const isNumber = kind === 'number' || /^-?\d+(\.\d+)? %$/.test(text)
    return isNumber && this.#hasComma() ? text.replace('.', ',') : text
  }

  #hasComma (): boolean {
    if (this.#separator === ',') return false
    if (this.#commas === this.#points) return this.#separator === ';'
    return this.#commas > this.#points
  }
}

interface Change {
  text: CsvText
  rows: Iterable<CsvRow>
  /** In the order of their rows. */
  cells: readonly NewCell[]
  separator: string
  shown: (value: CellValue) => string
}

/** The raw text of the file, with the new cells. */
function * changed ({ text, rows, cells, separator, shown }: Change): Generator<string> {
  let next = 0
  let from = 0
  for (const { row, cells: old } of rows) {
    const here: NewCell[] = []
    for (; cells[next]?.row === row; next++) here.push(cells[next] as NewCell)
    let columns = old.length
    for (const { column, value } of here.sort((a, b) => a.column - b.column)) {
      const cell = old[column]
      const end = old.at(-1)?.end ?? from
      yield text.raw.slice(from, cell?.start ?? end)
      // A row may end before the column.
      for (; columns <= column; columns++) yield separator
      yield written(text.encode(shown(value)), { separator, cell })
      from = cell?.end ?? end
    }
    if (next === cells.length) break
  }
  yield text.raw.slice(from)
}

function written (
  raw: string, { separator, cell }: { separator: string, cell: CsvCell | undefined }
): string {
  const isQuoted = cell?.isQuoted === true || raw.includes(separator) || /["\r\n]/.test(raw)
  return isQuoted ? `"${raw.replaceAll('"', '""')}"` : raw
}

function * inBuffers (text: CsvText, pieces: Iterable<string>): Generator<Buffer> {
  let raw = ''
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += CHUNK) {
      raw += piece.slice(at, at + CHUNK)
      if (raw.length < CHUNK) continue
      yield text.bytes(raw)
      raw = ''
    }
  }
  yield text.bytes(raw)
}
