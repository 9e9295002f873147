// Exports in formats other than the workbook, and files without names.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import type { CourseDescription } from '../../support/book-database.ts'
import { bookPath, exported } from '../../support/exported.ts'
import { readCells } from '../../support/ooxml-cells.ts'
import { startTestService, TEACHER } from '../../support/test-service.ts'

const LATE = { status: 'completed', points: 5, isLate: true } as const
const COURSE: CourseDescription = {
  name: 'Physics I',
  teachers: [{ email: TEACHER, firstName: 'Tea', lastName: 'Cher' }],
  periods: ['1st', '2nd'],
  categories: [{ name: 'Homework' }],
  tasks: [
    { title: '=HW; "1"', category: 0, pointsPossible: 30 },
    { title: 'HW 2', category: 0, pointsPossible: 8 },
  ],
  students: [
    {
      lastName: 'Ames',
      firstName: '-Ann',
      identifier: '0042',
      email: 'ann@example.edu',
      period: 0,
      cells: [25.6, LATE],
    },
    { lastName: 'Burr', identifier: '7', period: 1, cells: [{ status: 'missing' }, -1] },
    { lastName: 'Cole', identifier: '8', period: 1, cells: [3], droppedOn: '2015-03-02' },
  ],
}

async function cellsOf (t: Test, workbook: Buffer) {
  const file = join(mkdtempSync(join(tmpdir(), 'outlets-')), 'workbook.xlsx')
  t.teardown(() => { rmSync(dirname(file), { recursive: true }) })
  writeFileSync(file, workbook)
  return await readCells(file)
}

t.test('a table as text', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const { job, item, bytes } = await exported(service, { format: 'csv' })
  t.match(item, { filename: /^Physics_I_CSV_\d{8}-\d{6}\.csv$/, format: 'csv', options: { format: 'csv' } })
  t.strictSame(bytes.toString().split('\r\n'), [
    '\u{feff}Last name,First name,Student ID,Email,Period,Status,Course average,Homework average,' +
      '"\'=HW; ""1""",HW 2',
    'Ames,\'-Ann,0042,ann@example.edu,1st,Active,73.9167,73.9167,85.3333,62.5',
    'Burr,,7,,2nd,Active,-12.5,-12.5,Missing,-12.5',
    'Cole,,8,,2nd,Dropped,10,10,10,',
    '',
  ])
  t.match(job.result, {
    students: 3,
    scores: 4,
    receipts: [{ code: 'late', count: 1, students: 1, tasks: 1, titles: ['HW 2'] }],
  })
})

t.test('for a spreadsheet with a decimal comma, in points, without guard and dropped students', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const { bytes } = await exported(service, {
    format: 'csv', separator: ';', guard: false, values: 'points', include_dropped: false, language: 'es',
  })
  const [, ames, burr, end] = bytes.toString().split('\r\n')
  t.equal(ames, 'Ames;-Ann;0042;ann@example.edu;1st;Activo;73,9167;73,9167;25,6;5')
  t.equal(burr, 'Burr;;7;;2nd;Activo;-12,5;-12,5;No entregada;-1')
  t.equal(end, '')
})

t.test('without names', async (t) => {
  const service = await startTestService(t, {
    courses: [{ ...COURSE, students: [...COURSE.students ?? [], { identifier: 'dee@example.edu' }] }],
  })
  const { bytes } = await exported(service, { format: 'csv', identity: 'ids' })
  t.match(bytes.toString(), /\r\n,,0042,,1st,Active/)
  t.notMatch(bytes.toString(), /@/, 'an email address is no id')
  const workbook = await exported(service, { identity: 'ids' })
  const cells = await cellsOf(t, workbook.bytes)
  t.notMatch(JSON.stringify(cells), /Ames|Cher|@example/, 'neither teachers nor who made the file')
  t.match(JSON.stringify(cells), /0042/)
})

t.test('pseudonyms are the same in all files of a course, and files with them name nobody', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const csv = (await exported(service, { format: 'csv', identity: 'pseudonyms' })).bytes.toString()
  const rows = csv.split('\r\n').slice(1, -1).map((line) => line.split(','))
  const names = rows.map(([name = '']) => name)
  t.strictSame(names, names.toSorted(), 'in their order, which says nothing about the students')
  t.equal(new Set(names).size, 3)
  for (const name of names) t.match(name, /^S-[2-9A-Z]{8}$/)
  for (const row of rows) t.strictSame(row.slice(1, 4), ['', '', ''])
  t.notMatch(csv, /Ames|0042|Cher/)

  const workbook = await exported(service, { identity: 'pseudonyms' })
  const cells = JSON.stringify(await cellsOf(t, workbook.bytes))
  t.notMatch(cells, /Ames|0042|Cher/)
  for (const name of names) t.ok(cells.includes(name))

  const one = await exported(service, { format: 'csv', identity: 'pseudonyms', period_id: 1 })
  t.equal(one.bytes.toString().split('\r\n').length, 3)
})

t.test('options that do not go together are refused', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  for (const [options, message] of [
    [{ format: 'csv', sheets: 'period' }, /sheets: the format csv has no such option; it has/],
    [{ format: 'csv', compare_with: 'last' }, /compare_with/],
    [{ separator: ';' }, /separator: the format xlsx/],
    [{ format: 'tsv' }, /format/],
    [{ identity: 'ids', compare_with: 'last' }, /compare_with: the comparison names students/],
  ] as const) {
    const refused = await service.call('POST', bookPath(service, '/export'), { body: options })
    t.match(refused.json(), { statusCode: 400, code: 'VALIDATION_FAILED', message })
  }
})

t.test('the newest of each format is found and kept', async (t) => {
  const service = await startTestService(t, {
    courses: [COURSE], settings: { EXPORT_RETENTION_DAYS: '1' },
  })
  const first = await exported(service, {})
  await exported(service, { values: 'points' })
  const csv = await exported(service, { format: 'csv' })
  await exported(service, { format: 'csv', separator: ';' })
  const latest = async (query = '') =>
    (await service.call('GET', bookPath(service, `/exports/latest${query}`))).headers.location
  t.equal(await latest(), first.item.url, 'with default options')
  t.equal(await latest('?format=csv'), csv.item.url)
  t.equal((await service.call('GET', bookPath(service, '/exports/latest?format=x'))).status, 400)
  const list = (await service.call('GET', bookPath(service, '/exports?format=csv'))).json()
  t.strictSame(list.map((item: { format: string }) => item.format), ['csv', 'csv'])
  for (const item of (await service.call('GET', bookPath(service, '/exports'))).json()) {
    t.equal(item.expires_at, null, 'the newest of its kind')
  }
  await service.services.db.write((trx) =>
    trx.updateTable('courses').set({ data_version: 5 }).where('id', '=', service.courseIds[0]!).execute())
  await exported(service, { format: 'csv' })
  const expiring = (await service.call('GET', bookPath(service, '/exports'))).json()
    .filter((item: { expires_at: string | null }) => item.expires_at !== null)
  t.strictSame(expiring.map((item: { id: number }) => item.id), [csv.item.id])
})
