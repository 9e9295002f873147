// Medians and bands, against plain definitions of them.
import fc from 'fast-check'
import t from 'tap'
import { BANDS, bandOf, bandStart } from '../../src/courses/bands.ts'
import { Sample } from '../../src/courses/sample.ts'

t.test('the median of any values', async (t) => {
  fc.assert(fc.property(
    fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { maxLength: 300 }),
    (values) => {
      const sample = new Sample()
      for (const value of values) sample.add(value)
      const sorted = values.toSorted((a, b) => a - b)
      const half = sorted.length / 2
      const expected = sorted.length === 0
        ? null
        : (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2
      if (sample.median() !== expected) throw new Error(`${sample.median()} instead of ${expected}`)
    }
  ))
  const sample = new Sample()
  sample.add(3)
  t.equal(sample.median(), 3)
  sample.add(1)
  t.equal(sample.median(), 2, 'and goes on after it was asked for')
})

t.test('the band of an average includes its lower limit', async (t) => {
  t.strictSame([0, 0.0999, 0.1, 0.55, 0.899, 0.9, 1, 1.2, -3].map(bandOf), [0, 0, 1, 5, 8, 9, 9, 9, 0])
  t.equal(bandOf(0.7 - 1e-16), 7, 'as rounded to ten decimals')
  t.equal(bandOf(0.7 - 1e-10), 6)
  t.equal(bandOf(0.69999999995 - 2e-16), 7, 'as spreadsheets compare, to 15 digits')
  for (let band = 1; band < BANDS; band++) {
    t.equal(bandOf(bandStart(band)), band)
    t.equal(bandOf(bandStart(band) - 1e-11), band - 1)
  }
})
