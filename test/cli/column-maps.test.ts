// Tables with columns chosen by hand on the command line: the guess, --write-map, --map, what is remembered,
// and maps that are wrong.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { MAP_BYTES_MAX } from '../../src/imports/column-maps/map-values.ts'
import { rowsXml, writeWorkbook } from '../imports/workbooks.ts'
import { perfbook } from '../support/cli.ts'

const TABLE = 'Wer,Mail,Erste,Notiz\n"Lee, Ann",ann@a.example,7,x\n"Ng, Bob",bob@a.example,8,y\n'

t.test('a guess is shown and written, corrected and used, and then remembered', async (t) => {
  const folder = t.testdir({ 'g.csv': TABLE })
  const [file, map] = [join(folder, 'g.csv'), join(folder, 'map.json')]
  const run = (args: string[], path = file) =>
    perfbook(join(folder, 'data'), ['import', path, '--course', 'Physik', ...args])
  t.match(await run([]), { status: 1, stdout: '', stderr: /--map FILE\.json\. With --dry-run, .*--write-map/ })
  t.match(await run(['--format', 'spreadsheet']), {
    status: 1, stderr: /^g\.csv: is a table whose columns are not all clear; .*--map FILE\.json.*--dry-run/m,
  })
  t.match(await run(['--dry-run']), {
    status: 1,
    stdout: /^This looks like a table of 2 students and 1 assignment\. Its header is in row 1\. A guess:\nCOLUMN.*\nWer +name/,
    stderr: /Nothing was changed/,
  })
  t.match(JSON.parse((await run(['--dry-run', '--json'])).stdout), {
    error_count: 1, guess: { header_row: 1 }, preview: { 0: { cells: ['Wer', 'Mail', 'Erste', 'Notiz'] } },
  })
  t.match(await run(['--map', map, '--write-map', map]), { status: 2, stderr: /leave out --map/ })
  t.match(await run(['--write-map', map]), { status: 0, stderr: /The map was written to .*--map/ })
  t.match(await run(['--write-map', map]), { status: 1, stderr: /exists already/ })
  const guess = JSON.parse(readFileSync(map, 'utf8')) as { columns: Array<Record<string, unknown>> }
  guess.columns[2]!['points_possible'] = 10
  writeFileSync(map, JSON.stringify(guess))
  t.match(await run(['--map', map, '--dry-run']), { status: 0, stdout: /^g\.csv: the columns are those of the given map$/m })
  t.match(await run(['--map', map]), { status: 0, stdout: /^g\.csv: .* given map; tables with the same header need no map now$/m })
  writeFileSync(file, TABLE.replace('7', '9'))
  t.match(await run(['--dry-run']), {
    status: 0, stdout: /scores +0 +1 +1 +0\n\ng\.csv: the columns are those remembered for the course/,
  })
  const again = join(folder, 'again.json')
  t.match(await run(['--write-map', again]), { status: 0, stdout: /column map remembered for the course:\n/ })
  t.match(JSON.parse(readFileSync(again, 'utf8')), { header_row: 1, columns: { 2: { points_possible: 10 } } })
  t.match(JSON.parse((await run(['--json'])).stdout), {
    scores: { updated: 1 }, column_maps: [{ file: 'g.csv', origin: 'remembered' }],
  })
  const workbook = await writeWorkbook({ folder }, 'g.xlsx', {
    sheets: [
      { name: 'Info', rows: rowsXml([['x', 'y']]) },
      { name: 'Noten', rows: rowsXml([['Wer', 'Mail', 'Zweite'], ['Lee, Ann', 'ann@a.example', 5]]) },
    ],
  })
  const other = join(folder, 'other.json')
  const columns = [
    { column: 'wer', use: 'name' }, { column: 3, use: 'task', points_possible: 'percent' },
  ]
  writeFileSync(other, `\uFEFF${JSON.stringify({ columns })}`)
  const sheet = ['--sheet', 'Noten']
  t.match(await run([...sheet, '--dry-run'], workbook), { status: 1, stdout: /^Zweite +task +none/m })
  t.match(await run([...sheet, '--map', other], workbook), { status: 0, stdout: /^Zweite +an assignment, in percent/m })
  t.match(await run(sheet, workbook), { status: 0, stdout: /g\.xlsx: the columns are those remembered/ })
  t.match(await run(sheet), { status: 1, stderr: /^--sheet is for Excel workbooks/m })
})

t.test('maps that are wrong: exit 1, the place in the map, and what is expected', async (t) => {
  const folder = t.testdir({ 'g.csv': TABLE })
  const map = join(folder, 'map.json')
  const run = () =>
    perfbook(join(folder, 'data'), ['import', join(folder, 'g.csv'), '--course', 'Physik', '--map', map])
  t.match(await run(), { status: 1, stderr: /^map\.json: cannot be read \(ENOENT\); --map expects a file with a column map$/m })
  for (
    const [text, message] of [
      ['{bad', /^map\.json: is not JSON.*; expected a column map such as \{"columns"/m],
      ['{"columns":[{"column":"A","use":"x"}]}', /^map\.json:columns\[0\]\.use: is "x", expected one of name,/m],
      ['{"columns":[{"column":"A","use":"name"}],"sheet":1}', /^map\.json:sheet: is not a known property/m],
      ['{"columns":[{"column":"A","use":"name"},{"column":"Z","use":"task"}]}', /^g\.csv:1: .*no column "Z"; the last one is D/m],
      [' '.repeat(MAP_BYTES_MAX + 1), /^map\.json: is longer than 204800 bytes; is this a column map\?$/m],
    ] as const
  ) {
    writeFileSync(map, text)
    t.match(await run(), { status: 1, stdout: '', stderr: message })
  }
  t.equal((await perfbook(join(folder, 'data'), ['courses', '--json'])).stdout.trim(), '[]')
})

t.test('the template of spreadsheet is imported as it is', async (t) => {
  const folder = t.testdir()
  const file = join(folder, 'spreadsheet.csv')
  const run = (...args: string[]) => perfbook(join(folder, 'data'), ['import', ...args])
  await run('--template', 'spreadsheet', '-o', file)
  t.match(await run(file, '--course', 'Physik'), { status: 1, stderr: /all clear, so import it with --format spreadsheet/ })
  t.match(await run(file, '--course', 'Physik', '--format', 'spreadsheet'), { status: 0, stdout: /students +2 / })
})
