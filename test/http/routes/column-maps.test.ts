// Tables with columns chosen by hand over the API: the field `map`, the guess of a dry run, what is
// remembered for a course, and maps that are wrong.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { ColumnMap } from '../../../src/imports/column-maps/column-map.ts'
import { MAP_BYTES_MAX } from '../../../src/imports/column-maps/map-values.ts'
import { rowsXml, writeWorkbook } from '../../imports/workbooks.ts'
import { startTestService, type TestService } from '../../support/test-service.ts'
import { result, upload } from './import-upload.ts'

const TABLE = 'Wer,Mail,Erste,Notiz\n"Lee, Ann",ann@a.example,7,x\n"Ng, Bob",bob@a.example,8,y\n'
const MAP: ColumnMap = {
  columns: [
    { column: 'Wer', use: 'name' }, { column: 'Mail', use: 'email' },
    { column: 'Erste', use: 'task', points_possible: 10 },
  ],
}
const map = JSON.stringify(MAP)
const COURSE = { course: 'Physik' }

async function take (
  service: TestService,
  fields: Record<string, string>,
  { path = '/api/imports', bytes = TABLE, name = 'g.csv' }: {
    path?: string, bytes?: string | Uint8Array, name?: string,
  } = {}
) {
  const { status, json } = await upload(service, path, { name, bytes }, fields)
  return status === 202 ? await result(service, json.id) : { status, ...json }
}

t.test('a guess, an import with it, and the next file without it', async (t) => {
  const service = await startTestService(t)
  const unknown = await take(service, COURSE)
  t.match(unknown, {
    status: 'failed', guess: null, preview: null, error_count: 1,
    errors: [{ file: 'g.csv', message: /known format.*field map\. After an import with the field dry_run, GET/ }],
  })
  t.notMatch(unknown.errors[0].message, /--/, 'options of the API, no flags')
  const dry = await take(service, { ...COURSE, dry_run: 'true' })
  t.match(dry, {
    status: 'failed', dry_run: true, summary: null,
    guess: { header_row: 1, points_row: null, columns: [{ column: 'Wer', use: 'name' }, { use: 'email' }] },
    preview: [
      { line: 1, cells: ['Wer', 'Mail', 'Erste', 'Notiz'] },
      { line: 2, cells: ['Lee, Ann', 'ann@a.example', '7', 'x'] },
      { line: 3 },
    ],
  })
  const guess = dry.guess as ColumnMap
  guess.columns[2]!.points_possible = 10
  t.match(await take(service, { ...COURSE, map: JSON.stringify(guess) }), {
    status: 'succeeded', guess: null,
    summary: { scores: { added: 2 }, column_maps: [{ file: 'g.csv', origin: 'given' }] },
  })
  const next = TABLE.replace('7', '9')
  t.match(await take(service, { ...COURSE, dry_run: 'true' }, { bytes: next }), {
    status: 'succeeded', dry_run: true, guess: { columns: { length: 4 } }, preview: { length: 3 },
    summary: { scores: { updated: 1 }, column_maps: [{ origin: 'remembered' }] },
  })
  t.match(await take(service, {}, { path: '/api/courses/1/imports', bytes: next }), {
    status: 'succeeded', guess: null, preview: null,
    summary: { scores: { updated: 1 }, column_maps: [{ origin: 'remembered' }] },
  })
  const [newest] = (await service.call('GET', '/api/imports')).json().imports
  t.match(newest.summary, { scores: {}, column_maps: undefined })
  const given = { map: JSON.stringify({ columns: [...MAP.columns, { column: 'D', use: 'left_out' }] }) }
  t.match(await take(service, given, { path: '/api/courses/1/imports' }), {
    summary: { column_maps: [{ origin: 'given' }] },
  }, 'a teacher may choose too')

  const folder = mkdtempSync(join(tmpdir(), 'perfbook-maps-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  const workbook = await writeWorkbook({ folder }, 'g.xlsx', {
    sheets: [
      { name: 'Info', rows: rowsXml([['x', 'y']]) },
      { name: 'Noten', rows: rowsXml([['9b'], ['Wer', 'Mail', 'Erste'], ['Lee, Ann', 'ann@a.example', 5]]) },
    ],
  })
  const excel = { bytes: readFileSync(workbook), name: 'g.xlsx' }
  const sheet = { ...COURSE, sheet: 'Noten' }
  t.match(await take(service, { ...sheet, dry_run: 'true' }, excel), {
    guess: { header_row: 2 }, preview: [{ line: 1, cells: ['9b'] }, {}, { line: 3, cells: ['Lee, Ann', /@/, '5'] }],
  })
  t.match(await take(service, { ...sheet, map: JSON.stringify({ ...MAP, header_row: 2 }) }, excel), {
    summary: { scores: { updated: 1 }, column_maps: [{ file: 'g.xlsx', origin: 'given' }] },
  })
  t.match(await take(service, sheet, excel), { summary: { column_maps: [{ origin: 'remembered' }] } })
  t.match(await take(service, { ...COURSE, sheet: 'Noten' }), {
    errors: [{ message: /^the field sheet is for Excel workbooks/ }],
  })
  t.match(await take(service, { map }), { errors: [{ message: /does not name its course; name it with the field course/ }] })
  t.match(await take(service, { ...COURSE, format: 'spreadsheet' }, { bytes: 'Name,Lab\n"Lee, Ann",3\n' }), {
    errors: [{ message: /^is a table whose columns are not all clear; .* field map/ }],
  })
  const clear = 'Student ID,Name,Lab\nPoints,,5\n1,Ann Lee,3\n'
  t.match(await take(service, { course: 'Neu', format: 'spreadsheet' }, { bytes: clear }), {
    summary: { column_maps: [{ origin: 'guessed' }], warnings: [] },
  })
})

