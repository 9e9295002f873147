// A workbook from a described course, and what it must contain, laid out independently and plainly, from the
// contract alone.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { openBookReader, sqliteFile } from '../../db/index.ts'
import { controlTotals } from '../../db/queries/books.ts'
import { readBook, type Book } from '../../src/courses/book.ts'
import type {
  WorkbookFacts,
  WorkbookOptions,
  WorkbookRequest,
} from '../../workers/workbook/workbook-request.ts'
import { writeWorkbook } from '../../workers/workbook/write-workbook.ts'
import { makeBookDatabase, type CourseDescription } from './book-database.ts'
import { rowsOf } from './book-rows.ts'
import { expectedGrade, expectedTables, type ExpectedTable } from './expected-summary.ts'
import type { CellValue } from './openpyxl.ts'
import { inLanguage, sheetInLanguage, tableInLanguage } from './spanish.ts'

export const NOW = Date.UTC(2015, 3, 30, 19, 34, 2)
export const DEFAULTS: WorkbookOptions = {
  sheets: 'course', values: 'percent', include_dropped: true, language: 'en',
}

export interface ExpectedSheet {
  name: string
  /** Rows from 1 on, columns from A on; null: no value. Texts as they came in. */
  rows: CellValue[][]
}

export interface MadeWorkbook {
  file: string
  facts: WorkbookFacts
  /** Student sheets only. */
  expected: ExpectedSheet[]
  summary: Record<string, CellValue>
  /** Of Summary; in English. */
  tables: ExpectedTable[]
  /** Over the whole course. */
  categoryAverages: Array<{ name: string, average: number | null }>
}

export interface MakeOptions extends Partial<WorkbookOptions> {
  now?: number
  request?: Partial<WorkbookRequest>
}

/** Makes a workbook in `folder` from a course written into a database there. */
export async function makeWorkbook (
  folder: string,
  name: string,
  course: CourseDescription,
  { now = NOW, request = {}, ...chosen }: MakeOptions = {}
): Promise<MadeWorkbook> {
  const database = join(folder, `${name}.sqlite`)
  const [courseId] = await makeBookDatabase(database, course)
  return await withBook(database, courseId!, now, async (book, controls) => {
    const options = { ...DEFAULTS, ...chosen }
    const word = (english: string): string => inLanguage(options.language, english)
    const file = join(folder, `${name}.xlsx`)
    const facts = await writeWorkbook(book, {
      options,
      file,
      generatedAt: now,
      generatedBy: 'Jo Teacher',
      teachers: ['Jo Teacher', 'Ann Other'],
      controls,
      ...request,
    })
    const expected = await expectedSheets(book, options)
    return {
      file,
      facts,
      expected: expected.map((sheet) => sheetInLanguage(options.language, sheet, book.tasks.length)),
      tables: (await expectedTables(book, options, expected.map(({ name }) => name)))
        .map((table) => tableInLanguage(options.language, table)),
      summary: Object.fromEntries(Object.entries(expectedSummary(book, options)).map(([label, value]) =>
        [word(label), value === 'agrees' ? word(value) : value]
      )),
      categoryAverages: book.averages().categories.map(({ average }, c) => ({
        name: book.categories[c]!.name,
        average,
      })),
    }
  }).finally(() => {
    for (const end of ['', '-wal', '-shm']) rmSync(database + end, { force: true })
  })
}

/** Hands a course's book, on an open snapshot, and the database's control totals to `use`. */
export async function withBook<T> (
  database: string,
  courseId: number,
  now: number,
  use: (book: Book, controls: WorkbookRequest['controls']) => Promise<T>
): Promise<T> {
  const reader = openBookReader(sqliteFile(database))
  try {
    return await reader.read(async (snapshot) => {
      const book = (await readBook(snapshot, courseId, { now }))!
      const controls = await controlTotals(snapshot, courseId, { today: book.today })
      return await use(book, { ...controls, zeroedCells: book.zeroedCells })
    })
  } finally {
    await reader.close()
  }
}

/** The lines at the top of Summary, by label. */
export function expectedSummary (book: Book, options: WorkbookOptions): Record<string, CellValue> {
  const averages = book.averages()
  return {
    Course: book.course.name,
    School: book.course.school,
    Term: book.course.term,
    Students: averages.students,
    'Dropped students': averages.dropped,
    Tasks: book.tasks.length,
    Scores: options.include_dropped ? averages.scores : averages.activeScores,
    'Course average': averages.course.average,
    Check: 'agrees',
  }
}

export async function expectedSheets (book: Book, options: WorkbookOptions): Promise<ExpectedSheet[]> {
  if (options.sheets === 'course') {
    return [{ name: 'Performance', rows: await sheetRows(book, options, undefined) }]
  }
  const sheets: ExpectedSheet[] = await Array.fromAsync(book.periods, async ({ id, name }) => ({
    name,
    rows: await sheetRows(book, options, id),
  }))
  const rest = await sheetRows(book, options, null)
  if (rest.length > 8 || sheets.length === 0) sheets.push({ name: 'No period', rows: rest })
  return sheets
}

