// Several real nodes on one PostgreSQL and one object store. All nodes end with the test. A test that stops
// PostgreSQL or the store has its own.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import tap, { type Test } from 'tap'
import { connectionPool } from '../../db/postgres/connection.ts'
import type { PostgresLocation } from '../../db/index.ts'
import type { PostgresAddress } from '../../db/postgres/address.ts'
import { makeBookDatabase, type CourseDescription } from '../support/book-database.ts'
import { perfbook } from '../support/cli.ts'
import { noPostgres, postgresUrl, startCluster, testPostgres, type Cluster } from '../support/postgres.ts'
import { needsSwift, startSwift, type Swift } from '../support/swift.ts'
import { testFolder } from '../support/test-folder.ts'
import { until, within } from '../support/until.ts'
import { startProcess, type NodeProcess, type SignalPlace } from './node-process.ts'
import { createProxy, type Proxy } from './proxy.ts'

/** Options of a test with several nodes: skipped where PostgreSQL or Swift is missing, but not in CI. */
export const needsFleet: { skip: string | false } = noPostgres === false
  ? needsSwift()
  : { skip: noPostgres }

const SAMPLE = join(import.meta.dirname, '../../data/sample/physics-1.json')

export const PUBLIC_URL = 'http://perfbook.example'

const refuse = async () => { throw new Error('a shared cluster is not stopped') }
const SHARED: Fleet['cluster'] = { stop: refuse, start: refuse }

/** Most characters of a node's log that a failed test shows. */
const MOST_SHOWN = 4000

// Servers, databases and stores that start and end: all of it takes its time on a busy machine.
tap.setTimeout(600_000)

interface StartOptions {
  /** Default: n1, n2 … in the order of their start. */
  name?: string
  role?: 'all' | 'web' | 'worker'
  settings?: Record<string, string>
  /** The process gets a signal there. */
  place?: SignalPlace
  /** Not among the nodes that the proxy knows. */
  isHidden?: boolean
}

export interface FleetNode extends NodeProcess {
  /** Where it answers. */
  url: string
}

export interface Fleet {
  /** The test's own. */
  folder: string
  /** Stopped and started only with `stopsDatabase`. */
  cluster: Pick<Cluster, 'stop' | 'start'>
  /** Stopped and started only with `stopsStore`. */
  swift: Swift
  database: PostgresLocation
  /** Settings that all nodes have. */
  settings: Record<string, string>
  courseIds: number[]
  token: string
  proxy: Proxy
  /** Those that were started with the fleet. */
  nodes: FleetNode[]
  /** Starts a node and waits until it answers. Rejects where it ends before. */
  start: (options?: StartOptions) => Promise<FleetNode>
  /** Starts a node, which may end before it answers. */
  launch: (options?: StartOptions) => NodeProcess
  /** The proxy asks these nodes from now on. */
  nodesAre: (nodes: readonly FleetNode[]) => void
  /** The rows of a query. */
  rows: <T extends object>(query: string) => Promise<T[]>
  /** Requests an export and gives the id of its job. */
  click: (courseId: number, options?: { node?: string, body?: object }) => Promise<number>
  /** Waits for the end of a job; gives its state. */
  settled: (jobId: number) => Promise<string>
  /** Waits for the ends of all exports, also of those whose requests got no answer; gives their states. */
  allSettled: () => Promise<string[]>
}

interface FleetOptions {
  nodes?: number
  courses?: CourseDescription[]
  settings?: Record<string, string>
  /** The test stops PostgreSQL. Default: a database in the cluster that tests share. */
  stopsDatabase?: boolean
  /** The test stops the object store. Default: a bucket in the store that tests share. */
  stopsStore?: boolean
  /** Starts a pooler in front of the database, and returns the pooler's address. */
  pooled?: (database: PostgresAddress) => Promise<PostgresAddress>
}

/**
 * From the death of a node in the middle of a run to the start of the next run of its job, ms, in ascending
 * order. Only of nodes that died at a step of a run.
 */
export async function takeovers (
  { rows }: Pick<Fleet, 'rows'>, dead: ReadonlyArray<Pick<NodeProcess, 'stderr' | 'ended'>>
): Promise<number[]> {
  const next = new Map((await rows<{ token: number, at: number }>(
    `SELECT a.token, min(b.started_at) AS at FROM job_attempts a
      JOIN job_attempts b ON b.job_id = a.job_id AND b.token > a.token GROUP BY a.id, a.token`
  )).map(({ token, at }) => [token, at]))
  const took: number[] = []
  for (const { stderr, ended } of dead) {
    const token = /^\{"signalInRun":(\d+)\}$/m.exec(stderr())?.[1]
    const at = next.get(Number(token))
    if (at !== undefined) took.push(at - (await ended).at)
  }
  return took.sort((a, b) => a - b)
}

/** Such times in words. */
export function inWords (took: readonly number[]): string {
  const median = took[Math.floor(took.length / 2)] ?? 0
  return `${took.length} runs were taken over, after ${median} ms (median), ${took.at(-1) ?? 0} ms at most`
}

/** A course of ordinary size. */
export function course (
  name: string, { students = 60, tasks = 30 }: { students?: number, tasks?: number } = {}
): CourseDescription {
  return {
    name,
    tasks: Array.from({ length: tasks }, (_, i) => ({ title: `HW ${i}` })),
    students: Array.from({ length: students }, (_, i) => ({
      lastName: `${name} ${i}`,
      cells: Array.from({ length: tasks }, (_, j) => ((i * 7 + j * 3) % 11) / 10),
    })),
  }
}

