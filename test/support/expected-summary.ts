// The tables on Summary, computed in the plainest way from the rows of a book.
import type { Book } from '../../src/courses/book.ts'
import type { WorkbookOptions } from '../../workers/workbook/workbook-request.ts'
import { rowsOf } from './book-rows.ts'
import type { CellValue } from './openpyxl.ts'

export interface ExpectedTable {
  /** What its headings say, from column A on. */
  headings: string[]
  rows: CellValue[][]
}

const BANDS = [
  'below 10%', '10–20%', '20–30%', '30–40%', '40–50%', '50–60%', '60–70%', '70–80%', '80–90%', '90% or more',
]

/** In English. `sheets`: names of the worksheets of students. */
export async function expectedTables (
  book: Book,
  options: WorkbookOptions,
  sheets: string[]
): Promise<ExpectedTable[]> {
  const active: Array<{ period: number | null, course: number, categories: number[] }> = []
  const shown = new Set<number>()
  for await (const { isDropped, student, courseAverage, categoryAverages } of rowsOf(book)) {
    const categories = [...categoryAverages]
    if (!isDropped || options.include_dropped) {
      categories.forEach((average, c) => {
        if (!Number.isNaN(average)) shown.add(c)
      })
    }
    if (!isDropped) active.push({ period: student.period_id, course: courseAverage, categories })
  }
  const weights = book.categories.reduce((sum, { weight }) => sum + weight, 0)
  const isScaled = weights.toFixed(6) !== '1.000000'
  const tables: ExpectedTable[] = [{
    headings: ['Category', 'Weight', 'Class average', 'Median', 'Lowest', 'Highest'],
    rows: [
      ...book.categories.map(({ name, weight }, c) => [
        name, weight, ...(shown.has(c) ? spread(active.map(({ categories }) => categories[c]!)) : []),
      ]),
      ['Total', weights, isScaled ? 'scaled to 100 %' : null],
    ],
  }]
  if (options.sheets === 'period') {
    const periods: Array<{ id: number | null, name: string }> = [...book.periods]
    if (sheets.length > periods.length) periods.push({ id: null, name: 'No period' })
    tables.push({
      headings: [
        'Period', 'Students', 'Course average', 'Median',
        ...book.categories.filter((_, c) => shown.has(c)).map(({ name }) => `${name} average`),
      ],
      rows: periods.map(({ id, name }) => {
        const students = active.filter(({ period }) => period === id)
        const [average, median] = spread(students.map(({ course }) => course))
        return [
          name || 'Period', students.length, average!, median!,
          ...book.categories.flatMap((_, c) =>
            shown.has(c) ? spread(students.map(({ categories }) => categories[c]!)).slice(0, 1) : []
          ),
        ]
      }),
    })
  }
  tables.push({
    headings: ['Course averages', 'Students'],
    rows: BANDS.map((label, band) => [label, active.filter(({ course }) => bandOf(course) === band).length]),
  })
  if (book.course.gradingScale.length > 0) {
    tables.push({
      headings: ['Grade', 'From'],
      rows: book.course.gradingScale.map(({ grade, from }) => [grade, from]),
    })
  }
  return tables
}

/** The first entry whose limit the average reaches, rounded to ten decimals; below all of them the last. */
export function expectedGrade (book: Book, average: number): string | null {
  if (Number.isNaN(average)) return null
  const { gradingScale } = book.course
  return (gradingScale.find(({ from }) => from <= Number(average.toFixed(10))) ?? gradingScale.at(-1)!).grade
}

/** Mean, median, lowest and highest; null: none. */
function spread (averages: number[]): Array<number | null> {
  const sorted = averages.filter((average) => !Number.isNaN(average)).toSorted((a, b) => a - b)
  const n = sorted.length
  if (n === 0) return [null, null, null, null]
  const mean = sorted.reduce((sum, each) => sum + each, 0) / n
  return [mean, (sorted[Math.ceil(n / 2) - 1]! + sorted[Math.floor(n / 2)]!) / 2, sorted[0]!, sorted[n - 1]!]
}

function bandOf (average: number): number {
  if (Number.isNaN(average)) return -1
  return Math.max(0, Math.min(9, Math.floor(Number((average * 10).toFixed(9)))))
}
