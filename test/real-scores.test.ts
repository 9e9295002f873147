// The whole way on real scores: import, eight clicks, one job, one file, and every number in it compared by
// readers that are not ours.
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { importSources } from '../src/imports/import-sources.ts'
import { LibreOffice } from './support/libreoffice.ts'
import { readWithOpenpyxl, type ReadSheet } from './support/openpyxl.ts'
import { readBundle } from './support/read-bundle.ts'
import { startTestService } from './support/test-service.ts'
import { findLibreOffice, findOpenpyxl, needs } from './support/tools.ts'

const BUNDLE = join(import.meta.dirname, '../data/sample/open-university-oneroster-1.1.zip')
const TOLERANCE = 1e-9

/**
 * Imports the bundle and exports its largest course by eight clicks at once; the workbook lies in the test's
 * folder.
 */
async function exportLargest (t: Test) {
  const service = await startTestService(t)
  const { services, call } = service
  const outcome = await importSources([BUNDLE], {
    database: services.db.location,
    stagingFolder: services.config.stagingFolder,
    defaultTimeZone: 'Europe/London',
    dryRun: false,
    strict: false,
    allowRemovals: false,
    maxBytes: services.config.IMPORT_MAX_BYTES,
    now: Date.now,
  })
  t.match(outcome, {
    ok: true,
    summary: { courses: { added: 2 }, students: { added: 1335 }, scores: { added: 7583 } },
  })
  const [course] = (await call('GET', '/api/courses')).json().sort((
    a: { student_count: number },
    b: { student_count: number }
  ) => b.student_count - a.student_count)
  const path = `/api/courses/${course.id}/performance`
  const clicks = await Promise.all(Array.from({ length: 8 }, () => call('POST', `${path}/export`)))
  t.equal(new Set(clicks.map((click) => click.json().id)).size, 1)
  await services.runner.drain()
  const exports = (await call('GET', `${path}/exports`)).json()
  t.equal(exports.length, 1)
  const file = join(services.config.DATA_DIR, 'download.xlsx')
  writeFileSync(file, (await call('GET', new URL(exports[0].url).pathname, { token: null })).bytes)
  return { file, course, book: (await call('GET', `${path}?limit=100000`)).json() }
}

/** The columns of a student sheet by their titles in row 8. */
function columns (sheet: ReadSheet): Map<string, string> {
  return new Map(
    Object.entries(sheet.cells).flatMap(([at, value]) => {
      const match = /^([A-Z]+)8$/.exec(at)
      return match === null ? [] : [[String(value), match[1]!] as const]
    })
  )
}

t.test('every score of the bundle is in the workbook, and no other', needs(findOpenpyxl()), async (t) => {
  const { file, course, book } = await exportLargest(t)
  const workbook = readWithOpenpyxl([file]).get(file)!
  t.strictSame(workbook.sheets.map((sheet) => sheet.name), ['Summary', 'Performance'])
  const sheet = workbook.sheets[1]!
  const column = columns(sheet)

  const { lineItems = [], results = [], users = [] } = await readBundle(BUNDLE)
  const titles = new Map(
    lineItems.filter((item) => item.classSourcedId === course.source_id).map((
      item
    ) => [item.sourcedId, item.title])
  )
  const identifiers = new Map(users.map((user) => [user.sourcedId, user.identifier]))
  const wanted = new Map(
    results.filter((result) => titles.has(result.lineItemSourcedId) && result.score !== '')
      .map((
        result
      ) => [
        `${identifiers.get(result.studentSourcedId)} ${titles.get(result.lineItemSourcedId)}`,
        Number(result.score) / 100,
      ])
  )

  const found = new Map<string, number>()
  for (let row = 9; sheet.cells[`${column.get('Student ID')}${row}`] !== undefined; row++) {
    for (const title of titles.values()) {
      const value = sheet.cells[`${column.get(title!)}${row}`]
      if (typeof value === 'number') {
        found.set(`${sheet.cells[`${column.get('Student ID')}${row}`]} ${title}`, value)
      }
    }
  }
  t.ok(wanted.size > 5000)
  t.strictSame([...found.keys()].sort(), [...wanted.keys()].sort())
  t.strictSame([...wanted].filter(([key, score]) => Math.abs(found.get(key)! - score) > TOLERANCE), [])
  t.strictSame(
    book.students.map((student: { student_identifier: string }) => student.student_identifier),
    book.students.map((_: unknown, i: number) => sheet.cells[`${column.get('Student ID')}${9 + i}`]),
    'the same order as in the API'
  )
})

t.test(
  'LibreOffice calculates the averages that the API gives',
  needs(findOpenpyxl(), findLibreOffice()),
  async (t) => {
    const { file, book } = await exportLargest(t)
    const [again = ''] = new LibreOffice(dirname(file)).recalculate([file])
    const [stored, calculated] = [file, again].map((path) => readWithOpenpyxl([path]).get(path)!.sheets[1]!)
    const column = columns(stored!)
    const differing: string[] = []
    const compare = (what: string, at: string, value: number | null) => {
      for (const sheet of [stored!, calculated!]) {
        const cell = sheet.cells[at] ?? ''
        const isSame = value === null
          ? cell === ''
          : typeof cell === 'number' && Math.abs(cell - value) <= TOLERANCE
        if (!isSame) differing.push(`${what} ${at}: ${JSON.stringify(cell)} instead of ${value}`)
      }
    }
    book.students.forEach(
      (student: { course_average: number | null, category_averages: Array<number | null> }, i: number) => {
        compare('course average', `${column.get('Course average')}${9 + i}`, student.course_average)
        book.categories.forEach((category: { name: string }, c: number) => {
          const at = column.get(`${category.name} average`)
          if (at !== undefined) {
            compare(`${category.name} average`, `${at}${9 + i}`, student.category_averages[c]!)
          }
        })
      }
    )
    for (const heading of book.data_headings) {
      compare('class average', `${column.get(heading.title)}5`, heading.class_average)
      compare('lowest', `${column.get(heading.title)}6`, heading.lowest)
      compare('highest', `${column.get(heading.title)}7`, heading.highest)
    }
    compare('course average', `${column.get('Course average')}5`, book.course_average)
    t.strictSame(differing.slice(0, 10), [])
  }
)