export async function startFleet (
  t: Test,
  {
    nodes: count = 3,
    courses = [course('Physics')],
    settings: given = {},
    stopsDatabase = false,
    stopsStore = false,
    pooled,
  }: FleetOptions = {}
): Promise<Fleet> {
  const folder = testFolder(t)
  const cluster = stopsDatabase ? await startCluster() : undefined
  t.teardown(() => cluster?.stop())
  const database = await testPostgres(t, { cluster, poolSize: 3, mayHaveTables: true })
  const swift = await startSwift(t, { mayShare: !stopsStore })
  const settings: Record<string, string> = {
    ...pooled === undefined
      ? { DATABASE_URL: postgresUrl(database.connection) }
      : {
          DATABASE_URL: postgresUrl(await pooled(database.connection)),
          DATABASE_DIRECT_URL: postgresUrl(database.connection),
        },
    PUBLIC_URL,
    PORT: '0',
    MIN_FREE_BYTES: '0',
    WORKER_THREADS: '1',
    EXPORT_RATE_MAX: '1000000',
    OVERLOAD_DELAY_MS: '0',
    AWS_ACCESS_KEY_ID: process.env.AWS_ACCESS_KEY_ID ?? '',
    AWS_SECRET_ACCESS_KEY: process.env.AWS_SECRET_ACCESS_KEY ?? '',
    ...await swift.settings(),
    ...given,
  }
  const courseIds = await makeBookDatabase(database, ...courses)
  const command = async (...args: string[]) => {
    const { status, stdout, stderr } = await perfbook(join(folder, 'command'), args, { env: settings })
    if (status !== 0) throw new Error(`perfbook ${args.join(' ')}: ${stderr}`)
    return stdout.trim()
  }
  await command('user', 'add', 'admin@example.edu', '--role', 'admin')
  const token = await command('token', 'create', 'admin@example.edu')
  const proxy = createProxy(token)
  t.teardown(() => { proxy.close() })
  const pool = connectionPool({ ...database.connection, application_name: 'test' }, { max: 2 })
  t.teardown(() => pool.end())
  const lives: NodeProcess[] = []
  // Before the database and the store are stopped: teardowns run in reverse order.
  t.teardown(async () => {
    for (const life of lives) life.kill('SIGKILL')
    await Promise.all(lives.map(({ ended }) => ended))
    if (t.passing()) return
    for (const life of lives) t.comment(`${life.name} wrote:\n${life.stderr().slice(-MOST_SHOWN)}`)
  })
  let started = 0

  const launch: Fleet['launch'] = ({ name = `n${started + 1}`, role = 'all', settings: own, place } = {}) => {
    const data = join(folder, `data-${++started}`)
    mkdirSync(data, { mode: 0o700 })
    const life = startProcess(name, { DATA_DIR: data, NODE_ROLE: role, ...settings, ...own }, place)
    lives.push(life)
    return life
  }

  const start: Fleet['start'] = async (options) => {
    const life = launch(options)
    const url = await within(`${life.name} listens`, life.address)
    if (url === undefined) throw new Error(`${life.name} did not start: ${life.stderr()}`)
    return { ...life, url }
  }

  const rows: Fleet['rows'] = async <T extends object>(query: string) => (await pool.query<T>(query)).rows
  const settled: Fleet['settled'] = (jobId) => until(`job ${jobId} has ended`, async (see) => {
    const answer = await proxy.call('GET', `/api/jobs/${jobId}`)
    see(`${answer?.status} ${answer?.bytes.toString()}`)
    const status = answer?.status === 200 ? (answer.json() as { status: string }).status : 'queued'
    return status !== 'queued' && status !== 'started' && status
  })
  const nodesAre: Fleet['nodesAre'] = (all) => { proxy.nodesAre(all.map(({ url }) => url)) }
  const first: FleetNode[] = []
  for (let i = 0; i < count; i++) first.push(await start())
  nodesAre(first)

  return {
    folder,
    cluster: cluster ?? SHARED,
    swift,
    database,
    settings,
    courseIds,
    token,
    proxy,
    nodes: first,
    start,
    launch,
    nodesAre,
    rows,
    async click (courseId, { node, body } = {}) {
      const answer = await proxy.call('POST', `/api/courses/${courseId}/performance/export`, {
        ...node === undefined ? {} : { node },
        body: body ?? {},
      })
      if (answer?.status !== 202) {
        throw new Error(`a click was answered with ${answer?.status}: ${answer?.bytes.toString()}`)
      }
      return (answer.json() as { id: number }).id
    },
    settled,
    async allSettled () {
      const states: string[] = []
      const wanted = "SELECT id FROM jobs WHERE kind = 'performance-export' ORDER BY id"
      const jobs = await rows<{ id: number }>(wanted)
      for (const { id } of jobs) states.push(await settled(id))
      return states
    },
  }
}

/** Uploads the sample's course to a node, and waits for the end of the import. Returns the job's state. */
export async function importSample ({ proxy, settled }: Fleet, node: FleetNode): Promise<string> {
  const form = new FormData()
  form.append('file', new Blob([readFileSync(SAMPLE)]), 'physics-1.json')
  const request = new Response(form)
  const answer = await proxy.call('POST', '/api/imports', {
    body: Buffer.from(await request.arrayBuffer()),
    headers: { 'content-type': request.headers.get('content-type') ?? '' },
    node: node.url,
  })
  if (answer?.status !== 202) throw new Error(`the import was refused: ${String(answer?.bytes)}`)
  return await settled((answer.json() as { id: number }).id)
}
