// A real PostgreSQL with pg-boss for all stories of a process. Its rows are set back before each story, and
// triggers keep the same history as in SQLite. All processes of a story share one connection, so transactions
// run one after the other: none waits for the lock of another one that the scheduler holds back. The server's
// clock is that of the story, by functions that its statements find before those of PostgreSQL.
import type { Client } from 'pg'
import { throwUncaught, type Database } from '../../db/database.ts'
import { openDatabase, type PostgresLocation } from '../../db/index.ts'
import { connectionPool, kyselyOver } from '../../db/postgres/connection.ts'
import type { GuardedPool } from '../../db/postgres/guarded-pool.ts'
import type { JobConnections } from '../../db/postgres/job-connections.ts'
import { createStatementNames } from '../../db/postgres/statement-names.ts'
import { writer } from '../../db/postgres/writes.ts'
import { TABLES_IN_ORDER, TABLES_OF_NODES } from '../../db/table-order.ts'
import type { Clock } from '../../src/jobs/clock.ts'
import type { JobDelivery } from '../../src/jobs/delivery/delivery.ts'
import { createPgBossDelivery } from '../../src/jobs/delivery/pg-boss.ts'
import { openTicketQueues } from '../../src/jobs/delivery/pg-boss-queues.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { testPostgres } from '../support/postgres.ts'
import { bindDatabase } from './bound-database.ts'
import type { Life } from './life.ts'
import { createLine } from './one-connection.ts'
import {
  COURSES, STORY_START, USER_IDS, type DeliverOptions, type HistoryLine, type SimulatedDatabase,
} from './simulated-database.ts'
import { SIMULATION_SCHEMA } from './simulation-schema.ts'

/** Stories after which deleted rows are removed. */
const VACUUM_EVERY = 50

type Cell = string | number | null

export async function openSimulatedPostgres (): Promise<SimulatedDatabase> {
  const ends: Array<() => unknown> = []
  const location = await testPostgres({ teardown: (end: () => unknown) => { ends.unshift(end) } }, {})
  const courseIds = await makeBookDatabase(location, ...COURSES)
  await installQueues(location)
  const pool = connectionPool(location.connection, { max: 1 })
  // Lent until the end: the pool never replaces it.
  const client = await pool.connect()
  // Each process of a story listens.
  client.setMaxListeners(0)
  ends.unshift(async () => {
    client.release()
    await pool.end()
  })
  for (const id of USER_IDS) {
    await client.query(`INSERT INTO users (id, email, email_key, role, origin, created_at)
      VALUES ($1, $2, $2, 'teacher', 'account', 0)`, [id, `teacher${id}@example.edu`])
  }
  await client.query('INSERT INTO installation (id, name, store_swept_at) VALUES (1, $1, $2)', [
    'stories', STORY_START,
  ])
  await client.query(SIMULATION_SCHEMA)
  await stopVacuum(client)
  const setBack = await keepRows(client)
  await client.query('SET search_path = sim, pg_catalog, public')

  let now = Date.now
  const line = createLine(client, () => now())
  const names = createStatementNames()
  const run = async <Row>(text: string, values: Cell[] = []) => {
    const lease = await line.lease()
    try {
      return (await lease.send({ text, values })).rows as Row[]
    } finally {
      lease.release()
    }
  }
  const whole = kyselyOver(pooled(async () => {
    const lease = await line.lease()
    return {
      query: async (text, values) =>
        await lease.send({ text, values, name: names.of(text, values) }) as never,
      release: lease.release,
    }
  }))
  let commits = 0
  let stories = 0
  /** End the listening of processes. */
  const listeners: Array<() => void> = []
  let lastAct = Promise.resolve()
  const common: Omit<Database, 'reads'> = {
    engine: 'postgres',
    location,
    outage: () => undefined,
    leave: async () => {},
    connections: () => undefined,
    change: () => commits,
    now: async () => now(),
    listen: () => () => {},
    write: writer(whole, {
      changes: { any: () => { commits++ }, jobs: () => { commits++ } },
      callbackFailed: throwUncaught,
      now: () => now(),
    }),
    bytes: async () => 0,
    emptyLog: async () => true,
    wipeFreeSpace: async () => ({ isCompacted: true, isLogEmpty: true }),
    close: async () => {},
  }

  /** Each read waits for its turn, and its answer comes late. */
  const readsOf = (life: Life) => kyselyOver(pooled(async () => ({
    async query (text, values) {
      await life.step('a read')
      const lease = await line.lease()
      try {
        return await lease.send({ text, values, name: names.of(text, values) }) as never
      } finally {
        lease.release()
        await life.step('hears of a read')
      }
    },
    release () {},
  })))

  /** What pg-boss uses: the same for its statements. Notifications come late, or never to a dead process. */
  const connectionsOf = (life: Life): JobConnections => ({
    async executeSql (text, values) {
      await life.step('pg-boss asks')
      const lease = await line.lease()
      try {
        const name = values === undefined ? undefined : names.of(text, values)
        return await lease.send({ text, values, name })
      } catch (error) {
        await lease.send({ text: 'ROLLBACK' })
        throw error
      } finally {
        lease.release()
        await life.step('pg-boss hears')
      }
    },
    async listen (channel, notified, up) {
      await run(`LISTEN ${client.escapeIdentifier(channel)}`)
      const heard = (message: { channel: string, payload?: string }) => {
        if (message.channel !== channel || life.isOver) return
        void life.step('a notification').then(() => { notified(message.payload ?? '') })
      }
      client.on('notification', heard)
      listeners.push(() => { client.off('notification', heard) })
      up()
      return { close: async () => { client.off('notification', heard) } }
    },
    close: async () => {},
  })
  return {
    courseIds,
    userIds: USER_IDS,
    bind: (life) => bindDatabase({ ...common, reads: readsOf(life) }, life, { isFar: false }),
    deliver: (options) => deliver(options, connectionsOf(options.life)),
    async act (step) {
      // The scheduler may begin a step while the statements of another one run: when the last command ends.
      const acted = lastAct.then(async () => {
        await step()
        await line.settled()
      })
      lastAct = acted.catch(() => {})
      await acted
    },
    settled: async () => { await lastAct },
    async reset (clock) {
      now = clock
      for (const stopListening of listeners.splice(0)) stopListening()
      if (++stories % VACUUM_EVERY === 0) await run('VACUUM')
      await run(setBack)
    },
    history: () => run<HistoryLine>('SELECT * FROM sim.history ORDER BY id'),
    versionOf: async (courseId) => (await run<{ version: number }>(
      'SELECT data_version AS version FROM courses WHERE id = $1', [courseId])).at(0)?.version,
    rows: run,
    async close () { for (const end of ends) await end() },
  }
}

