import t from 'tap'
import { connectPlain, preparedOnce } from '../../db/sqlite/connection.ts'

t.test('a statement is prepared once, and again while it is being iterated', async (t) => {
  const sqlite = connectPlain(':memory:')
  t.teardown(() => { sqlite.close() })
  sqlite.exec('CREATE TABLE numbers (n INTEGER) STRICT; INSERT INTO numbers VALUES (1), (2), (3)')
  const prepare = preparedOnce(sqlite)
  const text = 'SELECT n FROM numbers'
  const first = prepare(text)
  t.equal(prepare(text), first)
  t.not(prepare('SELECT 1'), first)

  const rows = first.iterate() as IterableIterator<{ n: number }>
  t.equal(rows.next().value.n, 1)
  t.equal(prepare(text).all().length, 3, 'beside the one that is at work')
  t.strictSame([...rows].map(({ n }) => n), [2, 3])
  t.equal(prepare(text), first, 'once more when it is done')

  for (let i = 0; i < 1000; i++) prepare(`SELECT ${i}`)
  t.not(prepare(text), first, 'they are not kept without end')
})
