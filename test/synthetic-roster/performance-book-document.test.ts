import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { write } from './synthetic-roster.ts'

interface Thing {
  source_id: string
}
interface Document {
  format: string
  course: { source_id: string, name: string, time_zone: string }
  teachers: Array<{ email: string }>
  periods: Thing[]
  categories: Array<Thing & { weight: number }>
  tasks: Array<Thing & { type: string, category: string, points_possible: number | null }>
  students: Array<Thing & { period: string, dropped_on: string | null, first_name: string | null }>
  results: Array<{
    student: string,
    task: string,
    status: string,
    points?: number,
    exercise_count?: number,
    correct_exercise_count?: number,
    recovered_exercise_count?: number,
    is_late?: boolean,
    is_provisional?: boolean,
  }>
}

const ids = (things: Thing[]): Set<string> => new Set(things.map((thing) => thing.source_id))

t.test('one document of the format, whole in itself', async (t) => {
  const output = join(t.testdir(), 'book.json')
  const { counts } = await write(t, { students: 400 }, { format: 'performance-book', output })
  const book = JSON.parse(await readFile(output, 'utf8')) as Document
  t.equal(book.format, 'performance-book/1')
  t.equal(book.students.length, 400)
  t.equal(book.tasks.length, 30)
  t.equal(book.periods.length, 3)
  t.equal(book.teachers.length, 2)
  t.equal(book.results.length, counts.results)
  t.equal(book.categories.reduce((sum, { weight }) => sum + weight, 0), 1)

  const [students, tasks, periods, categories] = [
    ids(book.students),
    ids(book.tasks),
    ids(book.periods),
    ids(book.categories),
  ]
  t.equal(students.size, 400)
  t.ok(book.students.every(({ period }) => periods.has(period)))
  t.ok(book.tasks.every(({ category }) => categories.has(category)))
  t.ok(book.results.every(({ student, task }) => students.has(student) && tasks.has(task)))
  t.equal(new Set(book.results.map(({ student, task }) => `${student} ${task}`)).size, book.results.length)

  t.strictSame([...new Set(book.results.map(({ status }) => status))].sort(), [
    'completed',
    'exempt',
    'in_progress',
    'missing',
    'not_started',
    'submitted',
  ])
  t.ok(book.results.some(({ is_late: isLate }) => isLate))
  t.ok(book.results.some(({ is_provisional: isProvisional }) => isProvisional))
  t.ok(book.results.some(({ recovered_exercise_count: recovered }) => recovered === 1))
  t.ok(book.students.some(({ dropped_on: droppedOn }) => droppedOn !== null))
  t.ok(book.students.some(({ first_name: firstName }) => firstName === null))
  for (const { points_possible: possible, type } of book.tasks) t.equal(possible === null, type === 'reading')
  t.ok(
    book.results.every((
      {
        exercise_count: all = 0,
        correct_exercise_count: correct = 0,
        recovered_exercise_count: recovered = 0,
      }
    ) => correct + recovered <= all)
  )
  const unscored =
    book.results.filter(({ points, correct_exercise_count: correct }) =>
      points === undefined && correct === undefined
    ).length
  t.equal(unscored, counts.unscored)
})

t.test('an empty course is a document too', async (t) => {
  const output = join(t.testdir(), 'book.json')
  await write(t, { students: 0, tasks: 0, periods: 1 }, { format: 'performance-book', output })
  const book = JSON.parse(await readFile(output, 'utf8')) as Document
  t.strictSame([book.students, book.tasks, book.results], [[], [], []])
})
