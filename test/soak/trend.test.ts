import t from 'tap'
import { rise, type Series } from './trend.ts'

const series = (y: (x: number) => number): Series => Array.from({ length: 60 }, (_, x) => [x, y(x)] as const)

t.test('a leak is seen through noise, and peaks are not a leak', async (t) => {
  const noise = (x: number) => (x * 7919) % 13 - 6
  t.equal(rise(series(() => 100)), 0)
  t.ok(Math.abs(rise(series((x) => 100 + noise(x)))) < 3)
  t.ok(Math.abs(rise(series((x) => x % 10 === 9 ? 500 : 100))) < 1, 'peaks')
  const leak = rise(series((x) => 100 + x + noise(x)))
  t.ok(leak > 50 && leak < 70, String(leak))
  t.equal(rise([]), 0)
})
