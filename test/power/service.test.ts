// The power fails while the service makes exports, takes uploads, imports them and takes them back. What it
// told its clients before is true afterwards.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { makeBookDatabase } from '../support/book-database.ts'
import { perfbook } from '../support/cli.ts'
import { startServer } from '../support/server-process.ts'
import { testFolder } from '../support/test-folder.ts'
import { findCompiler, needs } from '../support/tools.ts'
import { until } from '../support/until.ts'
import { sqliteFile } from '../../db/index.ts'
import { compileDisk, diskEnv } from './disk.ts'
import { readRecord } from './disk-record.ts'
import { powerStates } from './power-states.ts'
import { lookAtReopened, pathIn, sha256, type Kept } from './reopened.ts'

const PHYSICS = readFileSync(join(import.meta.dirname, '../../data/sample/physics-1.json'))

/** Something that was told with the answer of that number; no longer certain from answer `until` on. */
interface Told extends Kept { answer: number, until: number }

/** A client that asks one thing at a time and writes down what it was told. */
function startClient (address: string, token: string) {
  const told: Told[] = []
  let answers = 0
  const tell = (kept: Kept): Told => {
    const one = { ...kept, answer: answers, until: Infinity }
    told.push(one)
    return one
  }
  async function call (method: string, path: string, body?: BodyInit | object): Promise<Response> {
    const isJson = body !== undefined && !(body instanceof FormData)
    const answer = await fetch(`${address}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`, ...(isJson ? { 'content-type': 'application/json' } : {}),
      },
      ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : body as BodyInit }),
    })
    answers++
    return answer
  }
  async function accepted (what: string, answer: Response): Promise<number> {
    const { id, ...other } = await answer.json() as { id: number }
    if (answer.status !== 202) throw new Error(`${answer.status}: ${JSON.stringify(other)}`)
    tell({ what: `${what} was accepted`, accepted: id })
    return id
  }
  return {
    told,
    async addUser (email: string): Promise<void> {
      if ((await call('POST', '/api/users', { email, role: 'teacher' })).status !== 201) {
        throw new Error('no account')
      }
      tell({
        what: `the account ${email} was made`,
        holds: async (client) => (await client.json('/api/users')).some((user: any) => user.email === email),
      })
    },
    requestExport: async (courseId: number, options: object = {}) => await accepted(
      'an export', await call('POST', `/api/courses/${courseId}/performance/export`, options)
    ),
    async upload (name: string, bytes: Buffer<ArrayBuffer>) {
      const form = new FormData()
      form.set('file', new File([bytes], name))
      return await accepted('an import', await call('POST', '/api/imports', form))
    },
    undo: async (importId: number) =>
      await accepted('an undo', await call('POST', `/api/imports/${importId}/undo`)),
    /** Waits for the end of a job, and gets its file. */
    async end (jobId: number): Promise<Told> {
      const job = await until(`the end of job ${jobId}`, async () => {
        const json = await (await call('GET', `/api/jobs/${jobId}`)).json() as any
        if (json.status === 'failed') throw new Error(JSON.stringify(json))
        return json.status === 'succeeded' && json
      })
      if (job.url === null) return tell({ what: `job ${jobId} succeeded`, done: jobId })
      const path = pathIn(job.url)
      const one = tell({ what: `the file of job ${jobId} was ready`, done: jobId })
      const hash = sha256(new Uint8Array(await (await call('GET', path)).arrayBuffer()))
      one.holds = async (client) => await client.hash(path) === hash
      return one
    },
    /** From now on, something else may have become true instead. */
    revoke (one: Told): void { one.until = answers },
    async deleteExport (courseId: number, of: Told): Promise<void> {
      const path = `/api/courses/${courseId}/performance/exports`
      const list = await (await call('GET', path)).json() as Array<{ id: number, job_id: number }>
      const id = list.find((one) => one.job_id === of.done)!.id
      for (const one of told) if (one === of || one.accepted === of.done) this.revoke(one)
      if ((await call('DELETE', `${path}/${id}`)).status !== 204) throw new Error('not deleted')
      tell({
        what: `export ${id} was deleted`,
        holds: async (client) => !(await client.json(path)).some((one: any) => one.id === id),
      })
    },
    /** The number of students of each course, until there is another import. */
    async countStudents (): Promise<Told> {
      const count = (courses: any[]) => courses.map((one) => `${one.name}: ${one.student_count}`).join()
      const seen = count(await (await call('GET', '/api/courses')).json() as any[])
      return tell({
        what: `there were ${seen}`,
        holds: async (client) => count(await client.json('/api/courses')) === seen,
      })
    },
  }
}

