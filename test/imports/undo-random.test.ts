// Random imports of many kinds, settings in between, and undos in any order: an undo gives back what was
// before, or names the courses that a later import changed. UNDO_RUNS and UNDO_SEED try more.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { openBookReader } from '../../db/index.ts'
import { readBook } from '../../src/courses/book.ts'
import { rowsOf } from '../support/book-rows.ts'
import { TEST_ENGINE } from '../support/test-database.ts'
import { NOW, type Tables } from './bundles.ts'
import { physics as physicsDocument } from './physics-document.ts'
import { change, difference, larger } from './random-school.ts'
import { seededRandom } from './seeded-random.ts'
import { delta, twoCourseTables } from './two-courses.ts'
import { createUndoWorld, type State, type UndoWorld } from './undo-world.ts'

const RUNS = Number(process.env['UNDO_RUNS'] ?? (TEST_ENGINE === 'sqlite' ? 8 : 2))
const SEED = Number(process.env['UNDO_SEED'] ?? 20261126)

type StoredRow = Record<string, unknown>
/** An import, and what is expected of its undo. */
interface Past {
  id: number
  before: State
  averages: unknown
  /** Nothing of it is left to undo. It may have changed the stored roster only, and no course. */
  isUndone: boolean
  /** Ids of the courses whose rows it changed, and that are not undone. */
  open: Set<number>
  /** Those of them that it removed, with their source ids. */
  removed: Map<number, string>
  /** An earlier import was undone, in part, after this one was made. */
  isOvertaken: boolean
}

const IMPORTS = ['bulk', 'delta', 'grade book', 'new grade book', 'document', 'course goes'] as const
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ import: fc.constantFrom(...IMPORTS) }) },
  { weight: 1, arbitrary: fc.record({ setting: fc.constantFrom('zero', 'ignored') }) },
  { weight: 3, arbitrary: fc.record({ undo: fc.nat(5), onlyOne: fc.boolean() }) }
)

/** What teachers set; it stays. */
const SET = /^set_/

/** Rows of the tables without what teachers set. */
function withoutSettings (state: State): State {
  return Object.fromEntries(Object.entries(state).map(([table, rows]) => [
    table,
    (rows as StoredRow[]).map((row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => !SET.test(name)))),
  ]))
}

/** What is stored about each course, without what teachers set, as text to compare. */
function rowsByCourse (state: State): Map<number, string> {
  const tables = withoutSettings(state) as Record<string, StoredRow[]>
  const courseOf = new Map(tables['students']!.map((row) => [row['id'], row['course_id']]))
  const found = new Map<number, unknown[]>(tables['courses']!.map((row) => [row['id'] as number, [row]]))
  for (const [table, rows] of Object.entries(tables)) {
    for (const row of rows) {
      const id = row['course_id'] ?? courseOf.get(row['student_id'])
      found.get(id as number)?.push([table, row])
    }
  }
  return new Map(Array.from(found, ([id, rows]) => [id, JSON.stringify(rows)]))
}

async function averagesOf (world: UndoWorld): Promise<unknown[]> {
  const ids = world.sql('SELECT id FROM courses ORDER BY id') as Array<{ id: number }>
  const reader = openBookReader(world.database)
  try {
    return await reader.read((snapshot) => Array.fromAsync(ids, async ({ id }) => {
      const book = (await readBook(snapshot, id, { now: NOW }))!
      const rows = await Array.fromAsync(rowsOf(book), (row) =>
        [row.student.id, row.courseAverage, ...row.categoryAverages, ...row.scores].map(String))
      return [id, rows, JSON.stringify(book.averages())]
    }))
  } finally {
    await reader.close()
  }
}

/** One random history. Throws at the first wrong step. */
class History {
  readonly seen = { undos: 0, conflicts: 0 }
  readonly #world: UndoWorld
  readonly #next: () => number
  readonly #past: Past[] = []
  #tables: Tables = twoCourseTables(larger())
  #count = 0

  constructor (world: UndoWorld, seed: number) {
    this.#world = world
    this.#next = seededRandom(seed)
  }

