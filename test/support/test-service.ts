// The real service in this process, on a folder of the test's own: real threads, real files, and the real
// database that `test-database.ts` names; requests go in without a socket.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { DatabaseLocation } from '../../db/index.ts'
import { createApp, type App } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import type { Scope } from '../../src/accounts/access.ts'
import type { Accounts } from '../../src/accounts/accounts.ts'
import { systemClock } from '../../src/jobs/clock.ts'
import { createServices, type Services, type ServicesOptions } from '../../src/services.ts'
import { contractCheck, type PublishedContract } from './published-contract.ts'
import { makeBookDatabase, type CourseDescription } from './book-database.ts'
import { lentPool } from './lent-pool.ts'
import { databaseEnv, testDatabase, testStorage } from './test-database.ts'
import { testFolder } from './test-folder.ts'

export const ADMIN = 'admin@example.edu'
export const TEACHER = 'teacher@example.edu'

/** Passwords of tests protect nothing: a real hash takes a third of a second. */
const LOW_COST = { N: 2 ** 6, r: 8, p: 1 }
const QUIET = { info () {}, warn () {}, error () {} }

export interface TestService extends App {
  services: Services
  courseIds: number[]
  /** A token of an account that is made where there is none yet. */
  token: (
    role: 'admin' | 'teacher' | 'student',
    options?: { email?: string, scopes?: Scope[] },
  ) => Promise<string>
  /** A request; `token: null` sends none. Default: the administrator's. */
  call: (
    method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE' | 'PUT' | 'OPTIONS',
    path: string,
    options?: CallOptions,
  ) => Promise<Answer>
}

export interface CallOptions {
  token?: string | null
  /** An object goes as JSON; text as it is, with the content type that the headers name. */
  body?: unknown
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  headers: Record<string, string | undefined>
  text: string
  bytes: Buffer
  // The shape is what the test checks.
  json: () => any
}

export interface TestServiceOptions
  extends Pick<
    ServicesOptions, 'clock' | 'freeBytes' | 'hashCost' | 'jobPool' | 'node' | 'onStep' | 'storage'
  > {
  /** The time, where no timer matters. */
  now?: () => number
  courses?: CourseDescription[]
  settings?: Record<string, string>
  /** Default: a new one, of the engine that the run tests. */
  database?: DatabaseLocation
  /** Another node: the service uses its database, with a separate data folder. */
  joins?: TestService
  /** Files are on the disk, whatever PERFBOOK_TEST_STORAGE says: the test is about its folders. */
  onDisk?: boolean
  /** Jobs wait until the test starts the runner itself. */
  withoutRunner?: boolean
}

/** Disables the account with an email address. */
export async function disableUser (accounts: Accounts, email: string): Promise<void> {
  const user = await accounts.findByEmail(email)
  if (user === undefined) throw new Error(`there is no account for ${email}`)
  await accounts.disable(user.id)
}

/** By the settings of a service, on which its contract depends. Generating a contract takes long. */
const checks = new Map<string, ReturnType<typeof contractCheck>>()

let others = 0

/** A data folder for another node. tap has one folder for each test. */
function otherFolder ({ services }: TestService): string {
  const folder = join(services.config.DATA_DIR, `node-${++others}`)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Settings for a node that keeps files where this one does, if that is an object store. */
function storageOf ({ services: { config } }: TestService): Record<string, string> {
  const names = ['FILES_URL', 'S3_ENDPOINT', 'S3_REGION', 'S3_PATH_STYLE', 'DELETE_DELAY_HOURS'] as const
  return config.FILES_URL === '' ? {} : Object.fromEntries(names.map((name) => [name, String(config[name])]))
}

/** Settings with which a command uses what the service uses, in addition to its data folder. */
export function commandEnv (service: TestService): Record<string, string> {
  return { ...databaseEnv(service.services.db.location), ...storageOf(service) }
}

/** Stops with the test. */
export async function startTestService (
  t: Test,
  {
    courses = [],
    settings = {},
    withoutRunner = false,
    onDisk = false,
    now,
    clock = now === undefined ? undefined : systemClock(now),
    joins,
    database: given = joins?.services.db.location,
    ...options
  }: TestServiceOptions = {}
): Promise<TestService> {
  const folder = joins === undefined ? testFolder(t) : otherFolder(joins)
  const database = given ?? await testDatabase(t, folder)
  const courseIds = await makeBookDatabase(database, ...courses)
  const config = readConfig({
    DATA_DIR: folder,
    MIN_FREE_BYTES: '0',
    WORKER_THREADS: '2',
    OVERLOAD_DELAY_MS: '0',
    ...(onDisk ? {} : joins === undefined ? await testStorage(t) : storageOf(joins)),
    ...settings,
  })
  const services = await createServices({
    config,
    database,
    log: QUIET,
    // As in `serve`. Otherwise the first click would open pg-boss, while others hold all connections.
    mayUpgrade: true,
    createPool: lentPool,
    hashCost: LOW_COST,
    ...(clock === undefined ? {} : { clock }),
    ...options,
  })
  const app = await createApp(services, false)
  if (!withoutRunner) await services.runner.start()
  t.teardown(async () => {
    await app.server.close()
    await services.close(0)
  })
  const settingsKey = JSON.stringify(settings)
  const tokens = new Map<string, Promise<string>>()
  const token: TestService['token'] = (role, { email = `${role}@example.edu`, scopes } = {}) => {
    const key = JSON.stringify([email, scopes])
    const known = tokens.get(key) ?? (async () => {
      if (!(await services.accounts.list()).some((user) => user.email === email)) {
        await services.accounts.add({ email, role })
      }
      return await services.accounts.createToken({ email, name: 'test', scopes })
    })()
    tokens.set(key, known)
    return known
  }
  return {
    ...app,
    services,
    courseIds,
    token,
    async call (method, path, { token: given, body, headers = {} } = {}) {
      const bearer = given === null ? undefined : given ?? await token('admin')
      const response = await app.server.inject({
        method,
        url: path,
        headers: {
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          ...(body === undefined || typeof body === 'string' ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const check = checks.get(settingsKey) ??
        contractCheck(app.server.swagger() as unknown as PublishedContract)
      checks.set(settingsKey, check)
      const wrong = check(method, path, {
        status: response.statusCode,
        contentType: String(response.headers['content-type'] ?? ''),
        text: response.payload,
      })
      if (wrong !== undefined) t.fail(wrong)
      return {
        status: response.statusCode,
        headers: response.headers as Record<string, string | undefined>,
        text: response.payload,
        bytes: response.rawPayload,
        json: () => JSON.parse(response.payload) as unknown,
      }
    },
  }
}
