// One story: its commands, then quiet, then a last look at everything.
import fc, { type AsyncCommand, type Scheduler } from 'fast-check'
import { checkBytes, checkHistory, checkRest, checkScores, isAtRest } from './promises.ts'
import type { Routes } from './routes.ts'
import { beginScheduling, endScheduling } from './scheduled-builtins.ts'
import { DAY_MS, HOUR_MS, RULES, type WorldKind } from './service-process.ts'
import type { SimulatedDatabase } from './simulated-database.ts'
import { COMMANDS, COMMANDS_OF_NODES } from './story-commands.ts'
import { createWorld, type World } from './world.ts'

/** A promise was broken. Its message is the story. */
export class BrokenPromise extends Error {
  override name = 'BrokenPromise'
}

/** Waits that are long enough for everything that ends by itself, ms. */
const WAITS = [0, 500, 1000, 2000, 5000, 20_000, 60_000, 120_000, 900_000, 3_600_000]
const MOST_WAITS = 10 * WAITS.length

export async function runStory (
  simulated: SimulatedDatabase,
  { scheduler, commands, kind, seed }: {
    scheduler: Scheduler, commands: Iterable<AsyncCommand<World, World>>, kind: WorldKind, seed: number,
  },
  routes?: Routes
): Promise<void> {
  const world = createWorld(scheduler, simulated, kind, routes)
  await simulated.reset(world.clock.now)
  beginScheduling(world.lifeOf, seed)
  try {
    for (const node of world.nodes) void node.boot()
    await scheduler.waitIdle()
    await fc.scheduledModelRun(scheduler, () => ({ model: world, real: world }), commands)
    await simulated.settled()
    world.tell('Then nothing more happens.')
    for (const node of world.nodes) node.thaw()
    await rest(scheduler, world)
    for (const fault of await checkRest(world, { isSettled: false })) world.blame(fault)
    await settle(scheduler, world)
    for (const fault of await checkRest(world, { isSettled: true })) world.blame(fault)
    const history = await simulated.history()
    for (const fault of checkHistory(history, world)) world.blame(fault)
    for (const fault of await checkScores(history, simulated)) world.blame(fault)
    for (const job of world.canceled) {
      if (!history.some((line) => line.job === job && line.b === 'canceled')) {
        world.blame(`job ${job} was called canceled and is not`)
      }
    }
    if (world.faults.length > 0) throw new BrokenPromise(world.faults.join('\n'))
  } catch (error) {
    if (!(error instanceof BrokenPromise)) world.blame(String(error))
    const place = `${kind.isRemote ? 'an object store' : 'a disk'}, ${kind.isFar ? 'slow' : 'quick'} reads` +
      (kind.quota === 'none' ? '' : `, a quota that ${kind.quota}`)
    const { faults, story } = world
    throw new BrokenPromise(`${faults.join('\n')}\n\nThe story, with ${place}:\n${story.join('\n')}`)
  } finally {
    world.end()
    endScheduling()
  }
}

/** Lets time pass until no job waits or runs. */
async function rest (scheduler: Scheduler, world: World): Promise<void> {
  for (let wait = 0; wait < MOST_WAITS; wait++) {
    world.clock.pass(WAITS[wait % WAITS.length] ?? 0)
    await scheduler.waitIdle()
    for (const fault of await checkBytes(world)) world.blame(fault)
    if (scheduler.count() === 0 && await isAtRest(world)) return
  }
}

/** Nothing fails anymore, and everything that cleans up has its turn. */
async function settle (scheduler: Scheduler, world: World): Promise<void> {
  world.endings.length = 0
  world.storage.repair()
  // Until the clock is right again, what was noted before it was set back seems to come from the future.
  world.clock.pass(world.clock.behind())
  if (!world.storage.isRemote) {
    world.tell('Nothing fails anymore, and the service starts again.')
    for (const node of world.nodes) void node.stop(0).then(() => node.boot())
    await rest(scheduler, world)
    return
  }
  // A store is searched once a day, and what it finds is kept for a while.
  world.tell('Nothing fails anymore, and a day and some hours pass.')
  for (const ms of [DAY_MS + 1, RULES.deletedBytesMs + HOUR_MS]) {
    world.clock.pass(ms)
    await rest(scheduler, world)
  }
}

/** Stories of at most so many commands, of one process, or with `isOfNodes` of two. */
export function storyOf (
  { act }: Pick<SimulatedDatabase, 'act'>,
  { mostCommands, isOfNodes }: { mostCommands: number, isOfNodes: boolean }
) {
  return fc.record({
    kind: fc.record({
      isRemote: isOfNodes ? fc.constant(true) : fc.boolean(),
      isFar: isOfNodes ? fc.constant(true) : fc.boolean(),
      quota: fc.constantFrom('none', 'none', 'none', 'refuses', 'replaces'),
      nodes: fc.constant(isOfNodes ? 2 : 1),
    }),
    scheduler: fc.scheduler({ act }),
    commands: fc.commands(isOfNodes ? COMMANDS_OF_NODES : COMMANDS, {
      maxCommands: mostCommands, size: 'max',
    }),
    seed: fc.nat(),
  })
}
