// For random books, the page, the workbook, the recalculated workbook, the table as text, the OneRoster
// bundle read by our own import, and the reports show the same numbers. ONE_COMPUTATION_BOOKS and
// ONE_COMPUTATION_SEED try more.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { createWorld, NOW, showErrors } from '../imports/bundles.ts'
import { bookPath, exported } from '../support/exported.ts'
import { LibreOffice } from '../support/libreoffice.ts'
import { readWithOpenpyxl, type CellValue, type ReadSheet } from '../support/openpyxl.ts'
import { TEST_ENGINE } from '../support/test-database.ts'
import { testFolder } from '../support/test-folder.ts'
import { startTestService, type TestService } from '../support/test-service.ts'
import { findLibreOffice, findOpenpyxl, needs } from '../support/tools.ts'
import { randomBook, rosterOf, type RandomBook } from './random-book.ts'

const BOOKS = Number(process.env['ONE_COMPUTATION_BOOKS'] ?? (TEST_ENGINE === 'sqlite' ? 12 : 4))
const SEED = Number(process.env['ONE_COMPUTATION_SEED'] ?? 20261127)
const HEADINGS_ROW = 8
/** Rows of the class above the headings, and their names in the JSON of the page. */
const SPREADS = [[5, 'class_average', 'course_average'], [6, 'lowest', 'course_lowest'],
  [7, 'highest', 'course_highest']] as const

/** The book as the page gets it. */
type Page = any
/** What another form shows, by `student: column`. */
type Shown = Map<string, CellValue>

const STATUS_TEXTS: Record<string, string> = {
  not_started: 'Not started', in_progress: 'In progress', completed: 'Completed', submitted: 'Submitted',
  missing: 'Missing', exempt: 'Exempt',
}

/** Whether any student has an average in the category, so that it has a column. */
const isShown = (students: any[], c: number) =>
  students.some((student) => student.category_averages[c] !== null)

const included = (page: Page, { include_dropped: hasDropped }: { include_dropped: boolean }): any[] =>
  page.students.filter((student: any) => hasDropped || !student.is_dropped)

/** The number or status of a cell, as files show it. */
function shownCell (page: Page, student: any, j: number, values: 'percent' | 'points'): CellValue {
  const cell = student.data[j]
  if (cell === null) return null
  if (cell.score === null) return STATUS_TEXTS[cell.status] ?? null
  const possible = page.data_headings[j].points_possible ?? 0
  if (values === 'percent' || possible <= 0) return cell.score
  return Number((cell.points ?? cell.score * possible).toPrecision(15))
}

/** What a table must show of each student, by the columns that it has. */
function expectedRows (page: Page, { options }: RandomBook): Shown {
  const shown: Shown = new Map()
  const students = included(page, options)
  for (const student of students) {
    const set = (column: string, value: CellValue) => shown.set(`${student.source_id}: ${column}`, value)
    set('Status', student.is_dropped ? 'Dropped' : 'Active')
    set('Course average', student.course_average)
    if (page.course.grading_scale !== null) set('Grade', student.grade)
    for (const [c, { name }] of page.categories.entries()) {
      if (isShown(students, c)) set(`${name} average`, student.category_averages[c])
    }
    for (const [j, { title }] of page.data_headings.entries()) {
      set(title, shownCell(page, student, j, options.values))
    }
  }
  return shown
}

/** Differences between what is shown and what must be; `tolerance` in units of the numbers shown. */
function differences (found: Shown, expected: Shown, tolerance: number): string[] {
  const wrong: string[] = []
  for (const [at, wanted] of expected) {
    const value = found.get(at) ?? null
    const isSame = typeof wanted === 'number'
      ? typeof value === 'number' && Math.abs(value - wanted) <= tolerance * Math.max(1, Math.abs(wanted))
      : (value === '' ? null : value) === wanted
    if (!isSame) wrong.push(`${at}: ${JSON.stringify(value)} instead of ${JSON.stringify(wanted)}`)
  }
  for (const at of found.keys()) if (!expected.has(at)) wrong.push(`${at}: is not expected`)
  return wrong
}

const COLUMNS_OF_PEOPLE = ['Last name', 'First name', 'Student ID', 'Email', 'Period']

/** What the student sheets of a workbook show, of students and of the class. */
function readSheets (sheets: ReadSheet[]): { rows: Shown, classes: Map<string, Shown> } {
  const rows: Shown = new Map()
  const classes = new Map<string, Shown>()
  for (const { name, cells } of sheets.slice(1)) {
    const headings = Object.entries(cells).flatMap(([at, value]) => {
      const [, column = '', row] = /^([A-Z]+)(\d+)$/.exec(at) ?? []
      return Number(row) === HEADINGS_ROW ? [[column, String(value)] as const] : []
    })
    const spread: Shown = new Map()
    const idColumn = headings.find(([, heading]) => heading === 'Student ID')?.[0] ?? ''
    for (const [column, heading] of headings) {
      if (COLUMNS_OF_PEOPLE.includes(heading)) continue
      for (const [row, label] of SPREADS) {
        if (['Status', 'Grade'].includes(heading)) continue
        spread.set(`${label}: ${heading}`, cells[column + row] ?? null)
      }
      for (let row = HEADINGS_ROW + 1; cells[`${idColumn}${row}`] != null; row++) {
        rows.set(`${cells[`${idColumn}${row}`]}: ${heading}`, cells[column + row] ?? null)
      }
    }
    classes.set(name, spread)
  }
  return { rows, classes }
}

