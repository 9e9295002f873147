// The course in the databases of earlier schema steps (`make-database-fixtures.ts`).
import type { CourseDescription } from './book-database.ts'

/** When the rows of these databases were written, ms. */
export const FIXTURE_TIME = Date.UTC(2026, 0, 5, 8)

export const FIXTURE_COURSE: CourseDescription = {
  sourceId: 'physics',
  name: 'Physics',
  term: 'Spring',
  periods: ['1st'],
  categories: [{ name: 'Homework', weight: 1 }],
  teachers: [{ email: 'tea@example.edu' }],
  tasks: [{ title: 'HW 1', category: 0, pointsPossible: 10 }, {
    title: 'HW 2',
    category: 0,
    pointsPossible: 10,
  }],
  students: [{ lastName: 'Ames', period: 0, cells: [5, 10] }, {
    lastName: 'Bell',
    period: 0,
    cells: [undefined, 8],
  }],
}
