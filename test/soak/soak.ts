// `npm run test:soak`: a real server at work for SOAK_MINUTES (30) - exports, downloads, polls, pages,
// imports, deletions. Fails when any answer is not what it should be, or when memory or open descriptors keep
// rising after the first third. Only on Linux: reads /proc.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { makeBookDatabase } from '../support/book-database.ts'
import { perfbook } from '../support/cli.ts'
import { median, rise, type Series } from './trend.ts'

const MINUTES = Number(process.env['SOAK_MINUTES'] ?? 30)
const SAMPLES = 300
/** In a shorter run the threads' heaps still grow to their usual size, so memory is reported, not judged. */
const MEMORY_JUDGED_FROM_MINUTES = 10
/** Rises that are no leak: caches that fill, a heap that the collector lets grow. */
const MEMORY_MAY_RISE = 0.15
const MEMORY_MAY_RISE_BYTES = 48 * 2 ** 20
const DESCRIPTORS_MAY_RISE = 8
const POLL_EVERY_MS = 100
const EXPORTS_KEPT = 5
const COURSES = 3

const folder = mkdtempSync(join(tmpdir(), 'perfbook-soak-'))
const course = (name: string) => ({
  name,
  tasks: Array.from({ length: 60 }, (_, i) => ({ title: `HW ${i}` })),
  students: Array.from(
    { length: 400 },
    (_, i) => ({
      lastName: `${name} ${i}`,
      cells: Array.from({ length: 60 }, (_, j) => ((i * 7 + j * 3) % 11) / 10),
    })
  ),
})
await makeBookDatabase(
  join(folder, 'perfbook.sqlite'),
  ...Array.from({ length: COURSES }, (_, i) => course(`Course ${i + 1}`))
)
await perfbook(folder, ['user', 'add', 'admin@example.edu', '--role', 'admin'])
const authorization = `Bearer ${
  (await perfbook(folder, ['token', 'create', 'admin@example.edu'])).stdout.trim()
}`
const server = spawn(process.execPath, [join(import.meta.dirname, '../../src/main.ts'), 'serve'], {
  env: {
    PATH: process.env['PATH'],
    DATA_DIR: folder,
    PORT: '0',
    LOG_LEVEL: 'error',
    MIN_FREE_BYTES: '0',
    EXPORT_RATE_MAX: '1000000',
  },
  stdio: ['ignore', 'pipe', 'pipe'],
})
const errors: string[] = []
server.stderr.setEncoding('utf8').on('data', (text: string) => {
  errors.push(`the server wrote: ${text.trim()}`)
})
const ended = once(server, 'exit')
const [line] = await once(server.stdout.setEncoding('utf8'), 'data') as [string]
const address = line.trim().replace('listening on ', '')

const done: Record<string, number> = {}
/** How often the server was too busy to answer. */
let busy = 0
let over = false

/**
 * Asks; whatever is not one of the statuses is an error. If the server is too busy, asks again after the time
 * that it names, as a good client does: other programs may need the machine for minutes.
 */
async function ask (
  what: string,
  path: string,
  statuses: number[],
  options: RequestInit = {}
): Promise<Response | undefined> {
  try {
    const response = await fetch(path.startsWith('http') ? path : `${address}${path}`, {
      ...options,
      headers: { authorization, ...options.headers },
    })
    if (response.status === 503 && response.headers.has('retry-after')) {
      busy++
      await response.arrayBuffer()
      await delay(Number(response.headers.get('retry-after')) * 1000)
      return await ask(what, path, statuses, options)
    }
    done[what] = (done[what] ?? 0) + 1
    if (statuses.includes(response.status)) return response
    errors.push(`${what}: ${response.status} ${(await response.text()).slice(0, 200)}`)
  } catch (error) {
    errors.push(`${what}: ${String((error as Error).cause ?? error)}`)
  }
  return undefined
}

async function exportAndDownload (courseId: number): Promise<void> {
  for (let i = 0; !over; i++) {
    const json = { 'content-type': 'application/json' }
    await (await ask('settings', `/api/courses/${courseId}`, [200], {
      method: 'PATCH',
      headers: json,
      body: JSON.stringify({ missing_counts: i % 2 === 0 ? 'zero' : 'ignored' }),
    }))?.arrayBuffer()
    const asked = await ask('export', `/api/courses/${courseId}/performance/export`, [202], {
      method: 'POST',
      headers: json,
      body: JSON.stringify(i % 3 === 0 ? { values: 'points' } : {}),
    })
    if (asked === undefined) continue
    const { job } = await asked.json() as { job: string }
    const events = await (await ask('events', `${job}/events`, [200]))?.text() ?? ''
    if (!/"status":"succeeded"/.test(events)) errors.push(`job ${job} did not succeed: ${events.slice(-300)}`)
    const list = await (await ask('list', `/api/courses/${courseId}/performance/exports`, [200]))?.json() as
      | Array<{ id: number, url: string, size: number }>
      | undefined
    const bytes = await (await ask('download', list?.[0]?.url ?? '', [200]))?.arrayBuffer()
    if (bytes?.byteLength !== list?.[0]?.size) {
      errors.push(`a download has ${bytes?.byteLength} bytes instead of ${list?.[0]?.size}`)
    }
    if ((list?.length ?? 0) > EXPORTS_KEPT) {
      await (await ask('delete', `/api/courses/${courseId}/performance/exports/${list!.at(-1)!.id}`, [204], {
        method: 'DELETE',
      }))?.arrayBuffer()
    }
  }
}