async function makeFolder (folder: string): Promise<{ token: string, courseId: number }> {
  const [courseId] = await makeBookDatabase(sqliteFile(join(folder, 'perfbook.sqlite')), {
    name: 'Biology',
    tasks: Array.from({ length: 8 }, (_, i) => ({ title: `HW ${i}` })),
    students: Array.from({ length: 20 }, (_, i) => ({ lastName: `Ames ${i}`, cells: [i, 3, 4, 5] })),
  })
  await perfbook(folder, ['user', 'add', 'admin@example.edu', '--role', 'admin'])
  const token = (await perfbook(folder, ['token', 'create', 'admin@example.edu'])).stdout.trim()
  return { token, courseId: courseId! }
}

t.setTimeout(3_600_000)
t.test('the power fails under a service', needs(findCompiler()), async (t) => {
  const top = testFolder(t)
  const root = join(top, 'data')
  const before = join(top, 'before')
  mkdirSync(root, { mode: 0o700 })
  const { token, courseId } = await makeFolder(root)
  cpSync(root, before, { recursive: true })

  const record = join(top, 'record')
  const server = await startServer(t, root, {
    WORKER_THREADS: '2', ...diskEnv({ library: await compileDisk(top), root, record }),
  })
  const client = startClient(server.address, token)
  await client.addUser('first@example.edu')
  const before1 = await client.countStudents()
  const first = await client.end(await client.requestExport(courseId))
  client.revoke(before1)
  const imported = await client.upload('physics-1.json', PHYSICS)
  const second = await client.requestExport(courseId, { values: 'points' })
  await client.end(imported)
  await client.end(second)
  const before2 = await client.countStudents()
  await client.deleteExport(courseId, first)
  await client.addUser('second@example.edu')
  client.revoke(before2)
  await client.end(await client.undo(imported))
  await client.countStudents()
  await client.end(await client.requestExport(courseId, { format: 'csv' }))
  server.kill('SIGTERM')
  t.equal((await server.ended).status, 0)

  const all = readRecord(record, { root, before })
  const history = { ...all, told: all.told.filter(({ text }) => text.startsWith('HTTP/1.')) }
  await t.test('the record has everything', async (t) => {
    const end = join(top, 'end')
    history.writeEnd(end)
    compareFolders(t, end, root)
  })
  t.comment(`${history.length} changes, ${history.flushes.length} flushes, ${history.told.length} answers`)

  for (const { at, random, name } of powerStates(history, 5)) {
    const state = join(top, 'state')
    rmSync(state, { recursive: true, force: true })
    history.writeState(state, at, random)
    const answers = history.told.filter((one) => one.at <= at).length
    const kept = client.told.filter((one) => one.answer <= answers && answers < one.until)
    const wrong = await lookAtReopened(state, { kept, token })
    t.strictSame(wrong, [], `${name}, ${kept.length} things to keep`)
  }
})

function compareFolders (t: Test, one: string, other: string): void {
  const { stdout } = spawnSync('diff', ['-rq', '--exclude=*-shm', one, other], { encoding: 'utf8' })
  t.equal(stdout, '')
}
