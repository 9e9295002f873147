// How `perfbook serve` stops: the real process, held open by a write lock that the test holds.
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { connect as connectSocket } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { connect } from '../../db/sqlite/connection.ts'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { insertFile } from '../../db/queries/files.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { perfbook } from '../support/cli.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'
import { testFolder } from '../support/test-folder.ts'

const MEGABYTES = 64

interface Held {
  folder: string
  server: ServerProcess
  jobId: number
  call: (method: string, path: string) => Promise<Response>
  /** Resolves when the server says of itself that it is about to stop. */
  stopping: () => Promise<void>
  /** Lets the server write again. */
  release: () => void
}

/** A server with an export that cannot end, or not even start: another process is writing to the database. */
async function startHeld (t: Test, env: Record<string, string>): Promise<Held> {
  const folder = testFolder(t)
  await makeBookDatabase(join(folder, 'perfbook.sqlite'), {
    name: 'Physics',
    tasks: [{ title: 'HW 1' }],
    students: [{ lastName: 'Ames', cells: [0.7] }],
  })
  await perfbook(folder, ['user', 'add', 'admin@example.edu', '--role', 'admin'])
  const token = (await perfbook(folder, ['token', 'create', 'admin@example.edu'])).stdout.trim()
  const server = await startServer(t, folder, env)
  const call: Held['call'] = (method, path) =>
    fetch(`${server.address}${path}`, { method, headers: { authorization: `Bearer ${token}` } })
  const sqlite = connect(join(folder, 'perfbook.sqlite'), { busyTimeoutMs: 10_000 })
  t.teardown(() => {
    sqlite.close()
  })
  const stateNow = sqlite.prepare<[number], { state: string }>('SELECT state FROM jobs WHERE id = ?')
  async function hold (): Promise<number> {
    const { id } = await (await call('POST', '/api/courses/1/performance/export')).json() as { id: number }
    sqlite.exec('BEGIN IMMEDIATE')
    if (stateNow.get(id)?.state !== 'succeeded') return id
    // It was over before this process was on.
    sqlite.exec('COMMIT')
    return await hold()
  }
  return {
    folder,
    server,
    call,
    jobId: await hold(),
    release: () => {
      sqlite.exec('COMMIT')
    },
    async stopping () {
      while ((await call('GET', '/readyz')).status !== 503) {
        /* the signal has not arrived yet */
      }
    },
  }
}

const stateOf = async (folder: string, jobId: number) =>
  JSON.parse((await perfbook(folder, ['job', 'show', String(jobId)])).stdout)

t.test('shutdown: no new exports, polls answered, jobs that end in time succeed; status 0', async (t) => {
  const { folder, server, jobId, call, stopping, release } = await startHeld(t, {
    SHUTDOWN_GRACE_MS: '60000',
  })
  server.kill('SIGTERM')
  await stopping()
  const refused = await call('POST', '/api/courses/1/performance/export')
  t.strictSame([refused.status, (await refused.json() as { code: string }).code], [503, 'SHUTTING_DOWN'])
  t.match(refused.headers.get('retry-after'), /^[1-9]\d*$/)
  t.equal((await call('GET', `/api/jobs/${jobId}`)).status, 200)
  release()
  t.match(await server.ended, { status: 0 })
  const job = await stateOf(folder, jobId)
  // It had been claimed before the lock was taken, or not.
  t.ok(job.status === 'succeeded' || (job.status === 'queued' && job.attempts === 0), JSON.stringify(job))
  t.strictSame(readdirSync(join(folder, 'staging')), [])
})

t.test('a second signal ends it at once; the next start finishes the job', async (t) => {
  const { folder, server, jobId, stopping, release } = await startHeld(t, { SHUTDOWN_GRACE_MS: '60000' })
  server.kill('SIGTERM')
  await stopping()
  server.kill('SIGTERM')
  t.match(await server.ended, { status: 143 })
  release()
  t.match(await perfbook(folder, ['export', '1']), { status: 0 }, 'the lock on the folder is free')
  t.match(await stateOf(folder, jobId), { status: 'succeeded' })
})

t.test('a download that is slower than the grace period is cut off', async (t) => {
  const folder = testFolder(t)
  const filename = 'large.bin'
  const hex = 'ab'.repeat(16)
  // More than the buffers between two processes hold.
  mkdirSync(join(folder, 'files', hex), { recursive: true })
  writeFileSync(join(folder, 'files', hex, filename), Buffer.alloc(MEGABYTES * 2 ** 20))
  const db = await openDatabase(sqliteFile(join(folder, 'perfbook.sqlite')))
  await db.write((trx) =>
    insertFile(trx, {
      owner_type: 'course',
      owner_id: 1,
      category: 'slides',
      filename,
      hex,
      content_type: 'application/octet-stream',
      size: MEGABYTES * 2 ** 20,
      sha256: '0'.repeat(64),
      created_at: 0,
    })
  )
  await db.close()
  const server = await startServer(t, folder, { SHUTDOWN_GRACE_MS: '200' })
  const socket = connectSocket(Number(new URL(server.address).port), '127.0.0.1').on('error', () => {})
  socket.write(`GET /files/${hex}/${filename} HTTP/1.1\r\nHost: x\r\n\r\n`)
  await once(socket, 'readable')
  server.kill('SIGINT')
  t.match(await server.ended, { status: 0 })
  let received = 0
  for await (const chunk of socket) received += (chunk as Buffer).length
  t.ok(received > 0 && received < MEGABYTES * 2 ** 20)
})
