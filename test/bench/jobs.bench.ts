// Many exports at once: `npx node test/bench/jobs.bench.ts [--courses 50] [--exports 500] [--clients 100]
// [--threads 2] [--students 200] [--tasks 50]`. A real server as a process of its own, clients in another.
// Printed: how long it took, what a poll and a click took meanwhile and in the same server when it had
// nothing to do (the peer), how fair it was between courses, and memory. Nothing is asserted.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request, type IncomingMessage } from 'node:http'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { connect } from '../../db/sqlite/connection.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { perfbook } from '../support/cli.ts'

const { values } = parseArgs({
  options: {
    courses: { type: 'string', default: '50' },
    exports: { type: 'string', default: '500' },
    clients: { type: 'string', default: '100' },
    threads: { type: 'string', default: '2' },
    students: { type: 'string', default: '200' },
    tasks: { type: 'string', default: '50' },
    // Of the child process.
    child: { type: 'boolean', default: false },
    address: { type: 'string' },
    token: { type: 'string' },
  },
})
const count = (name: 'courses' | 'exports' | 'clients' | 'threads' | 'students' | 'tasks') =>
  Number(values[name])

/** Each client looks after its export this often, ms. */
const POLL_EVERY_MS = 250
const OPTIONS = ['course', 'period'].flatMap((sheets) =>
  ['percent', 'points'].flatMap((scores) =>
    [true, false].map((dropped) => ({ sheets, values: scores, include_dropped: dropped }))
  )
)

interface Measured {
  posts: number[]
  polls: number[]
  idlePolls: number[]
  jobs: number[]
  ms: number
  failures: string[]
}

if (values.child) process.stdout.write(JSON.stringify(await runClients()))
else await main()

