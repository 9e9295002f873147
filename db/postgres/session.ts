// One connection from a node to the server itself, open while the node runs: it listens for notifications
// and holds locks. It sends a query once a second to notice a lost server, and then reconnects.
import { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import type { PostgresAddress } from './address.ts'
import { clientOptions } from './client-options.ts'

interface SessionOptions {
  address: PostgresAddress
  /** Shown by the server's list of connections. */
  name: string
  /** Prepares a new connection. If this throws, the connection ends and is retried. */
  prepare: (client: Client) => Promise<void>
  /** Called once a second. If this throws, the connection ends. */
  beat: (client: Client) => Promise<void>
  notified: (payload: string) => void
  /** The connection is open, for the first time or again. */
  up: (client: Client) => void
  /** The connection was lost and a first retry failed. Called once until `up`. */
  down: (error: Error) => void
}

export interface Session {
  /**
   * Resolves when the connection is open for the first time. Rejects with a permanent error: wrong
   * credentials, no such database, and NODE_REFUSED from `prepare`.
   */
  opened: Promise<void>
  /** Ends the connection, which frees its locks. */
  close: () => Promise<void>
}

const BEAT_EVERY_MS = 1000
/** A server that takes longer to answer a beat, or to accept a connection, does not respond, ms. */
const PATIENCE_MS = 2000
/** The same for the first connection, ms: nothing depends on it yet, and a start keeps the machine busy. */
const FIRST_PATIENCE_MS = 10_000
const TICK_MS = 250
const FIRST_WAIT_MS = 100
const MOST_WAIT_MS = 1000

/** Connects, and reconnects until it is closed. */
export function openSession ({ address, name, prepare, beat, notified, up, down }: SessionOptions): Session {
  const closing = new AbortController()
  const { signal } = closing
  const opened = Promise.withResolvers<void>()
  opened.promise.catch(() => {})
  let hasBeenUp = false
  let isUp = false
  let isDown = false
  const running = run()

  async function run (): Promise<void> {
    for (let wait = 0; !signal.aborted; wait = Math.min(MOST_WAIT_MS, Math.max(FIRST_WAIT_MS, wait * 2))) {
      if (wait > 0) await delay(wait * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {})
      if (signal.aborted) return
      try {
        await live(() => { wait = 0 })
      } catch (error) {
        if (!hasBeenUp && isPermanent(error)) {
          opened.reject(error)
          return
        }
        // A connection that was up is tried again at once: perhaps only it was ended.
        const isFirst = isUp && wait === 0 && !isSilent(error)
        isUp = false
        if (isFirst || isDown || signal.aborted) continue
        isDown = true
        down(error instanceof Error ? error : new Error(String(error)))
      }
    }
  }

  /** One connection, until it is lost or the session is closed. */
  async function live (connected: () => void): Promise<void> {
    // Our own socket: it can be destroyed in any state of the connection.
    const socket = new Socket()
    const client = new Client({
      ...clientOptions(address),
      application_name: name,
      stream: () => socket,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5000,
    })
    const connecting = hasBeenUp ? PATIENCE_MS : FIRST_PATIENCE_MS
    const silence = watchSilence(socket, () =>
      isUp ? BEAT_EVERY_MS + PATIENCE_MS : signal.aborted ? 0 : connecting)
    const lost = new Promise<never>((resolve, reject) => {
      client.on('error', reject)
      client.on('end', () => { reject(new Error('the connection to the database was ended')) })
      void silence.noticed.then(() => { reject(new Error('timeout: the database does not answer')) })
    })
    lost.catch(() => {})
    const answered = <T>(answer: Promise<T>): Promise<T> => Promise.race([answer, lost])
    client.on('notification', ({ payload = '' }) => { notified(payload) })
    try {
      await answered(client.connect())
      // The server notices within half a minute that this node is gone, and frees its locks.
      await answered(client.query(
        'SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3'
      ))
      await answered(prepare(client))
      connected()
      hasBeenUp = isUp = true
      isDown = false
      up(client)
      opened.resolve()
      while (!signal.aborted) {
        await answered(delay(BEAT_EVERY_MS, undefined, { signal }).catch(() => {}))
        if (!signal.aborted) await answered(beat(client))
      }
      // The timer must not keep the process alive once the connection has ended.
      await Promise.race([client.end(), delay(PATIENCE_MS, undefined, { ref: false })])
    } finally {
      silence.stopWatching()
      socket.destroy()
    }
  }

  return {
    opened: opened.promise,
    async close () {
      closing.abort()
      await running
    },
  }
}

/**
 * `noticed` resolves when nothing has arrived at the socket for `mostMs()`. Time is counted in ticks, each of
 * which reads what has arrived, so time in which this process is stopped or too busy does not count.
 */
function watchSilence (
  socket: Socket, mostMs: () => number
): { noticed: Promise<void>, stopWatching: () => void } {
  const noticed = Promise.withResolvers<void>()
  let [read, ticks] = [0, 0]
  const timer = setInterval(() => {
    ticks = socket.bytesRead === read ? ticks + 1 : 0
    read = socket.bytesRead
    if (ticks * TICK_MS >= mostMs()) noticed.resolve()
  }, TICK_MS)
  return { noticed: noticed.promise, stopWatching: () => { clearInterval(timer) } }
}

/** Whether a retry would fail too. */
function isPermanent (error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code === 'NODE_REFUSED' || code === '3D000' || code.startsWith('28')
}

/** Whether a server did not answer, so that an immediate retry would most likely fail. */
function isSilent (error: unknown): boolean {
  return error instanceof Error && /timeout/i.test(error.message)
}
