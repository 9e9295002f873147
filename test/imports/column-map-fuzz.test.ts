// Hostile and half-broken tables with maps that fit or do not, by a seed: no import crashes, one that is
// refused changes nothing, and one that succeeds is remembered, so that it succeeds again without its map.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { sqliteFile } from '../../db/index.ts'
import type { ColumnMap } from '../../src/imports/column-maps/column-map.ts'
import { MAP_USES, MARK_MEANINGS } from '../../src/imports/column-maps/map-values.ts'
import { createWorld, NOW } from './bundles.ts'
import { fuzzRuns } from './fuzz-runs.ts'

const HEADERS = [
  'Name', 'name', ' Student  ID', 'Mail', 'HW 1', 'HW 1', 'Test (10)', 'A', 'AA', '3', '', 'Ärger',
  'A\u0308rger', '__proto__', 'constructor', '\ud800', 'x'.repeat(1001), '"', 'Points',
]
const CELLS = [
  '', '-', '7', '7.5', '7,5', '1,234', '85%', '%', 'EX', 'missing', 'B+', 'X', '2026-09-08', '9/8/2026',
  'Sep 8, 2026', 'Lee, Ann', 'Average',
  'a@b.example', '0042', '1.0E+13', 'NaN', '-1', '1e308', 'NULL', '\ud800', '\u202e', '=1+1',
  'é'.repeat(1200),
]
const cell = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...CELLS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) }
)
const mild = fc.constantFrom('', '7', '8.5', '-', 'EX', '')
const choice = fc.record({
  column: fc.oneof(
    fc.constantFrom(...HEADERS.filter((name) => name !== ''), 'B', 'ZZ'), fc.integer({ min: 1, max: 8 })
  ),
  use: fc.constantFrom(...MAP_USES),
  points_possible: fc.constantFrom(null, 10, 0.1, 'percent' as const),
})
const line = fc.option(fc.integer({ min: 1, max: 4 }), { freq: 2, nil: undefined })
/** Of any choices, or of some that fit most tables. */
const maps = fc.record({
  header_row: line,
  points_row: line,
  // Few tables have one, and most others are refused for it.
  due_row: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, line),
  marks: fc.option(fc.dictionary(
    fc.constantFrom('X', ' b+ ', '__proto__', 'missing', '7'), fc.constantFrom(...MARK_MEANINGS, null)
  ), { nil: undefined }),
  columns: fc.oneof(
    fc.array(choice, { minLength: 1, maxLength: 5 }),
    fc.constantFrom(...[1, 2, 3].map((task): ColumnMap['columns'] => [
      { column: task === 1 ? 2 : 1, use: 'name' }, { column: task, use: 'task', points_possible: 10 },
    ]))
  ),
})
const rows = fc.oneof(
  fc.array(fc.array(cell, { maxLength: 6 }), { minLength: 1, maxLength: 6 }),
  fc.array(fc.tuple(fc.constantFrom('Lee, Ann', 'Ng, Bob', 'Average', ''), mild, mild), { maxLength: 3 })
)
const table = fc.record({
  header: fc.array(fc.constantFrom(...HEADERS), { minLength: 1, maxLength: 6 }),
  rows,
  separator: fc.constantFrom(',', ';', '\t'),
  isQuoted: fc.boolean(),
})

t.test('tables with maps: an import that is remembered, or errors and no change', async (t) => {
  const folder = t.testdir()
  const world = await createWorld(t, folder, sqliteFile(join(folder, 'p.sqlite')))
  const file = join(folder, 'g.csv')
  // The map that was given last counts, so no two imports are at the same time.
  let at = NOW
  const options = { course: 'X', allowNewPeople: true, now: () => ++at }
  const stored = () => JSON.stringify([
    'courses', 'students', 'tasks', 'categories', 'student_scores', 'imports', 'column_maps',
  ].map((name) => world.sql(`SELECT * FROM ${name} ORDER BY 1, 2`)))
  const tally = { accepted: 0, refused: 0 }
  await fc.assert(fc.asyncProperty(table, maps, async ({ header, rows, separator, isQuoted }, one) => {
    const write = (text: string) => isQuoted ? `"${text.replaceAll('"', '""')}"` : text
    writeFileSync(file, [header, ...rows].map((cells) => `${cells.map(write).join(separator)}\n`).join(''))
    const map = JSON.parse(JSON.stringify(one)) as ColumnMap
    const before = stored()
    const outcome = await world.import(file, { ...options, map })
    if (!outcome.ok) {
      tally.refused++
      if (stored() !== before) throw new Error('refused, and yet something changed')
      if (outcome.errorCount < 1) throw new Error('refused without an error')
      return
    }
    tally.accepted++
    if ((outcome.summary.columns ?? []).length < 1) throw new Error('the columns are not in the list')
    const again = await world.import(file, options)
    if (!again.ok || again.summary.column_maps?.[0]?.origin !== 'remembered') {
      throw new Error(`not remembered: ${JSON.stringify(again)}`)
    }
    if (again.summary.scores.added + again.summary.scores.updated > 0) throw new Error('another result')
  }), { seed: 20261127, numRuns: fuzzRuns(120) })
  t.ok(tally.accepted > 10 && tally.refused > 30, JSON.stringify(tally))
})
