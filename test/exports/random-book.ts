// Random courses of a OneRoster roster, with the settings that a teacher gives them.
import fc from 'fast-check'
import { enrollment, result, school, user, type TableRow, type Tables } from '../imports/bundles.ts'

/** A line item's result of one student. */
interface RandomResult {
  /** Fraction of the points of the task; null: no score. */
  score: number | null
  status: 'fully graded' | 'partially graded' | 'exempt' | 'not submitted' | 'submitted' | ''
  isLate: boolean
}

export interface RandomBook {
  periods: number
  /** Weights in percent; null: none in the file. */
  categories: Array<number | null>
  tasks: Array<{ category: number | null, minimum: number, points: number | null, dueDate: string }>
  students: Array<{
    period: number
    endDate: string
    /** By task; null: not given. */
    results: Array<RandomResult | null>
  }>
  settings: {
    missing_counts: 'zero' | 'ignored'
    grading_scale: Array<{ grade: string, from: number }> | null
    /** By category: fractions; null: as imported. */
    weights: Array<number | null>
  }
  options: { values: 'percent' | 'points', sheets: 'course' | 'period', include_dropped: boolean }
}

const MOST_TASKS = 6
const STATUSES = ['exempt', 'not submitted', 'submitted', 'partially graded', ''] as const

const one: fc.Arbitrary<RandomResult | null> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  {
    weight: 6,
    arbitrary: fc.record({
      // More than all points is extra credit, less than nothing a penalty.
      score: fc.oneof(
        fc.constantFrom(0, 1, 0.5, 1 / 3, 1.25, -0.1), fc.double({ min: 0, max: 1.5, noNaN: true })
      ),
      status: fc.constantFrom('fully graded', 'partially graded'),
      isLate: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      score: fc.constant(null), status: fc.constantFrom(...STATUSES), isLate: fc.boolean(),
    }),
  }
)

export const randomBook: fc.Arbitrary<RandomBook> = fc.record({
  periods: fc.integer({ min: 1, max: 2 }),
  categories: fc.array(fc.constantFrom(null, 0, 0, 5, 30, 33.3, 70, 100, 150), { maxLength: 4 }),
  tasks: fc.array(fc.record({
    category: fc.option(fc.nat({ max: 3 }), { freq: 5 }),
    minimum: fc.constantFrom(0, 0, 0, 5, -2),
    points: fc.constantFrom(10, 7, 100, 0.3, 33.3, 0, null),
    dueDate: fc.constantFrom('2026-02-01', '2026-03-01', '2026-03-02', '2026-05-01', ''),
  }), { maxLength: MOST_TASKS }),
  students: fc.array(fc.record({
    period: fc.nat({ max: 1 }),
    endDate: fc.constantFrom('', '', '', '2026-02-01', '2026-03-02', '2026-04-01'),
    results: fc.array(one, { minLength: MOST_TASKS, maxLength: MOST_TASKS }),
  }), { maxLength: 9 }),
  settings: fc.record({
    missing_counts: fc.constantFrom('zero', 'ignored'),
    grading_scale: fc.constantFrom(null, [
      { grade: 'A', from: 0.9 }, { grade: 'B+', from: 0.875 }, { grade: 'C', from: 0.5 },
      { grade: 'F', from: 0 },
    ]),
    weights: fc.array(fc.constantFrom(null, null, 0, 0.25, 1, 1.5), { minLength: 4, maxLength: 4 }),
  }),
  options: fc.record({
    values: fc.constantFrom('percent', 'points'),
    sheets: fc.constantFrom('course', 'period'),
    include_dropped: fc.boolean(),
  }),
})

/** The roster of all these books, each a course with ids of its own: `c0`, `c1`, … */
export function rosterOf (books: readonly RandomBook[]): Tables {
  const {
    orgs = [], academicSessions = [], users: [teacher] = [], courses: [course] = [],
    classes: [section] = []
  } = school()
  const tables = {
    orgs, academicSessions, courses: [] as TableRow[], classes: [] as TableRow[],
    users: [{ ...teacher }] as TableRow[], enrollments: [] as TableRow[], categories: [] as TableRow[],
    lineItems: [] as TableRow[], results: [] as TableRow[],
  }
  for (const [b, book] of books.entries()) {
    const sections = Array.from({ length: book.periods }, (_, p) => `b${b}-p${p}`)
    tables.courses.push({ ...course, sourcedId: `c${b}`, title: `Course ${b}` })
    for (const [p, id] of sections.entries()) {
      tables.classes.push({ ...section, sourcedId: id, title: `Period ${p + 1}`, courseSourcedId: `c${b}` })
      tables.enrollments.push(enrollment(`e-${id}-ted`, id, 'ted', 'teacher'))
    }
    for (const [c, weight] of book.categories.entries()) {
      tables.categories.push({ sourcedId: `b${b}-k${c}`, title: `Kind ${b}.${c}`, weight: weight ?? '' })
    }
    for (const [t, task] of book.tasks.entries()) {
      const isIn = task.category !== null && task.category < book.categories.length
      for (const id of sections) {
        tables.lineItems.push({
          sourcedId: `${id}-t${t}`, title: titleOf(t), assignDate: '2026-01-10', dueDate: task.dueDate,
          classSourcedId: id, categorySourcedId: isIn ? `b${b}-k${task.category}` : '',
          resultValueMin: task.minimum,
          resultValueMax: task.points === null ? '' : task.minimum + task.points,
        })
      }
    }
    for (const [s, student] of book.students.entries()) {
      const section = sections[student.period % sections.length] ?? ''
      const id = `b${b}-s${s}`
      tables.users.push(user(id, `Given${s}`, `Family${s}`, id))
      tables.enrollments.push({
        ...enrollment(`e-${id}`, section, id), beginDate: '2026-01-06', endDate: student.endDate,
      })
      for (const [t, task] of book.tasks.entries()) {
        const given = student.results[t] ?? null
        if (given === null) continue
        tables.results.push(resultOf(given, {
          id: `${id}-t${t}`, item: `${section}-t${t}`, student: id, minimum: task.minimum,
          points: task.points ?? 10,
        }))
      }
    }
  }
  return tables
}

/** The title of the task with this index. */
export const titleOf = (task: number) => `Work${task}`

function resultOf (
  { score, status, isLate }: RandomResult,
  { id, item, student, minimum, points }: Record<'id' | 'item' | 'student', string> &
    Record<'minimum' | 'points', number>
): TableRow {
  return {
    ...result(id, item, student, score === null ? '' : Number((minimum + score * points).toPrecision(12))),
    scoreStatus: status,
    late: String(isLate),
    missing: String(status === 'not submitted'),
  }
}
