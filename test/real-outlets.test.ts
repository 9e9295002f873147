// Real scores and the demo's course in every format, each read by a third-party reader or by our own
// importer: every name and number is found again. `REAL_BUNDLE` names a larger bundle than the sample.
import { spawnSync } from 'node:child_process'
import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import t, { type Test } from 'tap'
import { openBookReader } from '../db/index.ts'
import { readBook } from '../src/courses/book.ts'
import type { ExportOptionsGiven } from '../src/exports/export-request.ts'
import { pointsCell } from '../workers/outlets/cell-points.ts'
import { createWorld, NOW, showErrors, type World } from './imports/bundles.ts'
import { LibreOffice } from './support/libreoffice.ts'
import { readWithOpenpyxl } from './support/openpyxl.ts'
import { readBundle } from './support/read-bundle.ts'
import { testFolder } from './support/test-folder.ts'
import { findLibreOffice, findOpenpyxl, findPdftotext, needs, pathOf } from './support/tools.ts'
import { writtenOutlet } from './workers/outlets/written-outlet.ts'

const SAMPLE = join(import.meta.dirname, '../data/sample')
const BUNDLE = process.env['REAL_BUNDLE'] ?? join(SAMPLE, 'open-university-oneroster-1.1.zip')
const REPORTS = 40
const TOLERANCE = 1e-9

interface Truth {
  id: number
  titles: string[]
  /** By task: whether it has points possible. */
  isScored: boolean[]
  students: Array<{
    names: string[]
    sourceId: string
    /** Whether a system can match them; Moodle matches by one of the ids only. */
    isFound: Record<'canvas' | 'moodle' | 'brightspace', boolean>
    percents: number[]
    points: number[]
    average: number
  }>
}

/** What is in the database. That all of it came in is shown by the tests of imports and of the workbook. */
async function truthOf (world: World, courseId: number): Promise<Truth> {
  const reader = openBookReader(world.database)
  try {
    return await reader.read(async (snapshot) => {
      const book = await readBook(snapshot, courseId, { now: NOW })
      if (book === undefined) throw new Error('there is no such course')
      const students: Truth['students'] = []
      for await (const batch of book.batches()) {
        for (const row of batch) {
          const { last_name: last, first_name: first, source_id: sourceId, ...student } = row.student
          students.push({
            names: [last ?? '', first ?? ''],
            sourceId,
            isFound: {
              canvas: true,
              moodle: student.student_identifier !== null,
              brightspace: (student.student_identifier ?? student.email) !== null,
            },
            percents: Array.from(book.tasks, (_, i) => (row.scores[i] ?? NaN) * 100),
            points: book.tasks.map((task, i) => pointsCell(row, task, i)?.points ?? NaN),
            average: row.courseAverage * 100,
          })
        }
      }
      const isScored = book.tasks.map(({ pointsPossible }) => pointsPossible !== null && pointsPossible > 0)
      return { id: courseId, titles: book.tasks.map(({ title }) => title), isScored, students }
    })
  } finally {
    await reader.close()
  }
}

const rowsOf = (file: string, delimiter = ',') =>
  parse(readFileSync(file), { bom: true, delimiter }) as unknown as string[][]
const isNumber = (text: string) => /^-?\d+(\.\d+)?$/.test(text)

/** Text in place of a score is a status. */
const numbersOf = (cells: string[]) => cells.map((cell) => isNumber(cell) ? Number(cell) : NaN)
const rounded = (values: number[]) => values.map((value) => Number(value.toFixed(4)))

