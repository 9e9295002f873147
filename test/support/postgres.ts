// A private PostgreSQL for tests: a cluster of this process that ends with it, and a database for each test.
import { spawn, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Test } from 'tap'
import type { PostgresLocation } from '../../db/index.ts'
import type { PostgresAddress } from '../../db/postgres/address.ts'
import { clientOptions } from '../../db/postgres/client-options.ts'
import { freePort } from './free-port.ts'
import { memoryFolder } from './memory-folder.ts'

export interface Cluster {
  /** The superuser, and its database. */
  admin: PostgresAddress
  /**
   * The same by a Unix socket, whose users need no password. Tests take 3 to 7% less processor time than by
   * TCP.
   */
  local: PostgresAddress
  /** Ends the server at once, without waiting for its clients (SIGINT). */
  stop: () => Promise<void>
  /** `env`: in addition to this process's environment, until the next start. */
  start: (env?: Record<string, string>) => Promise<void>
  /** The server's process. */
  pid: () => number
}

const ROOT = '/usr/lib/postgresql'
const OWNER = 'perfbook'

/**
 * The folder of PostgreSQL's programs; undefined: it is not installed. Debian's /usr/bin has scripts that
 * look for them, which takes longer than most queries.
 */
export function postgresPrograms (): string | undefined {
  try {
    const [newest] = readdirSync(ROOT).map(Number).filter((version) => version >= 15).sort((a, b) => b - a)
    return newest === undefined ? undefined : join(ROOT, String(newest), 'bin')
  } catch {
    return undefined
  }
}

/** Why tests with PostgreSQL are skipped here; false: they run. In CI they always run. */
export const noPostgres: string | false = postgresPrograms() === undefined && process.env.CI !== 'true'
  ? 'PostgreSQL is not installed (Debian: postgresql)'
  : false

/**
 * Starts a cluster in a temporary folder, which is in memory unless the setting `fsync` is `on`. It ends with
 * this process, also if that is killed. With `listen_addresses` on 127.0.0.1 and a socket in its folder.
 */
export async function startCluster (settings: Record<string, string> = {}): Promise<Cluster> {
  const bin = postgresPrograms()
  if (bin === undefined) throw new Error('PostgreSQL is not installed (Debian: postgresql)')
  const isDurable = settings.fsync === 'on'
  // Each test creates and drops a database of 300 files. On ext4, a new file takes longer the more were
  // deleted in the last seconds, which took half of the server's processor time in a whole run.
  const folder = isDurable ? mkdtempSync(join(tmpdir(), 'perfbook-postgres-')) : memoryFolder('postgres')
  const data = join(folder, 'data')
  const password = randomBytes(12).toString('hex')
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, password)
  // The server refuses to run as root.
  const isRoot = process.getuid?.() === 0
  const as = isRoot ? ['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--init-groups'] : []
  if (isRoot) {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres']))) as
      [number, number]
    for (const path of [folder, passwordFile]) chownSync(path, uid, gid)
  }
  const run = (command: string[]) => {
    const [program = '', ...args] = [...as, ...command]
    execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  run([
    join(bin, 'initdb'), '-D', data, '--no-sync', '--locale=C.UTF-8', '-E', 'UTF8', '-U', 'postgres',
    '--auth-host=scram-sha-256', '--auth-local=trust', `--pwfile=${passwordFile}`,
  ])
  const port = await freePort()
  const admin: PostgresAddress = {
    host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres', ssl: false,
  }
  const given = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: folder,
    // Tests need no durability, but for those that say so.
    fsync: 'off',
    max_connections: '300',
    log_min_messages: 'panic',
    ...settings,
  }
  let child: ReturnType<typeof spawn> | undefined
  let ended: Promise<unknown> = Promise.resolve()

  async function start (env: Record<string, string> = {}): Promise<void> {
    const flags = Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    // `--pdeathsig`: the server ends with this process, whatever ends it.
    const [program = '', ...args] = isRoot ? [...as, '--pdeathsig', 'INT'] : ['setpriv', '--pdeathsig', 'INT']
    // Set for the server alone, which is another user than this process.
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    const command = ['env', ...variables, join(bin ?? '', 'postgres'), '-D', data, ...flags]
    child = spawn(program, [...args, ...command], { stdio: 'ignore' })
    const started = child
    ended = new Promise((resolve) => started.once('exit', resolve))
    child.unref()
    for (let tries = 0; ; tries++) {
      const client = new pg.Client({ ...clientOptions(admin), connectionTimeoutMillis: 2000 })
      client.on('error', () => {})
      try {
        await client.connect()
        await client.end()
        return
      } catch (error) {
        await client.end().catch(() => {})
        if (started.exitCode !== null || tries > 600) throw error
        await delay(50)
      }
    }
  }

  const stop = async () => {
    child?.ref()
    child?.kill('SIGINT')
    await ended
  }
  process.once('exit', () => {
    child?.kill('SIGQUIT')
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
    } catch {
      // The server still writes: the system empties its temporary folder.
    }
  })
  mkdirSync(folder, { recursive: true })
  await start()
  return { admin, local: { ...admin, host: folder }, stop, start, pid: () => child?.pid ?? 0 }
}

