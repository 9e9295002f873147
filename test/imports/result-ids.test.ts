// The sourcedIds of results are stored and written out again.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { createUndoWorld, type UndoWorld } from './undo-world.ts'
import { FILES, NOW, result, school, showErrors, type Tables } from './bundles.ts'
import { readBundle } from '../support/read-bundle.ts'
import { writtenOutlet } from '../workers/outlets/written-outlet.ts'

const UUID = '3f2504e0-4f89-41d3-9a0c-0305e82c33af'
const DERIVED = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

/** The two tasks are of both classes: each is two line items. */
const RESULTS = [
  result(UUID, 'li1-p1', 'ann', 7),
  result(UUID.toUpperCase(), 'li2-p1', 'ann', 8),
  result(UUID.replace('f', 'F'), 'li1-p1', 'bob', 10),
  result('=r;4,"é\u{1F600}"\r\n\'x', 'li1-p2', 'cyd', 5),
  result('y'.repeat(1000), 'li2-p2', 'cyd', 6),
]
const IDS = Object.fromEntries(
  RESULTS.map((row) => [`${row['lineItemSourcedId']} ${row['studentSourcedId']}`, row['sourcedId']])
)
const CHANGED = [result('r9', 'li1-p1', 'ann', 3), result(UUID.toUpperCase(), 'li2-p1', 'ann', 4)]

const bulk = (results = RESULTS): Tables => ({ ...school(), results: results.map((row) => ({ ...row })) })

/** The file of the course, and the ids of the results in it by line item and student. */
async function written (world: UndoWorld) {
  const { id } = await world.book()
  const { file } = await writtenOutlet(world.folder, world.database, id, { format: 'oneroster' }, NOW)
  const { results = [] } = await readBundle(file)
  return {
    file,
    results,
    ids: Object.fromEntries(
      results.map((row) => [`${row['lineItemSourcedId']} ${row['studentSourcedId']}`, row['sourcedId']])
    ),
  }
}

async function delta (world: UndoWorld, results: Tables[string]) {
  const modes = Object.fromEntries(FILES.map((name) => [name, name === 'results' ? 'delta' : 'absent']))
  return await world.take({ results }, { modes, allowRemovals: true })
}

t.test('of each form, and our own importer reads them back', async (t) => {
  const world = await createUndoWorld(t)
  await world.take(bulk(), { version: '1.2' })
  const { file, ids } = await written(world)
  t.strictSame(ids, IDS)
  const [before, book] = [world.state(), await world.book()]
  const outcome = await world.import(file, { format: 'oneroster' })
  if (!outcome.ok) throw new Error(showErrors(outcome).join('; '))
  t.match(outcome.summary, { scores: { added: 0, updated: 0, removed: 0 }, warnings: [] })
  t.strictSame(world.state(), before, 'nothing is stored in another way')
  t.equal((await world.book()).version, book.version)
  t.strictSame(readFileSync((await written(world)).file), readFileSync(file))
})

t.test('a delta that changes, replaces, moves and deletes results, and its undo', async (t) => {
  const world = await createUndoWorld(t)
  await world.take(bulk())
  await delta(world, [
    result(UUID, 'li1-p1', 'ann', 1),
    result('another', 'li2-p1', 'ann', 8),
    result(UUID.replace('f', 'F'), 'li2-p1', 'bob', 10),
    result('y'.repeat(1000), '', '', '', { status: 'tobedeleted' }),
    result('', 'li1-p2', 'cyd', 5, { sourcedId: IDS['li1-p2 cyd'] ?? '' }),
  ])
  const { ids, results } = await written(world)
  t.strictSame(ids, {
    'li1-p1 ann': UUID,
    'li2-p1 ann': 'another',
    'li2-p1 bob': UUID.replace('f', 'F'),
    'li1-p2 cyd': IDS['li1-p2 cyd'],
  })
  t.match(results.find((row) => row['sourcedId'] === UUID), { score: '1' })
  await world.undo()
  t.strictSame((await written(world)).ids, IDS)
  await world.take(bulk(CHANGED), { allowRemovals: true })
  t.strictSame((await written(world)).ids, { 'li1-p1 ann': 'r9', 'li2-p1 ann': UUID.toUpperCase() })
  await world.undo()
  t.strictSame((await written(world)).ids, IDS)
})

t.test('what an earlier version stored has derived ids until an import brings the ids', async (t) => {
  const world = await createUndoWorld(t)
  await world.take(bulk(CHANGED))
  await world.take(bulk(), { allowRemovals: true })
  const [first, state, book] = [await world.lastImport(), world.state(), await world.book()]
  for (const table of ['student_result_origins', 'undo_scores']) world.sql(`UPDATE ${table} SET ids = NULL`)
  const { ids: derived } = await written(world)
  t.strictSame(Object.keys(derived).sort(), Object.keys(IDS).sort())
  for (const id of Object.values(derived)) t.match(id, DERIVED)
  t.notOk(Object.values(derived).some((id) => id === UUID))
  t.strictSame((await written(world)).ids, derived, 'the same in every file')

  const summary = await world.take(bulk())
  t.match(summary, { courses: { updated: 0 }, scores: { added: 0, updated: 0, removed: 0, unchanged: 5 } })
  t.strictSame(world.state(), state)
  t.strictSame(await world.book(), book, 'exports are as current as they were')
  t.strictSame((await written(world)).ids, IDS)
  t.equal(await world.lastImport(), first, 'it is not in the way of an undo')
  await world.undo()
  t.match((await written(world)).ids, { 'li1-p1 ann': DERIVED, 'li2-p1 ann': DERIVED })
})

t.test('an id is not taken for that of a result which an earlier version put there', async (t) => {
  const world = await createUndoWorld(t)
  await world.take(bulk(CHANGED))
  await world.take(bulk(CHANGED.map((row) => ({ ...row, sourcedId: `new ${row['sourcedId']}` }))))
  world.sql('UPDATE student_result_origins SET ids = (SELECT ids FROM undo_scores WHERE ids IS NOT NULL)')
  const { ids } = await written(world)
  for (const id of Object.values(ids)) t.match(id, DERIVED)
  t.equal(Object.keys(ids).length, 2)
})

t.test('a result whose line item is gone does not bring its id into another one', async (t) => {
  const world = await createUndoWorld(t)
  await world.take(bulk())
  const moved = bulk()
  moved['enrollments'] = moved['enrollments']?.map((row) =>
    row['userSourcedId'] === 'ann' ? { ...row, classSourcedId: 'p2' } : row) ?? []
  await world.take(moved)
  t.equal((await written(world)).ids['li1-p1 ann'], UUID)
  const left = bulk(RESULTS.slice(2))
  left['enrollments'] = left['enrollments']?.filter((row) => row['userSourcedId'] !== 'ann') ?? []
  left['lineItems'] = left['lineItems']?.filter((row) => row['sourcedId'] !== 'li1-p1') ?? []
  left['results'] = left['results']?.filter((row) => row['lineItemSourcedId'] !== 'li1-p1') ?? []
  await world.take(left, { allowRemovals: true })
  const { ids } = await written(world)
  t.match(ids, { 'li1-p2 ann': DERIVED, 'li2-p1 ann': UUID.toUpperCase() })
  t.not(ids['li1-p2 ann'], UUID)
})
