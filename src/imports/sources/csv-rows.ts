// CSV as in RFC 4180, read as a stream. Most of a large file has no quotes and needs no parser: such blocks
// are split at line ends and commas, which is nine times as fast. Blocks with quotes go through csv-parse,
// which also says what is wrong with them.
import { isUtf8 } from 'node:buffer'
import { CsvError, parse } from 'csv-parse/sync'
import { shorten } from '../../short-text.ts'
import { Refusal, type Problems } from '../problems.ts'
import type { SourceFile } from './source-files.ts'

/** Called for each row with its fields, as many as the header has, and the line on which the row begins. */
export interface RowVisitor {
  (fields: string[], line: number): void
  /** Called after the last row. May throw Refusal. */
  end?: () => void
}

/** Called for the header with the trimmed names. Returns the visitor of the rows. May throw Refusal. */
export type HeaderVisitor = (names: string[], line: number) => RowVisitor

/** A real row is never longer. A quote that is never closed must not swallow a whole file. */
const MAX_ROW_BYTES = 4 * 1024 * 1024
/** A grade book never has more: an Excel worksheet ends at 16,384. */
const MAX_COLUMNS = 20_000
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const QUOTE = 0x22
const COMMA = 0x2c
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf])
const UTF16_MARKS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])]

interface CsvReading {
  problems: Problems
  /** Called after each block, with the bytes read. May throw to stop. */
  onBlock?: ((bytes: number) => void) | undefined
}

/**
 * Reads a file row by row. Blank rows are skipped with a warning. A row with too many or too few fields is
 * an error and is not visited. Throws Refusal if reading cannot go on: bytes that are not UTF-8, a NUL, a
 * quote that is misplaced or never closed, no header.
 */
export async function readCsv (
  file: SourceFile, onHeader: HeaderVisitor, { problems, onBlock }: CsvReading
): Promise<void> {
  const rows = new RowSplitter(file.name, onHeader, problems)
  let carry: Buffer = Buffer.alloc(0)
  let scanned = 0
  let isQuoted = false
  let isFirst = true
  for await (const chunk of file.read()) {
    let bytes = carry.length === 0 ? chunk : Buffer.concat([carry, chunk])
    if (isFirst && bytes.length < UTF8_MARK.length) {
      carry = bytes
      continue
    }
    if (isFirst) {
      isFirst = false
      scanned = 0
      bytes = withoutMark(bytes, file)
    }
    // The block ends at the last line end that is not inside quotes, which is after an even number of quotes.
    let end = 0
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
    if (carry.length > MAX_ROW_BYTES) rows.tooLong(carry)
    onBlock?.(chunk.length)
  }
  rows.block(isFirst ? withoutMark(carry, file) : carry)
  rows.end()
}

function withoutMark (bytes: Buffer, { name }: SourceFile): Buffer {
  const beginsWith = (mark: Buffer) => mark.equals(bytes.subarray(0, mark.length))
  if (UTF16_MARKS.some(beginsWith)) throw new Refusal({ file: name, line: 1 }, 'is UTF-16; save it as UTF-8')
  return beginsWith(UTF8_MARK) ? bytes.subarray(UTF8_MARK.length) : bytes
}

const CSV = { relax_column_count: true, record_delimiter: ['\r\n', '\n'] }

class RowSplitter {
  readonly #file: string
  readonly #onHeader: HeaderVisitor
  readonly #problems: Problems
  #visit: RowVisitor | undefined
  #width = 0
  /** Lines before the block. */
  #line = 0

  constructor (file: string, onHeader: HeaderVisitor, problems: Problems) {
    this.#file = file
    this.#onHeader = onHeader
    this.#problems = problems
  }

