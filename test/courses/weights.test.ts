import t from 'tap'
import { effectiveWeights } from '../../src/courses/weights.ts'

const category = (imported: number | null, set: number | null = null) => ({
  imported_weight: imported,
  set_weight: set,
})

t.test('imported weights count as they are', async (t) => {
  t.strictSame(effectiveWeights([category(0.6), category(0.4)]), [0.6, 0.4])
})

t.test('no category with a weight: each counts the same', async (t) => {
  t.strictSame(effectiveWeights([category(null), category(null)]), [0.5, 0.5])
  t.strictSame(effectiveWeights([]), [])
})

t.test('some with and some without: those without count 0', async (t) => {
  t.strictSame(effectiveWeights([category(0.5), category(null)]), [0.5, 0])
})

t.test('what a teacher set replaces one category and leaves the others', async (t) => {
  t.strictSame(effectiveWeights([category(null, 0.9), category(null)]), [0.9, 0.5])
  t.strictSame(effectiveWeights([category(0.6, 0), category(0.4)]), [0, 0.4])
})
