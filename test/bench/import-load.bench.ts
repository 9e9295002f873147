// What others notice of an import: `npx node test/bench/import-load.bench.ts [--students 10000] [--tasks
// 100]`. A real server as a process of its own; a bundle of a million results goes in over the API, and
// meanwhile a client polls, opens a page of a book, and requests an export each second. The peer is the same
// server without the import. Nothing is asserted.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openAsBlob, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeSyntheticRoster } from '../../src/synthetic-roster/write-roster.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { perfbook } from '../support/cli.ts'

const { values } = parseArgs({
  options: { students: { type: 'string', default: '10000' }, tasks: { type: 'string', default: '100' } },
})
const print = (line: string): void => {
  process.stdout.write(`${line}\n`)
}
/** How long the peer is looked at, ms. */
const QUIET_MS = 10_000
/** Polls come this often, ms, a book's page and a click every so many polls. */
const POLL_EVERY_MS = 20
const PAGE_EVERY = 25
const CLICK_EVERY = 50

const folder = mkdtempSync(join(tmpdir(), 'perfbook-bench-'))
try {
  const bundle = join(folder, 'bundle.zip')
  const { counts } = await writeSyntheticRoster({
    options: {
      schools: 1,
      courses: 1,
      students: Number(values.students),
      tasks: Number(values.tasks),
      periods: 6,
      seed: 1,
      startsOn: '2026-01-12',
    },
    format: 'oneroster',
    version: '1.1',
    output: bundle,
    force: true,
    onProgress () {},
    signal: new AbortController().signal,
  })
  const data = join(folder, 'data')
  const tasks = Array.from({ length: 20 }, (_, i) => ({ title: `Homework ${i}`, pointsPossible: 10 }))
  await makeBookDatabase(join(data, 'perfbook.sqlite'), {
    name: 'Course',
    tasks,
    students: Array.from(
      { length: 300 },
      (_, j) => ({ lastName: `Student ${j}`, cells: tasks.map((_, i) => (i * j) % 11) })
    ),
  })
  await perfbook(data, ['user', 'add', 'admin@example.edu', '--role', 'admin'])
  const authorization = `Bearer ${
    (await perfbook(data, ['token', 'create', 'admin@example.edu'])).stdout.trim()
  }`
  const server = spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    fileURLToPath(new URL('../../src/main.ts', import.meta.url)),
    'serve',
  ], {
    env: {
      PATH: process.env.PATH,
      DATA_DIR: data,
      PORT: '0',
      LOG_LEVEL: 'warn',
      MIN_FREE_BYTES: '0',
      EXPORT_RATE_MAX: '1000000',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(server.stdout.setEncoding('utf8'), 'data') as [string]
  const address = line.trim().split(' ').at(-1)!
  const call = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${address}${path}`, { ...init, headers: { authorization, ...init.headers } })
    const text = await answer.text()
    if (!answer.ok) throw new Error(text)
    return JSON.parse(text) as Record<string, any>
  }

  /** Looks and clicks as people do until `isOver`. */
  async function use (isOver: () => boolean) {
    const took = { poll: [] as number[], page: [] as number[], click: [] as number[] }
    const timed = async (all: number[], work: () => Promise<unknown>) => {
      const start = performance.now()
      await work()
      all.push(performance.now() - start)
    }
    for (let i = 1; !isOver(); i++) {
      await timed(took.poll, () => call('/api/courses/1/performance/exports'))
      if (i % PAGE_EVERY === 0) await timed(took.page, () => call('/api/courses/1/performance?limit=300'))
      if (i % CLICK_EVERY === 0) {
        await timed(took.click, () =>
          call('/api/courses/1/performance/export', { method: 'POST' }))
      }
      await delay(POLL_EVERY_MS)
    }
    return took
  }

  await use((end => () => performance.now() > end)(performance.now() + 2000))
  const before = await use((end => () => performance.now() > end)(performance.now() + QUIET_MS))
  let peakMb = 0
  const sampler = setInterval(() => {
    peakMb = Math.max(
      peakMb,
      Math.round(
        Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid!}/status`, 'utf8'))?.[1] ?? 0) / 1024
      )
    )
  }, 100)
  const body = new FormData()
  body.append('file', await openAsBlob(bundle), 'bundle.zip')
  const start = performance.now()
  let isOver = false
  const meanwhile = use(() => isOver)
  const { id } = await call('/api/imports', { method: 'POST', body })
  let job: Record<string, any>
  do {
    await delay(200)
    job = await call(`/api/jobs/${id}`)
  } while (job.status === 'queued' || job.status === 'started')
  const seconds = (performance.now() - start) / 1000
  isOver = true
  const during = await meanwhile
  clearInterval(sampler)
  server.kill('SIGTERM')
  await once(server, 'exit')

  print(
    `${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} × ${
      cpus()[0]?.model ?? 'unknown'
    }, Node ${process.version}`
  )
  print(
    `${counts.results} results of ${counts.students} students: ${String(job.status)} after ${
      seconds.toFixed(1)
    } s, upload included; the process at most ${peakMb} MB\n`
  )
  print('| ms | median | p99 | most | without an import: median | p99 | most |')
  print('| --- | --: | --: | --: | --: | --: | --: |')
  for (const name of ['poll', 'page', 'click'] as const) {
    const row = [during[name], before[name]].flatMap((all) =>
      [0.5, 0.99, 1].map((part) => quantile(all, part).toFixed(1))
    )
    print(`| a ${name} | ${row.join(' | ')} |`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function quantile (all: number[], part: number): number {
  return all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * part))] ?? NaN
}
