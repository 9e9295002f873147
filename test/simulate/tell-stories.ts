import t from 'tap'
import { openStories, type StoriesOptions } from './check-stories.ts'

/** Fails if one of so many stories breaks a promise. They are the same ones every time. */
export function tellStories (
  { runs, seed, ...options }: StoriesOptions & { runs: number, seed: number }
): void {
  t.test(`none of ${runs} stories breaks a promise`, { timeout: 600_000 }, async (t) => {
    const stories = await openStories(options)
    t.teardown(stories.close)
    const { runs: told, broken } = await stories.check({ runs, seed })
    t.equal(broken, undefined)
    t.equal(told, runs)
  })
}
