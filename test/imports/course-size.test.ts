// Lists of any length in one course: refused early, in a few words.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createWorld, showErrors } from './bundles.ts'

const list = (length: number, entry: (i: number) => object) => Array.from({ length }, (_, i) => entry(i))
const course = { source_id: 'big', name: 'Big' }

t.test('more tasks, categories, periods or teachers than any course has', async (t) => {
  const world = await createWorld(t)
  const file = join(world.folder, 'book.json')
  const cases: Array<[name: string, most: number, entry: (i: number) => object]> = [
    ['tasks', 50_000, (i) => ({ source_id: `t${i}` })],
    ['categories', 5000, (i) => ({ source_id: `c${i}` })],
    ['periods', 5000, (i) => ({ source_id: `p${i}` })],
    ['teachers', 5000, (i) => ({ email: `t${i}@example.edu` })],
  ]
  for (const [name, most, entry] of cases) {
    writeFileSync(
      file,
      JSON.stringify({ format: 'performance-book/1', course, [name]: list(most + 1, entry) })
    )
    t.strictSame(showErrors(await world.import(file)), [
      `book.json:$.${name}[${most}]: has more than ${most} ${name} in one course; ` +
        'split the course, or leave out those that are no longer needed',
    ])
    writeFileSync(
      file,
      JSON.stringify({
        format: 'performance-book/1',
        course: { ...course, source_id: name },
        [name]: list(most, entry),
      })
    )
    t.ok((await world.import(file)).ok, `${most} ${name} are taken`)
  }
})

t.test('errors of hundreds of thousands of results: the first are listed, all are counted', async (t) => {
  const world = await createWorld(t)
  const file = join(world.folder, 'book.json')
  const count = 50_000
  writeFileSync(
    file,
    JSON.stringify({
      format: 'performance-book/1',
      course,
      students: [{ source_id: 's' }],
      tasks: [{ source_id: 't' }],
      results: list(count, (i) => ({ student: `s${count - i}`, task: 't' })),
    })
  )
  const outcome = await world.import(file)
  t.match(outcome, { ok: false, errorCount: count })
  const errors = showErrors(outcome)
  t.equal(errors.length, 20)
  t.equal(errors[0], `book.json:$.results[0].student: is "s${count}", expected the source_id of a student`)
  t.match(errors[19], /results\[19\]/)
})
