// All that a story is about: the service and what is around it.
import type { Scheduler } from 'fast-check'
import { directClient, httpClient, type Client } from './client.ts'
import { createLife, type Life } from './life.ts'
import { emptyStaging } from './made-staging.ts'
import { createMadeStorage, type MadeStorage } from './made-storage.ts'
import type { ThreadEnding } from './made-threads.ts'
import { createMovingClock, type MovingClock } from './moving-clock.ts'
import type { Poll } from './poll.ts'
import type { Routes } from './routes.ts'
import { createServiceProcess, type ServiceProcess, type WorldKind } from './service-process.ts'
import type { SimulatedDatabase } from './simulated-database.ts'

export interface World {
  kind: WorldKind
  simulated: SimulatedDatabase
  clock: MovingClock
  storage: MadeStorage
  endings: ThreadEnding[]
  /** The command line, which queues and cancels jobs and runs none. */
  commandLine: ServiceProcess
  /** The service; undefined: it is starting or stopping. */
  service: () => ServiceProcess | undefined
  /** Whose life the latest process is. */
  life: () => Life
  /** The jobs of the tickets that were given, in their order. */
  tickets: number[]
  /** Who requested which fill-in, by its job. */
  fillIns: Map<number, number>
  /** The jobs of imports. */
  imports: number[]
  /** What people use; undefined: the service is down. */
  client: () => Client | undefined
  /** The client that needs no service. */
  commandClient: () => Client
  /** A request over HTTP. */
  call: Routes['call']
  /** What each client saw last of each job. */
  polls: Map<string, Poll>
  /** How many retries of each job were requested. */
  retries: Map<number, number>
  answeredRetries: Map<number, number>
  /** Jobs of which someone was told that they are canceled. */
  canceled: Set<number>
  /** What happened, in lines. */
  story: string[]
  tell: (line: string) => void
  /** A promise was broken. */
  blame: (fault: string) => void
  faults: string[]
  /** Starts a process on what the last one left. */
  boot: () => Promise<void>
  kill: () => void
  stop: (graceMs: number) => Promise<void>
  /** Nothing of this story happens any more. */
  end: () => void
}

/** January 5, 2026. */
const START = Date.UTC(2026, 0, 5, 8)

export function createWorld (
  scheduler: Scheduler, simulated: SimulatedDatabase, kind: WorldKind, routes?: Routes
): World {
  const outside = createLife(scheduler)
  const clock = createMovingClock(START)
  simulated.reset(clock.now)
  emptyStaging()
  const storage = createMadeStorage({ outside, clock, isRemote: kind.isRemote })
  const endings: ThreadEnding[] = []
  const story: string[] = []
  const faults: string[] = []
  const tell = (line: string) => { story.push(line) }
  const blame = (fault: string) => {
    tell(`    BROKEN: ${fault}`)
    faults.push(fault)
  }
  const log = {
    info () {},
    warn () {},
    error (facts: object, text: string) {
      blame(`the log has an error: ${text}: ${String((facts as { err?: unknown }).err)}`)
    },
  }
  const parts = { simulated, storage, clock, endings, kind, log }
  const commandLine = createServiceProcess(parts, outside.within())
  let current = createServiceProcess(parts, outside.within())
  let isUp = false

  async function boot (): Promise<void> {
    const { life } = current
    const { lost, quarantined } = await current.start()
    if (lost > 0) blame(`${lost} rows had no bytes at a start`)
    if (quarantined > 0) blame(`${quarantined} files had no row at a start`)
    if (life === current.life) isUp = true
  }

  function renew (): void {
    isUp = false
    current = createServiceProcess(parts, outside.within())
  }

  const service = () => isUp ? current : undefined
  routes?.connect(service, clock.now)
  const world: World = {
    kind,
    simulated,
    clock,
    storage,
    endings,
    commandLine,
    service,
    client () {
      if (!isUp) return undefined
      return routes === undefined ? directClient(world, current) : httpClient(world, current)
    },
    commandClient: () => directClient(world, commandLine),
    async call (...request) {
      if (routes === undefined) throw new Error('this story has no HTTP')
      return await routes.call(...request)
    },
    life: () => current.life,
    tickets: [],
    fillIns: new Map(),
    imports: [],
    polls: new Map(),
    retries: new Map(),
    answeredRetries: new Map(),
    canceled: new Set(),
    story,
    tell,
    blame,
    faults,
    boot,
    kill () {
      current.life.end()
      renew()
    },
    async stop (graceMs) {
      isUp = false
      const stopping = current
      await stopping.stop(graceMs)
      stopping.life.end()
      // It may have been killed meanwhile.
      if (stopping === current) renew()
    },
    end () { outside.end() },
  }
  return world
}
