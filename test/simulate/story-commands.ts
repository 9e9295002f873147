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
  (world, text) => ask(world, text, byCommand ? world.commandClient() : world.client(), (client) =>
    client.click({ course, user: byCommand ? null : user, byPeriod }))
))

const poll = fc.tuple(which, user).map(([which, user]) => command(
  `user ${user + 1} polls ticket ${which}`,
  (world, text) => askOf(which, world, text, world.client(), (client, job) => client.poll({ user, job }))
))

const cancel = fc.record({ which, user, force: fc.boolean(), byCommand: rarely }).map(
  ({ which, user, force, byCommand }) => command(
    `${force ? 'an administrator' : `user ${user + 1}`} cancels ticket ${which}` +
    `${byCommand ? ' by command' : ''}`,
    (world, text) => askOf(which, world, text, byCommand ? world.commandClient() : world.client(),
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
    return `its version is ${world.simulated.versionOf(id)}`
  })
))

const fillIn = fc.record({ course, user }).map(({ course, user }) => command(
  `user ${user + 1} has a table filled in with course ${course + 1}`,
  (world, text) => ask(world, text, world.client(), (client) => client.fillIn({ course, user }))
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
  (world, text) => ask(world, text, world.client(), (client) => client.importScores({ course, user }))
))

const undo = fc.record({ which, user }).map(({ which, user }) => command(
  `user ${user + 1} undoes import ${which}`,
  (world, text) => {
    const job = world.imports[which % Math.max(1, world.imports.length)]
    return job !== undefined && ask(world, text, world.client(), (client) => client.undo({ user, job }))
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
  .map((ms) => command(`${ms} ms pass`, (world, text) => {
    world.tell(text)
    world.clock.pass(ms)
    return undefined
  }))

const setClock = fc.constantFrom(-1500, -3_600_000, -400 * DAY_MS, 3_600_000, 400 * DAY_MS).map((byMs) =>
  command(`the clock is set ${byMs < 0 ? 'back' : 'forward'} by ${Math.abs(byMs)} ms`, (world, text) => {
    world.tell(text)
    world.clock.set(byMs)
    return undefined
  }))

const crash = fc.constant(command('the process is killed, and starts again', (world, text) => {
  world.tell(text)
  world.kill()
  void world.boot().then(() => { world.tell('    the service is up again') })
  return undefined
}))

const stop = fc.constantFrom(0, 10_000).map((graceMs) =>
  command(`the service stops within ${graceMs} ms, and starts again`, (world, text) => {
    if (world.service() === undefined) return false
    world.tell(text)
    void world.stop(graceMs).then(() => world.boot())
      .then(() => { world.tell('    the service is up again') })
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

/** Every command, the frequent ones several times. */
export const COMMANDS = [
  click, click, click, click, click, click, poll, poll, cancel, retry, change, change, change,
  fillIn, fillInResult, importScores, undo, download,
  deleteExport, deleteCourse, housekeeping, sweep, pass, pass, pass, setClock,
  crash, crash, stop, threads, threads, storage, storage, broken, wait, wait,
]
