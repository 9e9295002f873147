import t from 'tap'
import { createChangeCounter } from '../../../db/postgres/change-counter.ts'

/** A counter. `news` returns the names of the numbers that have changed since its last call. */
function createTestCounter () {
  const clock = { now: 0 }
  const counter = createChangeCounter(() => clock.now)
  const numbers = () => ({
    all: counter.now(),
    people: counter.now('people'),
    queue: counter.now('queue'),
    job1: counter.now({ job: 1 }),
    job2: counter.now({ job: 2 }),
  })
  let before = numbers()
  const news = () => {
    const now = numbers()
    const changed = Object.keys(now).filter((name) => now[name as keyof typeof now] !== before[name as 'all'])
    before = now
    return changed
  }
  return { clock, counter, news }
}

t.test('a commit changes the numbers of everything that it may have changed', async (t) => {
  const { clock, counter, news } = createTestCounter()
  counter.jobs([1])
  t.strictSame(news(), ['all', 'job1'])
  counter.jobs([])
  t.strictSame(news(), ['all'])
  counter.any()
  t.strictSame(news(), ['all', 'people', 'queue', 'job1', 'job2'])
  clock.now = 100
  t.strictSame(news(), ['queue'], 'the order of the queue, after a tenth of a second')
  clock.now = 500
  t.strictSame(news(), ['all', 'people', 'queue', 'job1', 'job2'], 'all, after half of one')
  counter.jobs([2])
  counter.any()
  t.strictSame(news(), ['all', 'people', 'queue', 'job1', 'job2'])
})

t.test('the number of jobs whose changes are known is limited', async (t) => {
  const { counter, news } = createTestCounter()
  counter.jobs([1])
  news()
  for (let id = 2; id <= 10_000; id++) counter.jobs([id])
  t.strictSame(news(), ['all', 'job2'])
  counter.jobs([10_001])
  t.strictSame(news(), ['all', 'people', 'queue', 'job1', 'job2'], 'then everything counts as changed')
})