  /** Takes whole rows. */
  block (bytes: Buffer): void {
    if (bytes.length === 0) return
    if (!isUtf8(bytes)) {
      const line = this.#lineOf(bytes, (one) => !isUtf8(one))
      throw this.#refusal(line, 'is not UTF-8; save the file as UTF-8')
    }
    if (bytes.includes(0)) {
      throw this.#refusal(this.#lineOf(bytes, (one) => one.includes(0)), 'has a NUL character')
    }
    const separator = this.#visit === undefined ? OTHER_SEPARATORS.get(firstSeparator(bytes)) : undefined
    if (separator !== undefined) {
      throw this.#refusal(this.#line + 1, `uses ${separator} as separators; export it with commas`)
    }
    if (bytes.includes(QUOTE)) this.#quoted(bytes)
    else this.#plain(bytes.toString('utf8'))
  }

  end (): void {
    if (this.#visit === undefined) {
      throw this.#refusal(1, 'has no header; the first line must name the columns')
    }
    this.#visit.end?.()
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
      const stop = to > from && text.charCodeAt(to - 1) === CARRIAGE_RETURN ? to - 1 : to
      this.#row(text.slice(from, stop).split(','), ++this.#line)
      from = to + 1
    }
  }

  #quoted (bytes: Buffer): void {
    let rows: string[][]
    let fault: CsvError | undefined
    try {
      rows = parse(bytes, CSV)
    } catch (error) {
      if (!(error instanceof CsvError)) throw error
      fault = error
      // The rows before the fault are good and count. The fault is in the next one.
      const whole = Number(error.records)
      rows = whole > 0 ? parse(bytes, { ...CSV, to: whole }) : []
    }
    for (const fields of rows) {
      this.#row(fields, this.#line + 1)
      this.#line += 1 + breaksIn(fields)
    }
    if (fault === undefined) return
    const message = FAULTS[fault.code] ?? `cannot be read: ${shorten(fault.message, 200)}`
    throw this.#refusal(this.#line + 1, message)
  }

  #row (fields: string[], line: number): void {
    if (fields.every(isBlank)) {
      this.#problems.warn('blank_lines', { file: this.#file, line })
      return
    }
    if (this.#visit === undefined) {
      if (fields.length > MAX_COLUMNS) {
        const message = `has ${fields.length} columns, expected at most ${MAX_COLUMNS}; is this the header?`
        throw this.#refusal(line, message)
      }
      this.#visit = this.#onHeader(fields.map((name) => name.trim()), line)
      this.#width = fields.length
      return
    }
    if (fields.length !== this.#width) {
      // Also if the extra fields are blank: a comma without quotes has moved every field after it.
      this.#problems.error(
        { file: this.#file, line },
        `has ${fields.length} fields, expected ${this.#width} as in the header; ` +
          'a field with a comma in it must be in quotes'
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

/** Separators that are not supported, by their byte. */
const OTHER_SEPARATORS = new Map([[0x3b, 'semicolons'], [0x09, 'tabs']])

/**
 * The byte of the first comma, semicolon or tab of the first line that is not in quotes; 0 if there is
 * none.
 */
function firstSeparator (bytes: Buffer): number {
  let isQuoted = false
  for (const byte of bytes) {
    if (byte === QUOTE) isQuoted = !isQuoted
    else if (isQuoted) continue
    else if (byte === LINE_FEED) return 0
    else if (byte === COMMA || OTHER_SEPARATORS.has(byte)) return byte
  }
  return 0
}

const FAULTS: Record<string, string> = {
  INVALID_OPENING_QUOTE:
    'has a quote inside a field that does not begin with one; put the field in quotes and double the quote',
  CSV_INVALID_CLOSING_QUOTE: 'has text after a closing quote; double a quote that belongs to the text',
  CSV_QUOTE_NOT_CLOSED: 'has an opening quote that is never closed',
}

function breaksIn (fields: string[]): number {
  let breaks = 0
  for (const field of fields) {
    for (let at = field.indexOf('\n'); at !== -1; at = field.indexOf('\n', at + 1)) breaks++
  }
  return breaks
}

function isBlank (field: string): boolean { return field === '' || field.trim() === '' }
