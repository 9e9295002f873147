// A page of a book while PostgreSQL hangs: its thread has a connection of its own, and much patience.
import pg from 'pg'
import t from 'tap'
import { openDatabase } from '../../db/index.ts'
import { clientOptions } from '../../db/postgres/client-options.ts'
import { bookThreads } from '../../src/courses/book-threads.ts'
import type { BookTasks } from '../../src/courses/book-tasks.ts'
import { createWorkerPool } from '../../src/jobs/worker-pool.ts'
import { TASKS_FILE } from '../../src/program-files.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { noPostgres, startCluster, testPostgres } from '../support/postgres.ts'
import { stopProcesses } from '../support/stop-processes.ts'
import { until } from '../support/until.ts'

t.test('a page that is being read when the database stops responding', { skip: noPostgres }, async (t) => {
  const cluster = await startCluster()
  t.teardown(() => cluster.stop())
  const location = await testPostgres(t, { cluster })
  const book = { tasks: [{ title: 'HW' }], students: [{ cells: [1] }] }
  const [courseId = 0] = await makeBookDatabase(location, book)
  const db = await openDatabase(location, { isImpatient: true })
  t.teardown(() => db.close())
  const pool = createWorkerPool<BookTasks>({
    tasksFile: TASKS_FILE, threads: 1, memoryMb: 256, preload: ['readPage'],
  })
  t.teardown(() => pool.destroy())
  const threads = bookThreads(pool, db)
  const read = () => threads.run('readPage', {
    database: location, courseId, now: Date.UTC(2026, 0, 5), page: { limit: 10 }, exports: '[]',
  })
  t.match(await read(), { ok: true })

  const other = new pg.Client(clientOptions(location.connection))
  other.on('error', () => {})
  await other.connect()
  await other.query('BEGIN; LOCK TABLE students')
  const waiting = read()
  waiting.catch(() => {})
  await until('the read waits for the lock', async () => {
    const { rows } = await other.query('SELECT 1 FROM pg_locks WHERE NOT granted')
    return rows.length > 0
  })
  const goOn = stopProcesses(cluster.pid())
  await t.rejects(waiting, { code: 'DATABASE_UNAVAILABLE', retryAfterSeconds: 5 })
  await t.rejects(read(), { code: 'DATABASE_UNAVAILABLE' }, 'no thread is asked')
  goOn()
  await other.end()
  await until('the outage is over', () => db.outage() === undefined)
  t.match(await read(), { ok: true }, 'a new thread reads')
})
