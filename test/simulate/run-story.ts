// One story: its commands, then quiet, then a last look at everything.
import fc, { type AsyncCommand, type Scheduler } from 'fast-check'
import { act, type Life } from './life.ts'
import { checkBytes, checkHistory, checkRest, checkScores, isAtRest } from './promises.ts'
import type { Routes } from './routes.ts'
import { beginScheduling, endScheduling } from './scheduled-builtins.ts'
import { DAY_MS, type WorldKind } from './service-process.ts'
import type { SimulatedDatabase } from './simulated-database.ts'
import { COMMANDS } from './story-commands.ts'
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
  beginScheduling((): Life => world.life(), seed)
  try {
    void world.boot()
    await scheduler.waitIdle()
    await fc.scheduledModelRun(scheduler, () => ({ model: world, real: world }), commands)
    world.tell('Then nothing more happens.')
    await rest(scheduler, world)
    for (const fault of checkRest(world, { isSettled: false })) world.blame(fault)
    await settle(scheduler, world)
    for (const fault of checkRest(world, { isSettled: true })) world.blame(fault)
    const history = simulated.history()
    for (const fault of checkHistory(history, world)) world.blame(fault)
    for (const fault of checkScores(history, simulated)) world.blame(fault)
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
    for (const fault of checkBytes(world)) world.blame(fault)
    if (scheduler.count() === 0 && isAtRest(world)) return
  }
}

/** Nothing fails any more, and everything that cleans up has its turn. */
async function settle (scheduler: Scheduler, world: World): Promise<void> {
  world.endings.length = 0
  world.storage.repair()
  // Until the clock is right again, what was noted before it was set back seems to come from the future.
  world.clock.pass(world.clock.behind())
  if (!world.storage.isRemote) {
    world.tell('Nothing fails any more, and the service starts again.')
    void world.stop(0).then(() => world.boot())
    await rest(scheduler, world)
    return
  }
  // A store is searched once a day, and what it finds is kept for a while.
  world.tell('Nothing fails any more, and some days pass.')
  for (let day = 0; day < 2; day++) {
    world.clock.pass(DAY_MS + 1)
    void world.service()?.housekeeping.requestNow(1)
    await rest(scheduler, world)
  }
}

/** Stories of at most so many commands. */
export function storyOf (mostCommands: number) {
  return fc.record({
    kind: fc.record({
      isRemote: fc.boolean(),
      isFar: fc.boolean(),
      quota: fc.constantFrom('none', 'none', 'none', 'refuses', 'replaces'),
    }),
    scheduler: fc.scheduler({ act: async (step) => { await act(step) } }),
    commands: fc.commands(COMMANDS, { maxCommands: mostCommands, size: 'max' }),
    seed: fc.nat(),
  })
}
