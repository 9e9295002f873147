// The rows of a text table. Most of a large file has no quotes and needs no parser: such blocks are split at
// line ends and separators, which is six times as fast. Blocks with quotes go through csv-parse, which also
// says what is wrong with them, and so do files whose lines end with CR alone.
import { isUtf8 } from 'node:buffer'
import { CsvError, parse } from 'csv-parse/sync'
import { shorten } from '../../short-text.ts'
import { Refusal, type Problems } from '../problems.ts'
import type { Dialect, HeaderMode } from './table-dialect.ts'
import { EITHER_IN_QUOTES, TableNumbers } from './table-numbers.ts'
import { BlockDecoder } from './text-bytes.ts'
import { importError, type ImportErrorText } from '../error-messages.ts'

/**
 * Called for each row with its fields, at most as many as the header has, and the line on which the row
 * begins. Missing fields are blank.
 */
export interface RowVisitor {
  (fields: string[], line: number): void
  /** Called after the last row. May throw Refusal. */
  end?: () => void
}

/**
 * Called for the header with the trimmed names, its line, and how the table writes its numbers. Returns the
 * visitor of the rows. May throw Refusal.
 */
export type HeaderVisitor = (names: string[], line: number, numbers: TableNumbers) => RowVisitor

/** A real row is never longer. A quote that is never closed must not swallow a whole file. */
export const MAX_ROW_BYTES = 4 * 1024 * 1024
/** A grade book never has more: an Excel worksheet ends at 16,384. */
const MAX_COLUMNS = 20_000
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const QUOTE = 0x22

interface RowSplitterOptions {
  file: string
  dialect: Dialect
  isMarked: boolean
  /** Default: `first`. */
  header?: HeaderMode
  onHeader: HeaderVisitor
  problems: Problems
}

/** The rows of one file, block by block. Throws Refusal, as `readTable` says. */
export class RowSplitter {
  readonly numbers: TableNumbers
  readonly #file: string
  readonly #header: HeaderMode
  readonly #onHeader: HeaderVisitor
  readonly #problems: Problems
  readonly #dialect: Dialect
  readonly #decoder: BlockDecoder
  #visit: RowVisitor | undefined
  #width = 0
  /** Lines before the block. */
  #line: number
  #carry: Buffer = Buffer.alloc(0)
  #scanned = 0
  #isQuoted = false
  #hasLooked = false
  /** The last row is shorter than the header. */
  #isShort = false
  #endsWithLine = true

  constructor ({ file, dialect, isMarked, header = 'first', onHeader, problems }: RowSplitterOptions) {
    this.#file = file
    this.#header = header
    this.#onHeader = onHeader
    this.#problems = problems
    this.#dialect = dialect
    this.#decoder = new BlockDecoder({ isMarked, isClassicMac: dialect.isClassicMac })
    this.#line = dialect.skip.lines
    this.numbers = new TableNumbers({ isCommaSeparator: dialect.separator === ',' })
  }

