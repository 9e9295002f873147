// PostgreSQL restarts, hangs, only reads, or ends connections: requests get an answer in time, nothing ends
// the process, and all goes on by itself.
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { sql } from 'kysely'
import pg from 'pg'
import t, { type Test } from 'tap'
import { clientOptions } from '../../../db/postgres/client-options.ts'
import { connectionPool, IMPATIENT } from '../../../db/postgres/connection.ts'
import { guardedPool } from '../../../db/postgres/guarded-pool.ts'
import { openDatabase, type Database, type NodeIdentity, type Outage } from '../../../db/index.ts'
import { noPostgres, startCluster, testPostgres, type Cluster } from '../../support/postgres.ts'
import { stopProcesses } from '../../support/stop-processes.ts'
import { until } from '../../support/until.ts'

/** The contract says 5 s. */
const IN_TIME_MS = 5000
const TICK_MS = 50

const node: NodeIdentity = {
  id: 'a1b2', name: 'one', role: 'all', version: '1', threads: 1, sharesFiles: true, runningJobs: () => 0,
}

interface Opened {
  db: Database
  cluster: Cluster
  outages: Array<Outage | undefined>
  seen: string[]
}

async function open (t: Test, { isNode = true } = {}): Promise<Opened> {
  const cluster = await startCluster()
  t.teardown(() => cluster.stop())
  const outages: Array<Outage | undefined> = []
  const seen: string[] = []
  const db = await openDatabase(await testPostgres(t, { cluster }), {
    isImpatient: true,
    onOutage: (outage) => { outages.push(outage) },
    ...(isNode ? { node } : {}),
  })
  t.teardown(() => db.close())
  db.listen({
    notified: (topic, id) => { seen.push(`${topic} ${id}`) },
    reconnected: () => { seen.push('again') },
    lost: () => { seen.push('lost') },
  })
  await db.write((trx) => trx.insertInto('erasure_keys').values({ id: 1, secret: 'x' }).execute())
  return { db, cluster, outages, seen }
}

const read = (db: Database) => db.reads.selectFrom('erasure_keys').select('secret').execute()
const write = (db: Database) =>
  db.write((trx) => trx.updateTable('erasure_keys').set({ secret: 'y' }).execute())

/** Measures ms in ticks: time in which a busy machine does not run this process does not count. */
function stopwatch (): () => number {
  let ticks = 0
  const timer = setInterval(() => { ticks++ }, TICK_MS)
  return () => {
    clearInterval(timer)
    return ticks * TICK_MS
  }
}

/** Reads and writes, many at once; all of them must be refused in time. */
async function areRefused (t: Test, db: Database): Promise<void> {
  const taken = stopwatch()
  const requests = Array.from({ length: 30 }, (_, n) => n % 2 === 0 ? read(db) : write(db))
  const all = await Promise.allSettled(requests)
  const ms = taken()
  t.ok(ms < IN_TIME_MS, `${ms} ms`)
  for (const one of all) {
    t.match(one, { status: 'rejected', reason: { code: 'DATABASE_UNAVAILABLE', retryAfterSeconds: 5 } })
    const { reason: { message = '' } = {} } = one as { reason?: { message?: string } }
    t.notMatch(message, /127\.0\.0\.1|perfbook/)
  }
}

/** Waits until the database works again. */
async function worksAgain (t: Test, db: Database): Promise<void> {
  await until('the database works again', async () => {
    const all = await Promise.allSettled([read(db), write(db)])
    return all.every(({ status }) => status === 'fulfilled')
  })
  // All connections, and not just one of them.
  await Promise.all(Array.from({ length: 20 }, () => read(db)))
  t.equal(db.outage(), undefined)
}

t.test('a server that restarts', { skip: noPostgres }, async (t) => {
  const { db, cluster, outages, seen } = await open(t)
  await cluster.stop()
  await areRefused(t, db)
  await until('the outage is noticed', () => db.outage() !== undefined)
  t.equal(db.outage()?.reason, 'The database cannot be reached.')
  await areRefused(t, db)
  await cluster.start()
  await worksAgain(t, db)
  t.match(outages, [{ reason: 'The database cannot be reached.' }, undefined])
  t.strictSame(seen, ['lost', 'again'])
})

t.test('a server that hangs', { skip: noPostgres }, async (t) => {
  for (const isNode of [true, false]) {
    const { db, cluster, seen } = await open(t, { isNode })
    await Promise.all(Array.from({ length: 20 }, () => read(db)))
    const goOn = stopProcesses(cluster.pid())
    await areRefused(t, db)
    await until('the outage is noticed', () => db.outage() !== undefined)
    t.equal(db.outage()?.reason, 'The database is not responding.')
    await areRefused(t, db)
    goOn()
    await worksAgain(t, db)
    t.strictSame(seen.slice(-2), ['lost', 'again'])
  }
})

t.test('a write that has begun when the server hangs', { skip: noPostgres }, async (t) => {
  const { db, cluster } = await open(t)
  let taken = () => NaN
  let goOn = () => {}
  await t.rejects(db.write(async (trx) => {
    await trx.updateTable('erasure_keys').set({ secret: 'z' }).execute()
    goOn = stopProcesses(cluster.pid())
    taken = stopwatch()
    await trx.updateTable('erasure_keys').set({ secret: 'zz' }).execute()
  }), { code: 'DATABASE_UNAVAILABLE' })
  t.ok(taken() < IN_TIME_MS)
  goOn()
  await worksAgain(t, db)
  t.strictSame(await read(db), [{ secret: 'y' }])
})

