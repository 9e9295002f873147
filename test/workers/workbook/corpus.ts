// Courses that hurt, for what writes and what reads workbooks.
import type { CourseDescription } from '../../support/book-database.ts'

/** A small course with everything ordinary in it. */
export const PHYSICS: CourseDescription = {
  name: 'Physics I',
  school: 'Riverside High',
  term: 'Spring 2015',
  timeZone: 'America/Chicago',
  periods: ['1st', '2nd'],
  categories: [{ name: 'Homework', weight: 0.6 }, { name: 'Reading', weight: 0.4 }],
  tasks: [
    { title: 'HW 2', category: 0, dueAt: Date.UTC(2015, 2, 16, 4, 59), pointsPossible: 9 },
    { title: 'Reading 1', category: 1, dueOn: '2015-03-02' },
    { title: 'HW 1', category: 0, dueAt: Date.UTC(2015, 1, 2, 5, 59), pointsPossible: 20 },
  ],
  students: [
    { firstName: 'Ana', lastName: 'Zimmer', identifier: '0042', email: 'ana@example.edu', period: 0, cells: [9, { exerciseCount: 8, correctExerciseCount: 6 }, 20] },
    { firstName: 'Ben', lastName: 'Abbot', identifier: '0007', email: 'ben@example.edu', period: 1, cells: [{ points: 4.5, isLate: true }, { exerciseCount: 4, correctExerciseCount: 4, isLate: true, isProvisional: true }, 11] },
    { firstName: 'Cleo', lastName: 'Baker', identifier: '12', email: null, period: 0, cells: [{ status: 'in_progress' }, { exerciseCount: 4, correctExerciseCount: 1, isProvisional: true }, { points: 19, isLate: true }] },
    { firstName: 'Dan', lastName: 'Baker', identifier: null, email: 'dan@example.edu', period: 1, cells: [undefined, { status: 'exempt' }, {}] },
    { firstName: 'Eve', lastName: 'Adams', identifier: '99', email: 'eve@example.edu', period: 0, droppedOn: '2015-02-01', cells: [undefined, undefined, 2] },
  ],
}
