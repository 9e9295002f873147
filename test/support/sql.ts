// Statements on the database of a test from outside the service, at once, whichever engine has it.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseLocation, PostgresLocation } from '../../db/index.ts'
import { connect } from '../../db/sqlite/connection.ts'
import { databaseProblems } from '../../db/sqlite/database-copy.ts'
import { postgresPrograms } from './postgres.ts'

/**
 * Runs a statement, with values in the places of its question marks, and returns its rows. Without values,
 * several statements may be given, none of which returns rows. Blocks.
 */
export function sqlNow (database: DatabaseLocation, statement: string, ...values: unknown[]): any[] {
  if (database.engine === 'postgres') return byPsql(database, statement, values)
  const sqlite = connect(database.connection.file, { busyTimeoutMs: 5000 })
  try {
    if (values.length === 0 && !/^\s*(SELECT|WITH)\b/i.test(statement)) {
      sqlite.exec(statement)
      return []
    }
    const prepared = sqlite.prepare(statement)
    if (prepared.reader) return prepared.all(...values)
    prepared.run(...values)
    return []
  } finally {
    sqlite.close()
  }
}

function byPsql (database: PostgresLocation, statement: string, values: unknown[]): any[] {
  let i = 0
  const text = statement.replaceAll('?', () => literal(values[i++]))
  const isQuery = /^\s*(SELECT|WITH)\b/i.test(statement)
  const input = isQuery ? `SELECT coalesce(json_agg(to_json(q)), '[]') FROM (${text}) q` : text
  const flags = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1']
  const output = runClient('psql', flags, database, `SET lock_timeout = '5s';\n${input};\n`)
  return isQuery ? JSON.parse(output) as any[] : []
}

function runClient (
  program: string,
  flags: string[],
  { connection: { host, port, user, password, database } }: PostgresLocation,
  input = ''
): string {
  const path = join(postgresPrograms() ?? '', program)
  return execFileSync(path, [...flags, '-h', host, '-p', String(port), '-U', user, database], {
    input, env: { ...process.env, PGPASSWORD: password }, encoding: 'utf8', maxBuffer: 2 ** 28,
  })
}

function literal (value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'number') return String(value)
  return `'${String(value).replaceAll("'", "''")}'`
}

/** What an integrity check of a database finds. PostgreSQL checks its references itself. */
export function problemsOf (database: DatabaseLocation): string[] {
  return database.engine === 'sqlite' ? databaseProblems(database.connection.file) : []
}

/**
 * What is stored, as a text to search: of SQLite all bytes, also of free pages and the log; of PostgreSQL a
 * dump, since its free space is its administrator's.
 */
export function contentOf (database: DatabaseLocation): string {
  if (database.engine === 'postgres') return runClient('pg_dump', ['--data-only'], database)
  return ['', '-wal'].map((ending) => database.connection.file + ending)
    .map((file) => existsSync(file) ? readFileSync(file, 'latin1') : '').join('\n')
}
