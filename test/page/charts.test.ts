// The numbers behind the charts.
import t from 'tap'
import type { Book, Student } from '../../src/http/schemas/book.ts'
import { bandLimits, bandsOf, limitsOf } from '../../src/page/charts/bands.ts'
import { byAssignment, quartilesOf } from '../../src/page/charts/statistics.ts'
import { roundedParts, shownTrend } from '../../src/page/student/parts.ts'

const cell = {
  type: 'homework' as const, id: 1, status: 'completed' as const, score: null, points: null,
  exercise_count: null, correct_exercise_count: null, recovered_exercise_count: null,
  is_late: false, is_provisional: false, submitted_at: null,
}
const withAverage = (average: number | null) => ({ course_average: average }) as Student

t.test('quartiles are those of spreadsheets', async (t) => {
  t.equal(quartilesOf([]), undefined)
  t.strictSame(quartilesOf([0.4]), { lowest: 0.4, lower: 0.4, median: 0.4, upper: 0.4, highest: 0.4 })
  // QUARTILE.INC of 1, 2, 4, 7, 8, 9, 10, 12 in Excel's documentation: 3.5 and 9.25.
  t.strictSame(quartilesOf([12, 1, 2, 10, 4, 7, 9, 8]), {
    lowest: 1, lower: 3.5, median: 7.5, upper: 9.25, highest: 12,
  })
})

t.test('bands: each average is in one, at a limit in the upper one', async (t) => {
  const course = { grading_scale: [{ grade: 'A', from: 0.9 }, { grade: 'F', from: 0 }] }
  const students = [0, 0.0999, 0.1, 0.7 - Number.EPSILON / 2, 0.7, 0.95, 1.2, null].map(withAverage)
  const counts = (limits: Parameters<typeof bandsOf>[1]) =>
    bandsOf(students, limits).map(({ count }) => count)
  t.strictSame(counts(bandLimits('tens', course, [])), [2, 1, 0, 0, 0, 0, 0, 2, 0, 2, 1])
  t.equal(counts(bandLimits('fives', course, [])).length, 21)
  const byGrade = bandsOf(students, bandLimits('grades', course, []))
  t.strictSame(byGrade.map(({ grade, count }) => [grade, count]), [['F', 5], ['A', 2], [undefined, 1]])
  t.strictSame(counts(bandLimits('custom', course, limitsOf('70; 95,5')!)), [3, 3, 1, 1])
  t.strictSame(limitsOf('50, 85,  70 70'), [0.5, 0.7, 0.85])
  t.strictSame(limitsOf('50,70'), [0.5, 0.7])
  for (const wrong of ['', 'a', '0', '50 -1', '300']) t.equal(limitsOf(wrong), undefined, wrong)
})

t.test('the missing share is of what was given', async (t) => {
  const now = Date.UTC(2015, 3, 1)
  const due = (day: number) => new Date(now + day * 86_400_000).toISOString()
  const book = { data_headings: [{ due_at: due(-1) }, { due_at: due(1) }, { due_at: null }] } as Book
  const notStarted = { ...cell, status: 'not_started' as const }
  const students = [
    { data: [{ ...cell, score: 0.5 }, notStarted, null] },
    { data: [{ ...notStarted, score: 0 }, { ...cell, status: 'missing' as const }, null] },
    { data: [{ ...notStarted, points: 3, score: 0.3 }, null, null] },
    { data: [null, null, null] },
  ] as Student[]
  t.strictSame(byAssignment(book, students, now).map(({ count, missing }) => [count, missing]), [
    [3, 1 / 3], [0, 1 / 2], [0, null],
  ])
})

t.test('rounded parts add up', async (t) => {
  t.strictSame(roundedParts([0.33333, 0.33333, 0.33334], 1), [0.333, 0.333, 0.334])
  t.strictSame(roundedParts([0.2505, null, 0.2505, 0], 0.501), [0.251, null, 0.25, 0])
  t.strictSame(roundedParts([null, null], null), [null, null])
  t.strictSame(roundedParts([0.3, 0.6], 0.9), [0.3, 0.6])
})

t.test('a trend ends today, or with the last work that was scored early', async (t) => {
  const now = Date.UTC(2015, 3, 1)
  const at = (day: number) => new Date(now + day * 86_400_000).toISOString()
  const trend = (...averages: Array<number | null>) =>
    shownTrend({ trend: averages.map((average, i) => ({ due_at: at(i - 2), course_average: average })) }, now)
      .map(({ average }) => average)
  t.strictSame(trend(null, 0.5, 0.5, 0.5, 0.5), [0.5, 0.5])
  t.strictSame(trend(0.4, 0.5, 0.5, 0.5, 0.6), [0.4, 0.5, 0.5, 0.6])
  t.strictSame(trend(null), [])
})
