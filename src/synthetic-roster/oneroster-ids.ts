// The sourcedIds of a synthetic bundle. They are computed from numbers, so that a delta bundle can refer to
// the bulk bundle. Schools, courses, periods and tasks in them count from 1.

export const DISTRICT = 'district'
export const SCHOOL_YEAR = 'year'
export const TERM = 'term'

export const orgId = (school: number): string => `school-${school}`
export const courseId = (school: number, course: number): string => `course-${school}-${course}`
export const classId = (school: number, course: number, period: number): string =>
  `class-${school}-${course}-${period + 1}`
export const categoryId = (key: string): string => `category-${key}`
export const itemId = (school: number, course: number, period: number, task: number): string =>
  `item-${school}-${course}-${period + 1}-${task + 1}`
export const studentId = (school: number, student: number): string => `student-${school}-${student + 1}`
export const resultId = (school: number, course: number, task: number, student: number): string =>
  `res-${school}-${course}-${task + 1}-${student + 1}`
export const enrollmentId = (school: number, course: number, student: number): string =>
  `enr-${school}-${course}-${student + 1}`