t.test('maps that are wrong: 400, the place in the map, and what is expected', async (t) => {
  const service = await startTestService(t)
  const columns = (...more: unknown[]) => JSON.stringify({ columns: [...MAP.columns, ...more] })
  const long = 'x'.repeat(1001)
  for (
    const [text, message] of [
      ['', /^map: is not JSON; expected a column map such as \{"columns"/],
      ['{bad', /^map: is not JSON( from line 1, character 2 on)?; expected a column map such as \{"columns"/],
      ['{"columns": [\n{"column" "A"}]}', /^map: is not JSON from line 2, character 11 on; expected/],
      ['null', /^map: is null, expected an object with "columns"/],
      ['[]', /^map: is a list, expected an object with "columns"/],
      ['{}', /^map\.columns: is missing/],
      ['{"columns":[]}', /^map\.columns: is a list, expected a list of 1 to 2000 columns/],
      ['{"colums":[],"columns":[{"column":"A","use":"task"}]}', /^map\.colums: is not a known property; expected one of header_row, points_row, due_row, marks, columns/],
      [columns({ column: 'A' }), /^map\.columns\[3\]\.use: is missing/],
      [columns({ column: 'A', use: 'score' }), /^map\.columns\[3\]\.use: is "score", expected one of name, first_name/],
      [columns({ column: '', use: 'task' }), /^map\.columns\[3\]\.column: is "", expected the header of a column/],
      [columns({ column: 0, use: 'task' }), /^map\.columns\[3\]\.column: is 0, expected the header of a column/],
      [columns({ column: 'A', use: 'task', points: 3 }), /^map\.columns\[3\]\.points: is not a known property; expected one of column, use/],
      [columns({ column: 'A', use: 'task', points_possible: 0 }), /points_possible: is 0, expected a number above 0, "percent" or null/],
      [columns({ column: 'A', use: 'task', due_on: '2026-02-30' }), /due_on: is "2026-02-30", expected a date written YYYY-MM-DD/],
      [columns({ column: 'A', use: 'task', title: long }), /title: is "x+…", expected at most 1000 characters/],
      [JSON.stringify({ ...MAP, header_row: 101 }), /^map\.header_row: is 101, expected the line of the header, 1 to 100/],
      [`${map}${' '.repeat(MAP_BYTES_MAX)}`, /map/],
    ] as const
  ) {
    const answer = await take(service, { ...COURSE, map: text })
    t.match(answer, { status: 400, code: 'VALIDATION_FAILED', message }, text.slice(0, 60))
    t.ok(answer.message.length <= 1000)
  }
  t.match(await take(service, { ...COURSE, map, format: 'canvas' }), {
    status: 400, message: 'map: is for the format spreadsheet, not for canvas',
  })
  t.match(await take(service, { ...COURSE, map: columns({ column: 'Zweite', use: 'task' }) }), {
    status: 'failed', errors: [{ file: 'g.csv', line: 1, message: /no column is named "Zweite"; the header has "Wer"/ }],
  })
  t.strictSame((await service.call('GET', '/api/courses')).json(), [])
})
