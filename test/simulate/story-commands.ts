// What happens in a story: each command begins something, and the scheduler decides when it goes on.
import fc, { type AsyncCommand } from 'fast-check'
import { raiseDataVersion } from '../../db/queries/courses.ts'
import { DomainError } from '../../src/errors.ts'
import type { Client } from './client.ts'
import { STORAGE_ENDINGS } from './made-storage.ts'
import { THREAD_ENDINGS } from './made-threads.ts'
import { DAY_MS } from './service-process.ts'
import type { World } from './world.ts'

/** A command changes only the world; there is no other model. */
type StoryCommand = AsyncCommand<World, World>

/** Does nothing where `begin` says false. */
function command (text: string, begin: (world: World, text: string) => false | undefined): StoryCommand {
  return {
    check: () => true,
    async run (world) { begin(world, text) },
    toString: () => text,
  }
}

/** Begins a request. It is never answered if the process dies. */
function ask (
  world: World, text: string, client: Client | undefined, request: (client: Client) => Promise<string>
): false | undefined {
  if (client === undefined) return false
  world.tell(text)
  void request(client).then((answer) => { world.tell(`    ${text}: ${answer}`) }, (error: unknown) => {
    if (!(error instanceof DomainError)) world.blame(`${text} threw ${String(error)}`)
    else world.tell(`    ${text}: refused with ${error.code}`)
  })
}

/** Begins something with the job of one of the tickets that were given so far. */
function askOf (
  which: number, world: World, text: string, client: Client | undefined,
  request: (client: Client, job: number) => Promise<string>
): false | undefined {
  const job = world.tickets[which % Math.max(1, world.tickets.length)]
  return job === undefined ? false : ask(world, text, client, (client) => request(client, job))
}

const rarely = fc.oneof({ arbitrary: fc.constant(false), weight: 5 }, fc.boolean())
const course = fc.integer({ min: 0, max: 1 })
const which = fc.nat(5)
const user = fc.integer({ min: 0, max: 1 })

const click = fc.record({
  course: fc.oneof({ arbitrary: fc.constant(0), weight: 4 }, course),
  user,
  byPeriod: rarely,
  byCommand: rarely,
}).map(({ course, user, byPeriod, byCommand }) => command(
  `${byCommand ? 'the command line' : `user ${user + 1}`} asks for ` +
  `${byPeriod ? 'sheets by period' : 'an export'} of course ${course + 1}`,
  (world, text) => ask(world, text, byCommand ? world.commandClient() : world.client(user), (client) =>
    client.click({ course, user: byCommand ? null : user, byPeriod }))
))

const poll = fc.tuple(which, user).map(([which, user]) => command(
  `user ${user + 1} polls ticket ${which}`,
  (world, text) => askOf(which, world, text, world.client(user), (client, job) => client.poll({ user, job }))
))

const cancel = fc.record({ which, user, force: fc.boolean(), byCommand: rarely }).map(
  ({ which, user, force, byCommand }) => command(
    `${force ? 'an administrator' : `user ${user + 1}`} cancels ticket ${which}` +
    `${byCommand ? ' by command' : ''}`,
    (world, text) => askOf(which, world, text, byCommand ? world.commandClient() : world.client(user),
      (client, job) => client.cancel({ user, job, force }))
  )
)

const retry = which.map((which) => command(
  `an administrator retries ticket ${which}`,
  (world, text) => askOf(which, world, text, world.client(), async (client, job) => {
    const count = (map: Map<number, number>) => { map.set(job, (map.get(job) ?? 0) + 1) }
    count(world.retries)
    const answer = await client.retry(job)
    count(world.answeredRetries)
    return answer
  })
))

const change = course.map((course) => command(
  `the book of course ${course + 1} changes`,
  (world, text) => ask(world, text, world.client(), async () => {
    const id = world.simulated.courseIds[course] ?? 0
    await world.commandLine.db.write((trx) => raiseDataVersion(trx, id, world.clock.now()))
    return `its version is ${await world.simulated.versionOf(id)}`
  })
))

const fillIn = fc.record({ course, user }).map(({ course, user }) => command(
  `user ${user + 1} has a table filled in with course ${course + 1}`,
  (world, text) => ask(world, text, world.client(user), (client) => client.fillIn({ course, user }))
))

