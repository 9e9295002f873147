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
  /**
   * Decimals of its points: as many as any of them needs. This looks at all students, so it is computed once,
   * and only for columns that come into view.
   */
  decimals: () => number
}

export interface Column {
  key: string
  title: string
  /** A second line of the heading. */
  remark?: string
  kind: 'id' | 'period' | 'average' | 'task'
  /** The category that the column belongs to. */
  categoryId: number | null
  /** Px. */
  width: number
  /** What the column sorts by; null sorts last. */
  value: (student: Student) => string | number | null
  /** The numbers of the class, from the server. */
  spread?: Spread
  task?: TaskColumn
}

/** A column in view: its index, and its place in the line as the style of its cells. */
export interface PlacedColumn {
  column: Column
  index: number
  place: string
}

export const COLUMN_WIDTH = { least: 56, most: 480 }
const MAX_DECIMALS = 2

/** All columns after the student's name, in the order of the workbook, or with categories in this order. */
export function allColumns (
  book: Book,
  { t, percent, score }: Pick<Texts, 't' | 'percent' | 'score'>,
  order: readonly number[]
): Column[] {
  const periods = new Map(book.periods.map(({ id, name }) => [id, name]))
  const categories = new Map(book.categories.map(({ id, name }) => [id, name]))
  const total = book.categories.reduce((sum, { weight }) => sum + weight, 0)
  const isScaled = total > 0 && Math.abs(total - 1) > 1e-9
  const averages = book.categories.map((category, i): Column => ({
    key: `category-${category.id}`,
    title: t('book.categoryWeight', { category: category.name, weight: percent(category.weight) }),
    ...(isScaled && {
      remark: t('book.categoryShare', { share: score(category.weight / total) }),
    }),
    kind: 'average',
    categoryId: category.id,
    width: 104,
    value: (student) => student.category_averages[i] ?? null,
    spread: category,
  }))
  const tasks = book.data_headings.map((heading, index): Column => ({
    key: `task-${heading.id}`,
    title: heading.title,
    kind: 'task',
    categoryId: heading.category_id,
    width: 104,
    value: (student) => student.data[index]?.score ?? null,
    spread: heading,
    task: {
      index,
      heading,
      category: categories.get(heading.category_id ?? 0),
      decimals: once(() => decimalsOf(book.students, index, heading.points_possible ?? 0)),
    },
  }))
  return [
    {
      key: 'id',
      title: t('book.studentId'),
      kind: 'id',
      categoryId: null,
      width: 104,
      value: (student) => student.student_identifier,
    },
    ...(book.periods.length > 1
      ? [
        {
          key: 'period',
          title: t('book.period'),
          kind: 'period',
          categoryId: null,
          width: 96,
          value: (student) => periods.get(student.period_id ?? 0) ?? null,
        } satisfies Column,
        ]
      : []),
    {
      key: 'average',
      title: t('book.courseAverage'),
      kind: 'average',
      categoryId: null,
      width: 104,
      value: (student) => student.course_average,
      spread: {
        class_average: book.course_average,
        lowest: book.course_lowest,
        highest: book.course_highest,
      },
    },
    ...(order.length === 0 ? [...averages, ...tasks] : byCategory(order, averages, tasks)),
  ]
}

/** Each category's average, followed by its assignments. */
function byCategory (order: readonly number[], averages: readonly Column[], tasks: readonly Column[]) {
  const ids = averages.map(({ categoryId }) => categoryId)
  const inOrder = [...order.filter((id) => ids.includes(id)), ...ids.filter((id) => !order.includes(id ?? 0))]
  return [
    ...inOrder.flatMap((id) => [...averages, ...tasks].filter(({ categoryId }) => categoryId === id)),
    ...tasks.filter(({ categoryId }) => !ids.includes(categoryId)),
  ]
}

/**
 * The columns to show: without those that are hidden by their keys, or by `group-ID` for the assignments of a
 * category.
 */
export function shownColumns (
  columns: readonly Column[],
  hidden: ReadonlySet<string>,
  widths: Readonly<Record<string, number>>
): Column[] {
  return columns
    .filter(({ key, kind, categoryId }) =>
      !hidden.has(key) && !(kind === 'task' && hidden.has(`group-${categoryId ?? 0}`))
    )
    .map((column) => {
      const width = widths[column.key] ?? (column.kind === 'task' ? widths['task'] : undefined)
      return width === undefined ? column : { ...column, width }
    })
}

function once<T> (make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}

function decimalsOf (students: readonly Student[], index: number, possible: number): number {
  let most = 0
  for (const { data } of students) {
    const score = data[index]?.score
    if (score == null) continue
    const hundredths = Math.round(score * possible * 100)
    if (hundredths % 10 !== 0) return MAX_DECIMALS
    if (hundredths % 100 !== 0) most = 1
  }
  return most
}
