// Small sources for import tests, written from rows, and what is in the database afterwards.
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Test } from 'tap'
import yazl from 'yazl'
import { controlTotals } from '../../db/queries/books.ts'
import { openBookReader, openDatabase, type DatabaseLocation, type Reads } from '../../db/index.ts'
import type { ImportOptions } from '../../src/imports/import-options.ts'
import { importSources } from '../../src/imports/import-sources.ts'
import type { ImportOutcome, ImportSummary } from '../../src/imports/outcome.ts'
import { showPlace } from '../../src/imports/problems.ts'
import type { GradingScale } from '../../src/courses/grading-scale.ts'
import { readBook } from '../../src/courses/book.ts'
import { STATUSES, STATUS_MASK } from '../../src/courses/packed-cells.ts'
import { rowsOf } from '../support/book-rows.ts'
import { sqlNow } from '../support/sql.ts'
import { testDatabase } from '../support/test-database.ts'

export type TableRow = Record<string, string | number>
/** Rows by the name of the file; the columns are those of all rows together. */
export type Tables = Record<string, TableRow[]>

export const NOW = Date.parse('2026-03-02T12:00:00Z')

/** A small school: one course in two periods, one teacher, three students, two tasks in each period. */
export function school (): Tables {
  const lineItem = (period: number, n: number, category: string) => ({
    sourcedId: `li${n}-p${period}`,
    title: `HW ${n}`,
    assignDate: '2026-01-10',
    dueDate: `2026-02-0${n}`,
    classSourcedId: `p${period}`,
    categorySourcedId: category,
    resultValueMin: 0,
    resultValueMax: 10,
  })
  return {
    orgs: [{ sourcedId: 'o1', name: 'Lakeview', type: 'school' }],
    academicSessions: [{
      sourcedId: 't1',
      title: 'Spring 2026',
      type: 'term',
      startDate: '2026-01-05',
      endDate: '2026-06-30',
      schoolYear: '2026',
    }],
    courses: [{ sourcedId: 'c1', title: 'Physics', courseCode: 'PH', orgSourcedId: 'o1' }],
    classes: [1, 2].map((n) => ({
      sourcedId: `p${n}`,
      title: `Period ${n}`,
      courseSourcedId: 'c1',
      classCode: '',
      schoolSourcedId: 'o1',
      termSourcedIds: 't1',
      periods: n,
    })),
    users: [
      user('ted', 'Ted', 'Mayer', 'T-1'),
      user('ann', 'Ann', 'Lee', '0042'),
      user('bob', 'Bob', 'Ng', '0043'),
      user('cyd', 'Cyd', 'Ortiz', ''),
    ],
    enrollments: [
      enrollment('e-t1', 'p1', 'ted', 'teacher'),
      enrollment('e-t2', 'p2', 'ted', 'teacher'),
      enrollment('e-a', 'p1', 'ann'),
      enrollment('e-b', 'p1', 'bob'),
      enrollment('e-c', 'p2', 'cyd'),
    ],
    categories: [{ sourcedId: 'k1', title: 'Homework' }, { sourcedId: 'k2', title: 'Exams' }],
    lineItems: [lineItem(1, 1, 'k1'), lineItem(1, 2, 'k2'), lineItem(2, 1, 'k1'), lineItem(2, 2, 'k2')],
    results: [
      result('r1', 'li1-p1', 'ann', 7),
      result('r2', 'li2-p1', 'ann', 8),
      result('r3', 'li1-p1', 'bob', 10),
      result('r4', 'li1-p2', 'cyd', 5),
    ],
  }
}

export function user (
  id: string,
  givenName: string,
  familyName: string,
  identifier: string,
  extra: TableRow = {}
): TableRow {
  return {
    sourcedId: id,
    enabledUser: 'true',
    role: 'student',
    username: id,
    givenName,
    familyName,
    identifier,
    email: `${id}@example.edu`,
    ...extra,
  }
}

export function enrollment (
  id: string,
  period: string,
  person: string,
  role = 'student',
  extra: TableRow = {}
): TableRow {
  return {
    sourcedId: id,
    classSourcedId: period,
    userSourcedId: person,
    role,
    primary: 'false',
    beginDate: '',
    endDate: '',
    ...extra,
  }
}

export function result (
  id: string,
  item: string,
  person: string,
  score: string | number,
  extra: TableRow = {}
): TableRow {
  return {
    sourcedId: id,
    status: '',
    dateLastModified: '',
    lineItemSourcedId: item,
    studentSourcedId: person,
    scoreStatus: score === '' ? '' : 'fully graded',
    score,
    scoreDate: '',
    comment: '',
    ...extra,
  }
}

