// Jobs and imports once stored messages that quoted whole files. They are shortened like new ones, row by
// row, so that memory holds one at a time. A report of megabytes keeps its message and its number of errors.
import { sql, type Kysely } from 'kysely'

// The limit at this step; the program's own may change.
const MESSAGE_MAX = 1000
const RESULT_MAX = 131_072
const NAME_MAX = 200
/** A longer report is not read, only counted. */
const READ_MAX = 1_048_576
const ROWS_AT_ONCE = 500

export async function shortenReports (db: Kysely<unknown>): Promise<void> {
  await shortenColumn(db, { table: 'jobs', column: 'error_message', most: MESSAGE_MAX })
  await shortenColumn(db, { table: 'job_attempts', column: 'error_message', most: MESSAGE_MAX })
  await shortenColumn(db, { table: 'files', column: 'created_by', most: NAME_MAX })
  const most = sql.lit(NAME_MAX)
  await sql`UPDATE jobs
    SET payload = json_set(payload, '$.requestedBy',
      substr(json_extract(payload, '$.requestedBy'), 1, ${most}))
    WHERE length(payload) > ${most} AND length(json_extract(payload, '$.requestedBy')) > ${most}`.execute(db)
  await shortenJson(db, { table: 'jobs', column: 'result' })
  await shortenJson(db, { table: 'imports', column: 'summary' })
}

async function shortenColumn (
  db: Kysely<unknown>,
  { table, column, most }: { table: string, column: string, most: number }
): Promise<void> {
  const name = sql.ref(column)
  await sql`UPDATE ${sql.table(table)} SET ${name} = substr(${name}, 1,
    ${sql.lit(most - 1)}) || '…' WHERE length(${name}) > ${sql.lit(most)}`.execute(db)
}

async function shortenJson (
  db: Kysely<unknown>,
  { table, column }: { table: string, column: string }
): Promise<void> {
  const name = sql.ref(column)
  for (let after = 0; ;) {
    const { rows } = await sql<{ id: number, length: number }>`SELECT id, length(${name}) AS length FROM
      ${sql.table(table)}
      WHERE id > ${after} AND length(${name}) > ${sql.lit(MESSAGE_MAX)} ORDER BY id LIMIT
        ${sql.lit(ROWS_AT_ONCE)}`.execute(db)
    for (const { id, length } of rows) {
      const short = length > READ_MAX
        ? await countedOnly(db, { table, column, id })
        : await read(db, { table, column, id })
      await sql`UPDATE ${sql.table(table)} SET ${name} = ${short} WHERE id = ${id}`.execute(db)
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < ROWS_AT_ONCE) return
    after = last.id
  }
}

interface Cell {
  table: string
  column: string
  id: number
}

async function read (db: Kysely<unknown>, { table, column, id }: Cell): Promise<string> {
  const { rows } = await sql<{ json: string }>`SELECT ${sql.ref(column)} AS json FROM
    ${sql.table(table)} WHERE id = ${id}`.execute(db)
  const json = JSON.stringify(withShortTexts(JSON.parse(rows[0]?.json ?? 'null')))
  return json.length > RESULT_MAX ? '{"errors":[],"error_count":0}' : json
}

/** The number is at the end of such a report. */
async function countedOnly (db: Kysely<unknown>, { table, column, id }: Cell): Promise<string> {
  const { rows } = await sql<{ end: string }>`SELECT substr(${sql.ref(column)}, -40) AS "end" FROM
    ${sql.table(table)} WHERE id = ${id}`.execute(db)
  const count = /"error_count":(\d{1,15})\}$/.exec(rows[0]?.end ?? '')?.[1] ?? '0'
  return `{"errors":[],"error_count":${count}}`
}

function withShortTexts (value: unknown): unknown {
  if (typeof value === 'string') {
    return value.length > MESSAGE_MAX ? `${value.slice(0, MESSAGE_MAX - 1).toWellFormed()}…` : value
  }
  if (Array.isArray(value)) return value.map(withShortTexts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withShortTexts(part)]))
}
