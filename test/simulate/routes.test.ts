// The same stories, told over HTTP: the app is built once, and its requests go to the process that lives.
import t from 'tap'
import { openStories } from './check-stories.ts'

const RUNS = 40
const SEED = 21

t.test('no story over HTTP breaks a promise', async (t) => {
  const stories = await openStories({ overHttp: true })
  t.teardown(stories.close)
  const { runs, broken } = await stories.check({ runs: RUNS, seed: SEED })
  t.equal(broken, undefined)
  t.equal(runs, RUNS)
})
