// The HTTP service in front of the process of a story: the real app, built once, whose parts are those of the
// process that lives now. Requests go in without a socket.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../../src/app.ts'
import { createAccountServices } from '../../src/accounts/account-services.ts'
import type { Database } from '../../db/index.ts'
import { readConfig } from '../../src/config.ts'
import { DomainError } from '../../src/errors.ts'
import { createFillIns } from '../../src/fill-in/fill-ins.ts'
import { createJobOutlook } from '../../src/jobs/job-outlook.ts'
import { createMetrics } from '../../src/metrics/metrics.ts'
import { createMemoryState } from '../../src/nodes/memory-state.ts'
import { createNodes } from '../../src/nodes/nodes.ts'
import type { Services } from '../../src/services.ts'
import { createLife } from './life.ts'
import { createMovingClock } from './moving-clock.ts'
import type { ServiceProcess } from './service-process.ts'
import type { SimulatedSqlite } from './simulated-database.ts'

export interface Answer {
  status: number
  // The routes' schemas are tested elsewhere.
  body: any
}

export interface Routes {
  /** Requests go to this process from now on; undefined: there is none. */
  connect: (current: () => ServiceProcess | undefined, now: () => number) => void
  /** Never answered if the process dies. */
  call: (
    who: 'admin' | number, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object
  ) => Promise<Answer>
}

const QUIET = { info () {}, warn () {}, error () {} }

export async function openRoutes (simulated: SimulatedSqlite): Promise<Routes> {
  let current: () => ServiceProcess | undefined = () => undefined
  let now = Date.now
  const processes = new WeakMap<ServiceProcess, number>()
  let processCount = 0
  const live = (): ServiceProcess => {
    const process = current()
    if (process === undefined) throw new DomainError('SHUTTING_DOWN', { retryAfterSeconds: 1 })
    return process
  }
  /** A part of the process that lives at each call. */
  const part = <T extends object>(of: (process: ServiceProcess) => T): T => new Proxy({} as T, {
    get: (_, name) => (...args: unknown[]) => {
      const target = of(live()) as Record<string | symbol, (...args: unknown[]) => unknown>
      return target[name]?.(...args)
    },
  })
  const db: Database = {
    ...simulated.db,
    get reads () { return current()?.db.reads ?? simulated.db.reads },
    write: async (work, options) => await (current()?.db ?? simulated.db).write(work, options),
    // A new process has no cache.
    change () {
      const process = live()
      const number = processes.get(process) ?? ++processCount
      processes.set(process, number)
      return number * 2 ** 32 + simulated.db.change()
    },
  }
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-simulation-'))
  const clock = createMovingClock(0).of(createLife({ schedule: async () => await new Promise(() => {}) }))
  const config = readConfig({ DATA_DIR: folder, MIN_FREE_BYTES: '0', EXPORT_RATE_MAX: '1000000' })
  const time = () => now()
  const pool = {
    threads: 2,
    extraThreads: 0,
    load: () => ({ running: 0, waiting: 0 }),
    warm: async () => {},
    destroy: async () => {},
  }
  const metrics = createMetrics({
    db, now: time, node: { name: 'one', role: 'all', version: '0' }, freeBytes: async () => 1e12, kinds: [],
    pools: { jobs: pool, readers: pool },
  })
  const shared = createMemoryState({ now: time })
  const accounts = await createAccountServices({
    config, db, log: QUIET, now: time, shared, onPasswordReset () {},
  })
  const files = part((process) => process.files)
  const queue = part((process) => process.queue)
  const unused = part<never>(() => { throw new Error('the simulation does not use this') })
  const services: Services = {
    ...accounts,
    config,
    clock: { ...clock, now: time },
    db,
    audit: {
      record () {},
      list: async () => [],
      names: async () => [],
      settled: async () => {},
      close: async () => {},
    },
    courses: part((process) => process.courses),
    exports: part((process) => process.exports),
    fillIns: createFillIns({ db, files, queue, now: time }),
    imports: unused,
    undos: unused,
    files,
    housekeeping: part((process) => process.housekeeping),
    queue,
    runner: part((process) => process.runner),
    metrics,
    nodes: createNodes({
      db,
      now: time,
      self: { name: 'one', role: 'all', version: '0', startedAt: 0, runningJobs: () => 0 },
    }),
    shared,
    freeBytes: async () => 1e12,
    outlook: createJobOutlook({ db, now: time, capacity: async () => ({ threads: 2, nodes: 1 }) }),
    warm: async () => {},
    close: async () => {},
  }
  const { server } = await createApp(services, false)
  // The key of its cookies is in memory now.
  rmSync(folder, { recursive: true })
  const tokens = new Map<string, string>()
  await accounts.accounts.add({ email: 'admin@example.edu', role: 'admin' })
  for (const who of ['admin', '1', '2']) {
    const email = `${who === 'admin' ? who : `teacher${who}`}@example.edu`
    tokens.set(who, await accounts.accounts.createToken({ email, name: 'simulation' }))
  }
  return {
    connect (process, clockNow) {
      current = process
      now = clockNow
    },
    async call (who, method, path, body) {
      const response = await server.inject({
        method,
        url: path,
        headers: {
          authorization: `Bearer ${tokens.get(String(who)) ?? ''}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      })
      const { statusCode: status, payload } = response
      return { status, body: payload === '' ? undefined : JSON.parse(payload) as unknown }
    },
  }
}
