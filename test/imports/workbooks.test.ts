import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Problems } from '../../src/imports/problems.ts'
import { openSource } from '../../src/imports/sources/open-source.ts'
import { readTable } from '../../src/imports/sources/read-table.ts'
import { ByteBudget } from '../../src/imports/sources/source-files.ts'
import { createWorld, school, showErrors, writeFolder, writeZip, type World } from './bundles.ts'
import { rowsXml, workbookFiles, writeWorkbook, type WorkbookXml } from './workbooks.ts'

/** The rows of a workbook, header first, with their numbers; and the codes of the warnings. */
async function read (world: World, workbook: WorkbookXml, sheet?: string) {
  const path = await writeWorkbook(world, 'x.xlsx', workbook)
  const problems = new Problems()
  const scratchFolder = join(world.folder, 'staging')
  const source = await openSource(path, { budget: new ByteBudget(1e8), scratchFolder, sheet, problems })
  try {
    const rows: Array<[number, ...string[]]> = []
    const numbers: Array<number | undefined> = []
    await readTable(source.files[0]!, (names, line, known) => {
      rows.push([line, ...names])
      return (fields, at) => {
        rows.push([at, ...fields])
        numbers.push(...fields.map((field) => known.of(field)))
      }
    }, { problems })
    const warnings = problems.warnings().map(({ code, cell }) => [code, cell])
    return { rows, numbers, warnings }
  } finally {
    source.close()
  }
}

const sheet = (rows: string, more = {}) => ({ sheets: [{ name: 'A', rows, ...more }] })

t.test('cells become the texts that a CSV would have', async (t) => {
  const world = await createWorld(t)
  const formats = [
    9, 14, 22, '00000', '0.00E+00', '[h]:mm', 'yyyy\\-mm\\-dd;@', '0.0%', '[Red]0.00 &quot;days&quot;',
  ]
  const values: Array<[cell: string, text: string]> = [
    ['<c t="s"><v>0</v></c>', '0042'],
    ['<c t="s"><v>1</v></c>', 'José Ng'],
    ['<c t="inlineStr"><is><r><t>a</t></r><r><t xml:space="preserve"> b</t></r></is></c>', 'a b'],
    ['<c t="str"><f>A1</f><v>x&amp;y</v></c>', 'x&y'],
    ['<c t="str"><v>a_x0009_b</v></c>', 'a\tb'],
    ['<c t="b"><v>1</v></c>', 'TRUE'],
    ['<c t="b"><v>0</v></c>', 'FALSE'],
    ['<c t="e"><f>1/0</f><v>#DIV/0!</v></c>', '#DIV/0!'],
    ['<c t="d"><v>2026-09-08T00:00:00</v></c>', '2026-09-08'],
    ['<c t="d"><v>2026-09-08T23:59:00Z</v></c>', '2026-09-08 23:59:00'],
    ['<c><f>SUM(A1)</f><v>7.5</v></c>', '7.5'],
    ['<c><v>800042</v></c>', '800042'],
    ['<c><v>800042.0</v></c>', '800042'],
    ['<c><v>8.3000000000000007</v></c>', '8.3'],
    ['<c><v>1E+13</v></c>', '10000000000000'],
    ['<c><v>12345678901234568000</v></c>', '1.2345678901234567E+19'],
    ['<c s="5"><v>10000000000000</v></c>', '1E+13'],
    ['<c s="5"><v>10000000000123</v></c>', '10000000000123'],
    ['<c s="1"><v>0.85</v></c>', '85%'],
    ['<c s="8"><v>0.07</v></c>', '7%'],
    ['<c s="1"><v>1</v></c>', '100%'],
    ['<c s="2"><v>46273</v></c>', '2026-09-08'],
    ['<c s="2"><v>46273.99</v></c>', '2026-09-08'],
    ['<c s="3"><v>46273.5</v></c>', '2026-09-08 12:00:00'],
    ['<c s="7"><v>1</v></c>', '1900-01-01'],
    ['<c s="7"><v>61</v></c>', '1900-03-01'],
    ['<c s="6"><v>1.5</v></c>', '36:00:00'],
    ['<c s="4"><v>42</v></c>', '00042'],
    ['<c s="9"><v>3</v></c>', '3'],
  ]
  const rows = `<row>${values.map(() => '<c t="str"><v>h</v></c>').join('')}</row>` +
    `<row>${values.map(([cell]) => cell).join('')}</row>`
  const texts = '<si><t>0042</t></si>' +
    '<si><r><t>José</t></r><r><t> Ng</t></r><rPh sb="0" eb="1"><t>hint</t></rPh><phoneticPr fontId="1"/></si>'
  const plain = await read(world, { ...sheet(rows), formats, texts })
  t.strictSame(plain.rows[1]!.slice(1), values.map(([, text]) => text))
  const from1904 = await read(world, {
    ...sheet(rowsXml([['Due', 'x'], [{ s: 2, v: 44811 }, 1]])),
    formats,
    properties: 'date1904="1"',
  })
  t.strictSame(from1904.rows[1], [2, '2026-09-08', '1'])
})

