// Stories of clicks, deaths, full disks and wrong clocks over the real queue, runner and file library, in a
// random order of everything that takes time. `npm run test:simulate` tells many more.
import t from 'tap'
import { openStories } from './check-stories.ts'

const RUNS = 300
const SEED = 21

t.test('no story of the job engine breaks a promise', async (t) => {
  const stories = await openStories()
  t.teardown(stories.close)
  // Always the same stories: a change that breaks one is found when it is made.
  const { runs, broken } = await stories.check({ runs: RUNS, seed: SEED })
  t.equal(broken, undefined)
  t.equal(runs, RUNS)
})