async function main (): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-bench-'))
  const print = (line: string) => {
    process.stdout.write(`${line}\n`)
  }
  try {
    print(`${cpus()[0]?.model ?? 'unknown'} x ${availableParallelism()}, Node ${process.version}`)
    const tasks = Array.from(
      { length: count('tasks') },
      (_, i) => ({ title: `Homework ${i}`, pointsPossible: 10 })
    )
    const scores = tasks.map((_, j) => (j * 7 % 11) / 10)
    await makeBookDatabase(
      join(folder, 'perfbook.sqlite'),
      ...Array.from({ length: count('courses') }, (_, i) => ({
        name: `Course ${i}`,
        tasks,
        periods: ['1', '2'],
        students: Array.from(
          { length: count('students') },
          (_, j) => ({ lastName: `Student ${j}`, period: j % 2, cells: scores })
        ),
      }))
    )
    await perfbook(folder, ['user', 'add', 'admin@example.edu', '--role', 'admin'])
    const token = (await perfbook(folder, ['token', 'create', 'admin@example.edu'])).stdout.trim()
    const server = spawn(process.execPath, [
      fileURLToPath(new URL('../../src/main.ts', import.meta.url)),
      'serve',
    ], {
      env: {
        PATH: process.env.PATH,
        DATA_DIR: folder,
        PORT: '0',
        LOG_LEVEL: 'warn',
        WORKER_THREADS: values.threads,
        QUEUE_MAX: '100000',
        EXPORT_RATE_MAX: '1000000',
        MIN_FREE_BYTES: '0',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(server.stdout.setEncoding('utf8'), 'data') as [string]
    const memory: number[] = []
    const sampler = setInterval(() => {
      memory.push(residentMb(server.pid!))
    }, 200)
    const clients = spawn(process.execPath, [
      fileURLToPath(import.meta.url),
      ...process.argv.slice(2),
      '--child',
      '--address',
      line.trim().split(' ').at(-1)!,
      '--token',
      token,
    ], { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    for await (const chunk of clients.stdout.setEncoding('utf8')) text += String(chunk)
    clearInterval(sampler)
    const measured = JSON.parse(text) as Measured
    server.kill('SIGTERM')
    await once(server, 'exit')
    report(measured, memory, print)
    fairness(folder, print)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function report (
  { posts, polls, idlePolls, jobs, ms, failures }: Measured,
  memory: number[],
  print: (line: string) => void
): void {
  print(
    `${count('exports')} requests of ${count('courses')} courses by ${count('clients')} clients on ${
      count('threads')
    } threads: ${new Set(jobs).size} jobs in ${(ms / 1000).toFixed(1)} s`
  )
  for (const failure of failures.slice(0, 5)) print(`FAILED: ${failure}`)
  print('                      median ms   p99 ms   most ms')
  const row = (name: string, all: number[]) => {
    print(
      `${name.padEnd(22)}${
        [0.5, 0.99, 1].map((part) => quantile(all, part).toFixed(1).padStart(9)).join('')
      }   (${all.length})`
    )
  }
  row('a click', posts)
  row('a poll meanwhile', polls)
  row('a poll with no export', idlePolls)
  print(
    `a poll meanwhile takes ${
      (quantile(polls, 0.99) / quantile(idlePolls, 0.99)).toFixed(1)
    } times as long as one with no export, at the 99th percentile`
  )
  const quarter = Math.ceil(memory.length / 4)
  print(
    `memory of the server, MB: at most ${
      Math.max(...memory.slice(quarter, 2 * quarter))
    } in the second quarter, ${Math.max(...memory.slice(-quarter))} in the last`
  )
}

/** From the request of each job to its end, by course: all courses should wait alike. */
function fairness (folder: string, print: (line: string) => void): void {
  const sqlite = connect(join(folder, 'perfbook.sqlite'), { readonly: true })
  const rows = sqlite.prepare(
    `SELECT owner_id, avg(finished_at - created_at) / 1000 AS seconds, sum(state <> 'succeeded') AS bad
      FROM jobs WHERE kind = 'performance-export' GROUP BY owner_id`
  ).all() as Array<{ seconds: number, bad: number }>
  const [exports] = sqlite.prepare('SELECT count(*) AS n, count(DISTINCT job_id) AS jobs FROM exports')
    .all() as [{ n: number, jobs: number }]
  sqlite.close()
  const seconds = rows.map((row) => row.seconds)
  print(
    `from request to end, mean by course: ${Math.min(...seconds).toFixed(1)} to ${
      Math.max(...seconds).toFixed(1)
    } s; ${exports.n} exports of ${exports.jobs} jobs, ${
      rows.reduce((sum, row) => sum + row.bad, 0)
    } jobs not done`
  )
}

function residentMb (pid: number): number {
  return Math.round(
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  )
}

function quantile (all: number[], part: number): number {
  return all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * part))] ?? NaN
}

async function runClients (): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: count('clients') })
  const measured: Measured = { posts: [], polls: [], idlePolls: [], jobs: [], ms: 0, failures: [] }
  let next = 0

  async function call (
    method: string,
    path: string,
    took: number[],
    body?: unknown
  ): Promise<Record<string, unknown>> {
    const start = performance.now()
    const sent = request(`${values.address}${path}`, {
      method,
      agent,
      headers: {
        authorization: `Bearer ${values.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
    })
    sent.end(body === undefined ? undefined : JSON.stringify(body))
    const [response] = await once(sent, 'response') as [IncomingMessage]
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk)
    took.push(performance.now() - start)
    return JSON.parse(text) as Record<string, unknown>
  }

  // People do not press in the same millisecond, nor look in step.
  const stagger = (i: number) => delay(POLL_EVERY_MS * i / count('clients'))

  async function client (_: unknown, place: number): Promise<void> {
    await stagger(place)
    for (let i = next++; i < count('exports'); i = next++) {
      const course = 1 + i % count('courses')
      const ticket = await call(
        'POST',
        `/api/courses/${course}/performance/export`,
        measured.posts,
        OPTIONS[Math.floor(i / count('courses')) % OPTIONS.length]
      )
      measured.jobs.push(ticket.id as number)
      for (;;) {
        await delay(POLL_EVERY_MS)
        const job = await call('GET', `/api/jobs/${ticket.id as number}`, measured.polls)
        if (job.status === 'succeeded') break
        if (job.status !== 'queued' && job.status !== 'started') {
          measured.failures.push(JSON.stringify(job))
          break
        }
      }
    }
  }

  const start = performance.now()
  await Promise.all(Array.from({ length: count('clients') }, client))
  measured.ms = performance.now() - start
  // The peer: as many clients poll as often, and no export runs.
  await Promise.all(Array.from({ length: count('clients') }, async (_, i) => {
    await stagger(i)
    for (let n = 0; n < 20; n++) {
      await delay(POLL_EVERY_MS)
      await call('GET', `/api/jobs/${measured.jobs[i % measured.jobs.length]!}`, measured.idlePolls)
    }
  }))
  agent.destroy()
  return measured
}
