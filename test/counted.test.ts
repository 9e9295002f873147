import t from 'tap'
import { counted } from '../src/counted.ts'

t.test('numbers with their nouns', async (t) => {
  t.strictSame([0, 1, 2].map((n) => counted(n, 'file')), ['0 files', '1 file', '2 files'])
  t.strictSame([1, 2].map((n) => counted(n, 'person', 'people')), ['1 person', '2 people'])
})