t.test('a server that only reads', { skip: noPostgres }, async (t) => {
  const { db, cluster } = await open(t)
  const admin = new pg.Client(clientOptions(cluster.admin))
  admin.on('error', () => {})
  await admin.connect()
  const set = async (value: string) => {
    await admin.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`)
    await admin.query('SELECT pg_reload_conf()')
  }
  await set('on')
  await until('the outage is noticed', () => db.outage() !== undefined)
  t.equal(db.outage()?.reason, 'The database is read-only.')
  await areRefused(t, db)
  await admin.query('SET default_transaction_read_only = off')
  await set('off')
  await worksAgain(t, db)
  await admin.end()
})

t.test('connections that the server ends', { skip: noPostgres }, async (t) => {
  const { db, cluster, outages } = await open(t)
  const admin = new pg.Client(clientOptions(cluster.admin))
  admin.on('error', () => {})
  await admin.connect()
  const end = () => admin.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'perfbook'"
  )
  await Promise.all(Array.from({ length: 20 }, () => read(db)))
  await end()
  await worksAgain(t, db)
  await until('it listens again', () => db.connections()?.reconnects === 1)
  // In the middle of a write, while it waits for nothing.
  await t.rejects(db.write(async (trx) => {
    await trx.updateTable('erasure_keys').set({ secret: 'z' }).execute()
    const before = db.connections()?.errors ?? NaN
    await end()
    await until('the end is noticed', () => (db.connections()?.errors ?? NaN) > before)
    await trx.updateTable('erasure_keys').set({ secret: 'zz' }).execute()
  }), { code: 'DATABASE_UNAVAILABLE' })
  await worksAgain(t, db)
  t.strictSame(await read(db), [{ secret: 'y' }])
  await until('it listens again', () => db.connections()?.reconnects === 2)
  t.strictSame(outages, [], 'the connection that listens was back at once')
  await admin.end()
})

t.test('a connection that the server ends at the moment when it is handed out', async (t) => {
  /** Type, length and content of a message of the server. */
  const message = (type: string, content: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeInt32BE(content.length + 4)
    return Buffer.concat([Buffer.from(type), length, content])
  }
  const accepted = [message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]
  const ended = message('E', Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0'))
  // A server that accepts each connection and ends it, in one packet.
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => { socket.end(Buffer.concat([...accepted, ended])) })
  }).listen(0, '127.0.0.1')
  t.teardown(() => { server.close() })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const address = { host: '127.0.0.1', port, user: 'a', password: 'a', database: 'a', ssl: false as const }
  const pool = guardedPool(() => connectionPool(address, { max: 2 }), IMPATIENT)
  t.teardown(() => pool.end())
  for (let i = 0; i < 3; i++) {
    await t.rejects(async () => {
      const client = await pool.connect()
      await client.query('SELECT 1', []).finally(() => { client.release() })
    }, { code: 'DATABASE_UNAVAILABLE' })
  }
})

t.test('a lock that is held for long, a statement that takes too long', { skip: noPostgres }, async (t) => {
  const location = await testPostgres(t, { mayHaveTables: true })
  const db = await openDatabase(location, { isImpatient: true, lockTimeoutMs: 100 })
  t.teardown(() => db.close())
  await db.write((trx) => trx.insertInto('erasure_keys').values({ id: 1, secret: 'x' }).execute())
  const held = Promise.withResolvers<void>()
  const isHeld = Promise.withResolvers<void>()
  const holding = db.write(async (trx) => {
    await trx.updateTable('erasure_keys').set({ secret: 'y' }).execute()
    isHeld.resolve()
    await held.promise
  })
  await isHeld.promise
  await t.rejects(write(db), { code: '55P03' })
  held.resolve()
  await holding
  await t.rejects(sql`SELECT pg_sleep(30)`.execute(db.reads), { code: 'DATABASE_UNAVAILABLE' })
  t.strictSame(await read(db), [{ secret: 'y' }])
})

t.test('a start without a server says where it looked', { skip: noPostgres }, async (t) => {
  const cluster = await startCluster()
  t.teardown(() => cluster.stop())
  const location = await testPostgres(t, { cluster })
  await cluster.stop()
  const options = { isImpatient: true, node, waitMs: 300 }
  await t.rejects(openDatabase(location, options), {
    code: 'DATABASE_UNAVAILABLE',
    message: /^PostgreSQL at postgres:\/\/perfbook@127\.0\.0\.1:\d+\/test_\w+ could not be used: .*ECONNREFUSED/,
  })
  // It waits for one that starts meanwhile.
  const opening = openDatabase(location, { ...options, waitMs: 60_000 })
  const deaf = createServer((socket) => { socket.destroy() }).listen(location.connection.port, '127.0.0.1')
  await once(deaf, 'connection')
  await new Promise((resolve) => { deaf.close(resolve) })
  await cluster.start()
  const db = await opening
  await db.close()
  const wrong = { ...location.connection, password: 'hidden' }
  const other = { ...location.connection, database: 'nowhere' }
  for (
    const [connection, message] of [[wrong, /password/], [other, /does not exist/]] as const
  ) {
    const there = { ...location, connection, direct: connection }
    await t.rejects(openDatabase(there, { ...options, waitMs: 60_000 }), {
      code: 'DATABASE_UNAVAILABLE',
      message,
    })
  }
})

t.test('a user who may not create tables is told so', { skip: noPostgres }, async (t) => {
  const location = await testPostgres(t)
  const owner = new pg.Client(clientOptions(location.connection))
  await owner.connect()
  await owner.query('REVOKE ALL ON SCHEMA public FROM PUBLIC, pg_database_owner')
  await owner.end()
  await t.rejects(openDatabase(location, { mayUpgrade: true }), {
    code: 'INVALID_SETTINGS',
    message: /may not create tables/,
  })
})