async function sheetRows (
  book: Book,
  options: WorkbookOptions,
  periodId: number | null | undefined
): Promise<CellValue[][]> {
  // A full pass, so that nothing below depends on where an iteration stopped.
  const students = (await Array.fromAsync(rowsOf(book))).length
  const shown = new Set<number>()
  for await (const row of rowsOf(book)) {
    if (row.isDropped && !options.include_dropped) continue
    row.categoryAverages.forEach((average, c) => {
      if (!Number.isNaN(average)) shown.add(c)
    })
  }
  const categories = book.categories.map((category, c) => ({ ...category, c })).filter(({ c }) =>
    shown.has(c)
  )
  const hasPeriod = options.sheets === 'course' && book.periods.length > 1
  const fixed = ['Last name', 'First name', 'Student ID', 'Email', ...(hasPeriod ? ['Period'] : []), 'Status']
  const blank = fixed.slice(1).map(() => null)
  const hasGrades = book.course.gradingScale.length > 0
  const noGrade = hasGrades ? [null] : []
  const averages = book.averages(periodId)
  const { tasks } = book
  const spread = (
    label: string,
    which: 'average' | 'lowest' | 'highest'
  ): CellValue[] => [
    label,
    ...blank,
    averages.course[which],
    ...noGrade,
    ...categories.map(({ c }) => averages.categories[c]![which]),
    ...averages.tasks.map((task) => task[which]),
  ]
  const rows: CellValue[][] = [
    [
      book.course.name,
      ...blank,
      null,
      ...noGrade,
      ...categories.map(({ c }) => c + 1),
      ...tasks.map((task) => task.category < 0 ? null : task.category + 1),
    ],
    [
      'Due',
      ...blank,
      null,
      ...noGrade,
      ...categories.map(() => null),
      ...tasks.map((task) => due(task.dueAt, book.course.timeZone)),
    ],
    [
      'Category',
      ...blank,
      null,
      ...noGrade,
      ...categories.map(({ name }) => name),
      ...tasks.map((task) => task.category < 0 ? null : book.categories[task.category]!.name),
    ],
    [
      'Points possible',
      ...blank,
      null,
      ...noGrade,
      ...categories.map(({ weight }) => weight),
      ...tasks.map((task) => (task.pointsPossible ?? -1) < 0 ? null : digits(task.pointsPossible!)),
    ],
    spread('Class average', 'average'),
    spread('Lowest', 'lowest'),
    spread('Highest', 'highest'),
    [
      ...fixed,
      'Course average',
      ...(hasGrades ? ['Grade'] : []),
      ...categories.map(({ name }) => `${name} average`),
      ...tasks.map((task) => task.title),
    ],
  ]
  for await (const row of rowsOf(book)) {
    const { student, isDropped, scores, cells, categoryAverages, courseAverage } = row
    if (isDropped && !options.include_dropped) continue
    if (periodId !== undefined && student.period_id !== periodId) continue
    const period = book.periods.find(({ id }) => id === student.period_id)?.name ?? null
    rows.push([
      student.last_name,
      student.first_name,
      student.student_identifier,
      student.email,
      ...(hasPeriod ? [period] : []),
      isDropped ? 'Dropped' : 'Active',
      number(courseAverage),
      ...(hasGrades ? [expectedGrade(book, courseAverage)] : []),
      ...categories.map(({ c }) => number(categoryAverages[c]!)),
      ...tasks.map((task, j) => {
        const score = scores[j]!
        if (!Number.isNaN(score)) {
          return options.values === 'points' && (task.pointsPossible ?? 0) > 0
            ? digits(score * task.pointsPossible!)
            : score
        }
        const status = cells.cell(task.slot)?.status
        return status === undefined
          ? null
          : {
              not_started: 'Not started',
              in_progress: 'In progress',
              completed: 'Completed',
              submitted: 'Submitted',
              missing: 'Missing',
              exempt: 'Exempt',
            }[status]
      }),
    ])
  }
  if (students < rows.length - 8) throw new Error('More rows than students.')
  return rows
}

/** A date, or a text for what Excel's calendar does not have. */
function due (ms: number | null, timeZone: string): CellValue {
  if (ms === null) return null
  const shown = clock(ms, timeZone)
  return shown < '1900-03-01' || shown.length > 19 ? shown.slice(0, -3).replace('T', ' ') : { date: shown }
}

/** What a worksheet keeps of a number. */
function digits (value: number): number {
  return Number(value.toPrecision(15))
}

function number (value: number): number | null {
  return Number.isNaN(value) ? null : value
}

/** What a clock in the zone shows, as openpyxl says it. */
export function clock (ms: number, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDateTime().toString({
    smallestUnit: 'second',
  })
}
