import fc, { type Parameters } from 'fast-check'
import { openRoutes, type Routes } from './routes.ts'
import { runStory, storyOf } from './run-story.ts'
import { scheduleBuiltins } from './scheduled-builtins.ts'
import { openSimulatedDatabase, type SimulatedDatabase } from './simulated-database.ts'

/** Commands of a story, at most. */
const MOST_COMMANDS = 24

/** Where the files of all stories are, and whether reads are slow. */
const PLACES = {
  disk: { isRemote: false, isFar: false },
  'disk, slow reads': { isRemote: false, isFar: true },
  store: { isRemote: true, isFar: false },
  'store, slow reads': { isRemote: true, isFar: true },
} as const
export type Place = keyof typeof PLACES

export interface StoriesOptions {
  overHttp?: boolean
  /** Two nodes, PostgreSQL and pg-boss, instead of one process and SQLite. */
  onPostgres?: boolean
  /** Default: a different one in each story. */
  place?: Place | undefined
}

export interface StoriesToCheck extends Pick<Parameters<unknown>, 'path' | 'endOnFailure'> {
  runs: number
  seed: number
  mostCommands?: number
}

export interface Checked {
  runs: number
  /** What was broken, with the seed, the path and the shortest story; undefined: every promise was kept. */
  broken: string | undefined
}

export interface Stories {
  check: (options: StoriesToCheck) => Promise<Checked>
  close: () => Promise<void>
}

/** Opens the one database of this process for stories: of its parts, or with `overHttp` of its routes. */
export async function openStories (
  { overHttp = false, onPostgres = false, place }: StoriesOptions = {}
): Promise<Stories> {
  scheduleBuiltins()
  const { simulated, routes } = onPostgres ? await openNodes() : await openProcess({ overHttp })
  return {
    async check ({ runs, seed, path, endOnFailure = false, mostCommands = MOST_COMMANDS }) {
      const details = await fc.check(
        fc.asyncProperty(storyOf(simulated, { mostCommands, isOfNodes: onPostgres }), (story) =>
          runStory(simulated, { ...story, kind: { ...story.kind, ...place && PLACES[place] } }, routes)),
        { numRuns: runs, seed, endOnFailure, ...(path === undefined ? {} : { path }) }
      )
      if (!details.failed) return { runs: details.numRuns, broken: undefined }
      const { errorInstance, counterexamplePath } = details
      // This names the story that failed. The rest of the path, to the shortest one, fits only this run.
      const [first] = (counterexamplePath ?? '').split(':')
      const how = onPostgres ? 'SIMULATE_POSTGRES=1 ' : overHttp ? 'SIMULATE_HTTP=1 ' : ''
      const where = place === undefined ? '' : `SIMULATE_PLACE='${place}' `
      const text = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
      return {
        runs: details.numRuns,
        broken: `After ${details.numRuns} stories, a promise was broken. To see it again:\n` +
          `  SIMULATE_SEED=${seed} SIMULATE_PATH=${first} ${how}${where}npm run test:simulate\n\n${text}`,
      }
    },
    close: simulated.close,
  }
}

interface Opened {
  simulated: SimulatedDatabase
  routes?: Routes | undefined
}

async function openProcess ({ overHttp }: { overHttp: boolean }): Promise<Opened> {
  const simulated = await openSimulatedDatabase()
  const routes = overHttp ? await openRoutes(simulated) : undefined
  simulated.keepRows()
  return { simulated, routes }
}

/** PostgreSQL and pg-boss take time to load, so they are loaded when they are needed. */
async function openNodes (): Promise<Opened> {
  const { openSimulatedPostgres } = await import('./simulated-postgres.ts')
  return { simulated: await openSimulatedPostgres() }
}
