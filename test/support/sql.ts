// Statements on the database of a test from outside the service, at once, whichever engine has it.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { DatabaseLocation, PostgresLocation } from '../../db/index.ts'
import { connect } from '../../db/sqlite/connection.ts'
import { databaseProblems } from '../../db/sqlite/database-copy.ts'
import { postgresPrograms } from './postgres.ts'
import type { SqlAnswer, SqlRequest } from './sql-thread.ts'

/** For an answer from PostgreSQL, ms. */
const PATIENCE_MS = 60_000

/**
 * Runs a statement, with values in the places of its question marks, and returns its rows. Without values,
 * several statements may be given, none of which returns rows. Blocks.
 */
export function sqlNow (database: DatabaseLocation, statement: string, ...values: unknown[]): any[] {
  if (database.engine === 'postgres') return onPostgres(database, statement, values)
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

function onPostgres (database: PostgresLocation, statement: string, values: unknown[]): any[] {
  let i = 0
  const text = statement.replaceAll('?', () => literal(values[i++]))
  const isQuery = /^\s*(SELECT|WITH)\b/i.test(statement)
  const answer = waitFor(database, isQuery
    ? `SELECT coalesce(json_agg(to_json(q)), '[]')::text FROM (${text}) q`
    : text)
  return isQuery ? JSON.parse(String(answer)) as any[] : []
}

let thread: Worker | undefined

/** Another thread asks PostgreSQL, while this one waits. A process for each statement takes far longer. */
function waitFor ({ connection: address }: PostgresLocation, text: string): unknown {
  if (thread === undefined) {
    // tap has options for its processes that this thread does not need.
    const { NODE_OPTIONS: _, ...env } = process.env
    thread = new Worker(new URL('sql-thread.ts', import.meta.url), { execArgv: [], env })
    thread.unref()
  }
  const { port1, port2 } = new MessageChannel()
  const done = new Int32Array(new SharedArrayBuffer(4))
  thread.postMessage({ address, text, port: port2, done } satisfies SqlRequest, [port2])
  if (Atomics.wait(done, 0, 0, PATIENCE_MS) === 'timed-out') throw new Error(`no answer to ${text}`)
  const answer = receiveMessageOnPort(port1)?.message as SqlAnswer
  port1.close()
  if ('error' in answer) throw new Error(answer.error)
  return answer.value
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
  if (database.engine === 'postgres') return dumpOf(database)
  return ['', '-wal'].map((ending) => database.connection.file + ending)
    .map((file) => existsSync(file) ? readFileSync(file, 'latin1') : '').join('\n')
}

function dumpOf ({ connection: { host, port, user, password, database } }: PostgresLocation): string {
  const program = join(postgresPrograms() ?? '', 'pg_dump')
  const flags = ['--data-only', '-h', host, '-p', String(port), '-U', user, database]
  return execFileSync(program, flags, {
    env: { ...process.env, PGPASSWORD: password }, encoding: 'utf8', maxBuffer: 2 ** 28,
  })
}
