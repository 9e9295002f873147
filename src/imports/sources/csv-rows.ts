// CSV as RFC 4180 has it, read as a stream. Most of a large file has no quote in it and needs no parser: such
// blocks are split at line ends and commas, nine times as fast. Blocks with quotes go through csv-parse,
// which also says what is wrong with them.
import { isUtf8 } from 'node:buffer'
import { CsvError, parse } from 'csv-parse/sync'
import { shorten } from '../../short-text.ts'
import { Refusal, type Problems } from '../problems.ts'
import type { SourceFile } from './source-files.ts'

export type CsvRow = string[]
/** Called for each row with its fields, as many as the header has, and the line on which it begins. */
export type RowVisitor = (fields: CsvRow, line: number) => void

/** More than any honest row: a quote that is never closed must not swallow a whole file. */
const MAX_ROW_BYTES = 4 * 1024 * 1024
/**
 * More than any grade book has: an Excel worksheet ends at 16,384. A header of blanks and commas is only
 * bytes.
 */
const MAX_COLUMNS = 20_000
const LINE_FEED = 10
const QUOTE = 34

export interface CsvReading {
  problems: Problems
  /** Called after each block, with the bytes read. May throw to stop. */
  onBlock?: ((bytes: number) => void) | undefined
}

/**
 * Reads a file row by row. `onHeader` gets the names of the first line and answers with what takes the rows;
 * it may throw Refusal. Rows of blanks are skipped with a warning. Throws Refusal at what cannot be read on:
 * bytes that are not UTF-8, a NUL, a quote that is out of place or never closed, no header. A row with too
 * many or too few fields is an error and is not visited.
 */
export async function readCsv (
  file: SourceFile,
  onHeader: (names: string[], line: number) => RowVisitor,
  reading: CsvReading
): Promise<void> {
  const rows = new RowSplitter(file.name, onHeader, reading.problems)
  let carry: Buffer = Buffer.alloc(0)
  let scanned = 0
  let isQuoted = false
  let end = 0
  let isFirst = true
  for await (const chunk of file.read()) {
    let bytes = carry.length === 0 ? chunk : Buffer.concat([carry, chunk])
    if (isFirst && bytes.length < 3) {
      carry = bytes
      continue
    }
    if (isFirst) {
      isFirst = false
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3)
      else if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
        throw new Refusal({ file: file.name, line: 1 }, 'is UTF-16; save it as UTF-8')
      }
      scanned = 0
    }
    // The block ends at the last line end that is not inside quotes: behind an even number of them.
    if (!isQuoted && bytes.indexOf(QUOTE, scanned) === -1) {
      const last = bytes.lastIndexOf(LINE_FEED)
      if (last >= scanned) end = last + 1
    } else {
      for (let i = scanned; i < bytes.length; i++) {
        const byte = bytes[i]
        if (byte === QUOTE) isQuoted = !isQuoted
        else if (byte === LINE_FEED && !isQuoted) end = i + 1
      }
    }
    if (end > 0) rows.block(bytes.subarray(0, end))
    carry = bytes.subarray(end)
    scanned = carry.length
    end = 0
    if (carry.length > MAX_ROW_BYTES) rows.tooLong(carry)
    reading.onBlock?.(chunk.length)
  }
  if (isFirst && carry[0] === 0xef && carry[1] === 0xbb && carry[2] === 0xbf) carry = carry.subarray(3)
  rows.block(carry)
  rows.end()
}

const CSV = { relax_column_count: true, record_delimiter: ['\r\n', '\n'] }

class RowSplitter {
  readonly #file: string
  readonly #onHeader: (names: string[], line: number) => RowVisitor
  readonly #problems: Problems
  #visit: RowVisitor | undefined
  #width = 0
  /** Lines before the block. */
  #line = 0

  constructor (file: string, onHeader: (names: string[], line: number) => RowVisitor, problems: Problems) {
    this.#file = file
    this.#onHeader = onHeader
    this.#problems = problems
  }

