// The process dies between two statements of an import, or of an undo: nothing is half-done, and the next run
// of the same makes what is missing. A few steps each day; UNDO_DEATHS=all dies at each.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import t from 'tap'
import { openDatabase } from '../../db/index.ts'
import { IMPORTS_LOCK } from '../../db/queries/erased-people.ts'
import { bundleTexts, enrollment, NOW, result, user, writeFolder, type Tables } from '../imports/bundles.ts'
import { twoCourseTables } from '../imports/two-courses.ts'
import { createUndoWorld, type UndoWorld } from '../imports/undo-world.ts'
import type { MortalWork } from './mortal-import.ts'

const DEATHS = process.env['UNDO_DEATHS'] === 'all' ? Infinity : Number(process.env['UNDO_DEATHS'] ?? 3)

/** Something of each table is new, changed and gone. */
function changed (): Tables {
  const tables = twoCourseTables()
  tables['results'] = [
    result('r1', 'li1-p1', 'ann', 2), result('r5', 'li2-p1', 'bob', 3), result('r9', 'li-p9', 'ann', 9),
  ]
  tables['categories']![0]!['title'] = 'Labs'
  tables['users']![0]!['enabledUser'] = 'false'
  tables['users']!.push(user('eva', 'Eva', 'Stone', '0050'))
  tables['enrollments']!.splice(4, 1)
  tables['enrollments']!.push(enrollment('e-e', 'p1', 'eva'))
  return tables
}

/** Runs it in a process. Gives how many statements it had, or undefined if it died. */
async function run (work: MortalWork, dieAt?: number): Promise<number | undefined> {
  const program = join(import.meta.dirname, 'mortal-import.ts')
  const child = spawn(process.execPath, [program, JSON.stringify(work)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(dieAt === undefined ? {} : { DIE_AT: String(dieAt) }) },
  })
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const output = await text(child.stdout)
  const [, signal] = await ended
  if (signal === null && output === '') throw new Error('the process failed')
  return signal === null ? Number(output) : undefined
}

/** PostgreSQL notices the end of a client by itself, and rolls back. */
async function afterDeath (world: UndoWorld): Promise<void> {
  const db = await openDatabase(world.database)
  await db.write((trx) => trx.lock(IMPORTS_LOCK))
  await db.close()
}

/** The numbers of some statements, the first and the last among them. The last one is after the commit. */
function stepsOf (total: number): number[] {
  const deaths = Math.min(DEATHS, total)
  return Array.from({ length: deaths }, (_, i) => 1 + Math.round(i * (total - 1) / (deaths - 1)))
}

/** Without numbers of rows, which new rows get each time. */
async function shown (world: UndoWorld): Promise<unknown> {
  return (await world.books()).map(({ version: _, ...book }) => book)
}

t.test('an import and its undo are killed between two statements', async (t) => {
  const world = await createUndoWorld(t)
  await world.take(twoCourseTables())
  world.sql(`INSERT INTO users (email, email_key, role, origin, created_at, is_from_roster)
    VALUES ('ted@example.edu', 'ted@example.edu', 'teacher', 'account', 1, 1)`)
  const before = world.state()
  const base = { database: world.database, stagingFolder: join(world.folder, 'staging'), now: NOW }
  const importing = { ...base, source: writeFolder(join(world.folder, 'changed'), bundleTexts(changed())) }
  const undoing = (importId: number) => ({ ...base, undo: { importId, reference: `undo of ${importId}` } })

  const ofImport = (await run(importing))!
  const books = await shown(world)
  const ofUndo = (await run(undoing(await world.lastImport())))!
  t.strictSame(world.state(), before)
  t.comment(`${ofImport} statements of an import, ${ofUndo} of its undo`)
  t.ok(ofImport > 40 && ofUndo > 40)

  for (const step of stepsOf(ofImport)) {
    t.equal(await run(importing, step), undefined, `the import dies at step ${step}`)
    await afterDeath(world)
    const isDone = await world.lastImport() !== 1
    if (step < ofImport - 1) t.notOk(isDone)
    if (step === ofImport) t.ok(isDone)
    if (!isDone) {
      t.strictSame(world.state(), before)
      t.ok((await run(importing))! > 0)
    }
    t.strictSame(await shown(world), books)
    await world.undo()
    t.strictSame(world.state(), before, 'the import that was killed can be undone')
  }
  for (const step of stepsOf(ofUndo)) {
    t.ok((await run(importing))! > 0)
    const importId = await world.lastImport()
    const after = world.state()
    t.equal(await run(undoing(importId), step), undefined, `the undo dies at step ${step}`)
    await afterDeath(world)
    const isDone = await world.lastImport() === 1
    if (step < ofUndo - 1) t.notOk(isDone)
    t.strictSame(world.state(), isDone ? before : after)
    t.ok((await run(undoing(importId))) !== undefined, 'the next run of the same undo succeeds')
    t.strictSame(world.state(), before)
    t.match(await world.undoFails({ importId }), /^UNDO_NOT_POSSIBLE: This import was undone/)
  }
})
