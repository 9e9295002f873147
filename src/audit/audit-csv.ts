// The audit log as a table for a spreadsheet. See RFC 4180.
import { spreadsheetCell } from '../csv-row.ts'
import { auditJson, type Audit } from './audit.ts'

/** Entries that are in memory at a time. */
const BATCH = 500
/** Without it, spreadsheets do not recognize UTF-8. */
const BYTE_ORDER_MARK = '\u{feff}'
const COLUMNS = [
  'id', 'at', 'action', 'outcome', 'count', 'user_id', 'email', 'via', 'address', 'subject', 'changes',
] as const

type Filter = Omit<Parameters<Audit['list']>[0], 'limit'>

/** The entries that match, newest first, as lines with a header. Entries that come meanwhile are left out. */
export async function * auditCsv (audit: Pick<Audit, 'list'>, filter: Filter): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + COLUMNS.join(',') + '\r\n'
  let { before } = filter
  for (;;) {
    const rows = await audit.list({ ...filter, limit: BATCH, before })
    const lines = rows.map(auditJson).map((entry) =>
      COLUMNS.map((column) => cell(column === 'changes' ? changesText(entry.changes) : entry[column]))
        .join(',') + '\r\n')
    if (lines.length > 0) yield lines.join('')
    if (rows.length < BATCH) return
    before = rows.at(-1)?.id
  }
}

function cell (value: string | number | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value)
  return spreadsheetCell(value)
}

/** `time_zone: UTC → Europe/Berlin; weights: {"Homework":0.2} → {"Homework":0.3}` */
function changesText (changes: Record<string, unknown> | null): string {
  return Object.entries(changes ?? {}).map(([field, change]) => {
    const values = Array.isArray(change) ? change : [change]
    return `${field}: ${values.map(valueText).join(' → ')}`
  }).join('; ')
}

function valueText (value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
