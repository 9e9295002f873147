import { join } from 'node:path'
import t from 'tap'
import { createWorld } from './bundles.ts'

const SAMPLE = join(import.meta.dirname, '../../data/sample')

t.test('real scores: two modules of the Open University', async (t) => {
  const world = await createWorld(t)
  const bundle = join(SAMPLE, 'open-university-oneroster-1.1.zip')
  const outcome = await world.import(bundle, { strict: true, timeZone: 'Europe/London' })
  t.match(outcome, {
    ok: true,
    summary: {
      courses: { added: 2 },
      periods: { added: 2 },
      students: { added: 1335 },
      tasks: { added: 16 },
      scores: { added: 7583 },
    },
  })
  const books = await world.books()
  t.strictSame(books.map((book) => [book.sourceId, book.students.length, book.tasks.length]), [[
    'class-AAA-2013J',
    383,
    6,
  ], ['class-GGG-2013J', 952, 10]])
  for (const book of books) t.strictSame(book.totals.stored, book.totals.computed)
  t.match(await world.import(bundle, { strict: true, timeZone: 'Europe/London' }), {
    summary: { courses: { unchanged: 2 }, scores: { unchanged: 7583 } },
  })
})

t.test('the made-up course', async (t) => {
  const world = await createWorld(t)
  t.match(await world.import(join(SAMPLE, 'physics-1.json'), { strict: true }), {
    ok: true,
    summary: {
      courses: { added: 1 },
      students: { added: 61 },
      tasks: { added: 27 },
      scores: { added: 1509 },
    },
  })
  const book = await world.book()
  t.strictSame(book.totals.stored, book.totals.computed)
})
