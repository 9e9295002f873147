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
const FAULTS = Number(process.env['POWER_FAULTS'] ?? 2)
const SEED = Number(process.env['POWER_SEED'] ?? Date.now() % 1e6)
/** Longest that a disk stays broken after its first failure, ms: the moment is what is random. */
const BROKEN_MS = Number(process.env['POWER_BROKEN_MS'] ?? 400)
const KINDS: Faults[] = [{ onWrite: 'ENOSPC' }, { onWrite: 'EIO', onSync: 'EIO' }, { onRead: 'EIO' }]
const SAYS_SO = new Set(['DISK_FULL', 'DISK_LOW', 'DISK_FAILED'])

interface Answer { status: number, json: any }

interface Operation {
  /** Makes what the request needs, while the disk works. Returns the id that the request is about. */
  prepare?: () => Promise<number>
  ask: (id: number) => Promise<Answer>
  /** A count, and by how much it changes if all of the operation is done. */
  measure?: () => number
  change?: number
}

/** A course without students. */
const small = (n: number) => JSON.stringify({
  format: 'performance-book/1',
  course: { source_id: `small-${n}`, name: `Small ${n}`, time_zone: 'UTC' },
  teachers: [], periods: [], categories: [], tasks: [], students: [], results: [],
})
const TABLE = ['Name,Grade', ...Array.from({ length: 20 }, (_, i) => `Ames ${i},`), ''].join('\r\n')
const FILL_IN = {
  match: [{ column: 'Name', by: 'name' }], fill: [{ column: 'Grade', with: 'course_average' }],
}

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
    return { status: answer.status, json: /^[{[]/.test(text) ? JSON.parse(text) : undefined }
  }
  let changes = 0
  /** A request that brings a form with a file. */
  const send = async (path: string, file: File, fields: Record<string, string> = {}) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.set(name, value)
    form.set('file', file)
    return await call('POST', path, form)
  }
  const course = `/api/courses/${courseId}`
  const bring = async (text: string) => await send('/api/imports', new File([text], 'physics.json'))
  const upload = async () =>
    await send(`${course}/files`, new File([`Notes ${++changes}`], 'notes.txt', { type: 'text/plain' }), {
      category: 'notes',
    })
  const count = (table: 'courses' | 'files', where: string) =>
    sqlNow(database, `SELECT count(*) AS n FROM ${table} WHERE ${where}`)[0].n as number
  const courses = () => count('courses', '1 = 1')
  const notes = () => count('files', "category = 'notes' AND removed_at IS NULL")
  const operations: Record<string, Operation> = {
    'an export': { ask: async () => await call('POST', `${course}/performance/export`, {}) },
    'an import': {
      async ask () {
        return await bring(PHYSICS.toString().replaceAll('physics-1-spring-2026', `physics-${++changes}`))
      },
      measure: courses,
      change: 1,
    },
    'an undo': {
      async prepare () { return (await ended((await bring(small(++changes))).json.id)).id },
      ask: async (id) => await call('POST', `/api/imports/${id}/undo`, {}),
      measure: courses,
      change: -1,
    },
    'a deletion of a course': {
      async prepare () {
        const name = `Small ${++changes}`
        await ended((await bring(small(changes))).json.id)
        const { json } = await call('GET', '/api/courses')
        return json.find((one: { name: string }) => one.name === name).id
      },
      ask: async (id) => await call('DELETE', `/api/courses/${id}`),
      measure: courses,
      change: -1,
    },
    'an upload': { ask: upload, measure: notes, change: 1 },
    'a deletion': {
      async prepare () { return (await upload()).json.id },
      ask: async (id) => await call('DELETE', `${course}/files/${id}`),
      measure: notes,
      change: -1,
    },
    'a fill-in': {
      ask: async () => await send(`${course}/fill-in`, new File([TABLE], 'grades.csv'), {
        options: JSON.stringify(FILL_IN),
      }),
    },
  }
  const ended = async (id: number) => await until(`the end of job ${id}`, async (see) => {
    const { status, json } = await call('GET', `/api/jobs/${id}`)
    see(JSON.stringify(json))
    return status === 200 && ['succeeded', 'failed'].includes(json.status) && json
  })

  for (const [name, { prepare, ask, measure = () => 0, change = 0 }] of Object.entries(operations)) {
    if (!name.includes(process.env['POWER_OPERATION'] ?? '')) continue
    await t.test(name, async (t) => {
      const random = seededRandom(SEED)
      const calls = new Map<Faults, number>()
      for (let i = 0; i < FAULTS; i++) {
        const kind = KINDS[(i + SEED) % KINDS.length]!
        if (!calls.has(kind)) {
          const on = await prepare?.() ?? 0
          faults.set({ ...kind, skip: NEVER })
          const answer = await ask(on)
          if (answer.status === 202) t.equal((await ended(answer.json.id)).status, 'succeeded')
          else t.ok(answer.status < 300, `${answer.status}`)
          calls.set(kind, faults.counts().seen)
          faults.clear()
          t.comment(`POWER_SEED=${SEED}: ${JSON.stringify(kind)}: ${calls.get(kind)} calls`)
        }
        // Half of them while the request is answered, half of them in the job.
        const skip = Math.floor(random() * Math.min(i % 2 === 0 ? 16 : NEVER, calls.get(kind)!))
        const what = `${JSON.stringify(kind)} after ${skip} calls`
        const on = await prepare?.() ?? 0
        const before = measure()
        faults.set({ ...kind, skip })
        const answer = await ask(on)
        const id = answer.status === 202 ? answer.json.id as number : undefined
        if (id !== undefined) {
          const state = () => sqlNow(database, 'SELECT state FROM jobs WHERE id = ?', id)[0].state as string
          await until('the disk failed, or was not needed', () =>
            faults.counts().failed > 0 || ['succeeded', 'failed'].includes(state()))
          await delay(random() * BROKEN_MS)
        } else if (answer.status >= 300) {
          t.ok(SAYS_SO.has(answer.json?.code), `${what}: ${answer.status} ${JSON.stringify(answer.json)}`)
        }
        faults.clear()
        const job = id === undefined ? undefined : await ended(id)
        const isSaid = job === undefined || job.status === 'succeeded' || SAYS_SO.has(job.error.code)
        t.ok(isSaid, `${what}: ${JSON.stringify(job)}`)
        const isDone = job === undefined ? answer.status < 300 : job.status === 'succeeded'
        t.equal(measure() - before, isDone ? change : 0,
          `${what}: all of it or nothing: ${answer.status} ${JSON.stringify(answer.json)}`)
        const url = job?.url ?? answer.json?.url
        if (url != null) t.equal((await call('GET', new URL(url).pathname)).status, 200, what)
        // Without a restart.
        const next = isDone || prepare === undefined ? await prepare?.() ?? 0 : on
        const again = await ask(next)
        t.ok(again.status < 300, `${what}: then ${again.status} ${JSON.stringify(again.json)}`)
        if (again.status === 202) t.equal((await ended(again.json.id)).status, 'succeeded', what)
      }
    })
  }
  await until('no job has a file in staging', () => readdirSync(join(root, 'staging')).length === 0)
  server.kill('SIGTERM')
  t.equal((await server.ended).status, 0)
  t.strictSame(await lookAtRest(root), [])
})
