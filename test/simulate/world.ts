// All that a story is about: the service and what is around it.
import type { Scheduler } from 'fast-check'
import { directClient, httpClient, type Client } from './client.ts'
import { createLife, type Life } from './life.ts'
import { emptyStaging, STAGING } from './made-staging.ts'
import { createMadeStorage, type MadeStorage } from './made-storage.ts'
import type { ThreadEnding } from './made-threads.ts'
import { createMovingClock, type MovingClock } from './moving-clock.ts'
import type { Poll } from './poll.ts'
import type { Routes } from './routes.ts'
import { createServiceProcess, type ServiceProcess, type WorldKind } from './service-process.ts'
import { STORY_START, type SimulatedDatabase } from './simulated-database.ts'

export interface World {
  kind: WorldKind
  simulated: SimulatedDatabase
  clock: MovingClock
  storage: MadeStorage
  endings: ThreadEnding[]
  /** The command line, which queues and cancels jobs and runs none. */
  commandLine: ServiceProcess
  /** The first process of the service that is up; undefined: none is. */
  service: () => ServiceProcess | undefined
  /** Processes that run jobs. */
  nodes: ServiceNode[]
  /** The life around all processes. */
  outside: Life
  /** The life of the process that calls for this file of the staging folder. */
  lifeOf: (path: string) => Life
  /** The jobs of the tickets that were given, in their order. */
  tickets: number[]
  /** Who requested which fill-in, by its job. */
  fillIns: Map<number, number>
  /** The jobs of imports. */
  imports: number[]
  /** What people use: a process that is up, different ones for different users. Undefined: none is up. */
  client: (user?: number) => Client | undefined
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
  /** Nothing of this story happens any more. */
  end: () => void
}

/** One of the processes of the service, and those after it. */
export interface ServiceNode {
  name: string
  stagingFolder: string
  /** Undefined: it is starting or stopping. */
  service: () => ServiceProcess | undefined
  /** Whose life the latest process is. */
  life: () => Life
  /** Starts a process on what the last one left. */
  boot: () => Promise<void>
  kill: () => void
  stop: (graceMs: number) => Promise<void>
  /** The process stands still until `thaw`. */
  freeze: () => void
  thaw: () => void
}

export function createWorld (
  scheduler: Scheduler, simulated: SimulatedDatabase, kind: WorldKind, routes?: Routes
): World {
  const outside = createLife(scheduler)
  const clock = createMovingClock(STORY_START)
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
  const parts = { simulated, stagingFolder: STAGING, storage, clock, endings, kind, log }
  const commandLine = createServiceProcess(parts, outside.within())

  function createNode (_: unknown, index: number): ServiceNode {
    const stagingFolder = index === 0 ? STAGING : `${STAGING}-${index + 1}`
    const newProcess = () => createServiceProcess({ ...parts, stagingFolder }, outside.within())
    let current = newProcess()
    let isUp = false

    function renew (): void {
      isUp = false
      current = newProcess()
    }

    return {
      name: kind.nodes === 1 ? 'the service' : `node ${index + 1}`,
      stagingFolder,
      service: () => isUp ? current : undefined,
      life: () => current.life,
      async boot () {
        const { life } = current
        const { lost, quarantined } = await current.start()
        if (lost > 0) blame(`${lost} rows had no bytes at a start`)
        if (quarantined > 0) blame(`${quarantined} files had no row at a start`)
        if (life === current.life) isUp = true
      },
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
      freeze () { current.life.freeze() },
      thaw () { current.life.thaw() },
    }
  }

  const nodes = Array.from({ length: kind.nodes }, createNode)
  const up = (user: number) => {
    const order = [...nodes.slice(user % nodes.length), ...nodes]
    return order.find((node) => node.service() !== undefined && node.life().frozen() === undefined)?.service()
  }
  const service = () => up(0)
  routes?.connect(service, clock.now)
  const world: World = {
    kind,
    simulated,
    clock,
    storage,
    endings,
    commandLine,
    service,
    nodes,
    outside,
    lifeOf (path) {
      if (kind.nodes === 1) return nodes[0]?.life() ?? outside
      const owner = nodes.find(({ stagingFolder }) => `${path}/`.startsWith(`${stagingFolder}/`))
      return owner?.life() ?? outside
    },
    client (user = 0) {
      const process = up(user)
      if (process === undefined) return undefined
      return routes === undefined ? directClient(world, process) : httpClient(world, process)
    },
    commandClient: () => directClient(world, commandLine),
    async call (...request) {
      if (routes === undefined) throw new Error('this story has no HTTP')
      return await routes.call(...request)
    },
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
    end () { outside.end() },
  }
  return world
}
