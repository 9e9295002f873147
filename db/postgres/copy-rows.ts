// The rows of one table: on their way to PostgreSQL, and as they arrived.
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn } from 'node:timers/promises'
import type { Client } from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { TableName } from '../table-order.ts'
import { columnType, COPY_HEADER, COPY_TRAILER, RowWriter, type CopyColumn } from './copy-format.ts'

export interface TableShape {
  name: TableName
  columns: CopyColumn[]
  /** Columns of the primary key, in its order. */
  key: string[]
}

/** What a table holds: two tables with the same rows have the same facts, in whichever engine. */
export interface TableFacts {
  rows: number
  /** SHA-256, hex. */
  hash: string
}

/** Bytes of one COPY, which is all or nothing: what an interruption loses at most. */
const BYTES_AT_ONCE = 8 * 1024 ** 2
const CHUNK_BYTES = 65_536
const ROWS_PER_TURN = 2000

/** The columns of a table of the target. Throws if one of `columns` is missing there. */
export async function tableShape (
  client: Client, name: TableName, { columns, key }: { columns: readonly string[], key: string[] }
): Promise<TableShape> {
  const { rows } = await client.query<{ name: string, type: string }>(
    `SELECT attname AS name, atttypid AS type FROM pg_attribute
      WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [quoted(name)]
  )
  const types = new Map(rows.map((row) => [row.name, Number(row.type)]))
  const typed = columns.map((column) => ({ name: column, type: columnType(types.get(column) ?? 0) }))
  return { name, key, columns: typed }
}

/** The key of the last row that was copied; undefined: none. Rows are copied in the order of their keys. */
export async function lastKey (
  client: Client, { name, key, columns }: TableShape
): Promise<unknown[] | undefined> {
  const { rows: [row] } = await client.query<unknown[]>({
    text: `SELECT ${key.map(quoted).join(', ')} FROM ${quoted(name)}
      ORDER BY ${key.map((column) => `${quoted(column)} DESC`).join(', ')} LIMIT 1`,
    rowMode: 'array',
  })
  return row?.map((value, index) =>
    columns.find((column) => column.name === key[index])?.type === 'text' ? value : Number(value)
  )
}

interface CopyOptions {
  signal: AbortSignal
  /** Called with the number of rows that are committed since the last call. */
  onRows: (rows: number) => void
}

/**
 * Adds rows to a table, a few megabytes in each transaction. Returns how many NUL characters were left out,
 * which PostgreSQL cannot store. Throws the signal's reason, and errors of the server.
 */
export async function copyRows (
  client: Client, { name, columns }: TableShape, rows: Iterable<unknown[]>, { signal, onRows }: CopyOptions
): Promise<number> {
  const names = columns.map((column) => quoted(column.name)).join(', ')
  const writer = new RowWriter(columns)
  const iterator = rows[Symbol.iterator]()
  let next = iterator.next()
  function * oneCopy (): Generator<Buffer> {
    yield COPY_HEADER
    for (let bytes = 0; next.done !== true && bytes < BYTES_AT_ONCE; next = iterator.next()) {
      const before = writer.length
      writer.add(next.value)
      count++
      bytes += writer.length - before
      if (writer.length >= CHUNK_BYTES) yield writer.take()
    }
    yield Buffer.concat([writer.take(), COPY_TRAILER])
  }
  let count = 0
  try {
    while (next.done !== true) {
      count = 0
      await pipeline(
        Readable.from(oneCopy()),
        client.query(copyFrom(`COPY ${quoted(name)} (${names}) FROM STDIN (FORMAT binary)`)),
        { signal }
      )
      onRows(count)
    }
  } finally {
    iterator.return?.()
  }
  return writer.leftOut
}

/** The facts of rows that come in the order of their keys. */
export async function factsOfRows (
  { columns }: TableShape, rows: Iterable<unknown[]>, { signal, onRows }: CopyOptions
): Promise<TableFacts> {
  const hash = createHash('sha256')
  const writer = new RowWriter(columns)
  let count = 0
  let reported = 0
  for (const row of rows) {
    writer.add(row)
    if (writer.length >= CHUNK_BYTES) hash.update(writer.take())
    if (++count % ROWS_PER_TURN !== 0) continue
    onRows(count - reported)
    reported = count
    await turn()
    signal.throwIfAborted()
  }
  onRows(count - reported)
  return { rows: count, hash: hash.update(writer.take()).digest('hex') }
}

/** The facts of a table of the target. */
export async function factsOfTable (
  client: Client, { name, columns, key }: TableShape, signal: AbortSignal
): Promise<TableFacts> {
  const stream = client.query(copyTo(
    `COPY (SELECT ${columns.map((column) => quoted(column.name)).join(', ')} FROM ${quoted(name)}
      ORDER BY ${key.map(quoted).join(', ')}) TO STDOUT (FORMAT binary)`
  ))
  const hash = createHash('sha256')
  let header = COPY_HEADER.length
  // The last bytes may be the trailer, in one piece or in two.
  let kept: Buffer = Buffer.alloc(0)
  await pipeline(stream, async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      const bytes = Buffer.concat([kept, chunk.subarray(header)])
      header -= Math.min(header, chunk.length)
      kept = bytes.subarray(Math.max(0, bytes.length - COPY_TRAILER.length))
      hash.update(bytes.subarray(0, bytes.length - kept.length))
    }
  }, { signal })
  if (!kept.equals(COPY_TRAILER)) throw new Error(`the server sent only a part of the table ${name}`)
  return { rows: stream.rowCount, hash: hash.digest('hex') }
}

export function quoted (name: string): string { return `"${name}"` }
