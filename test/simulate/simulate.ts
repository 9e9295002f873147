// `npm run test:simulate`: tells stories of the job engine for hours.
//   SIMULATE_MINUTES  how long; default 60
//   SIMULATE_SEED     the first seed; default: a random one
//   SIMULATE_PATH     the path of a failure, to see it again
//   SIMULATE_RUNS     how many stories, all of the first seed; default: as many as there is time for
//   SIMULATE_HTTP     1: over HTTP
//   SIMULATE_POSTGRES 1: of two nodes, PostgreSQL and pg-boss
//   SIMULATE_PLACE    where all files are, as a failed test prints it; default: differs from story to story
import { openStories, type Place } from './check-stories.ts'

/** Stories of one seed. */
const RUNS_OF_SEED = 500

const { SIMULATE_MINUTES = '60', SIMULATE_SEED, SIMULATE_PATH, SIMULATE_RUNS } = process.env
const { SIMULATE_HTTP, SIMULATE_POSTGRES, SIMULATE_PLACE } = process.env
const stories = await openStories({
  overHttp: SIMULATE_HTTP === '1',
  onPostgres: SIMULATE_POSTGRES === '1',
  place: SIMULATE_PLACE as Place | undefined,
})
const began = performance.now()
const until = began + Number(SIMULATE_MINUTES) * 60_000
const print = (line: string) => { process.stdout.write(`${line}\n`) }
let seed = SIMULATE_SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(SIMULATE_SEED)
let runs = 0
do {
  const checked = await stories.check({
    runs: Number(SIMULATE_RUNS ?? RUNS_OF_SEED),
    seed,
    ...(SIMULATE_PATH === undefined ? {} : { path: SIMULATE_PATH }),
  })
  runs += checked.runs
  if (checked.broken !== undefined) {
    print(checked.broken)
    process.exitCode = 1
    break
  }
  const perSecond = runs / (performance.now() - began) * 1000
  print(`${runs} stories kept every promise, ${perSecond.toFixed(1)} a second; the last seed was ${seed}`)
  seed = (seed + 1) % 2 ** 31
} while (performance.now() < until && (SIMULATE_PATH ?? SIMULATE_RUNS) === undefined)
await stories.close()
