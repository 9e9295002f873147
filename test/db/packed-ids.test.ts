// Ids of other systems as bytes, alone and on their way through the staging of an import.
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { idAt, joinIds, packId, placesOfIds, roomFor, sizeAt, type PlacedId } from '../../db/packed-ids.ts'
import { RESULT, stagedResults, type StagedResult } from '../../db/sqlite/staging/results.ts'
import { STAGING_SCHEMA } from '../../db/sqlite/staging/schema.ts'
import { openScratch } from '../../db/sqlite/staging/staging.ts'

const UUID = '3f2504e0-4f89-41d3-9a0c-0305e82c33af'
/** With the number of bytes that they take. */
const IDS: ReadonlyArray<readonly [string, number]> = [
  [UUID, 17],
  [UUID.toUpperCase(), 17],
  ['00000000-0000-0000-0000-000000000000', 17],
  ['ffffffff-ffff-ffff-ffff-ffffffffffff', 17],
  // Not one of these two, so they are texts.
  [`${UUID.slice(0, -1)}F`, 37],
  [UUID.replaceAll('-', ''), 33],
  [UUID.replaceAll('-', '_'), 37],
  [`${UUID.slice(0, -1)}g`, 37],
  [`${UUID.slice(0, -1)}é`, 38],
  [`{${UUID}}`, 39],
  ['', 1],
  ['7', 2],
  ['a,"b"\r\n=1+1\0\t', 14],
  ['é\u{1F600}', 7],
  ['x'.repeat(124), 125],
  ['x'.repeat(125), 127],
  ['\u{1F600}'.repeat(1000), 4002],
]

function packed (id: string | undefined): PlacedId {
  const bytes = Buffer.alloc(roomFor(id ?? ''), 0xff)
  return { ids: bytes.subarray(0, packId(id, bytes, 0)), idAt: 0 }
}

t.test('what goes in comes out', async (t) => {
  for (const [id, size] of IDS) {
    const { ids } = packed(id)
    if (ids === null) throw new Error('no bytes')
    t.equal(idAt(ids, 0), id)
    t.strictSame([ids.length, sizeAt(ids, 0)], [size, size], id.slice(0, 40))
  }
  t.throws(() => packed('x'.repeat(2 ** 14)), RangeError)
})

t.test('many as one value, with places without an id', async (t) => {
  const ids = IDS.flatMap(([id]) => [id, undefined])
  const bytes = joinIds([undefined, ...ids.map(packed), { ids: null, idAt: 0 }, packed(undefined), undefined])
  if (bytes === null) throw new Error('no bytes')
  const places = placesOfIds(bytes)
  t.strictSame(places.map((at) => idAt(bytes, at)), [undefined, ...ids.slice(0, -1)])
  const again = joinIds(places.map((at) => ({ ids: bytes, idAt: at })))
  t.strictSame(again, bytes, 'the same ids are the same bytes')
  t.equal(joinIds([]), null)
  t.equal(joinIds([undefined, packed(undefined), { ids: null, idAt: 0 }]), null)
  t.strictSame(placesOfIds(Buffer.alloc(0)), [])
})

function staging (t: Test) {
  const { sqlite, close } = openScratch(join(t.testdir(), 'staging'))
  t.teardown(close)
  for (const statement of STAGING_SCHEMA) sqlite.exec(statement)
  return { sqlite, results: stagedResults(sqlite) }
}

const row = (person: number, n: number): StagedResult =>
  [1, person, 0, n, 1, null, null, null, null, null, null, null]

t.test('through the staging of an import, in any order, and more than fit in memory at once', async (t) => {
  const { results } = staging(t)
  const all = IDS.map(([id]) => id)
  // 24 MB of ids, and every seventh result has none.
  const idOf = (n: number) => n % 7 === 0 ? undefined : all[n % all.length]
  const PERSONS = 50
  const COUNT = 100_000
  for (let n = 0; n < COUNT; n++) results.add(row(n % PERSONS, n), idOf(n))
  results.index()
  let found = 0
  for (let person = 0; person < PERSONS; person++) {
    const wrong = results.ofStudent(1, person).filter((result) => {
      found++
      const ids = result[RESULT.ids]
      return (ids === null ? undefined : idAt(ids, result[RESULT.idAt])) !== idOf(result[RESULT.place])
    })
    t.strictSame(wrong, [])
  }
  t.equal(found, COUNT)
})

t.test('a source without ids takes no room for them', async (t) => {
  const { sqlite, results } = staging(t)
  for (let n = 0; n < 3; n++) results.add(row(n, n))
  results.index()
  t.strictSame(sqlite.prepare('SELECT ids FROM results').pluck().all(), [null, null, null])
  t.equal(results.ofStudent(1, 2)[0]?.[RESULT.ids], null)
})
