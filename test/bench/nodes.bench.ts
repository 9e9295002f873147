// The same work on SQLite with files on disk, on PostgreSQL with files on disk, and on PostgreSQL with an
// object store, one after the other in one run: `npm run bench:nodes -- [--places sqlite,postgres,s3]
// [--parts exports,clicks,polls,import,large] [--rounds 1] [--exports 500] [--size 60x30] [--clicks 200]
// [--seconds 3] [--import 10000x100] [--large 10000x200]`.
//
// A real server as a process of its own for each place, PostgreSQL with its usual durability, and clients
// here. Printed: times, and their ratios to SQLite's. Nothing is asserted. Needs Debian's postgresql;
// python3-swift for s3, and wrk for polls.
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, openAsBlob, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request, type IncomingMessage } from 'node:http'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { sqliteFile, type DatabaseLocation } from '../../db/index.ts'
import { writeSyntheticRoster } from '../../src/synthetic-roster/write-roster.ts'
import { makeBookDatabase, type CourseDescription } from '../support/book-database.ts'
import { perfbook } from '../support/cli.ts'
import { postgresUrl, startCluster, testPostgres } from '../support/postgres.ts'

const { values } = parseArgs({
  options: {
    places: { type: 'string', default: 'sqlite,postgres' },
    parts: { type: 'string', default: 'exports,clicks,polls,import,large' },
    rounds: { type: 'string', default: '1' },
    exports: { type: 'string', default: '500' },
    size: { type: 'string', default: '60x30' },
    clicks: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '3' },
    import: { type: 'string', default: '10000x100' },
    large: { type: 'string', default: '10000x200' },
  },
})

/** Courses whose exports are requested, and the people who do. */
const COURSES = 50
const PEOPLE = 20
const POLL_EVERY_MS = 100
const THREADS = 2
const OPTIONS = ['course', 'period'].flatMap((sheets) =>
  ['percent', 'points'].flatMap((scores) =>
    [true, false].map((dropped) => ({ sheets, values: scores, include_dropped: dropped }))
  )
)

type Place = 'sqlite' | 'postgres' | 's3'

interface Line {
  name: string
  unit: string
  /** Whether more is better. */
  isRate: boolean
  /** What it should be at most, or with `isRate` at least, in terms of SQLite's. */
  target?: number
}

const LINES = {
  exports: { name: 'small exports', unit: '/s', isRate: true, target: 1 / 1.3 },
  click: { name: 'a click, median', unit: 'ms', isRate: false },
  slowClick: { name: 'a click, 99th percentile', unit: 'ms', isRate: false },
  polls: { name: 'polls', unit: '/s', isRate: true, target: 1 / 3 },
  import: { name: 'import', unit: 's', isRate: false, target: 2 },
  importMemory: { name: 'import: peak memory', unit: 'MB', isRate: false },
  large: { name: 'large export', unit: 's', isRate: false, target: 1.3 },
  largeMemory: { name: 'large export: peak memory', unit: 'MB', isRate: false },
} satisfies Record<string, Line>
type Measure = keyof typeof LINES
type Measures = Partial<Record<Measure, number>>

const undo: Array<() => unknown> = []
const t = { teardown: (work: () => unknown) => { undo.push(work) } }
const print = (line: string) => { process.stdout.write(`${line}\n`) }
const has = (part: string) => values.parts.split(',').includes(part)
const [students = 0, tasks = 0] = values.size.split('x').map(Number)

const folder = mkdtempSync(join(tmpdir(), 'perfbook-bench-'))
try {
  await main()
} finally {
  for (const work of undo.reverse()) await work()
  rmSync(folder, { recursive: true, force: true })
}

