// A delta and the full bundle that says the same must leave the same books: a school that changes at random,
// told both ways.
import t from 'tap'
import { TEST_ENGINE } from '../support/test-database.ts'
import { createWorld, FILES, type ShownBook } from './bundles.ts'
import { change, difference, larger } from './random-school.ts'
import { seededRandom } from './seeded-random.ts'

const ROUNDS = 12
/** Fewer on PostgreSQL, where each takes several times as long. */
const SEEDS = TEST_ENGINE === 'sqlite' ? [1, 2, 3, 4, 5] : [1, 2]

/**
 * What does not depend on the order in which things became known: tasks of one title are told apart by all
 * that is said of them.
 */
function comparable ({ version, id, ...book }: ShownBook): unknown {
  const nth = new Map<string, number>()
  const labels = new Map(book.tasks.map((task) => {
    const title = task.split(' | ', 1)[0]!
    const n = (nth.get(title) ?? 0) + 1
    nth.set(title, n)
    return [n === 1 ? title : `${title} (${n})`, task]
  }))
  return {
    ...book,
    categories: Object.entries(book.categories).sort(),
    tasks: book.tasks.toSorted(),
    teachers: book.teachers.toSorted(),
    students: book.students.map((student) => ({
      ...student,
      cells: Object.entries(student.cells).map(([title, cell]) => [labels.get(title), cell]).sort(),
    })),
  }
}

for (const seed of SEEDS) {
  t.test(`seed ${seed}`, async (t) => {
    const next = seededRandom(seed)
    const dir = t.testdir({ a: {}, b: {} })
    const [byDelta, byBulk] = [await createWorld(t, `${dir}/a`), await createWorld(t, `${dir}/b`)]
    let tables = larger()
    await byDelta.take(tables)
    await byBulk.take(tables)
    for (let round = 0; round < ROUNDS; round++) {
      const after = change(tables, next, round)
      const delta = difference(tables, after)
      if (Object.keys(delta).length > 0) {
        await byDelta.take(delta, {
          allowRemovals: true,
          modes: Object.fromEntries(FILES.map((name) => [name, name in delta ? 'delta' : 'absent'])),
        })
      }
      await byBulk.take(after, { allowRemovals: true })
      const [one, other] = [await byDelta.book(), await byBulk.book()]
      const isSame = t.strictSame(comparable(one), comparable(other), `round ${round}`)
      t.strictSame(one.totals.stored, one.totals.computed)
      if (!isSame) {
        t.comment(JSON.stringify(delta))
        break
      }
      tables = after
    }
  })
}