/** Averages over a class as its sheet must show them. */
function expectedSpread (page: Page, columns: any[]): Shown {
  const shown: Shown = new Map()
  for (const [, label, ofCourse] of SPREADS) {
    shown.set(`${label}: Course average`, page[ofCourse])
    for (const [c, category] of page.categories.entries()) {
      if (isShown(columns, c)) shown.set(`${label}: ${category.name} average`, category[label])
    }
    for (const task of page.data_headings) shown.set(`${label}: ${task.title}`, task[label])
  }
  return shown
}

function readCsv (text: string): Shown {
  const rows = parse(text, { bom: true, columns: true }) as Array<Record<string, string>>
  return new Map(rows.flatMap((row) => Object.entries(row).flatMap(([heading, value]) =>
    COLUMNS_OF_PEOPLE.includes(heading)
      ? []
      : [[`${row['Student ID']}: ${heading}`, /^-?[\d.]+(e-?\d+)?$/.test(value) ? Number(value) : value]])))
}

/** The same in percent, as the table has it: without the columns whose numbers are points. */
function inPercent (page: Page, { options }: RandomBook, rows: Shown): Shown {
  const points = new Set(options.values === 'points'
    ? page.data_headings.flatMap((task: any) => (task.points_possible ?? 0) > 0 ? [task.title] : [])
    : [])
  return new Map(Array.from(rows, ([at, value]) =>
    [at, typeof value === 'number' && !points.has(at.replace(/^.*?: /, '')) ? value * 100 : value]))
}

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 2 })
const shownPercent = (value: number | null) => value === null ? 'none yet' : percent.format(value)

/** What is wrong with the reports: one page for each student, in the order of the page. */
function reportFaults (text: string, page: Page, options: { include_dropped: boolean }): string[] {
  const pages = text.split('\f').filter((one) => one.trim() !== '').map((one) => one.replace(/\s+/g, ' '))
  const students = included(page, options)
  if (students.length > 0 && pages.length !== students.length) return [`${pages.length} pages`]
  return students.flatMap((student, i) => {
    const grade = student.grade === null ? '' : ` · Grade: ${student.grade}`
    const wanted = [
      student.name,
      `Course average: ${shownPercent(student.course_average)}${grade} · ` +
        `Class average: ${shownPercent(page.course_average)}`,
      ...page.categories.map(({ name }: { name: string }, c: number) =>
        `${name} ${shownPercent(student.category_averages[c])}`),
      ...page.data_headings.flatMap(({ title }: { title: string }, j: number) => {
        const cell = student.data[j]
        return cell === null
          ? []
          : [`${title} ${cell.score === null ? STATUS_TEXTS[cell.status] : percent.format(cell.score)}`]
      }),
    ]
    return wanted.filter((one) => !(pages[i] ?? '').includes(one))
      .map((one) => `${one} is not in: ${pages[i]}`)
  })
}

function textOf (folder: string, pdf: Buffer): string | undefined {
  const file = join(folder, 'reports.pdf')
  writeFileSync(file, pdf)
  const { error, status, stdout } = spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' })
  return error !== undefined || status !== 0 ? undefined : stdout
}

async function pageOf (service: TestService, courseId: number, periodId?: number): Promise<Page> {
  const query = periodId === undefined ? '' : `?period_id=${periodId}`
  return (await service.call('GET', bookPath({ ...service, courseIds: [courseId] }, query))).json()
}

/** Gives the courses their settings; ids by their order in the roster. */
async function set (service: TestService, books: readonly RandomBook[]): Promise<number[]> {
  const courses: Array<{ id: number, source_id: string }> =
    (await service.call('GET', '/api/courses')).json()
  const ids = books.map((_, b) => courses.find((course) => course.source_id === `b${b}-p0`)?.id ?? 0)
  for (const [b, { settings: { weights, ...settings } }] of books.entries()) {
    const page = await pageOf(service, ids[b] ?? 0)
    // By name: a category without tasks is not in the book.
    const categories = page.categories.map(({ id, name }: { id: number, name: string }) =>
      ({ id, weight: weights[Number(name.split('.')[1])] ?? null }))
    const path = `/api/courses/${ids[b]}`
    const { status } = await service.call('PATCH', path, { body: { ...settings, categories } })
    // Not all weights may be zero.
    if (status !== 200) await service.call('PATCH', path, { body: settings })
  }
  return ids
}

