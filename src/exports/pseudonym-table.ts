// Who is behind the pseudonyms of a course. It is read in parts, and nothing of it is stored.
import type { Reads } from '../../db/index.ts'
import { listPseudonyms, type PseudonymRow } from '../../db/queries/pseudonyms.ts'
import { spreadsheetCell } from '../csv-row.ts'

/** Students that are in memory at a time. */
const BATCH = 500
/** Without it, spreadsheets do not recognize UTF-8. */
const BYTE_ORDER_MARK = '\u{feff}'
const COLUMNS = [
  'pseudonym', 'student_id', 'last_name', 'first_name', 'student_identifier', 'email', 'source_id',
] as const

type Entry = Record<typeof COLUMNS[number], string | number | null>

async function * batches (db: Reads, courseId: number): AsyncGenerator<Entry[]> {
  for (let after = ''; ;) {
    const rows = await listPseudonyms(db, courseId, { after, limit: BATCH })
    if (rows.length > 0) yield rows.map(entryOf)
    const last = rows.at(-1)
    if (last === undefined || rows.length < BATCH) return
    after = last.pseudonym
  }
}

function entryOf ({ pseudonym, id, ...student }: PseudonymRow): Entry {
  return { pseudonym, student_id: id, ...student }
}

/** The students with pseudonyms, in the order of these, as a JSON array in pieces. */
export async function * pseudonymJson (db: Reads, courseId: number): AsyncGenerator<string> {
  let before = '['
  for await (const entries of batches(db, courseId)) {
    yield before + entries.map((entry) => JSON.stringify(entry)).join(',')
    before = ','
  }
  yield before === '[' ? '[]' : ']'
}

/** The same as lines with a header. Text that a spreadsheet may take for a formula gets an apostrophe. */
export async function * pseudonymCsv (db: Reads, courseId: number): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + COLUMNS.join(',') + '\r\n'
  for await (const entries of batches(db, courseId)) {
    yield entries.map((entry) => COLUMNS.map((column) => cell(entry[column])).join(',') + '\r\n').join('')
  }
}

function cell (value: string | number | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value)
  return spreadsheetCell(value)
}
