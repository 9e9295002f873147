// Courses and their performance books, as the API shows them.
import Type, { type Static } from 'typebox'
import { GRADE_LENGTH_MAX, GRADES_MAX } from '../../courses/grading-scale.ts'
import { NAME_MAX } from '../../short-text.ts'
import { exportSchema, fraction, id, nullable, time } from './common.ts'

const text = Type.String()
const spread = { class_average: nullable(fraction), lowest: nullable(fraction), highest: nullable(fraction) }

const gradingScale = Type.Array(
  Type.Object({
    grade: Type.String({ minLength: 1, maxLength: GRADE_LENGTH_MAX }),
    from: Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'The lowest average that has this grade, a fraction',
    }),
  }, { additionalProperties: false }),
  {
    minItems: 1,
    maxItems: GRADES_MAX,
    description: 'The highest grade first, limits strictly decreasing to 0. An average is rounded to ten ' +
      'decimals and has the first grade whose limit it reaches.',
  }
)

const course = Type.Object({
  id,
  source_id: text,
  name: text,
  time_zone: text,
  school: nullable(text),
  term: nullable(text),
  missing_counts: Type.Enum(['ignored', 'zero']),
  grading_scale: nullable(gradingScale),
  archived: Type.Boolean(),
})
const category = Type.Object({
  id,
  source_id: text,
  name: text,
  weight: Type.Number({ description: 'The effective weight, a fraction' }),
  ...spread,
})
const taskType = Type.Enum(['homework', 'reading', 'external'])
const cell = Type.Object({
  type: taskType,
  id,
  status: Type.Enum(['not_started', 'in_progress', 'completed', 'submitted', 'missing', 'exempt']),
  score: nullable(fraction),
  points: nullable(Type.Number()),
  exercise_count: nullable(Type.Integer()),
  correct_exercise_count: nullable(Type.Integer()),
  recovered_exercise_count: nullable(Type.Integer()),
  is_late: Type.Boolean(),
  is_provisional: Type.Boolean(),
  submitted_at: nullable(time),
})

const period = Type.Object({ id, source_id: text, name: text })
const task = Type.Object({
  id,
  source_id: text,
  title: text,
  type: taskType,
  category_id: nullable(id),
  due_at: nullable(time),
  points_possible: nullable(Type.Number()),
})
const student = Type.Object({
  id,
  source_id: text,
  name: nullable(text),
  first_name: nullable(text),
  last_name: nullable(text),
  student_identifier: nullable(text),
  email: nullable(text),
  period_id: nullable(id),
  is_dropped: Type.Boolean(),
  course_average: nullable(fraction),
  grade: nullable(Type.String({ description: 'Null: no average, or no scale' })),
  category_averages: Type.Array(nullable(fraction), { description: 'One for each of categories' }),
  data: Type.Array(nullable(cell), {
    description: 'One for each of data_headings. Null: the student was not given the task.',
  }),
})

/** Parts of the book that the answer about one student has too. */
export const bookParts = { course, period, task, student, cell }

export const bookSchema = Type.Object({
  version: Type.String({
    description: 'Changes whenever scores, settings or dates change the book; exports do not change it',
  }),
  course,
  exports: Type.Array(exportSchema),
  periods: Type.Array(period),
  categories: Type.Array(category),
  data_headings: Type.Array(Type.Object({ ...task.properties, ...spread })),
  students: Type.Array(student),
  course_average: nullable(fraction),
  course_lowest: nullable(fraction),
  course_highest: nullable(fraction),
  next_cursor: nullable(text),
}, { title: 'PerformanceBook' })
export type Book = Static<typeof bookSchema>
export type Course = Book['course']
export type Period = Book['periods'][number]
export type Category = Book['categories'][number]
export type Task = Book['data_headings'][number]
export type Student = Book['students'][number]
export type Cell = NonNullable<Student['data'][number]>

export const courseTeacherSchema = Type.Object({
  email: nullable(text),
  first_name: nullable(text),
  last_name: nullable(text),
  origin: Type.Enum(['roster', 'manual'], {
    description: '`manual`: an administrator added them, and the roster of the course does not have them',
  }),
}, { title: 'CourseTeacher' })
export type CourseTeacherItem = Static<typeof courseTeacherSchema>

/** A course in a list. */
export const courseItemSchema = Type.Object({
  id,
  source_id: text,
  name: text,
  term: nullable(text),
  school: nullable(text),
  student_count: Type.Integer(),
  archived: Type.Optional(Type.Boolean({ description: 'This and the next 4 fields: only with `details`' })),
  roster_name: Type.Optional(nullable(Type.String({
    description: 'The name in the roster, if an administrator gave the course another one',
  }))),
  periods: Type.Optional(Type.Array(text, { description: 'Names of its periods' })),
  teachers: Type.Optional(Type.Array(courseTeacherSchema)),
  last_import_at: Type.Optional(nullable(time)),
})
export type CourseItem = Static<typeof courseItemSchema>

/** Changes of a course. What is left out stays as it is. */
export const courseChangesSchema = Type.Object({
  missing_counts: Type.Optional(Type.Enum(['ignored', 'zero'])),
  time_zone: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  categories: Type.Optional(Type.Array(
    Type.Object({
      id,
      weight: nullable(
        Type.Number({
          minimum: 0,
          maximum: 1,
          description: 'A fraction. Null restores the imported weight.',
        })
      ),
    }, { additionalProperties: false }),
    { maxItems: 10_000 }
  )),
  grading_scale: Type.Optional(nullable(gradingScale)),
  name: Type.Optional(nullable(Type.String({
    minLength: 1,
    maxLength: NAME_MAX,
    description: "Only administrators. Null restores the roster's name. Rosters do not change this name.",
  }))),
  archived: Type.Optional(Type.Boolean({
    description: 'Only administrators. Imports skip an archived course, and lists do not show it.',
  })),
}, { additionalProperties: false })
export type CourseChanges = Static<typeof courseChangesSchema>

export const settingsSchema = Type.Object({
  course,
  categories: Type.Array(category),
  course_average: Type.Optional(nullable(fraction)),
  students: Type.Optional(Type.Array(Type.Object({
    id,
    course_average: nullable(fraction),
    grade: Type.Optional(nullable(Type.String({ description: 'Only if these settings have a scale' }))),
  }))),
}, { title: 'CourseSettings' })
export type SettingsAnswer = Static<typeof settingsSchema>