t.test('real scores and the demo, in every format', async (t) => {
  const world = await createWorld(t, testFolder(t))
  const outcome = await world.import([BUNDLE, join(SAMPLE, 'physics-1.json')], { timeZone: 'Europe/London' })
  if (!outcome.ok) throw new Error(showErrors(outcome).join('; '))
  const books = (await world.books()).toSorted((a, b) => b.students.length - a.students.length)
  const [largest, demo] = [books[0], books.find(({ sourceId }) => sourceId.startsWith('physics'))]
  if (largest === undefined || demo === undefined) throw new Error('a course is missing')
  const courses = [await truthOf(world, largest.id), await truthOf(world, demo.id)]
  t.ok((courses[0]?.students.length ?? 0) > 900)
  const write = async ({ id }: Truth, options: ExportOptionsGiven, first?: number) => {
    const { file, ...facts } = await writtenOutlet(world.folder, world.database, id, options, NOW, first)
    return { file, ...facts }
  }

  t.test('xlsx', needs(findOpenpyxl()), async (t) => {
    const files: string[] = []
    for (const course of courses) {
      const { file } = await write(course, { format: 'xlsx' })
      files.push(`${file}.xlsx`)
      renameSync(file, `${file}.xlsx`)
    }
    const read = readWithOpenpyxl(files)
    for (const [c, { titles, students }] of courses.entries()) {
      const { cells } = read.get(files[c] ?? '')?.sheets.find(({ name }) => name === 'Performance') ?? {}
      const column = new Map(Object.entries(cells ?? {}).flatMap(([at, value]) =>
        /^[A-Z]+8$/.test(at) ? [[String(value), at.slice(0, -1)]] : []))
      const at = (title: string, i: number) => cells?.[`${column.get(title)}${9 + i}`]
      t.strictSame(students.map((_, i) => [at('Last name', i) ?? '', at('First name', i) ?? '']),
        students.map(({ names }) => names))
      t.strictSame(students.flatMap(({ percents }, i) => titles.filter((title, j) => {
        const [found, wanted = NaN] = [at(title, i), percents[j]]
        return Number.isNaN(wanted)
          ? typeof found === 'number'
          : typeof found !== 'number' || Math.abs(found * 100 - wanted) > TOLERANCE
      })), [])
    }
  })

  /** A table as text: its students, averages and percentages, from the column of the course average on. */
  const checkTable = (t: Test, { titles, students }: Truth, [head = [], ...rows]: string[][]) => {
    const [average, first] = [head.indexOf('Course average'), head.length - titles.length]
    t.strictSame(head.slice(first), titles)
    t.strictSame(rows.map((row) => row.slice(0, 2)), students.map(({ names }) => names))
    t.strictSame(rows.map((row) => numbersOf(row.slice(first))),
      students.map(({ percents }) => rounded(percents)))
    const averages = numbersOf(rows.map((row) => row[average] ?? ''))
    t.strictSame(averages, rounded(students.map((one) => one.average)))
  }
  const tables: Array<{ file: string, course: Truth, separator: ',' | ';' }> = []

  t.test('csv', async (t) => {
    for (const course of courses) {
      for (const separator of [',', ';'] as const) {
        const { file } = await write(course, { format: 'csv', separator })
        tables.push({ file, course, separator })
        checkTable(t, course, rowsOf(file, separator).map((row, i) =>
          i === 0 || separator === ',' ? row : row.map((cell) => cell.replace(/^(-?\d+),(\d+)$/, '$1.$2'))))
      }
    }
  })

  t.test('csv in LibreOffice, in English and in German', needs(findLibreOffice()), async (t) => {
    const office = new LibreOffice(world.folder)
    for (const [separator, locale] of [[',', 1033], [';', 1031]] as const) {
      const some = tables.filter((table) => table.separator === separator)
      const read = office.reread(some.map(({ file }) => file), separator, locale)
      for (const [i, { course }] of some.entries()) checkTable(t, course, rowsOf(read[i] ?? ''))
    }
  })

  const systems = [['canvas', 5, 0], ['moodle', 2, 0], ['brightspace', 2, 1]] as const
  for (const [format, before, after] of systems) {
    t.test(format, async (t) => {
      for (const course of courses) {
        const { file, receipts, students } = await write(course, { format })
        const withoutId = receipts.find(({ code }) => code === 'no_id')?.students ?? 0
        const written = course.students.filter(({ isFound }) => isFound[format])
        const rows = rowsOf(file).slice(format === 'canvas' ? 2 : 1)
        t.strictSame([rows.length, students, withoutId],
          [written.length, written.length, course.students.length - written.length])
        t.strictSame(rows.map((row) => numbersOf(row.slice(before, row.length - after))),
          written.map(({ points }) => points.filter((_, i) => format !== 'canvas' || course.isScored[i])))
        if (format !== 'canvas') continue
        const shown = rows.map(([name]) => name)
        const named = course.students.map(({ names }) => names.filter((name) => name !== ''))
        t.strictSame(shown, named.map((names) => names.join(', ')))
      }
    })
  }

  t.test('oneroster', async (t) => {
    const [real, made] = courses as [Truth, Truth]
    await t.rejects(write(made, { format: 'oneroster' }), { code: 'FORMAT_NOT_POSSIBLE' })
    const { file, scores } = await write(real, { format: 'oneroster' })
    const { lineItems = [], results = [] } = await readBundle(file)
    t.strictSame(lineItems.map(({ title }) => title), real.titles)
    const taskOf = new Map(lineItems.map(({ sourcedId }, i) => [sourcedId, i]))
    const found = new Map(results.filter(({ score }) => score !== '').map((row) =>
      [`${row['studentSourcedId']} ${taskOf.get(row['lineItemSourcedId'])}`, Number(row['score'])]))
    const wanted = real.students.flatMap(({ sourceId, points }) =>
      points.flatMap((value, i) => Number.isNaN(value) ? [] : [[`${sourceId} ${i}`, value] as const]))
    t.equal(scores, wanted.length)
    t.strictSame(found, new Map(wanted))
    t.match(await world.import(file, { format: 'oneroster' }), { ok: true })
    const again = (await world.books()).find(({ id }) => id === real.id)
    t.strictSame(again && { ...again, version: 0 }, { ...largest, version: 0 })
  })

  t.test('pdf', needs(findPdftotext()), async (t) => {
    const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 2 })
    for (const course of courses) {
      const { file } = await write(course, { format: 'pdf' }, REPORTS)
      const run = spawnSync(pathOf(findPdftotext()), ['-layout', file, '-'], { encoding: 'utf8' })
      t.strictSame([run.status, run.stderr], [0, ''])
      const words = ` ${run.stdout.replace(/\s+/g, ' ')}`
      const students = course.students.slice(0, REPORTS)
      const reports = run.stdout.split(/^(?=.*\n.*· Made on )/m)
      t.equal(reports.length, students.length)
      for (const [i, { names: [last = '', first = ''], percents }] of students.entries()) {
        const text = reports[i] ?? ''
        const name = [first, last].filter((part) => part !== '').join(' ')
        t.ok(words.includes(` ${name} `), name)
        const missing = percents.filter((value, j) => {
          const row = text.split('\n').find((line) => line.includes(course.titles[j] ?? ''))
          return row === undefined || (!Number.isNaN(value) && !row.includes(percent.format(value / 100)))
        })
        t.strictSame(missing, [], `scores of ${name}`)
      }
    }
  })
})