export interface BundleOptions {
  /** Default bulk; false: no manifest. */
  modes?: Record<string, string> | false
  version?: string
  lineEnd?: string
}

export const FILES = [
  'academicSessions',
  'categories',
  'classes',
  'courses',
  'enrollments',
  'lineItems',
  'orgs',
  'results',
  'roles',
  'users',
]

/** Headers of files without rows. */
const EMPTY: Record<string, string> = {
  results: 'sourcedId,lineItemSourcedId,studentSourcedId,score',
  enrollments: 'sourcedId,classSourcedId,userSourcedId,role',
  lineItems: 'sourcedId,title,classSourcedId',
  courses: 'sourcedId,title',
}

/** The files of a bundle as text, by name. */
export function bundleTexts (
  tables: Tables,
  { modes = {}, version = '1.1', lineEnd = '\r\n' }: BundleOptions = {}
): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const [name, rows] of Object.entries(tables)) {
    texts[`${name}.csv`] = rows.length === 0
      ? `${EMPTY[name]!}${lineEnd}`
      : csv(rows, lineEnd)
  }
  if (modes !== false) {
    texts['manifest.csv'] = csv([
      { propertyName: 'manifest.version', value: '1.0' },
      { propertyName: 'oneroster.version', value: version },
      ...FILES.map((name) => ({
        propertyName: `file.${name}`,
        value: modes[name] ?? (name in tables ? 'bulk' : 'absent'),
      })),
    ], lineEnd)
  }
  return texts
}

export function csv (rows: TableRow[], lineEnd = '\r\n'): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const cell = (value: string | number | undefined) => {
    const text = String(value ?? '')
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))].map((row) =>
    row.map(cell).join(',') + lineEnd
  ).join('')
}

export function writeFolder (folder: string, files: Record<string, string | Buffer>): string {
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}

export async function writeZip (
  file: string,
  files: Record<string, string | Buffer>,
  { forceZip64Format = false } = {}
): Promise<string> {
  const zip = new yazl.ZipFile()
  for (const [name, content] of Object.entries(files)) {
    zip.addBuffer(Buffer.from(content), name, { forceZip64Format })
  }
  zip.end({ forceZip64Format, comment: '' })
  await pipeline(zip.outputStream, createWriteStream(file))
  return file
}

export interface World {
  folder: string
  database: DatabaseLocation
  /** Runs a statement on the database from outside, at once, and returns its rows. */
  sql: (statement: string, ...values: unknown[]) => any[]
  import: (paths: string | string[], options?: Partial<ImportOptions>) => Promise<ImportOutcome>
  /** The import of tables as a bulk bundle (or as `modes` says); fails the test where it does not succeed. */
  take: (tables: Tables, options?: Partial<ImportOptions> & BundleOptions) => Promise<ImportSummary>
  /** The same where it must fail: `file:line: message` of each error. */
  refuse: (tables: Tables, options?: Partial<ImportOptions> & BundleOptions) => Promise<string[]>
  books: (now?: number) => Promise<ShownBook[]>
  book: (now?: number) => Promise<ShownBook>
}

let bundles = 0

/** A fresh, migrated database with what imports into it. */
export async function createWorld (t: Test, folder = t.testdir(), given?: DatabaseLocation): Promise<World> {
  const database = given ?? await testDatabase(t, join(folder, 'data'))
  await (await openDatabase(database)).close()
  const world: World = {
    folder,
    database,
    sql: (statement, ...values) => sqlNow(database, statement, ...values),
    import: (paths, options = {}) =>
      importSources(typeof paths === 'string' ? [paths] : paths, {
        database,
        stagingFolder: join(folder, 'staging'),
        defaultTimeZone: 'UTC',
        dryRun: false,
        strict: false,
        allowRemovals: false,
        maxBytes: 2 ** 31,
        now: () => NOW,
        ...options,
      }),
    async take (tables, options = {}) {
      const outcome = await world.import(
        writeFolder(join(folder, `bundle-${++bundles}`), bundleTexts(tables, options)),
        options
      )
      if (!outcome.ok) throw new Error(`The import failed: ${showErrors(outcome).join('; ')}`)
      return outcome.summary
    },
    async refuse (tables, options = {}) {
      const outcome = await world.import(
        writeFolder(join(folder, `bundle-${++bundles}`), bundleTexts(tables, options)),
        options
      )
      if (outcome.ok) throw new Error('The import succeeded.')
      return showErrors(outcome)
    },
    books: (now = NOW) => showBooks(database, now),
    async book (now = NOW) {
      const books = await showBooks(database, now)
      if (books.length !== 1) throw new Error(`There are ${books.length} courses.`)
      return books[0]!
    },
  }
  return world
}