const fillInResult = which.map((which) => command(
  `both users ask for the result of fill-in ${which}`,
  (world, text) => {
    const jobs = Array.from(world.fillIns.keys())
    const job = jobs[which % Math.max(1, jobs.length)]
    return job !== undefined && ask(world, text, world.client(), async (client) =>
      (await Promise.all([0, 1].map((user) => client.fillInResult({ user, job })))).join(', '))
  }
))

const importScores = fc.record({ course, user }).map(({ course, user }) => command(
  `user ${user + 1} imports scores into course ${course + 1}`,
  (world, text) => ask(world, text, world.client(user), (client) => client.importScores({ course, user }))
))

const undo = fc.record({ which, user }).map(({ which, user }) => command(
  `user ${user + 1} undoes import ${which}`,
  (world, text) => {
    const job = world.imports[which % Math.max(1, world.imports.length)]
    return job !== undefined && ask(world, text, world.client(user), (client) => client.undo({ user, job }))
  }
))

/** Also while the undo is writing: what it writes then must not stay. */
const undoAndCancel = fc.record({ which, user, steps: fc.nat(12) }).map(({ which, user, steps }) => command(
  `user ${user + 1} undoes import ${which}, and cancels that ${steps} steps later`,
  (world, text) => {
    const job = world.imports[which % Math.max(1, world.imports.length)]
    return job !== undefined && ask(world, text, world.client(user), async (client) => {
      const answer = await client.undo({ user, job })
      const undo = world.tickets.at(-1) ?? 0
      for (let step = 0; step < steps; step++) await world.outside.step('a moment')
      return `${answer}, ${await client.cancel({ user, job: undo, force: true })}`
    })
  }
))

const download = course.map((course) => command(
  `the newest export of course ${course + 1} is downloaded`,
  (world, text) => ask(world, text, world.client(), (client) => client.download(course))
))

const deleteExport = course.map((course) => command(
  `the oldest export of course ${course + 1} is deleted`,
  (world, text) => ask(world, text, world.client(), (client) => client.deleteOldest(course))
))

const deleteCourse = fc.constant(command(
  'course 2 is deleted',
  (world, text) => ask(world, text, world.client(), (client) => client.deleteCourse(1))
))

const housekeeping = fc.constant(command(
  'housekeeping is asked for',
  (world, text) => ask(world, text, world.client(), async () => {
    const ticket = await world.service()?.housekeeping.requestNow(world.simulated.userIds[0] ?? 0)
    return ticket === undefined ? 'the service is down' : `job ${ticket.job.id}`
  })
))

const sweep = fc.constant(command(
  'expired files are swept',
  (world, text) => ask(world, text, world.client(), (client) => client.sweep())
))

const pass = fc.constantFrom(20, 500, 1000, 2500, 20_000, 95_000, 950_000, 2 * DAY_MS, 12 * DAY_MS)
  .map((ms) => passOf(ms))

function passOf (ms: number): StoryCommand {
  return command(`${ms} ms pass`, (world, text) => {
    world.tell(text)
    world.clock.pass(ms)
    return undefined
  })
}

const setClock = fc.constantFrom(-1500, -3_600_000, -400 * DAY_MS, 3_600_000, 400 * DAY_MS).map((byMs) =>
  command(`the clock is set ${byMs < 0 ? 'back' : 'forward'} by ${Math.abs(byMs)} ms`, (world, text) => {
    world.tell(text)
    world.clock.set(byMs)
    return undefined
  }))

function crashOf (node: number, text: string): StoryCommand {
  return command(text, (world, text) => {
    world.tell(text)
    const killed = world.nodes[node]
    killed?.kill()
    void killed?.boot().then(() => { world.tell(`    ${killed.name} is up again`) })
    return undefined
  })
}

function stopOf (node: number, graceMs: number, text: string): StoryCommand {
  return command(text, (world, text) => {
    const stopped = world.nodes[node]
    if (stopped?.service() === undefined) return false
    world.tell(text)
    void stopped.stop(graceMs).then(() => stopped.boot())
      .then(() => { world.tell(`    ${stopped.name} is up again`) })
    return undefined
  })
}

