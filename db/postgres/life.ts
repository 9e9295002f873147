// What a long-running process has in addition to its pool: the connection that listens, its place among the
// nodes, and what it knows about an outage of the database.
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import { hasCode } from '../../src/errors.ts'
import type { Database, NodeIdentity, OpenOptions, Outage, PostgresLocation, Topic } from '../database.ts'
import type { ChangeCounter } from './change-counter.ts'
import { unavailable, type GuardedPool } from './guarded-pool.ts'
import { nodePlace } from './place.ts'
import { openSession, type Session } from './session.ts'
import { CHANNEL } from './writes.ts'

interface LifeOptions {
  location: PostgresLocation
  node: NodeIdentity | undefined
  pool: GuardedPool
  options: Pick<OpenOptions, 'onOutage'>
  /** Counts what other nodes have changed, or may have changed. */
  changes: Pick<ChangeCounter, 'any' | 'jobs'>
}

type Listener = Parameters<Database['listen']>[0]

interface Life extends Pick<Database, 'leave' | 'listen' | 'outage'> {
  /** Makes the connection that `listen` and the node need. Throws NODE_REFUSED and DATABASE_UNAVAILABLE. */
  start: () => Promise<void>
  /** From now on, the node reports to the list of nodes. */
  hasTables: () => void
  reconnects: () => number
  close: () => Promise<void>
}

/** How long a start waits for the locks of a node that is dead, for all that the server knows, ms. */
const PLACE_PATIENCE_MS = 30_000
const START_PATIENCE_MS = 45_000

export function createLife ({ location, node, pool, options, changes }: LifeOptions): Life {
  const place = node === undefined ? undefined : nodePlace(node)
  const listeners = new Set<Listener>()
  let session: Session | undefined
  let client: Client | undefined
  let outage: Outage | undefined
  let hasTables = false
  let ups = 0

  function open (): Session {
    return openSession({
      address: location.direct,
      name: place?.connectionName ?? 'perfbook listener',
      async prepare (next) {
        await next.query(`LISTEN ${CHANNEL}`)
        await place?.take(next, ups === 0 ? PLACE_PATIENCE_MS : 0)
        await beat(next)
      },
      beat,
      notified (payload) {
        const [topic = '', idText = ''] = payload.split(' ')
        const id = Number(idText)
        if (topic === 'job' && Number.isSafeInteger(id)) changes.jobs([id])
        else changes.any()
        for (const listener of listeners) listener.notified(topic as Topic, id)
      },
      up (next) {
        client = next
        ups++
        pool.open()
        changes.any()
        if (outage !== undefined) {
          outage = undefined
          options.onOutage?.(undefined)
        }
        // Also the first time: earlier notifications were missed.
        for (const listener of listeners) listener.reconnected()
      },
      down (error) {
        client = undefined
        outage = { since: Date.now(), reason: reasonOf(error) }
        pool.shut()
        options.onOutage?.(outage)
        for (const listener of listeners) listener.lost?.()
      },
    })
  }

  async function beat (next: Client): Promise<void> {
    if (hasTables && place !== undefined) await place.report(next)
    else await next.query('SELECT 1')
  }

  return {
    async start () {
      session ??= open()
      const over = new AbortController()
      const timeout = delay(START_PATIENCE_MS, undefined, { signal: over.signal })
        .then(() => { throw unavailable() }, () => {})
      await Promise.race([session.opened, timeout]).finally(() => { over.abort() })
    },
    hasTables () {
      hasTables = true
      if (client !== undefined) place?.report(client).catch(() => {})
    },
    listen (listener) {
      session ??= open()
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    outage: () => outage,
    reconnects: () => Math.max(0, ups - 1),
    async leave () {
      hasTables = false
      // If the database is unavailable, the row of the node expires by itself.
      if (client !== undefined) await place?.leave(client).catch(() => {})
    },
    async close () {
      await this.leave()
      await session?.close()
    },
  }
}

/** A sentence that is safe to show to anyone: it has no addresses. */
function reasonOf (error: Error): string {
  if (hasCode(error, 'NODE_REFUSED')) return error.message
  const code = 'code' in error ? String(error.code) : ''
  if (code === '25006') return 'The database is read-only.'
  if (code.startsWith('28')) return 'The database rejects the user or the password.'
  if (code === '53300') return 'The database has too many connections.'
  return /timeout/i.test(error.message)
    ? 'The database is not responding.'
    : 'The database cannot be reached.'
}