export function showErrors (outcome: ImportOutcome): string[] {
  return outcome.ok
    ? []
    : outcome.errors.map((error) =>
      [showPlace(error), error.message].filter((part) => part !== '').join(': ')
    )
}

/** Codes of warnings with their counts. */
export function warningCounts (summary: ImportSummary): Record<string, number> {
  return Object.fromEntries(summary.warnings.map(({ code, count }) => [code, count]))
}

export interface ShownBook {
  id: number
  sourceId: string
  name: string
  school: string | null
  term: string | null
  timeZone: string
  gradingScale: GradingScale
  version: number
  teachers: string[]
  periods: string[]
  /** Name and effective weight. */
  categories: Record<string, number>
  /** Title, category, due, points possible. */
  tasks: string[]
  /** In the order of the book: name, id, period, `dropped`, and by title what the cell shows. */
  students: Array<
    {
      who: string,
      id: string | null,
      period: string | null,
      isDropped: boolean,
      cells: Record<string, string>,
    }
  >
  /** The control totals of the import add up to the book's own. */
  totals: { stored: [number, number], computed: [number, number] }
}

async function showBooks (database: DatabaseLocation, now: number): Promise<ShownBook[]> {
  const db = await openDatabase(database)
  const ids = await db.reads.selectFrom('courses').select('id').orderBy('id').execute()
  await db.close()
  const reader = openBookReader(database)
  try {
    return await reader.read((snapshot) => Array.fromAsync(ids, ({ id }) => showBook(snapshot, id, now)))
  } finally {
    await reader.close()
  }
}

async function showBook (snapshot: Reads, id: number, now: number): Promise<ShownBook> {
  const book = (await readBook(snapshot, id, { now }))!
  const periods = new Map(book.periods.map((period) => [period.id, period.name]))
  const nth = new Map<string, number>()
  const titles = book.tasks.map(({ title }) => {
    const n = (nth.get(title) ?? 0) + 1
    nth.set(title, n)
    return n === 1 ? title : `${title} (${n})`
  })
  const students: ShownBook['students'] = []
  for await (const row of rowsOf(book)) {
    const cells: Record<string, string> = {}
    book.tasks.forEach((task, j) => {
      if (!row.cells.isGiven(task.slot)) return
      const cell = row.cells.cell(task.slot)!
      const score = row.scores[j]!
      const parts = [
        STATUSES[(row.cells.marks[task.slot]! & STATUS_MASK) - 1],
        Number.isNaN(score) ? '' : String(Math.round(score * 1e6) / 1e6),
        cell.isLate ? 'late' : '',
        cell.isProvisional ? 'provisional' : '',
        cell.submittedAt === null
          ? ''
          : cell.submittedAt.isPlainDate
            ? new Date(cell.submittedAt.ms).toISOString().slice(0, 10)
            : new Date(cell.submittedAt.ms).toISOString(),
      ]
      cells[titles[j]!] = parts.filter((part) => part !== '').join(' ')
    })
    const { student } = row
    students.push({
      who: [student.first_name, student.last_name].filter((part) => part !== null).join(' '),
      id: student.student_identifier,
      period: student.period_id === null ? null : periods.get(student.period_id)!,
      isDropped: row.isDropped,
      cells,
    })
  }
  const { scores, score_sum: sum } = await controlTotals(snapshot, id, { today: book.today })
  const teachers = await snapshot.selectFrom('course_teachers').selectAll().where('course_id', '=', id)
    .orderBy('position').orderBy('id').execute()
  const averages = book.averages()
  return {
    id,
    sourceId: book.course.sourceId,
    name: book.course.name,
    school: book.course.school,
    term: book.course.term,
    timeZone: book.course.timeZone,
    gradingScale: book.course.gradingScale,
    version: book.dataVersion,
    teachers: teachers.map((teacher) =>
      `${teacher.first_name ?? ''} ${teacher.last_name ?? ''} <${teacher.email_key ?? ''}>${
        teacher.is_enabled === 1 ? '' : ' disabled'
      }`.trim()
    ),
    periods: book.periods.map((period) => period.name),
    categories: Object.fromEntries(book.categories.map((category) => [category.name, category.weight])),
    tasks: book.tasks.map((task) =>
      [
        task.title,
        task.category === -1 ? '-' : book.categories[task.category]!.name,
        task.dueAt === null ? '-' : new Date(task.dueAt).toISOString(),
        task.pointsPossible ?? '-',
      ].join(' | ')
    ),
    students,
    totals: {
      stored: [scores, Math.round(sum * 1e6) / 1e6],
      computed: [averages.scores - book.zeroedCells, Math.round(averages.scoreSum * 1e6) / 1e6],
    },
  }
}