const graces = fc.constantFrom(0, 10_000)
const crash = fc.constant(crashOf(0, 'the process is killed, and starts again'))
const stop = graces.map((graceMs) =>
  stopOf(0, graceMs, `the service stops within ${graceMs} ms, and starts again`))

const node = fc.nat(1)
const nodeCrash = node.map((node) => crashOf(node, `node ${node + 1} is killed, and starts again`))
const nodeStop = fc.tuple(node, graces).map(([node, graceMs]) =>
  stopOf(node, graceMs, `node ${node + 1} stops within ${graceMs} ms, and starts again`))
const freeze = node.map((node) => command(`node ${node + 1} stands still`, (world, text) => {
  world.tell(text)
  world.nodes[node]?.freeze()
  return undefined
}))
const thaw = node.map((node) => command(`node ${node + 1} goes on`, (world, text) => {
  if (world.nodes[node]?.life().frozen() === undefined) return false
  world.tell(text)
  world.nodes[node].thaw()
  return undefined
}))

const threads = fc.constantFrom(...THREAD_ENDINGS).map((ending) =>
  command(`the next thread ${ending}`, (world, text) => {
    world.tell(text)
    world.endings.push(ending)
    return undefined
  }))

const storage = fc.tuple(fc.constantFrom('puts', 'removals'), fc.constantFrom(...STORAGE_ENDINGS)).map(
  ([calls, ending]) => command(`one of the next ${calls} ${ending}`, (world, text) => {
    world.tell(text)
    world.storage[calls as 'puts' | 'removals'].push(ending)
    return undefined
  })
)

/** Longer than the waits between the attempts of a job. */
const broken = fc.constantFrom(10_000, 300_000, 3_600_000).map((ms) =>
  command(`the storage fails for ${ms} ms`, (world, text) => {
    world.tell(text)
    world.storage.breakFor(ms)
    return undefined
  }))

const wait = fc.constant(command('a moment', () => undefined))

const passes = fc.constantFrom(1000, 2500, 5000).map((ms) => passOf(ms))

/** Parts of a time in which a node takes over: looks and heartbeats of live nodes happen in between. */
const PARTS_MS = 2000
const PARTS = 9

/** Passes that time, part after part. */
async function passInParts (world: World): Promise<void> {
  for (let part = 0; part < PARTS; part++) {
    await world.outside.step('time passes')
    world.clock.pass(PARTS_MS)
  }
}

const longPass = fc.constant(command(`${PARTS * PARTS_MS} ms pass in parts`, (world, text) => {
  world.tell(text)
  void passInParts(world)
  return undefined
}))

const absence = node.map((node) => command(
  `node ${node + 1} stands still for ${PARTS * PARTS_MS} ms`,
  (world, text) => {
    const absent = world.nodes[node]?.life()
    world.tell(text)
    absent?.freeze()
    void passInParts(world).then(() => {
      absent?.thaw()
      world.tell(`    node ${node + 1} goes on`)
    })
    return undefined
  }
))

/** Exports that take long on both nodes. */
const slowThreads = fc.constant(command('the next two threads are slow', (world, text) => {
  world.tell(text)
  world.endings.push('is slow', 'is slow')
  return undefined
}))

/** Every command, the frequent ones several times. */
export const COMMANDS = [
  click, click, click, click, click, click, poll, poll, cancel, retry, change, change, change,
  fillIn, fillInResult, importScores, importScores, undo, undoAndCancel, download,
  deleteExport, deleteCourse, housekeeping, sweep, pass, pass, pass, setClock,
  crash, crash, stop, threads, threads, storage, storage, broken, wait, wait,
]

/** The commands of stories with two nodes. */
export const COMMANDS_OF_NODES = [
  click, click, click, click, click, click, poll, poll, cancel, retry, change, change, change,
  fillIn, fillInResult, download, deleteExport, deleteCourse, housekeeping, sweep, pass, passes, passes,
  longPass, longPass, setClock, nodeCrash, nodeCrash, nodeStop, freeze, thaw, absence, absence, absence,
  threads, slowThreads, slowThreads, storage, wait, wait,
]
