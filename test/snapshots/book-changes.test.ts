// Whatever happens to a book, the changes since an export turn what the export read into the present book.
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { openDatabase } from '../../db/index.ts'
import { readBook } from '../../src/courses/book.ts'
import { bookChanges } from '../../src/snapshots/book-changes.ts'
import type { CellState, Change } from '../../src/snapshots/change.ts'
import { openSnapshot } from '../../src/snapshots/snapshot.ts'
import { insertCourse } from '../support/book-database.ts'
import { testDatabase } from '../support/test-database.ts'
import { testFolder } from '../support/test-folder.ts'
import {
  changeCourse, course, events, exportCourse, modelOf, NOW, type BookModel,
} from './changed-books.ts'

const RUNS = 60

t.test('changes applied to what an export read give the book as it is now', async (t) => {
  const folder = testFolder(t)
  const db = await openDatabase(await testDatabase(t, folder))
  t.teardown(() => db.close())
  let found = 0
  await fc.assert(fc.asyncProperty(course, events, async (described, happened) => {
    const id = await db.write((trx) => insertCourse(trx, described))
    const exportId = await exportCourse(db, id, { folder })
    const old = await modelOf((await readBook(db.reads, id, { now: NOW }))!)
    await db.write((trx) => changeCourse(trx, id, happened))
    const book = (await readBook(db.reads, id, { now: NOW + happened.later }))!
    const present = await modelOf(book)
    const formerly = new Map(old.settings)
    const snapshot = (await openSnapshot(db.reads, exportId))!
    const both = (key: string) => {
      const [student, task] = key.split(' ').map(Number) as [number, number]
      return old.students.has(student) && present.students.has(student) &&
        old.tasks.has(task) && present.tasks.has(task)
    }
    for await (const changes of bookChanges(snapshot, book)) {
      for (const change of changes) {
        apply(old, change)
        found++
        if (!change.kind.startsWith('score_')) continue
        const possible = formerly.get(`points_possible ${change.task!.id}`)
        t.equal(change.formerTask?.pointsPossible, possible, 'points possible as they were')
      }
    }
    t.strictSame([...old.here].sort(byId), [...present.here].sort(byId), 'who is here')
    t.strictSame(reported(old.cells, both), reported(present.cells, both), 'cells')
    sameNumbers(t, old.settings, present.settings)
    for (const [student, facts] of present.students) {
      const before = old.students.get(student)
      if (before !== undefined) sameNumbers(t, before, facts)
    }
    // Nothing differs from an export at the same moment.
    const again = (await openSnapshot(
      db.reads, await exportCourse(db, id, { folder, now: NOW + happened.later })
    ))!
    for await (const changes of bookChanges(again, book)) t.strictSame(changes, [])
  }), { numRuns: RUNS, seed: 17 })
  t.ok(found > 10 * RUNS, `${found} changes`)
})

t.test('an export without a snapshot has none', async (t) => {
  const db = await openDatabase(await testDatabase(t, testFolder(t)))
  t.teardown(() => db.close())
  t.equal(await openSnapshot(db.reads, 1), undefined)
})

function apply (model: BookModel, change: Change): void {
  const { kind, field, student, task, category, before, after } = change
  const facts = student === undefined ? undefined : model.students.get(student.id)
  switch (kind) {
    case 'setting_changed':
      model.settings.set(field!, after)
      break
    case 'category_changed':
      model.settings.set(`${field} ${category!.id}`, after)
      break
    case 'class_average_changed':
      model.settings.set(category === undefined ? 'average' : `average ${category.id}`, after)
      break
    case 'task_added':
      model.tasks.add(task!.id)
      model.settings.set(`points_possible ${task!.id}`, task!.pointsPossible)
      break
    case 'task_removed':
      model.tasks.delete(task!.id)
      model.settings.delete(`points_possible ${task!.id}`)
      break
    case 'task_changed':
      model.settings.set(`${field} ${task!.id}`, after)
      break
    case 'student_joined':
      model.here.set(student!.id, after as string | null)
      break
    case 'student_left':
      model.here.delete(student!.id)
      break
    case 'student_moved':
      if (model.here.has(student!.id)) model.here.set(student!.id, after as string | null)
      facts?.set('period', after)
      break
    case 'student_changed':
      facts?.set(field!, after)
      break
    case 'average_changed':
      facts?.set('average', after)
      break
    default: {
      const key = `${student!.id} ${task!.id}`
      const state = before as CellState | null
      if (state !== null) t.strictSame(model.cells.get(key), state, 'what was there')
      if (after === null) model.cells.delete(key)
      else model.cells.set(key, after as CellState)
    }
  }
}

/** Cells that changes report: scores, and statuses if student and task are in both books. */
function reported (cells: BookModel['cells'], both: (key: string) => boolean) {
  return [...cells].filter(([key, { score }]) => score !== null || both(key)).sort(byId)
    // Points without a score are shown nowhere.
    .map(([key, { points, ...cell }]) => [key, cell.score === null ? cell : { ...cell, points }])
}

function sameNumbers (t: Test, one: Map<string, unknown>, other: Map<string, unknown>): void {
  t.strictSame([...one.keys()].sort(), [...other.keys()].sort())
  for (const [key, value] of one) {
    const now = other.get(key)
    if (typeof value === 'number' && typeof now === 'number') {
      if (Math.abs(value - now) > 1e-9) t.equal(value, now, key)
    } else if (value !== now) t.equal(value, now, key)
  }
}

function byId ([a]: readonly [unknown, unknown], [b]: readonly [unknown, unknown]): number {
  return String(a) < String(b) ? -1 : 1
}
