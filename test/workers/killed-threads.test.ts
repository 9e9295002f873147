// A thread may be killed at any moment of a task: a job is canceled, or the service stops.
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { createWorkerPool } from '../../src/jobs/worker-pool.ts'
import { TASKS_FILE } from '../../src/program-files.ts'
import type { Tasks } from '../../workers/task-map.ts'
import { until } from '../support/until.ts'

t.test('a thread has the native addon when its module of tasks is loaded', async (t) => {
  const worker = new Worker(`
    import { createRequire } from 'node:module'
    import { parentPort } from 'node:worker_threads'
    await import(${JSON.stringify(TASKS_FILE.href)})
    parentPort.postMessage(Object.keys(createRequire(${JSON.stringify(TASKS_FILE.href)}).cache))
  `, { eval: true })
  const [loaded] = await once(worker, 'message') as [string[]]
  t.ok(loaded.some((file) => file.endsWith('.node')))
})

t.test('a thread that is killed in its first task does not take the process with it', async (t) => {
  const db = await openDatabase(sqliteFile(join(t.testdir(), 'perfbook.sqlite')))
  const pool = createWorkerPool<Tasks>({ tasksFile: TASKS_FILE, threads: 1, memoryMb: 256, preload: [] })
  t.teardown(async () => {
    await pool.destroy()
    await db.close()
  })
  const input = { database: db.location, courseId: 1, settings: {}, withStudents: false, now: 0 }
  for (let i = 0; i < 10; i++) {
    // A fresh thread is ready, but has neither loaded nor run a task.
    await pool.warm()
    const stop = new AbortController()
    const reading = pool.run('previewSettings', input, { signal: stop.signal })
    stop.abort()
    await t.rejects(reading, { name: 'AbortError' })
  }
  t.match(await pool.run('previewSettings', input), { ok: false, code: 'COURSE_NOT_FOUND' })
})

t.test('a task that is aborted while the first thread loads its code does not kill it', async (t) => {
  const folder = t.testdir()
  const [begun, go, tasksFile] = ['begun', 'go', 'tasks.mjs'].map((name) => join(folder, name)) as
    [string, string, string]
  const taskThread = new URL('../../src/jobs/task-thread.ts', import.meta.url).href
  // As if it loaded an addon until the test says so.
  writeFileSync(tasksFile, `
    import { appendFileSync, existsSync } from 'node:fs'
    import { serveTasks } from ${JSON.stringify(taskThread)}
    appendFileSync(${JSON.stringify(begun)}, '.')
    const pause = new Int32Array(new SharedArrayBuffer(4))
    while (!existsSync(${JSON.stringify(go)})) Atomics.wait(pause, 0, 0, 10)
    export const { run, load } = serveTasks({ work: async () => async () => ({ ok: true, facts: 1 }) })
  `)
  const pool = createWorkerPool<{ work: { input: object, facts: number, failure: string } }>({
    tasksFile: pathToFileURL(tasksFile), threads: 1, memoryMb: 256,
  })
  t.teardown(() => pool.destroy())
  const stop = new AbortController()
  const working = pool.run('work', {}, { signal: stop.signal })
  working.catch(() => {})
  await until('the thread loads its code', () => existsSync(begun))
  stop.abort()
  writeFileSync(go, '')
  await t.rejects(working, { name: 'AbortError' })
  t.strictSame(await pool.run('work', {}), { ok: true, facts: 1 })
  t.equal(readFileSync(begun, 'utf8'), '.', 'by the same thread')
})

t.test('a pool that is destroyed while its thread starts does not take the process with it', async (t) => {
  for (let i = 0; i < 16; i++) {
    const pool = createWorkerPool<Tasks>({ tasksFile: TASKS_FILE, threads: 1, memoryMb: 256 })
    const warmed = pool.warm().then(() => 'warm', () => 'ended')
    // Around the moment at which a thread loads its addon.
    await delay(10 * i)
    await pool.destroy()
    t.match(await warmed, /^(warm|ended)$/)
  }
})