/** An address as a setting, for DATABASE_URL. If its `password` is undefined, the setting has none. */
export function postgresUrl ({ user, password, host, port, database }: PostgresAddress): string {
  const credentials = password === undefined ? user : `${user}:${password}`
  return host.startsWith('/')
    ? `postgres://${credentials}@/${database}?host=${host}&port=${port}`
    : `postgres://${credentials}@${host}:${port}/${database}`
}

let shared: Promise<PostgresAddress> | undefined

/** The cluster that tests of this process share: that of a whole run, or one of its own. */
function sharedCluster (): Promise<PostgresAddress> {
  const given = process.env.PERFBOOK_TEST_POSTGRES
  shared ??= given === undefined
    ? startCluster().then(({ local }) => local)
    : Promise.resolve(JSON.parse(given) as PostgresAddress)
  return shared
}

interface TestPostgresOptions {
  poolSize?: number
  /** Default: the one that tests share. */
  cluster?: Cluster
  /** In addition to the owner, for CREATE DATABASE. */
  create?: string
  /**
   * The database may have all tables already: where all tests of a run share a cluster, it is the copy of one
   * that has, which takes less than half the time. Else it is empty.
   */
  mayHaveTables?: boolean
}

/** An empty database, whose owner is not a superuser. It is dropped with the test. */
export async function testPostgres (
  t: Pick<Test, 'teardown'>,
  { poolSize = 8, cluster, create, mayHaveTables = false }: TestPostgresOptions = {}
): Promise<PostgresLocation> {
  const admin = cluster?.admin ?? await sharedCluster()
  // Process ids come again in a long run.
  const database = `test_${randomBytes(8).toString('hex')}`
  const template = cluster === undefined && mayHaveTables ? process.env.PERFBOOK_TEST_TEMPLATE : undefined
  // By files: PostgreSQL's default writes each page to its log, which takes nine times the processor time.
  const source = `${create ?? (template === undefined ? '' : `TEMPLATE ${template}`)} STRATEGY file_copy`
  await asAdmin(admin, async (client) => {
    await client.query(`DO $$ BEGIN CREATE ROLE ${OWNER} LOGIN PASSWORD '${OWNER}';
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`)
    await client.query(`CREATE DATABASE ${database} OWNER ${OWNER} ${source}`)
  })
  t.teardown(async () => {
    await asAdmin(admin, async (client) => { await client.query(`DROP DATABASE ${database} WITH (FORCE)`) })
      // Its cluster may be gone with it.
      .catch(() => {})
  })
  const connection = { ...admin, user: OWNER, password: OWNER, database }
  return { engine: 'postgres', connection, direct: connection, poolSize }
}

async function asAdmin (
  admin: PostgresAddress, work: (client: pg.Client) => Promise<void>
): Promise<void> {
  const client = new pg.Client(clientOptions(admin))
  // Of a server that ends meanwhile: the query rejects too.
  client.on('error', () => {})
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