  /** Takes the next bytes. Returns all rows that are complete now. */
  cut (chunk: Buffer): Buffer {
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk])
    const { isClassicMac } = this.#dialect
    const lineEnd = isClassicMac ? CARRIAGE_RETURN : LINE_FEED
    // A CR at the very end may be the first half of CR LF.
    const stop = isClassicMac && bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length
    // The block ends at the last line end that is not inside quotes, which is after an even number of quotes.
    let end = 0
    if (!isClassicMac && !this.#isQuoted && bytes.indexOf(QUOTE, this.#scanned) === -1) {
      const last = bytes.lastIndexOf(LINE_FEED)
      if (last >= this.#scanned) end = last + 1
    } else {
      for (let i = this.#scanned; i < stop; i++) {
        const byte = bytes[i]
        if (byte === QUOTE) this.#isQuoted = !this.#isQuoted
        else if (byte === lineEnd && !this.#isQuoted) end = i + 1
      }
    }
    this.#carry = bytes.subarray(end)
    this.#scanned = stop - end
    if (this.#carry.length > MAX_ROW_BYTES) {
      this.block(bytes.subarray(0, end))
      this.#tooLong(this.#carry)
    }
    return bytes.subarray(0, end)
  }

  /** Returns what is left at the end of the file. */
  rest (): Buffer {
    const last = this.#carry.at(-1)
    this.#endsWithLine = last === undefined || last === CARRIAGE_RETURN || last === LINE_FEED
    return this.#carry
  }

  /** Whether a block is the first one with a number such as 1,234 whose comma is not yet understood. */
  isToBeProven (block: Buffer): boolean {
    if (this.#hasLooked || this.numbers.isProven || !block.includes(QUOTE)) return false
    this.#hasLooked = EITHER_IN_QUOTES.test(block.toString('latin1'))
    return this.#hasLooked
  }

  /** Takes whole rows. */
  block (raw: Buffer): void {
    if (raw.length === 0) return
    const wasWindows1252 = this.#decoder.isWindows1252
    const bytes = this.#decoder.utf8(raw)
    if (!Buffer.isBuffer(bytes)) throw this.#refusal(this.#lineOf(raw, bytes.isOn), bytes.fault)
    if (this.#decoder.isWindows1252 && !wasWindows1252) {
      const line = this.#lineOf(raw, (one) => !isUtf8(one))
      this.#problems.warn('windows_1252', { file: this.#file, line })
    }
    if (bytes.includes(0)) {
      throw this.#refusal(this.#lineOf(bytes, (one) => one.includes(0)), importError('nul'))
    }
    if (this.#dialect.isClassicMac || bytes.includes(QUOTE)) this.#quoted(bytes)
    else this.#plain(bytes.toString('utf8'))
  }

  end (): void {
    if (this.#visit === undefined) {
      throw this.#refusal(1, importError('no_header'))
    }
    if (this.#isShort && !this.#endsWithLine) {
      this.#problems.warn('cut_off', { file: this.#file, line: this.#line })
    }
    this.#visit.end?.()
  }

  #tooLong (bytes: Buffer): never {
    if (this.#isQuoted) {
      throw this.#refusal(this.#line + 1, importError('long_quoted_cell', { most: MAX_ROW_BYTES }))
    }
    throw this.#refusal(this.#line + 1, importError('long_line', { most: MAX_ROW_BYTES }))
  }

  #plain (text: string): void {
    const { separator } = this.#dialect
    let from = 0
    while (from < text.length) {
      let to = text.indexOf('\n', from)
      if (to === -1) to = text.length
      let stop = to
      // There are two if a program wrote CR LF in text mode.
      while (stop > from && text.charCodeAt(stop - 1) === CARRIAGE_RETURN) stop--
      this.#row(text.slice(from, stop).split(separator), ++this.#line)
      from = to + 1
    }
  }

  #quoted (bytes: Buffer): void {
    const { separator, isClassicMac } = this.#dialect
    const options = {
      relax_column_count: true,
      delimiter: separator,
      record_delimiter: isClassicMac ? ['\r\n', '\r', '\n'] : ['\r\r\n', '\r\n', '\n'],
    }
    const hasFormulas = bytes.includes('="')
    const written = hasFormulas ? withoutFormulas(bytes, separator) : bytes
    let rows: string[][]
    let fault: CsvError | undefined
    try {
      rows = parse(written, options)
    } catch (error) {
      if (!(error instanceof CsvError)) throw error
      fault = error
      // The rows before the fault are good and count. The fault is in the next one.
      const whole = Number(error.records)
      rows = whole > 0 ? parse(written, { ...options, to: whole }) : []
    }
    for (const fields of rows) {
      this.#row(hasFormulas ? fields.map(withoutFormula) : fields, this.#line + 1)
      this.#line += 1 + breaksIn(fields, isClassicMac)
    }
    if (fault === undefined) return
    const message = FAULTS[fault.code] ??
      importError('unreadable', { reason: shorten(fault.message, 200) })
    throw this.#refusal(this.#line + 1, message)
  }

  #row (fields: string[], line: number): void {
    if (fields.every(isBlank)) {
      this.#problems.warn('blank_lines', { file: this.#file, line })
      return
    }
    if (this.#visit === undefined) {
      if (fields.length > MAX_COLUMNS) {
        const found = { count: fields.length, most: MAX_COLUMNS }
        throw this.#refusal(line, importError('many_columns', found))
      }
      if (this.#header === 'unknown') {
        this.#visit = this.#onHeader([], line, this.numbers)
        this.#visit(fields, line)
        return
      }
      this.#visit = this.#onHeader(fields.map((name) => name.trim()), line, this.numbers)
      this.#width = fields.length
      return
    }
    if (this.#header === 'unknown') {
      this.#visit(fields, line)
      return
    }
    this.#isShort = fields.length < this.#width
    if (fields.length > this.#width && !this.#fit(fields, line)) return
    this.#visit(fields, line)
  }

  /** Removes blank fields beyond the header. Returns false, with an error, if one of them is not blank. */
  #fit (fields: string[], line: number): boolean {
    for (let at = this.#width; at < fields.length; at++) {
      if (isBlank(fields[at] ?? '')) continue
      const separator = SEPARATOR_NAMES[this.#dialect.separator]
      const found = { count: fields.length, width: this.#width, separator }
      this.#problems.error({ file: this.#file, line }, importError('wide_row', found))
      return false
    }
    fields.length = this.#width
    return true
  }

  #lineOf (bytes: Buffer, isFault: (line: Buffer) => boolean): number {
    const lineEnd = this.#dialect.isClassicMac ? CARRIAGE_RETURN : LINE_FEED
    let line = this.#line
    for (let from = 0; from < bytes.length;) {
      line++
      const to = bytes.indexOf(lineEnd, from)
      const stop = to === -1 ? bytes.length : to
      if (isFault(bytes.subarray(from, stop))) break
      from = stop + 1
    }
    return line
  }

  #refusal (line: number, message: ImportErrorText): Refusal {
    return new Refusal({ file: this.#file, line }, message)
  }
}

