import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { PostgresLocation } from '../../database.ts'
import type { Tables } from '../../tables.ts'
import { connectionPool } from '../connection.ts'
import { CopyReader, copyPieces, type CopyType } from './copy-format.ts'

/** The one connection of an import: first it reads a snapshot, then it applies the plan. */
export interface ImportConnection {
  /** Queries of this connection. */
  kysely: Kysely<Tables>
  /** Runs a statement, or several without values. */
  run: (statement: string, values?: unknown[]) => Promise<Array<Record<string, unknown>>>
  /** A text as a literal of a statement. It must not contain a NUL. */
  quoted: (text: string) => string
  /** What a query gives, by COPY: rows in pieces. The next statement may run after the last piece. */
  rowsOf: (query: string, types: readonly CopyType[]) => AsyncGenerator<unknown[][]>
  /** Fills a table by COPY. */
  fill: (
    table: string, options: { columns: string, types: readonly CopyType[], rows: Iterable<unknown[]> }
  ) => Promise<void>
  /** Ends the connection, and with it what it has not committed. A second call does nothing. */
  close: () => Promise<void>
}

/** Connects. Aborting ends the connection at once, and with it what it waits for. */
export async function importConnection (
  { connection }: PostgresLocation, signal?: AbortSignal
): Promise<ImportConnection> {
  signal?.throwIfAborted()
  const pool = connectionPool(connection, { max: 1 })
  const client = await pool.connect()
  // The query that fails reports it. Without a listener, the process would end.
  client.on('error', () => {})
  let isOpen = true
  let ended: Promise<void> | undefined
  const release = () => {
    if (!isOpen) return
    isOpen = false
    signal?.removeEventListener('abort', release)
    client.release(true)
  }
  signal?.addEventListener('abort', release)
  const handle = { query: client.query.bind(client), release () {} } as PostgresPoolClient
  return {
    kysely: new Kysely<Tables>({
      dialect: new PostgresDialect({
        pool: { options: {}, connect: async () => handle, end: async () => {} },
      }),
    }),
    run: async (statement, values) => (await client.query<Record<string, unknown>>(statement, values)).rows,
    quoted: (text) => client.escapeLiteral(text),
    async * rowsOf (query, types) {
      const reader = new CopyReader(types)
      for await (const piece of client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT binary)`))) {
        yield reader.rows(piece as Buffer)
      }
    },
    async fill (table, { columns, types, rows }) {
      await pipeline(
        Readable.from(copyPieces(types, rows), { objectMode: false, highWaterMark: 2 ** 20 }),
        client.query(copyFrom(`COPY ${table} (${columns}) FROM STDIN (FORMAT binary)`))
      )
    },
    async close () {
      release()
      await (ended ??= pool.end())
    },
  }
}