  /** Whole rows. */
  block (bytes: Buffer): void {
    if (bytes.length === 0) return
    if (!isUtf8(bytes)) {
      throw this.#refusal(
        this.#lineOf(bytes, (line) => !isUtf8(line)),
        'is not UTF-8; save the file as UTF-8'
      )
    }
    if (bytes.includes(0)) {
      throw this.#refusal(this.#lineOf(bytes, (line) => line.includes(0)), 'has a NUL character')
    }
    if (this.#visit === undefined) {
      const separator = OTHER_SEPARATORS[firstSeparator(bytes)]
      if (separator !== undefined) {
        throw this.#refusal(this.#line + 1, `is separated by ${separator}; export it with commas`)
      }
    }
    if (bytes.includes(QUOTE)) this.#quoted(bytes)
    else this.#plain(bytes.toString('utf8'))
  }

  end (): void {
    if (this.#visit === undefined) {
      throw this.#refusal(1, 'has no header; the first line must name the columns')
    }
  }

  tooLong (bytes: Buffer): never {
    if (bytes.includes(QUOTE)) this.#quoted(bytes)
    throw this.#refusal(this.#line + 1, `is longer than ${MAX_ROW_BYTES} bytes; is this a CSV file?`)
  }

  #plain (text: string): void {
    let from = 0
    while (from < text.length) {
      let to = text.indexOf('\n', from)
      if (to === -1) to = text.length
      const stop = to > from && text.charCodeAt(to - 1) === 13 ? to - 1 : to
      this.#row(text.slice(from, stop).split(','), ++this.#line)
      from = to + 1
    }
  }

  #quoted (bytes: Buffer): void {
    let rows: CsvRow[]
    let fault: CsvError | undefined
    try {
      rows = parse(bytes, CSV)
    } catch (error) {
      if (!(error instanceof CsvError)) throw error
      fault = error
      // The rows before the fault count and are good; the fault is in the next one.
      const whole = Number(error.records)
      rows = whole > 0 ? parse(bytes, { ...CSV, to: whole }) : []
    }
    for (const fields of rows) {
      this.#row(fields, this.#line + 1)
      this.#line += 1 + breaksIn(fields)
    }
    if (fault !== undefined) {
      throw this.#refusal(
        this.#line + 1,
        FAULTS[fault.code] ?? `cannot be read: ${shorten(fault.message, 200)}`
      )
    }
  }

  #row (fields: string[], line: number): void {
    if (fields.every(isBlank)) {
      this.#problems.warn('blank_lines', { file: this.#file, line })
      return
    }
    if (this.#visit === undefined) {
      if (fields.length > MAX_COLUMNS) {
        throw this.#refusal(
          line,
          `has ${fields.length} columns, expected at most ${MAX_COLUMNS}; is this the header?`
        )
      }
      this.#visit = this.#onHeader(fields.map((name) => name.trim()), line)
      this.#width = fields.length
      return
    }
    if (fields.length !== this.#width) {
      // Also where the surplus is blank: a comma that was not quoted has moved every field behind it.
      this.#problems.error(
        { file: this.#file, line },
        `has ${fields.length} fields, expected ${this.#width} as in the header; a field with a comma in it must be in quotes`
      )
      return
    }
    this.#visit(fields, line)
  }

  #lineOf (bytes: Buffer, isFault: (line: Buffer) => boolean): number {
    let line = this.#line
    for (let from = 0; from < bytes.length;) {
      line++
      const to = bytes.indexOf(LINE_FEED, from)
      const stop = to === -1 ? bytes.length : to
      if (isFault(bytes.subarray(from, stop))) break
      from = stop + 1
    }
    return line
  }

  #refusal (line: number, message: string): Refusal {
    return new Refusal({ file: this.#file, line }, message)
  }
}

/** What stands between the columns of files that are not read, by its byte. */
const OTHER_SEPARATORS: Readonly<Record<number, string>> = { 0x3b: 'semicolons', 0x09: 'tabs' }
const COMMA = 0x2c

/**
 * The byte of the first comma, semicolon or tab of the first line that is not in quotes; 0: there is none.
 */
function firstSeparator (bytes: Buffer): number {
  let isQuoted = false
  for (const byte of bytes) {
    if (byte === QUOTE) isQuoted = !isQuoted
    else if (isQuoted) continue
    else if (byte === LINE_FEED) return 0
    else if (byte === COMMA || OTHER_SEPARATORS[byte] !== undefined) return byte
  }
  return 0
}

const FAULTS: Record<string, string> = {
  INVALID_OPENING_QUOTE:
    'has a quote inside a field that does not begin with one; put the field in quotes and double the quote',
  CSV_INVALID_CLOSING_QUOTE: 'has text after a closing quote; double a quote that belongs to the text',
  CSV_QUOTE_NOT_CLOSED: 'a quote that opens here is never closed',
}

function breaksIn (fields: CsvRow): number {
  let breaks = 0
  for (const field of fields) {
    for (let at = field.indexOf('\n'); at !== -1; at = field.indexOf('\n', at + 1)) breaks++
  }
  return breaks
}

function isBlank (field: string): boolean {
  return field === '' || field.trim() === ''
}