t.test('rows and cells: gaps, no references, prefixes, strict namespace, numbers as text', async (t) => {
  const world = await createWorld(t)
  const gaps = await read(world, sheet(rowsXml([['A', null, 'C'], [], [null, null, 3]], 4), {
    before: '<dimension ref="A1"/><sheetViews/><cols><col min="3" max="3" hidden="1"/></cols>',
  }))
  t.strictSame(gaps.rows, [[4, 'A', '', 'C'], [6, '', '', '3']])
  t.strictSame(gaps.warnings, [['hidden_cells', 'C4']])

  const bare = '<row><c t="inlineStr"><is><t>a</t></is></c><c t="str"><v>b</v></c></row>' +
    '<row><c/><c><v>2</v></c></row>'
  t.strictSame((await read(world, sheet(bare))).rows, [[1, 'a', 'b'], [2, '', '2']])
  const strict = 'http://purl.oclc.org/ooxml/officeDocument/relationships'
  const files = workbookFiles(sheet(bare))
  const other: Record<string, string> = {}
  for (const [path, text] of Object.entries(files)) {
    other[path.replace('xl/worksheets', 'XL/Worksheets')] = text
      .replaceAll('http://schemas.openxmlformats.org/officeDocument/2006/relationships', strict)
      .replaceAll(/(<\/?)(?=(worksheet|sheetData|row|c|v|is|t)\b)/g, '$1x:')
      .replaceAll('xmlns=', 'xmlns:x=')
      .replaceAll(/xmlns:x=("[^"]*package)/g, 'xmlns=$1')
  }
  const path = await writeZip(join(world.folder, 'strict.xlsx'), other)
  t.match(showErrors(await world.import(path, { course: 'X' })), [/^strict\.xlsx: is not in a known format/])

  const german = await read(world, sheet(rowsXml([['A', 'B'], ['1,234', 7.5], ['7,5', 1]])))
  t.strictSame(german.numbers, [1.234, 7.5, 7.5, 1])
  const english = await read(world, sheet(rowsXml([['A', 'B'], ['1,234', 7.5], ['1,234.5', 1]])))
  t.strictSame(english.numbers, [1234, 7.5, 1234.5, 1])
  const unknown = await read(world, sheet(rowsXml([['A', 'B'], ['1,234', 7.5]])))
  t.strictSame(unknown.numbers, [undefined, 7.5])
})

t.test('the header: below titles, merged cells, cells beyond it', async (t) => {
  const world = await createWorld(t)
  const titles = await read(world, sheet(rowsXml([
    ['Algebra'], [], ['Name', 'HW 1', 'HW 2'], ['Ann', 7, 8, 'a note'],
  ])))
  t.strictSame(titles.rows, [[3, 'Name', 'HW 1', 'HW 2'], [4, 'Ann', '7', '8']])
  t.strictSame(titles.warnings, [['title_rows', null], ['cells_without_header', 'D4 is "a note"']])
  const merged = await read(world, sheet(rowsXml([
    ['Name', 'Homework', null, 'Exam'], [null, 'HW 1', 'HW 2', 'Mid'], ['Ann', 7, 8, 9],
  ]), { after: '<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/></mergeCells>' }))
  t.strictSame(merged.rows, [[2, 'Name', 'HW 1', 'HW 2', 'Mid'], [3, 'Ann', '7', '8', '9']])
})

