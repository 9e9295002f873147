// Version 0.1 accepted names of any length. They are shortened to the limit: otherwise every later import
// that keeps them would be refused, and books would have pages of megabytes. Ids stay, because the next
// import compares them.
import { sql, type Kysely } from 'kysely'

// The limit at this step; the program's own may change.
const NAME_MAX = 1000
const ROWS_AT_ONCE = 500

const NAMES: Readonly<Record<string, readonly string[]>> = {
  periods: ['name'],
  tasks: ['title'],
  students: ['first_name', 'last_name', 'student_identifier', 'email'],
  course_teachers: ['first_name', 'last_name'],
}

export async function shortenNames (db: Kysely<unknown>): Promise<void> {
  for (const [table, columns] of Object.entries(NAMES)) {
    for (const column of columns) {
      await markChanged(db, { table, column })
      await shorten(db, { table, column })
    }
  }
  // A course has one category of each name, so the id at the end keeps them distinct.
  await markChanged(db, { table: 'categories', column: 'name' })
  await sql`UPDATE categories SET name = substr(name, 1,
    ${sql.lit(NAME_MAX - 24)}) || '… ' || id WHERE length(name) > ${sql.lit(NAME_MAX)}`.execute(db)
  for (const column of ['name', 'school', 'term']) {
    const name = sql.ref(column)
    await sql`UPDATE courses SET data_version = data_version + 1, ${name} = substr(${name}, 1,
      ${sql.lit(NAME_MAX - 1)}) || '…'
      WHERE length(${name}) > ${sql.lit(NAME_MAX)}`.execute(db)
  }
  for (const table of ['users', 'tokens']) {
    for (const column of table === 'users' ? ['first_name', 'last_name'] : ['name']) {
      await shorten(db, { table, column })
    }
  }
  await shortenRecords(db)
}

interface Column {
  table: string
  column: string
}

async function shorten (db: Kysely<unknown>, { table, column }: Column): Promise<void> {
  const name = sql.ref(column)
  await sql`UPDATE ${sql.table(table)} SET ${name} = substr(${name}, 1, ${sql.lit(NAME_MAX - 1)}) || '…'
    WHERE length(${name}) > ${sql.lit(NAME_MAX)}`.execute(db)
}

/** A book changes with its names: exports with the long ones are no longer current. */
async function markChanged (db: Kysely<unknown>, { table, column }: Column): Promise<void> {
  await sql`UPDATE courses SET data_version = data_version + 1 WHERE id IN (
    SELECT course_id FROM ${sql.table(table)} WHERE length(${sql.ref(column)}) > ${sql.lit(NAME_MAX)})`
    .execute(db)
}

/**
 * Names in the stored roster: texts in a record's body, which is a JSON list. Nested lists hold ids, and
 * stay.
 */
async function shortenRecords (db: Kysely<unknown>): Promise<void> {
  let after = { kind: '', source_id: '' }
  for (;;) {
    const { rows } = await sql<{ kind: string, source_id: string }>`SELECT kind, source_id FROM roster_records
      WHERE (kind, source_id) > (${after.kind}, ${after.source_id}) AND length(body) > ${sql.lit(NAME_MAX)}
      ORDER BY kind, source_id LIMIT ${sql.lit(ROWS_AT_ONCE)}`.execute(db)
    for (const { kind, source_id: id } of rows) {
      const { rows: [row] } = await sql<
        { body: string }
      >`SELECT body FROM roster_records WHERE kind = ${kind} AND source_id = ${id}`.execute(db)
      const body = JSON.stringify((JSON.parse(row?.body ?? '[]') as unknown[]).map(short))
      await sql`UPDATE roster_records SET body = ${body} WHERE kind = ${kind} AND source_id = ${id}`.execute(
        db
      )
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < ROWS_AT_ONCE) return
    after = last
  }
}

function short (value: unknown): unknown {
  if (typeof value !== 'string' || value.length <= NAME_MAX) return value
  const characters = [...value]
  return characters.length <= NAME_MAX ? value : `${characters.slice(0, NAME_MAX - 1).join('')}…`
}
