import { GRADE_LENGTH_MAX, GRADES_MAX } from '../../courses/grading-scale.ts'
import { NAME_MAX } from '../../short-text.ts'

// The published JSON Schema of `performance-book/1`. Descriptions are shown to people: they complete the
// sentence "expected …".
const text = { type: ['string', 'null'], maxLength: NAME_MAX, description: 'text' } as const
const id = {
  type: 'string',
  minLength: 1,
  maxLength: NAME_MAX,
  description: 'text that is not empty',
} as const
const flag = { type: ['boolean', 'null'], description: 'true or false' } as const
const count = {
  type: ['integer', 'null'],
  minimum: 0,
  maximum: 4294967294,
  description: 'a whole number that is not below 0',
} as const
const date = { type: ['string', 'null'], format: 'date', description: 'a date written YYYY-MM-DD' } as const
const moment = {
  anyOf: [{ type: 'string', format: 'date-time' }, { type: 'string', format: 'date' }, { type: 'null' }],
  description: 'an instant with its offset such as 2015-03-15T23:59:00-05:00, or a date written YYYY-MM-DD',
} as const

const object = <P extends object>(description: string, required: string[], properties: P) => ({
  type: 'object',
  description,
  required,
  properties,
  additionalProperties: false,
})
const list = (name: string) => ({
  type: ['array', 'null'],
  items: { $ref: `#/$defs/${name}` },
  description: 'a list',
})

export const PERFORMANCE_BOOK_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'performance-book-1.json',
  title: 'performance-book/1',
  description: 'One course with its students and results, for import into Perfbook.',
  type: 'object',
  required: ['format', 'course'],
  additionalProperties: false,
  properties: {
    format: { const: 'performance-book/1', description: '"performance-book/1"' },
    course: { $ref: '#/$defs/course' },
    teachers: list('teacher'),
    periods: list('period'),
    categories: { ...list('category'), description: 'a list; left out: one for each task type in use' },
    tasks: list('task'),
    students: list('student'),
    results: list('result'),
  },
  $defs: {
    course: object('the course', ['source_id', 'name'], {
      source_id: id,
      name: id,
      school: text,
      term: text,
      time_zone: { ...text, description: 'a time zone such as America/Chicago' },
      starts_on: date,
      ends_on: date,
      missing_counts: { enum: ['ignored', 'zero', null], description: '"ignored" or "zero"' },
      grading_scale: {
        type: ['array', 'null'],
        minItems: 1,
        maxItems: GRADES_MAX,
        items: { $ref: '#/$defs/grade' },
        description: `a list of 1 to ${GRADES_MAX} grades, the highest first`,
      },
    }),
    grade: object('a grade', ['grade', 'from'], {
      grade: {
        type: 'string',
        minLength: 1,
        maxLength: GRADE_LENGTH_MAX,
        description: 'text that is not empty',
      },
      from: {
        type: 'number',
        minimum: 0,
        maximum: 1,
        description: 'a fraction from 0 to 1; each limit is lower than the one before, and the last is 0',
      },
    }),
    teacher: object('a teacher', [], { email: text, first_name: text, last_name: text }),
    period: object('a period', ['source_id'], { source_id: id, name: text }),
    category: object('a category', ['source_id'], {
      source_id: id,
      name: text,
      weight: {
        type: ['number', 'null'],
        minimum: 0,
        description: 'a number that is not below 0; if any exceeds 1, all are percentages',
      },
    }),
    task: object('a task', ['source_id'], {
      source_id: id,
      title: text,
      type: {
        enum: ['homework', 'reading', 'external', null],
        description: '"homework", "reading" or "external" (default)',
      },
      category: { ...text, description: 'the source_id of a category' },
      due_at: moment,
      points_possible: { type: ['number', 'null'], description: 'a number' },
      withdrawn: flag,
    }),
    student: object('a student', ['source_id'], {
      source_id: id,
      first_name: text,
      last_name: text,
      student_identifier: text,
      email: text,
      period: { ...text, description: 'the source_id of a period' },
      dropped_on: date,
    }),
    result: object('a result', ['student', 'task'], {
      student: { ...id, description: 'the source_id of a student' },
      task: { ...id, description: 'the source_id of a task' },
      status: {
        enum: ['not_started', 'in_progress', 'completed', 'exempt', 'submitted', 'missing', null],
        description: '"not_started", "in_progress", "completed", "exempt", "submitted" or "missing"',
      },
      points: { type: ['number', 'null'], description: 'a number' },
      exercise_count: count,
      correct_exercise_count: count,
      recovered_exercise_count: count,
      is_late: flag,
      is_provisional: flag,
      last_worked_at: moment,
    }),
  },
}

type Optional<T> = T | null | undefined

export interface CoursePiece {
  source_id: string
  name: string
  school?: Optional<string>
  term?: Optional<string>
  time_zone?: Optional<string>
  starts_on?: Optional<string>
  ends_on?: Optional<string>
  missing_counts?: Optional<'ignored' | 'zero'>
  grading_scale?: Optional<Array<{ grade: string, from: number }>>
}
export interface TeacherPiece {
  email?: Optional<string>
  first_name?: Optional<string>
  last_name?: Optional<string>
}
export interface PeriodPiece {
  source_id: string
  name?: Optional<string>
}
export interface CategoryPiece {
  source_id: string
  name?: Optional<string>
  weight?: Optional<number>
}
export interface TaskPiece {
  source_id: string
  title?: Optional<string>
  type?: Optional<'homework' | 'reading' | 'external'>
  category?: Optional<string>
  due_at?: Optional<string>
  points_possible?: Optional<number>
  withdrawn?: Optional<boolean>
}
export interface StudentPiece {
  source_id: string
  first_name?: Optional<string>
  last_name?: Optional<string>
  student_identifier?: Optional<string>
  email?: Optional<string>
  period?: Optional<string>
  dropped_on?: Optional<string>
}
export interface ResultPiece {
  student: string
  task: string
  status?: Optional<'not_started' | 'in_progress' | 'completed' | 'exempt' | 'submitted' | 'missing'>
  points?: Optional<number>
  exercise_count?: Optional<number>
  correct_exercise_count?: Optional<number>
  recovered_exercise_count?: Optional<number>
  is_late?: Optional<boolean>
  is_provisional?: Optional<boolean>
  last_worked_at?: Optional<string>
}