t.test('the sheet: first visible one with values, or the one that is named', async (t) => {
  const world = await createWorld(t)
  const one = (name: string, text: string, attributes = '') =>
    ({ name, attributes, rows: text === '' ? '' : rowsXml([[text, 'x'], ['1', '2']]) })
  const workbook = {
    sheets: [
      one('Old', 'old', 'state="veryHidden"'), one('Empty', ''), one('P1', 'first'), one('P2', 'other'),
    ],
  }
  const first = await read(world, workbook)
  t.equal(first.rows[0]![1], 'first')
  t.strictSame(first.warnings, [['sheets_not_read', '"P1" is read, not P2']])
  t.equal((await read(world, workbook, 'P2')).rows[0]![1], 'other')
  t.strictSame((await read(world, workbook, 'old')).warnings, [])
  await t.rejects(read(world, workbook, 'P3'), {
    message: 'has no sheet "P3"; its sheets are: Old, Empty, P1, P2',
  })
  await t.rejects(read(world, workbook, 'Empty'), { message: /^has no values in the sheet "Empty"/ })
  t.match(await world.refuse(school(), { sheet: 'P1' }), [/^--sheet is for Excel workbooks/])
})

t.test('a formula without a stored result is an error', async (t) => {
  const world = await createWorld(t)
  const rows = rowsXml([['Name', 'HW']]) + '<row r="2"><c r="A2" t="str"><f>""</f><v></v></c>' +
    '<c r="B2"><f>1+1</f><v/></c></row>'
  await t.rejects(read(world, sheet(rows)), {
    message: /^B2 is a formula without a stored result; open the file/,
  })
  const file = await writeWorkbook(world, 'unread.xlsx', sheet(rows))
  for (const dryRun of [true, false]) {
    t.match(await world.import(file, { course: 'Physics', dryRun }), {
      ok: false, errors: [{ file: 'unread.xlsx', message: /^B2 is a formula without a stored result/ }],
    }, 'its columns are not the fault')
  }
})

t.test('a workbook beside other files is not read, and a warning names it', async (t) => {
  const world = await createWorld(t)
  const csv = 'Student,ID,Section,HW (1)\nPoints Possible,,,10\n"Lee, Ann",1,A,5\n'
  const folder = writeFolder(join(world.folder, 'both'), {
    'g.csv': csv, 'Noten.xlsx': 'x', 'old.XLS': 'x',
  })
  const zip = await writeZip(join(world.folder, 'both.zip'), { 'g.csv': csv, 'Noten.xlsx': 'x' })
  const warnings = async (path: string) => {
    const outcome = await world.import(path, { course: 'Physics', dryRun: true })
    return outcome.ok ? outcome.summary.warnings : showErrors(outcome)
  }
  t.match(await warnings(folder), [{
    code: 'workbooks_not_read', count: 2, file: 'both', cell: 'Noten.xlsx, old.XLS',
  }])
  t.match(await warnings(zip), [{ code: 'workbooks_not_read', count: 1, cell: 'Noten.xlsx' }])
})

t.test('workbooks in a folder, and rosters in a workbook, are refused with what to do', async (t) => {
  const world = await createWorld(t)
  const rows = rowsXml([['Student ID', 'HW'], ['0042', 7]])
  const grades = await writeWorkbook(world, 'grades.xlsx', sheet(rows))
  const folder = join(world.folder, 'both')
  writeFolder(folder, { 'grades.xlsx': readFileSync(grades), 'readme.txt': 'x' })
  t.match(showErrors(await world.import(folder, { course: 'Physics' })), [
    /^both: has no \.csv file, but Excel workbooks \(grades\.xlsx\); import a grade book as its own file; /,
  ])
  const roster = await writeWorkbook(world, 'users.xlsx', sheet(rowsXml([
    ['sourcedId', 'enabledUser', 'role', 'givenName'], ['u1', 'true', 'student', 'Ann'],
  ])))
  t.match(showErrors(await world.import(roster, { course: 'Physics' })), [
    /^users\.xlsx: looks like a table of a roster in an Excel workbook; .*save each sheet as "CSV UTF-8"/,
  ])
  for (const format of ['oneroster', 'sds', 'clever'] as const) {
    t.match(showErrors(await world.import(roster, { format })), [/is not read as \w+; rosters are read as CSV/])
  }
})
