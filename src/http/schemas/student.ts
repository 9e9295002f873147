// One student of a course, as the API shows them.
import Type, { type Static } from 'typebox'
import { bookParts } from './book.ts'
import { fraction, id, nullable, time } from './common.ts'

const { course, period, task, student, cell } = bookParts
const work = (description: string) =>
  Type.Array(Type.Object({ ...task.properties, ...cell.properties }), { description })
const neighbor = (description: string) =>
  nullable(Type.Object({ id, name: nullable(Type.String()) }, { description }))

const report = {
  ...student.properties,
  categories: Type.Array(Type.Object({
    id,
    source_id: Type.String(),
    name: Type.String(),
    weight: Type.Number({ description: 'The effective weight, a fraction' }),
    average: nullable(fraction),
    share: nullable(Type.Number({
      description: 'The weight as a fraction of the weights of all categories in which the student has an ' +
        'average. Null: they have none here.',
    })),
    part: nullable(Type.Number({
      description: 'share * average. The parts add up to the course average.',
    })),
  })),
  trend: Type.Array(
    Type.Object({ due_at: time, course_average: nullable(fraction) }),
    {
      description: 'The course average with the tasks that were due up to each due date, with the scores ' +
        'of today. Tasks without a due date are left out.',
    }
  ),
  missing: work('Work with the status missing, and work that was not started by its due date'),
  late: work('Work that was submitted late'),
}
const shared = {
  course,
  periods: Type.Array(period),
  data_headings: Type.Array(task),
}

export const studentSchema = Type.Object({
  ...report,
  ...shared,
  previous: neighbor('The student before this one in the order of the book; null: none'),
  next: neighbor('The student after this one in the order of the book; null: none'),
}, { title: 'StudentPerformance' })
export type StudentAnswer = Static<typeof studentSchema>

export const studentsSchema = Type.Object({
  ...shared,
  students: Type.Array(Type.Object(report), { description: 'In the order of the book' }),
  next_cursor: nullable(Type.String()),
}, { title: 'StudentPerformances' })
export type StudentsAnswer = Static<typeof studentsSchema>
/** A student without their neighbors, for their printed page. */
export type StudentFacts = Omit<StudentAnswer, 'previous' | 'next'>
