import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import type { StoriesOptions } from './check-stories.ts'

/**
 * A test that fails if one of `runs` stories breaks a promise. A seed always gives the same stories. They run
 * in a separate thread, because tap tracks every promise in its own one, which takes as long as the stories.
 */
export function tellStories (
  { runs, seed, overHttp = false, onPostgres = false, place }: StoriesOptions & { runs: number, seed: number }
): void {
  t.test(`none of ${runs} stories breaks a promise`, { timeout: 600_000 }, async (t) => {
    const { NODE_OPTIONS: _, ...env } = process.env
    const thread = new Worker(new URL('simulate.ts', import.meta.url), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: {
        ...env,
        SIMULATE_RUNS: String(runs),
        SIMULATE_SEED: String(seed),
        SIMULATE_HTTP: overHttp ? '1' : '',
        SIMULATE_POSTGRES: onPostgres ? '1' : '',
        ...place === undefined ? {} : { SIMULATE_PLACE: place },
      },
      stdout: true,
    })
    const [said, [code]] = await Promise.all([text(thread.stdout), once(thread, 'exit')])
    t.match(said, new RegExp(`^${runs} stories kept every promise`))
    t.equal(code, 0)
  })
}
