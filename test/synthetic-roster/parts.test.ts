import fc from 'fast-check'
import { parse } from 'csv-parse/sync'
import t from 'tap'
import { csvRow } from '../../src/csv-row.ts'
import { drawName } from '../../src/synthetic-roster/names.ts'
import { SeededRandom, seedFor } from '../../src/synthetic-roster/seeded-random.ts'
import { TERM_DAYS, termFrom } from '../../src/synthetic-roster/term.ts'

t.test('whatever the cells hold, a CSV reader gets them back', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        fc.array(
          fc.string({
            unit: fc.oneof(
              fc.constantFrom(',', '"', '\r', '\n', ' ', 'x'),
              fc.string({ unit: 'grapheme', maxLength: 1 })
            ),
          }),
          { minLength: 2, maxLength: 6 }
        ),
        (cells) => {
          const [row] = parse(csvRow(cells), { record_delimiter: '\r\n' }) as string[][]
          return JSON.stringify(row) === JSON.stringify(cells)
        }
      )
    )
  )
})

t.test('random numbers follow from the seed and are spread evenly', async (t) => {
  const draw = (seed: number): number[] =>
    Array.from({ length: 20_000 }, function (this: SeededRandom) {
      return this.next()
    }, new SeededRandom(seed))
  t.equal(draw(7).join(), draw(7).join())
  t.not(draw(7)[0], draw(8)[0])
  const tenths = Array<number>(10).fill(0)
  for (const value of draw(1)) tenths[Math.floor(value * 10)]!++
  t.ok(tenths.every((count) => count > 1800 && count < 2200), String(tenths))
  const random = new SeededRandom(3)
  const normals = Array.from({ length: 20_000 }, () => random.normal())
  const mean = normals.reduce((a, b) => a + b) / normals.length
  const deviation = Math.sqrt(normals.reduce((sum, x) => sum + x * x, 0) / normals.length)
  t.ok(Math.abs(mean) < 0.03 && Math.abs(deviation - 1) < 0.03, `mean ${mean}, deviation ${deviation}`)
  t.throws(() => random.pick([]), /nothing to pick/)
})

t.test('neighbouring parts have seeds of their own', async (t) => {
  const seeds = new Set<number>()
  for (let a = 0; a < 200; a++) for (let b = 0; b < 200; b++) seeds.add(seedFor(1, 4, a, b))
  // Of 40,000 draws of 32 bits about 0.2 meet by chance.
  t.ok(seeds.size > 39_990, `${seeds.size} of 40,000 differ`)
  t.not(seedFor(1, 2, 3), seedFor(1, 3, 2))
})

t.test('every name has a mailbox in plain letters', async (t) => {
  const random = new SeededRandom(1)
  const wrong = Array.from({ length: 3000 }, () => drawName(random)).filter(({ given, family, mailbox }) =>
    !/^[a-z-]+(\.[a-z-]+)?$/.test(mailbox) || family === '' || `${given}${family}`.includes('=')
  )
  t.strictSame(wrong, [])
})

t.test('a term has a name, a school year and school days', async (t) => {
  const spring = termFrom('2026-01-12')
  t.match(spring, { title: 'Spring 2026', startsOn: '2026-01-12', endsOn: '2026-05-29', schoolYear: 2026 })
  t.match(termFrom('2025-09-01'), { title: 'Fall 2025', schoolYear: 2026 })
  t.equal(spring.date(TERM_DAYS + 60), '2026-07-28', 'beyond the term the calendar goes on')
  t.equal(spring.schoolDay(4), 4, 'a Friday')
  t.equal(spring.schoolDay(5), 7, 'a Saturday')
  t.equal(spring.schoolDay(6), 7, 'a Sunday')
  t.throws(() => termFrom('2026-02-30'), RangeError)
})