/** Creates the tables and the queues of pg-boss. */
async function installQueues (location: PostgresLocation): Promise<void> {
  const db = await openDatabase(location)
  const log = { info () {}, warn () {}, error () {} }
  const kinds = ['performance-export', 'fill-in', 'housekeeping']
    .map((name) => ({ name, timeLimitMs: 900_000 }))
  await (await openTicketQueues({ db, location, kinds, mayUpgrade: true, log })).close()
  await db.close()
}

/** The order of rows, and what pg-boss does about deleted ones, must not depend on time. */
async function stopVacuum (client: Pick<Client, 'query'>): Promise<void> {
  for (const table of TABLES_IN_ORDER) {
    await client.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`)
  }
  await client.query('ALTER TABLE pgboss.job_common SET (autovacuum_vacuum_threshold = 1000000000)')
}

/** Remembers all rows as they are now. Returns the statements that set them back, and all counters. */
async function keepRows (client: Pick<Client, 'query'>): Promise<string> {
  // The history is emptied last: what is deleted is noted in it.
  const tables = [
    'sim.history', ...TABLES_IN_ORDER, ...TABLES_OF_NODES, 'pgboss.version', 'pgboss.queue', 'pgboss.job',
  ]
  const kept: string[] = []
  for (const table of tables) {
    const { rows } = await client.query(`SELECT 1 FROM ${table} LIMIT 1`)
    if (rows.length === 0) continue
    const copy = `sim.kept_${table.replace('.', '_')}`
    await client.query(`CREATE TABLE ${copy} AS SELECT * FROM ${table}`)
    kept.push(`INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM ${copy}`)
  }
  const { rows: counters } = await client.query<{ name: string, last: number | null }>(`
    SELECT format('%I.%I', schemaname, sequencename) AS name, last_value AS last FROM pg_sequences`)
  return [
    ...tables.toReversed().map((table) => `DELETE FROM ${table}`),
    ...kept,
    ...counters.map(({ name, last }) => `SELECT setval('${name}', ${last ?? 1}, ${last !== null})`),
  ].join(';\n')
}

/** What Kysely needs of a pool. */
function pooled (connect: GuardedPool['connect']): GuardedPool {
  return { connect, end: async () => {}, options: {} } as Partial<GuardedPool> as GuardedPool
}

/** The delivery by pg-boss, which opens at once. */
function deliver (
  { db, kinds, clock, steady, log }: DeliverOptions, connections: JobConnections
): JobDelivery {
  const timers = timersOf(steady)
  const opened = createPgBossDelivery({
    db,
    kinds,
    clock,
    log,
    steady,
    mayUpgrade: true,
    openQueues: (options) => openTicketQueues(options, { connections, timers }),
  })
  opened.catch((error: unknown) => { log.error({ err: error }, 'the delivery did not open') })
  return {
    announce: async (trx, job) => { await (await opened).announce(trx, job) },
    start: async (worker) => { await (await opened).start(worker) },
    look: async () => { await (await opened).look() },
    ended () { void opened.then((delivery) => { delivery.ended() }) },
    stop: async () => { await (await opened).stop() },
    close: async () => { await (await opened).close() },
  }
}

/** Timers as pg-boss wants them. */
function timersOf ({ now, after }: Clock) {
  const clear = (cancel: unknown) => { if (typeof cancel === 'function') cancel() }
  return {
    now,
    setTimeout: (callback: () => void, ms: number) => after(ms, callback),
    clearTimeout: clear,
    setInterval (callback: () => void, ms: number) {
      let cancel = () => {}
      const wait = () => {
        cancel = after(ms, () => {
          wait()
          callback()
        })
      }
      wait()
      return () => { cancel() }
    },
    clearInterval: clear,
  }
}