t.setTimeout(3_600_000)
t.test(`the same numbers everywhere: ${BOOKS} books of seed ${SEED}`, needs(findOpenpyxl()), async (t) => {
  const folder = testFolder(t, { a: {}, b: {} })
  const books = fc.sample(randomBook, { seed: SEED, numRuns: BOOKS })
  const roster = rosterOf(books)
  const service = await startTestService(t, { now: () => NOW })
  const world = await createWorld(t, join(folder, 'a'), service.services.db.location)
  await world.take(roster, { version: '1.2' })
  const ids = await set(service, books)
  const pages = await Promise.all(ids.map((id) => pageOf(service, id)))
  /** Fails with the differences, and the book that has them. */
  const same = (t: Test, b: number, wrong: readonly string[], what: string) => {
    t.strictSame(wrong.slice(0, 5), [], `${what}: book ${b} of seed ${SEED}: ${
      wrong.length === 0 ? '' : JSON.stringify(books[b])}`)
  }
  const files: string[] = []
  const formats = async (b: number, options: object) =>
    (await exported({ ...service, courseIds: [ids[b] ?? 0] }, options)).bytes

  await t.test('workbooks', async (t) => {
    for (const [b, { options }] of books.entries()) {
      const file = join(folder, `book-${b}.xlsx`)
      writeFileSync(file, await formats(b, options))
      files.push(file)
    }
    const recalculated = findLibreOffice().path === undefined && process.env['CI'] !== 'true'
      ? []
      : new LibreOffice(folder).recalculate(files)
    const read = readWithOpenpyxl([...files, ...recalculated])
    for (const [b, book] of books.entries()) {
      const page = pages[b]
      const ofPeriods = new Map<string, Page>(await Promise.all(page.periods.map(
        async ({ id, name }: { id: number, name: string }) =>
          [name, await pageOf(service, page.course.id, id)] as const)))
      for (const [file, tolerance] of [[files[b], 1e-14], [recalculated[b], 1e-9]] as const) {
        if (file === undefined) continue
        const { rows, classes } = readSheets(read.get(file)?.sheets ?? [])
        const what = file === files[b] ? 'stored' : 'calculated again'
        same(t, b, differences(rows, expectedRows(page, book), tolerance), what)
        for (const [name, spread] of classes) {
          const of = book.options.sheets === 'course' ? page : ofPeriods.get(name)
          const expected = of === undefined
            ? new Map()
            : expectedSpread(of, included(page, book.options))
          if (of === undefined) continue
          same(t, b, differences(spread, expected, tolerance), `${what}, class, ${name}`)
        }
      }
    }
  })

  await t.test('tables as text', async (t) => {
    for (const [b, book] of books.entries()) {
      const { values, include_dropped: hasDropped } = book.options
      const text = (await formats(b, { format: 'csv', values, include_dropped: hasDropped })).toString()
      const expected = inPercent(pages[b], book, expectedRows(pages[b], book))
      // Percentages have four decimals.
      same(t, b, differences(readCsv(text), expected, 0.000_050_1), 'table')
    }
  })

  await t.test('reports', async (t) => {
    for (const [b, { options: { include_dropped: hasDropped } }] of books.entries()) {
      const text = textOf(folder, await formats(b, {
        format: 'pdf', include_dropped: hasDropped, class_average: true,
      }))
      if (text === undefined && process.env['CI'] !== 'true') return t.comment('there is no pdftotext here')
      same(t, b, reportFaults(text ?? '', pages[b], { include_dropped: hasDropped }), 'reports')
    }
  })

  await t.test('OneRoster, read by our own import', async (t) => {
    const other = await startTestService(t, { now: () => NOW })
    const { categories, lineItems, results, ...people } = roster
    const copy = await createWorld(t, join(folder, 'b'), other.services.db.location)
    await copy.take(people, { version: '1.2' })
    for (const [b] of books.entries()) {
      const file = join(folder, `bundle-${b}.zip`)
      writeFileSync(file, await formats(b, { format: 'oneroster' }))
      const outcome = await copy.import(file, { format: 'oneroster' })
      t.strictSame(showErrors(outcome), [])
    }
    const otherIds = await set(other, books)
    for (const [b, book] of books.entries()) {
      same(t, b, bundleFaults(pages[b], await pageOf(other, otherIds[b] ?? 0), book), 'bundle')
    }
  })
})

/** What differs after an export to a bundle and an import of it: bundles have no work that is not started. */
function bundleFaults (page: Page, found: Page, { settings, tasks }: RandomBook): string[] {
  const numbers = (book: Page, isExact: boolean): Shown => new Map(book.students.flatMap((student: any) => [
    ...isExact ? [[`${student.source_id}: average`, student.course_average]] : [],
    ...book.data_headings.flatMap(({ title }: { title: string }, j: number) => {
      const cell = student.data[j]
      if (cell === null || cell.status === 'not_started') return []
      return [[`${student.source_id}: ${title}`, cell.score ?? cell.status]]
    }),
  ]))
  const isExact = settings.missing_counts === 'ignored' && tasks.every(({ points }) => points !== null)
  return differences(numbers(found, isExact), numbers(page, isExact), 1e-9)
}
