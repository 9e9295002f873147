// The disk is full, or fails, at any call of an operation: the answer says so, nothing is half done, and the
// service works again, without a restart, when the disk does.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { sqliteFile } from '../../db/index.ts'
import { seededRandom } from '../crash/seeded-random.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { perfbook } from '../support/cli.ts'
import { startServer } from '../support/server-process.ts'
import { sqlNow } from '../support/sql.ts'
import { testFolder } from '../support/test-folder.ts'
import { findCompiler, needs } from '../support/tools.ts'
import { until } from '../support/until.ts'
import { compileDisk, controlFaults, diskEnv, NEVER, type Faults } from './disk.ts'
import { lookAtRest } from './reopened.ts'

const PHYSICS = readFileSync(join(import.meta.dirname, '../../data/sample/physics-1.json'))
const FAULTS = Number(process.env['POWER_FAULTS'] ?? 4)
const SEED = Number(process.env['POWER_SEED'] ?? Date.now() % 1e6)
/** Longest that a disk stays broken after its first failure, ms: the moment is what is random. */
const BROKEN_MS = Number(process.env['POWER_BROKEN_MS'] ?? 400)
const KINDS: Faults[] = [{ onWrite: 'ENOSPC' }, { onWrite: 'EIO', onSync: 'EIO' }, { onRead: 'EIO' }]
const SAYS_SO = new Set(['DISK_FULL', 'DISK_LOW', 'DISK_FAILED'])

interface Answer { status: number, json: any }

t.setTimeout(3_600_000)
t.test('the disk fails', needs(findCompiler()), async (t) => {
  const top = testFolder(t)
  const root = join(top, 'data')
  const database = sqliteFile(join(root, 'perfbook.sqlite'))
  const [courseId] = await makeBookDatabase(database, {
    name: 'Biology',
    tasks: [{ title: 'HW' }],
    students: Array.from({ length: 20 }, (_, i) => ({ lastName: `Ames ${i}`, cells: [i] })),
  })
  await perfbook(root, ['user', 'add', 'admin@example.edu', '--role', 'admin'])
  const token = (await perfbook(root, ['token', 'create', 'admin@example.edu'])).stdout.trim()
  const faults = controlFaults(top)
  t.teardown(() => { faults.close() })
  const server = await startServer(t, root, {
    LOG_LEVEL: 'silent', WORKER_THREADS: '1', EXPORT_RATE_MAX: '1000000', IMPORT_WAITING_MAX: '1000',
    ...diskEnv({ library: await compileDisk(top), root, faults }),
  })

  async function call (method: string, path: string, body?: BodyInit | object): Promise<Answer> {
    const isForm = body instanceof FormData
    const answer = await fetch(`${server.address}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`, ...(isForm || !body ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, json: text.startsWith('{') ? JSON.parse(text) : undefined }
  }
  let changes = 0
  const operations: Record<string, () => Promise<Answer>> = {
    'an export': async () => await call('POST', `/api/courses/${courseId}/performance/export`, {}),
    'an import': async () => {
      const form = new FormData()
      const text = PHYSICS.toString().replaceAll('physics-1-spring-2026', `physics-${++changes}`)
      form.set('file', new File([text], 'physics.json'))
      return await call('POST', '/api/imports', form)
    },
  }
  const ended = async (id: number) => await until(`the end of job ${id}`, async (see) => {
    const { status, json } = await call('GET', `/api/jobs/${id}`)
    see(JSON.stringify(json))
    return status === 200 && ['succeeded', 'failed'].includes(json.status) && json
  })
  const courses = () => sqlNow(database, 'SELECT count(*) AS n FROM courses')[0].n as number

  for (const [name, operation] of Object.entries(operations)) {
    await t.test(name, async (t) => {
      const random = seededRandom(SEED)
      const calls: number[] = []
      for (const kind of KINDS) {
        faults.set({ ...kind, skip: NEVER })
        const answer = await operation()
        t.equal((await ended(answer.json.id)).status, 'succeeded')
        calls.push(faults.counts().seen)
        faults.clear()
      }
      t.comment(`POWER_SEED=${SEED}: ${calls.join(', ')} calls`)
      for (let i = 0; i < FAULTS; i++) {
        const kind = KINDS[i % KINDS.length]!
        // Half of them while the request is answered, half of them in the job.
        const skip = Math.floor(random() * Math.min(i % 2 === 0 ? 16 : NEVER, calls[i % KINDS.length]!))
        const what = `${JSON.stringify(kind)} after ${skip} calls`
        const before = courses()
        faults.set({ ...kind, skip })
        const answer = await operation()
        const id = answer.status === 202 ? answer.json.id as number : undefined
        if (id === undefined) {
          t.ok(SAYS_SO.has(answer.json?.code), `${what}: ${answer.status} ${JSON.stringify(answer.json)}`)
        } else {
          const state = () => sqlNow(database, 'SELECT state FROM jobs WHERE id = ?', id)[0].state as string
          await until('the disk failed, or was not needed', () =>
            faults.counts().failed > 0 || ['succeeded', 'failed'].includes(state()))
          await delay(random() * BROKEN_MS)
        }
        faults.clear()
        const job = id === undefined ? undefined : await ended(id)
        const isSaid = job === undefined || job.status === 'succeeded' || SAYS_SO.has(job.error.code)
        t.ok(isSaid, `${what}: ${JSON.stringify(job)}`)
        const isNew = name === 'an import' && job?.status === 'succeeded'
        t.equal(courses() - before, isNew ? 1 : 0, `${what}: all of an import or nothing`)
        if (job?.url != null) t.equal((await call('GET', new URL(job.url).pathname)).status, 200, what)
        // Without a restart.
        const again = await operation()
        t.equal(again.status, 202, `${what}: then ${JSON.stringify(again.json)}`)
        if (again.status === 202) t.equal((await ended(again.json.id)).status, 'succeeded', what)
      }
    })
  }
  await until('no job has a file in staging', () => readdirSync(join(root, 'staging')).length === 0)
  server.kill('SIGTERM')
  t.equal((await server.ended).status, 0)
  t.strictSame(await lookAtRest(root), [])
})