async function poll (courseId: number): Promise<void> {
  for (let etag = ''; !over;) {
    const response = await ask(
      'poll',
      `/api/courses/${courseId}/performance/exports`,
      [200, 304],
      etag === '' ? {} : { headers: { 'if-none-match': etag } }
    )
    etag = response?.headers.get('etag') ?? ''
    await response?.arrayBuffer()
    await delay(POLL_EVERY_MS)
  }
}

async function look (): Promise<void> {
  while (!over) {
    for (
      const path of [
        '/',
        '/api/courses',
        '/api/courses/1/performance',
        '/api/jobs',
        '/readyz',
        '/metrics',
        '/api/openapi.json',
      ]
    ) await (await ask('page', path, [200]))?.arrayBuffer()
    await delay(POLL_EVERY_MS)
  }
}

async function importAgain (): Promise<void> {
  const text = readFileSync(join(import.meta.dirname, '../../data/sample/physics-1.json'), 'utf8')
  for (let i = 0; !over; i++) {
    const form = new FormData()
    form.append('file', new Blob([text.replace('"Physics', `"${i % 10} Physics`)]), 'physics.json')
    const asked = await ask('import', '/api/imports', [202], { method: 'POST', body: form })
    if (asked === undefined) continue
    const { job } = await asked.json() as { job: string }
    const events = await (await ask('events', `${job}/events`, [200]))?.text() ?? ''
    if (!/"status":"succeeded"/.test(events)) {
      errors.push(`import ${job} did not succeed: ${events.slice(-300)}`)
    }
    await delay(POLL_EVERY_MS)
  }
}

function sample (): { memory: number, descriptors: number } {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8')
  return {
    memory: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024,
    descriptors: readdirSync(`/proc/${server.pid}/fd`).length,
  }
}

const work = [
  ...Array.from({ length: COURSES }, (_, i) => exportAndDownload(i + 1)),
  ...Array.from({ length: 10 }, (_, i) => poll(1 + i % COURSES)),
  look(),
  importAgain(),
]
const samples: Array<{ at: number, memory: number, descriptors: number }> = []
const begun = performance.now()
while (performance.now() - begun < MINUTES * 60_000 && server.exitCode === null && errors.length < 20) {
  samples.push({ at: performance.now() - begun, ...sample() })
  await delay(MINUTES * 60_000 / SAMPLES)
}
over = true
await Promise.all(work)
server.kill('SIGTERM')
const [exitCode] = await ended as [number | null]
if (exitCode !== 0) errors.push(`the server ended with ${exitCode}`)
rmSync(folder, { recursive: true })

const warm = samples.slice(Math.floor(samples.length / 3))
const of = (key: 'memory' | 'descriptors'): Series => warm.map((one) => [one.at, one[key]] as const)
const memory = { median: median(warm.map((one) => one.memory)), rise: rise(of('memory')) }
const descriptors = { median: median(warm.map((one) => one.descriptors)), rise: rise(of('descriptors')) }
const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20)
const isJudged = MINUTES >= MEMORY_JUDGED_FROM_MINUTES
if (isJudged && memory.rise > Math.max(memory.median * MEMORY_MAY_RISE, MEMORY_MAY_RISE_BYTES)) {
  errors.push(`memory rises: ${megabytes(memory.rise)} MB over a median of ${megabytes(memory.median)} MB`)
}
if (descriptors.rise > DESCRIPTORS_MAY_RISE) {
  errors.push(`descriptors rise: ${descriptors.rise.toFixed(1)} over a median of ${descriptors.median}`)
}
process.stdout.write(`${
  JSON.stringify(
    {
      minutes: MINUTES,
      answers: done,
      busy,
      memory_mb: {
        judged: isJudged,
        median: megabytes(memory.median),
        rise: megabytes(memory.rise),
        most: megabytes(Math.max(...samples.map((one) => one.memory))),
      },
      descriptors: { median: descriptors.median, rise: Number(descriptors.rise.toFixed(1)) },
      errors: errors.slice(0, 20),
    },
    null,
    2
  )
}\n`)
process.exitCode = errors.length === 0 ? 0 : 1