async function main (): Promise<void> {
  const places = values.places.split(',') as Place[]
  const bundle = join(folder, 'bundle.zip')
  if (has('import')) await makeBundle(bundle)
  const needsCluster = places.some((place) => place !== 'sqlite')
  const cluster = needsCluster ? await startCluster({ fsync: 'on' }) : undefined
  if (cluster !== undefined) t.teardown(() => cluster.stop())
  const swift = places.includes('s3') ? await startStore() : {}
  const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`
  print(`${new Date().toISOString().slice(0, 10)}, ${machine}; ${THREADS} threads`)
  const found = new Map<Place, Measures[]>()
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const place of places) {
      const data = join(folder, `${place}-${round}`)
      mkdirSync(data, { mode: 0o700 })
      const database = cluster === undefined || place === 'sqlite'
        ? sqliteFile(join(data, 'perfbook.sqlite'))
        : await testPostgres(t, { cluster })
      const measures = await measure(data, database, place === 's3' ? swift : {}, bundle)
      found.set(place, [...found.get(place) ?? [], measures])
    }
  }
  report(places, found)
}

/** A bundle as a school's system writes it. */
async function makeBundle (output: string): Promise<void> {
  const [many = 0, each = 0] = values.import.split('x').map(Number)
  const { counts } = await writeSyntheticRoster({
    options: {
      schools: 1, courses: 1, students: many, tasks: each, periods: 6, seed: 1, startsOn: '2026-01-12',
    },
    format: 'oneroster',
    version: '1.1',
    output,
    force: true,
    onProgress () {},
    signal: new AbortController().signal,
  })
  print(`import: ${counts.results} results of ${counts.students} students`)
}

/** Settings of a bucket in a private Swift. */
async function startStore (): Promise<Record<string, string>> {
  const { launch, clientAt } = await import('../support/swift.ts')
  const { CreateBucketCommand } = await import('@aws-sdk/client-s3')
  const { process: server, endpoint } = await launch(join(folder, 'swift'))
  t.teardown(() => { server.kill('SIGKILL') })
  await clientAt(endpoint).send(new CreateBucketCommand({ Bucket: 'bench' }))
  return {
    FILES_URL: 's3://bench', S3_ENDPOINT: endpoint, S3_PATH_STYLE: 'true',
    AWS_ACCESS_KEY_ID: 'test:tester', AWS_SECRET_ACCESS_KEY: 'testing',
  }
}

function book (name: string, size: string): CourseDescription {
  const [many = 0, each = 0] = size.split('x').map(Number)
  const described = Array.from({ length: each }, (_, i) => ({ title: `Homework ${i}`, pointsPossible: 10 }))
  const cells = described.map((_, j) => (j * 7 % 11) / 10)
  return {
    name,
    tasks: described,
    periods: ['1', '2'],
    students: Array.from({ length: many }, (_, j) => ({ lastName: `Student ${j}`, period: j % 2, cells })),
  }
}

async function measure (
  data: string, database: DatabaseLocation, store: Record<string, string>, bundle: string
): Promise<Measures> {
  const env: Record<string, string> = {
    DATA_DIR: data,
    PORT: '0',
    LOG_LEVEL: 'warn',
    NODE_ENV: 'production',
    WORKER_THREADS: String(THREADS),
    QUEUE_MAX: '100000',
    EXPORT_RATE_MAX: '1000000',
    MIN_FREE_BYTES: '0',
    OVERLOAD_DELAY_MS: '0',
    PUBLIC_URL: 'http://perfbook.example',
    ...store,
  }
  if (database.engine === 'postgres') env.DATABASE_URL = postgresUrl(database.connection)
  await makeBookDatabase(
    database,
    ...Array.from({ length: COURSES }, (_, i) => book(`Course ${i}`, `${students}x${tasks}`)),
    ...has('large') ? [book('Large', values.large)] : []
  )
  await perfbook(data, ['user', 'add', 'admin@example.edu', '--role', 'admin'], { env })
  const token = (await perfbook(data, ['token', 'create', 'admin@example.edu'], { env })).stdout.trim()
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
  const server = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'serve'], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const kill = () => { server.kill('SIGKILL') }
  process.once('exit', kill)
  const [line] = await once(server.stdout.setEncoding('utf8'), 'data') as [string]
  const client = createClient(line.trim().split(' ').at(-1) ?? '', token)
  const measures: Measures = {}
  /** The other parts are measured all the same. */
  const part = async (name: string, work: () => Promise<Measures>) => {
    if (!has(name)) return
    try {
      Object.assign(measures, await work())
    } catch (error) {
      print(`FAILED: ${name} on ${database.engine}: ${String(error)}`)
    }
  }
  try {
    // The first export of each thread loads its code.
    await Promise.all([1, 2].map((course) => client.ended(client.click(course, {}))))
    await part('exports', () => manyExports(client))
    await part('clicks', () => clicks(client))
    await part('polls', () => polls(client))
    await part('large', async () => {
      const peak = watchPeak(server)
      const { started_at: from, finished_at: to } = await client.ended(client.click(COURSES + 1, {}))
      return { large: (Date.parse(to) - Date.parse(from)) / 1000, largeMemory: peak() }
    })
    await part('import', async () => {
      const peak = watchPeak(server)
      const start = performance.now()
      await client.ended(client.upload(bundle))
      return { import: (performance.now() - start) / 1000, importMemory: peak() }
    })
  } finally {
    client.close()
    server.kill('SIGTERM')
    await once(server, 'exit')
    process.removeListener('exit', kill)
  }
  return measures
}

interface EndedJob {
  status: string
  started_at: string
  finished_at: string
}

interface Client {
  address: string
  headers: Record<string, string>
  /** Requests an export and gives the id of its job. */
  click: (courseId: number, options: object) => Promise<number>
  /** Imports a file and gives the id of the job. */
  upload: (file: string) => Promise<number>
  /** Polls until the job has ended. Throws unless it succeeds. */
  ended: (job: number | Promise<number>) => Promise<EndedJob>
  close: () => void
}

function createClient (address: string, token: string): Client {
  const agent = new Agent({ keepAlive: true })
  const headers = { authorization: `Bearer ${token}` }
  async function call (method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const sent = request(`${address}${path}`, {
      method,
      agent,
      headers: { ...headers, ...body === undefined ? {} : { 'content-type': 'application/json' } },
    })
    sent.end(body === undefined ? undefined : JSON.stringify(body))
    const [response] = await once(sent, 'response') as [IncomingMessage]
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk)
    if ((response.statusCode ?? 0) >= 400) throw new Error(text)
    return JSON.parse(text) as Record<string, unknown>
  }
  return {
    address,
    headers,
    click: async (courseId, options) =>
      (await call('POST', `/api/courses/${courseId}/performance/export`, options)).id as number,
    async upload (file) {
      const body = new FormData()
      body.append('file', await openAsBlob(file), 'bundle.zip')
      const answer = await fetch(`${address}/api/imports`, { method: 'POST', body, headers })
      const text = await answer.text()
      if (!answer.ok) throw new Error(text)
      return (JSON.parse(text) as { id: number }).id
    },
    async ended (job) {
      const id = await job
      for (;;) {
        const found = await call('GET', `/api/jobs/${id}`)
        if (found.status === 'succeeded') return found as unknown as EndedJob
        if (found.status !== 'queued' && found.status !== 'started') throw new Error(JSON.stringify(found))
        await delay(POLL_EVERY_MS)
      }
    },
    close: () => { agent.destroy() },
  }
}

/** Different exports of all courses, one after the other. */
function * wishes (): Generator<[courseId: number, options: object]> {
  for (const options of OPTIONS) for (let i = 1; i <= COURSES; i++) yield [i, options]
}

/** Exports a second, when many people request them at once. */
async function manyExports (client: Client): Promise<Measures> {
  let left = Number(values.exports)
  let asked = wishes()
  const start = performance.now()
  await Promise.all(Array.from({ length: PEOPLE }, async () => {
    while (left-- > 0) {
      let next = asked.next()
      if (next.done === true) {
        asked = wishes()
        next = asked.next()
      }
      if (next.done !== true) await client.ended(client.click(...next.value))
    }
  }))
  return { exports: Number(values.exports) / (performance.now() - start) * 1000 }
}

/** Clicks one after the other. Their exports are made meanwhile. */
async function clicks (client: Client): Promise<Measures> {
  const took: number[] = []
  const jobs: number[] = []
  for (const [courseId, options] of wishes().take(Number(values.clicks))) {
    const start = performance.now()
    jobs.push(await client.click(courseId, options))
    took.push(performance.now() - start)
    await delay(10)
  }
  for (const job of jobs) await client.ended(job)
  return { click: quantile(took, 0.5), slowClick: quantile(took, 0.99) }
}

async function polls ({ address, headers }: Client): Promise<Measures> {
  if (spawnSync('wrk', ['-v']).error !== undefined) {
    print('polls are left out: there is no wrk (Debian: apt-get install wrk)')
    return {}
  }
  const { stdout } = await promisify(execFile)('wrk', [
    '-t1', '-c50', `-d${values.seconds}s`,
    ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    `${address}/api/courses/1/performance/exports`,
  ])
  if (/Non-2xx/.test(stdout)) throw new Error(stdout)
  return { polls: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]) }
}

/** Forgets the peak of a process's memory so far; returns a function that gives the peak since, in MB. */
function watchPeak ({ pid = 0 }: ChildProcess): () => number {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  return () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) / 1024
}

function quantile (all: readonly number[], part: number): number {
  return all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * part))] ?? NaN
}

/** With three digits. */
function shown (value: number | undefined): string {
  return value === undefined
    ? ''
    : value.toLocaleString('en', { maximumSignificantDigits: 3, useGrouping: false })
}

function report (places: readonly Place[], found: ReadonlyMap<Place, readonly Measures[]>): void {
  const others = places.filter((place) => place !== 'sqlite')
  print(`\n| ${['', ...places, ...others.map((place) => `${place} / sqlite`), 'target'].join(' | ')} |`)
  print(`| --- |${' --: |'.repeat(places.length + others.length + 1)}`)
  for (const [key, { name, unit, isRate, target }] of Object.entries(LINES) as Array<[Measure, Line]>) {
    const of = (place: Place) => {
      const all = (found.get(place) ?? []).flatMap((measures) => measures[key] ?? [])
      return all.length === 0 ? undefined : quantile(all, 0.5)
    }
    if (places.every((place) => of(place) === undefined)) continue
    const base = of('sqlite')
    const ratios = others.map((place) => {
      const value = of(place)
      if (value === undefined || base === undefined) return ''
      const isMissed = target !== undefined && (isRate ? value / base < target : value / base > target)
      return `${(value / base).toFixed(2)}${isMissed ? ' (missed)' : ''}`
    })
    const limit = target === undefined ? '' : `${isRate ? '≥' : '≤'} ${target.toFixed(2)}`
    const cells = places.map((place) => shown(of(place)))
    print(`| ${[`${name}, ${unit}`, ...cells, ...ratios, limit].join(' | ')} |`)
  }
}