const SEPARATOR_NAMES = { ',': 'comma', ';': 'semicolon', '\t': 'tab' }

const FAULTS: Record<string, ImportErrorText> = {
  INVALID_OPENING_QUOTE: importError('quote_inside'),
  CSV_INVALID_CLOSING_QUOTE: importError('text_after_quote'),
  CSV_QUOTE_NOT_CLOSED: importError('open_quote'),
}

/**
 * `="0042"` keeps a spreadsheet from removing zeros. Programs write it without the outer quotes that a field
 * with quotes needs. Such fields are replaced with quoted ones: `"0042"`.
 */
function withoutFormulas (bytes: Buffer, separator: string): Buffer {
  const formula = new RegExp(`(^|[${separator}\\r\\n])="([^"\\r\\n]+)"(?=[${separator}\\r\\n]|$)`, 'g')
  return Buffer.from(bytes.toString('utf8').replace(formula, '$1"$2"'))
}

const FORMULA = /^="([^"]*)"$/

/** The text in a formula of a field that has its outer quotes. */
function withoutFormula (field: string): string {
  return field.startsWith('="') ? FORMULA.exec(field)?.[1] ?? field : field
}

function breaksIn (fields: string[], isClassicMac: boolean): number {
  let breaks = 0
  for (const field of fields) {
    if (isClassicMac) breaks += field.match(/\r\n|\r|\n/g)?.length ?? 0
    else for (let at = field.indexOf('\n'); at !== -1; at = field.indexOf('\n', at + 1)) breaks++
  }
  return breaks
}

function isBlank (field: string): boolean { return field === '' || field.trim() === '' }
