import type { Book, Category, Student, Task } from '../../http/schemas/book.ts'
import type { Texts } from '../texts/use-texts.ts'

/** How scores are shown: percent, or points where a task has points possible. */
export type Shown = 'percent' | 'points'

export type Spread = Pick<Category, 'class_average' | 'lowest' | 'highest'>

/** The scores of one task: its index in a student's `data`, the task, and the name of its category. */
export interface TaskColumn {
  index: number
  heading: Task
  category: string | undefined
}

export interface Column {
  key: string
  title: string
  kind: 'id' | 'period' | 'average' | 'task'
  /** Px. */
  width: number
  /** What the column sorts by; null sorts last. */
  value: (student: Student) => string | number | null
  /** The numbers of the class, from the server. */
  spread?: Spread
  task?: TaskColumn
}

/** A column in view: its index, and its place from the start of the line, px. */
export interface PlacedColumn {
  column: Column
  index: number
  start: number
  size: number
}

/** The columns after the student's name, in the workbook's order. */
export function columnsOf (book: Book, { t }: Pick<Texts, 't'>): Column[] {
  const periods = new Map(book.periods.map(({ id, name }) => [id, name]))
  const categories = new Map(book.categories.map(({ id, name }) => [id, name]))
  return [
    {
      key: 'id',
      title: t('book.studentId'),
      kind: 'id',
      width: 120,
      value: (student) => student.student_identifier,
    },
    ...(book.periods.length > 1
      ? [
        {
          key: 'period',
          title: t('book.period'),
          kind: 'period',
          width: 120,
          value: (student) => periods.get(student.period_id ?? 0) ?? null,
        } satisfies Column,
        ]
      : []),
    {
      key: 'average',
      title: t('book.courseAverage'),
      kind: 'average',
      width: 104,
      value: (student) => student.course_average,
      spread: {
        class_average: book.course_average,
        lowest: book.course_lowest,
        highest: book.course_highest,
      },
    },
    ...book.categories.map((category, i): Column => ({
      key: `category-${category.id}`,
      title: t('book.categoryAverage', { category: category.name }),
      kind: 'average',
      width: 116,
      value: (student) => student.category_averages[i] ?? null,
      spread: category,
    })),
    ...book.data_headings.map((heading, index): Column => ({
      key: `task-${heading.id}`,
      title: heading.title,
      kind: 'task',
      width: 120,
      value: (student) => student.data[index]?.score ?? null,
      spread: heading,
      task: { index, heading, category: categories.get(heading.category_id ?? 0) },
    })),
  ]
}