  async import (kind: (typeof IMPORTS)[number]): Promise<void> {
    const before = this.#world.state()
    const averages = await averagesOf(this.#world)
    const last = this.#world.lastId()
    await this.#take(kind)
    const id = this.#world.lastId()
    if (id === last) return
    const [was, now] = [rowsByCourse(before), rowsByCourse(this.#world.state())]
    const ids = [...new Set([...was.keys(), ...now.keys()])].filter((one) => was.get(one) !== now.get(one))
    const removed = (before['courses'] as StoredRow[]).filter((row) => !now.has(row['id'] as number))
      .map((row) => [row['id'] as number, String(row['source_id'])] as const)
    this.#past.push({
      id, before, averages,
      isUndone: false, open: new Set(ids), removed: new Map(removed), isOvertaken: false,
    })
  }

  /** Changes the tables or a file at random, and imports them. What is refused changes nothing. */
  async #take (kind: (typeof IMPORTS)[number]): Promise<void> {
    const n = ++this.#count
    const options = { allowRemovals: true, allowSkips: true, allowNewPeople: true }
    const file = (name: string, text: string) => {
      const path = join(this.#world.folder, `${n}-${name}`)
      writeFileSync(path, text)
      return path
    }
    const points = () => Math.floor(this.#next() * 11)
    switch (kind) {
      case 'bulk':
      case 'delta': {
        const after = change(this.#tables, this.#next, n)
        if (this.#next() < 0.2) after['users']![0]!['enabledUser'] = this.#next() < 0.5 ? 'false' : 'true'
        const some = difference(this.#tables, after)
        this.#tables = after
        const isDelta = kind === 'delta' && Object.keys(some).length > 0
        await this.#tryTo(() => this.#world.take(isDelta ? some : after, {
          ...options, ...(isDelta ? delta(some) : {}),
        }))
        break
      }
      case 'course goes': {
        const music = this.#tables['classes']!.find((row) => row['sourcedId'] === 'p9')!
        const classes = [{ ...music, status: 'tobedeleted' }]
        await this.#tryTo(() => this.#world.take({ classes }, { ...options, ...delta({ classes: [] }) }))
        break
      }
      case 'document': {
        const document = physicsDocument()
        const results = document.results.filter(() => this.#next() < 0.7)
          .map((row) => ({ ...row, ...('points' in row ? { points: points() } : {}) }))
        await this.#world.import(file('physics.json', JSON.stringify({ ...document, results })), options)
        break
      }
      default: {
        const people = ['0042,ann', '0043,bob', '001,u1', '0099,dan', `77${n % 2},new${n % 2}`]
          .filter(() => this.#next() < 0.8)
        const rows = people.map((ids) => `"Family, Given",${ids},Period 1,${points()},${points()}`)
        const text = 'Student,SIS User ID,SIS Login ID,Section,' +
          `Quiz ${n % 2} (77),Essay (78)\nPoints Possible,,,,10,${10 + n % 3}\n${rows.join('\n')}\n`
        await this.#world.import(file('grades.csv', text), {
          ...options, format: 'canvas', course: kind === 'grade book' ? 'p1' : 'Extra',
        })
      }
    }
  }

  /** For imports that may be refused: deltas that no longer fit. */
  async #tryTo (take: () => Promise<unknown>): Promise<void> {
    const before = this.#world.state()
    await take().catch((error: unknown) => {
      if (!(error as Error).message.startsWith('The import failed')) throw error
      assert.deepEqual(this.#world.state(), before, 'a refused import changes nothing')
    })
  }

  set (how: string): void {
    this.#world.sql(`UPDATE courses SET set_missing_counts = '${how}', data_version = data_version + 1
      WHERE id = (SELECT max(id) FROM courses)`)
    this.#world.sql(`UPDATE categories SET set_weight = ${Math.round(this.#next() * 100) / 100}
      WHERE id = (SELECT max(id) FROM categories)`)
    for (const past of this.#past) past.averages = undefined
  }

  /** Undoes an import, counted from the newest one, or sees why that is not possible. */
  async undo (back: number, onlyOne: boolean): Promise<void> {
    const one = this.#past.at(-1 - back % Math.max(1, this.#past.length))
    if (one === undefined || one.isUndone) return
    const courses = onlyOne && one.open.size > 0
      ? [[...one.open][Math.floor(this.#next() * one.open.size)]!]
      : undefined
    await this.#undo(one, courses)
  }

  async #undo (one: Past, courses: number[] | undefined): Promise<void> {
    const chosen = courses ?? [...one.open]
    const now = this.#world.state()
    const conflicts = chosen.filter((id) => this.#isInTheWay(one, id, now))
    if (conflicts.length > 0) {
      const message = await this.#world.undoFails({ importId: one.id, courses })
      assert.match(message, /^UNDO_CONFLICT: /)
      const named = Array.from(message.matchAll(/\(course (\d+)\)/g), ([, id]) => Number(id))
      assert.deepEqual(named.sort(), conflicts.sort(), 'the conflict names the courses')
      assert.deepEqual(this.#world.state(), now, 'a refused undo changes nothing')
      this.seen.conflicts++
      return
    }
    const summary = await this.#world.undo({ importId: one.id, courses })
    assert.deepEqual(summary.remaining, one.open.size - chosen.length, 'courses that remain')
    this.seen.undos++
    for (const id of chosen) one.open.delete(id)
    one.isUndone = one.open.size === 0
    const after = this.#world.state()
    const [was, is, current] = [rowsByCourse(one.before), rowsByCourse(after), rowsByCourse(now)]
    for (const id of new Set([...was.keys(), ...is.keys(), ...current.keys()])) {
      const expected = chosen.includes(id) ? was.get(id) : current.get(id)
      assert.deepEqual(is.get(id), expected, `course ${id} after the undo of ${one.id}`)
    }
    assert.deepEqual(settingsOf(after, now), settingsOf(now, after), 'settings of teachers are kept')
    for (const past of this.#past) if (past.id > one.id) past.isOvertaken = true
    await this.#compareAll(after)
  }

  /** Where an import and all later ones are undone, in any order, everything is as before it. */
  async #compareAll (after: State): Promise<void> {
    const one = this.#past.find((past, i) =>
      !past.isOvertaken && this.#past.slice(i).every(({ isUndone }) => isUndone))
    if (one === undefined) return
    const what = `everything after the undo of ${one.id} and later ones`
    assert.deepEqual(withoutSettings(after), withoutSettings(one.before), what)
    if (one.averages !== undefined) assert.deepEqual(await averagesOf(this.#world), one.averages, 'averages')
  }

  #isInTheWay (one: Past, id: number, now: State): boolean {
    if (this.#past.some((later) => later.id > one.id && later.open.has(id))) return true
    const sourceId = one.removed.get(id)
    return sourceId !== undefined &&
      (now['courses'] as StoredRow[]).some((row) => row['source_id'] === sourceId)
  }

  /** The newest ones first, which is always possible. */
  async undoAll (): Promise<void> {
    for (const one of this.#past.toReversed()) if (!one.isUndone) await this.#undo(one, undefined)
    for (const rows of ['courses', 'students', 'student_scores', 'roster_records']) {
      assert.deepEqual(this.#world.state()[rows], [], `${rows} at the end`)
    }
  }
}

/** What teachers set of the rows that both states have, by table and id. */
function settingsOf (state: State, other: State): unknown {
  return ['courses', 'categories'].map((table) => {
    const ids = new Set((other[table] as StoredRow[]).map((row) => row['id']))
    return (state[table] as StoredRow[]).filter((row) => ids.has(row['id'])).map((row) =>
      Object.entries(row).filter(([name]) => name === 'id' || SET.test(name)))
  })
}

t.test('random imports and undos', async (t) => {
  const folder = t.testdir()
  let runs = 0
  const seen = { undos: 0, conflicts: 0 }
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(step, { minLength: 2, maxLength: 8 }), async (seed, steps) => {
      const world = await createUndoWorld(t, join(folder, String(++runs)))
      const history = new History(world, seed)
      await history.import('bulk')
      for (const one of steps) {
        if ('import' in one) await history.import(one.import)
        else if ('setting' in one) history.set(one.setting)
        else await history.undo(one.undo, one.onlyOne)
      }
      await history.undoAll()
      for (const what of ['undos', 'conflicts'] as const) seen[what] += history.seen[what]
    }),
    { numRuns: RUNS, seed: SEED, endOnFailure: process.env['UNDO_RUNS'] === undefined }
  )
  t.comment(JSON.stringify(seen))
  t.ok(seen.undos >= 2 * RUNS)
})
