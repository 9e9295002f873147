import type { Book, Cell, Student } from '../../http/schemas/book.ts'

/** Keys of the columns whose value differs, by the id of the student. */
export type Changes = ReadonlyMap<number, ReadonlySet<string>>

/** What differs between two readings of a book, for the students and tasks that are in the later one. */
export function differences (before: Book, after: Book): Changes {
  const students = new Map(before.students.map((student) => [student.id, student]))
  const tasks = new Map(before.data_headings.map(({ id }, index) => [id, index]))
  const categories = new Map(before.categories.map(({ id }, index) => [id, index]))
  const changes = new Map<number, Set<string>>()
  for (const student of after.students) {
    const keys = new Set<string>()
    const old = students.get(student.id)
    if (differs(old?.course_average, student.course_average)) keys.add('average')
    if (old?.period_id !== student.period_id) keys.add('period')
    if (old?.student_identifier !== student.student_identifier) keys.add('id')
    for (const [i, { id }] of after.categories.entries()) {
      const average = old?.category_averages[categories.get(id) ?? -1]
      if (differs(average, student.category_averages[i])) keys.add(`category-${id}`)
    }
    for (const [j, { id }] of after.data_headings.entries()) {
      if (cellDiffers(cellOf(old, tasks.get(id)), student.data[j] ?? null)) keys.add(`task-${id}`)
    }
    if (keys.size > 0) changes.set(student.id, keys)
  }
  return changes
}

/** How many scores of students have changed, averages not counted. */
export function countScores (changes: Changes): number {
  let count = 0
  for (const keys of changes.values()) for (const key of keys) if (key.startsWith('task-')) count++
  return count
}

function cellOf (student: Student | undefined, index: number | undefined): Cell | null {
  return index === undefined ? null : student?.data[index] ?? null
}

function differs (a: number | null = null, b: number | null = null): boolean {
  return a === null || b === null ? a !== b : Math.abs(a - b) > 1e-10
}

/** Whether a score differs, or what is marked beside it. */
export function cellDiffers (a: Cell | null, b: Cell | null): boolean {
  if (a === null || b === null) return a !== b
  return a.status !== b.status || differs(a.score, b.score) || differs(a.points, b.points) ||
    a.is_late !== b.is_late || a.is_provisional !== b.is_provisional
}
