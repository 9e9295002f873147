import t from 'tap'
import { gradeOf, gradingScaleOf } from '../../src/courses/grading-scale.ts'

const SCALE = [{ grade: 'A', from: 0.9 }, { grade: 'B', from: 0.6 }, { grade: 'F', from: 0 }]

t.test('the first grade whose limit the average reaches', async (t) => {
  const averages = [1.2, 1, 0.9, 0.8999, 0.6, 0.5999, 0]
  t.strictSame(averages.map((average) => gradeOf(average, SCALE)), ['A', 'A', 'A', 'B', 'B', 'F', 'F'])
})

t.test('the average counts with ten decimals, however it was added up', async (t) => {
  t.equal(0.1 + 0.2 + 0.3 > 0.6, true)
  t.equal(gradeOf((0.3 + 0.3 + 0.3) - 1e-16, SCALE), 'A')
  t.equal(gradeOf(0.89999999995, SCALE), 'A', 'half is rounded up')
  t.equal(gradeOf(0.8999999999, SCALE), 'B')
  t.equal(gradeOf(0.89999999995 - 2e-16, SCALE), 'A', 'half as spreadsheets see it, to 15 digits')
  t.equal(gradeOf(0.899999999949, SCALE), 'B')
})

t.test('below 0 the lowest grade, without an average none', async (t) => {
  t.equal(gradeOf(-0.5, SCALE), 'F')
  t.equal(gradeOf(null, SCALE), null)
  t.equal(gradeOf(NaN, SCALE), null)
  t.equal(gradeOf(0.9, []), null)
})

t.test('what a teacher set wins, also that there is no scale', async (t) => {
  const stored = JSON.stringify(SCALE)
  t.strictSame(gradingScaleOf({ imported_grading_scale: stored, set_grading_scale: null }), SCALE)
  t.strictSame(gradingScaleOf({ imported_grading_scale: stored, set_grading_scale: '[]' }), [])
  t.strictSame(gradingScaleOf({ imported_grading_scale: null, set_grading_scale: stored }), SCALE)
  t.strictSame(gradingScaleOf({ imported_grading_scale: null, set_grading_scale: null }), [])
})
