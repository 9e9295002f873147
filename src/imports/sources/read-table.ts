// Text tables (CSV as in RFC 4180, and its variants), read as a stream.
import { importError } from '../error-messages.ts'
import { Refusal, type Problems } from '../problems.ts'
import { readSheet } from '../spreadsheet/read-sheet.ts'
import { MAX_ROW_BYTES, RowSplitter, type HeaderVisitor } from './row-splitter.ts'
import type { SourceFile } from './source-files.ts'
import { detectDialect, type HeaderMode } from './table-dialect.ts'
import { textChunks } from './text-bytes.ts'

/** The dialect is detected from this many bytes, or from more if the header is longer. */
const HEAD_BYTES = 16 * 1024
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

interface TableReading {
  problems: Problems
  /**
   * `unknown`: the header may be in any row. Then `onHeader` is called without names, and every row that is
   * not blank is visited as it is, however many cells it has. Default: `first`.
   */
  header?: HeaderMode | undefined
  /** Called after each block, with the bytes read. May throw to stop. */
  onBlock?: ((bytes: number) => void) | undefined
}

/**
 * Reads a file row by row; a workbook as `readSheet` says. Blank rows are skipped with a warning. Missing
 * cells at the end of a row are blank. A row with cells beyond the header that are not blank is an error and
 * is not visited. Throws Refusal if reading cannot go on: bytes in no supported encoding, a NUL, a quote that
 * is misplaced or never closed, no header.
 */
export async function readTable (
  file: SourceFile, onHeader: HeaderVisitor, { problems, header = 'first', onBlock }: TableReading
): Promise<void> {
  if (file.sheet !== undefined) {
    return await readSheet(file.sheet, onHeader, { file: file.name, problems, header, onBlock })
  }
  let rows: RowSplitter | undefined
  let head: Buffer[] = []
  let headBytes = 0
  let wanted = HEAD_BYTES
  let isMarked = false
  const take = async (bytes: Buffer, splitter: RowSplitter) => {
    const block = splitter.cut(bytes)
    if (splitter.isToBeProven(block)) await learn(file, splitter)
    splitter.block(block)
  }
  const begin = async ({ isWhole }: { isWhole: boolean }) => {
    const bytes = Buffer.concat(head)
    const dialect = detectDialect(bytes, { isWhole, header }) ??
      (bytes.length > MAX_ROW_BYTES ? detectDialect(bytes, { isWhole: true, header }) : undefined)
    wanted = 2 * headBytes
    if (dialect === undefined) return
    if (typeof dialect === 'string') {
      const message = importError('other_separator', { separator: dialect })
      throw new Refusal({ file: file.name, line: 1 }, message)
    }
    head = []
    rows = new RowSplitter({ file: file.name, dialect, isMarked, header, onHeader, problems })
    await take(bytes.subarray(dialect.skip.bytes), rows)
  }
  for await (const chunk of textChunks(file)) {
    isMarked = chunk.isMarked
    if (rows !== undefined) await take(chunk.bytes, rows)
    else {
      head.push(chunk.bytes)
      headBytes += chunk.bytes.length
      if (headBytes >= wanted) await begin({ isWhole: false })
    }
    onBlock?.(chunk.read)
  }
  if (rows === undefined) await begin({ isWhole: true })
  const last = rows as RowSplitter | undefined
  if (last === undefined) return
  const block = last.rest()
  if (last.isToBeProven(block)) await learn(file, last)
  last.block(block)
  last.end()
}

/** Reads the file again, to learn what the commas in its numbers mean. */
async function learn (file: SourceFile, { numbers }: RowSplitter): Promise<void> {
  let carry: Buffer = Buffer.alloc(0)
  for await (const { bytes } of textChunks(file, { isAgain: true })) {
    const all = carry.length === 0 ? bytes : Buffer.concat([carry, bytes])
    const end = Math.max(all.lastIndexOf(LINE_FEED), all.lastIndexOf(CARRIAGE_RETURN)) + 1
    if (numbers.learn(all.toString('latin1', 0, end))) return
    carry = all.subarray(end)
    if (carry.length > MAX_ROW_BYTES) return
  }
  numbers.learn(carry.toString('latin1'))
}
