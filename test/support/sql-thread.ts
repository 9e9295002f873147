// Runs statements on PostgreSQL for a thread that waits for them, see `sql.ts`.
import { parentPort, type MessagePort } from 'node:worker_threads'
import pg from 'pg'
import { clientOptions } from '../../db/postgres/client-options.ts'
import type { PostgresAddress } from '../../db/postgres/address.ts'

/** `done` becomes 1 when the answer is in `port`. */
export interface SqlRequest {
  address: PostgresAddress
  /** One query, whose only value is the answer, or statements without an answer. */
  text: string
  port: MessagePort
  done: Int32Array<SharedArrayBuffer>
}

export type SqlAnswer = { value: unknown } | { error: string }

parentPort?.on('message', ({ address, text, port, done }: SqlRequest) => {
  void answer(address, text).catch((error: unknown) => ({ error: String(error) })).then((found) => {
    port.postMessage(found satisfies SqlAnswer)
    Atomics.store(done, 0, 1)
    Atomics.notify(done, 0)
    port.close()
  })
})

async function answer (address: PostgresAddress, text: string): Promise<SqlAnswer> {
  const client = new pg.Client(clientOptions(address))
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query("SET lock_timeout = '5s'")
    // Several statements have a list of results, without rows of its own.
    const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' })
    return { value: rows?.[0]?.[0] }
  } finally {
    await client.end()
  }
}
