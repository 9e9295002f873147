import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { bundleTexts, school, writeFolder } from '../imports/bundles.ts'
import { perfbook } from '../support/cli.ts'

t.test('a table is filled in, and refusals say why', async (t) => {
  const folder = t.testdir({
    'table.csv': 'Mail;Grade\r\nnobody@example.edu;\r\n',
    'options.json': JSON.stringify({
      match: [{ column: 'Mail', by: 'email' }], fill: [{ column: 'Grade', with: 'course_average' }],
    }),
    'wrong.json': '{"match": []}',
  })
  const data = join(folder, 'data')
  const bundle = writeFolder(join(folder, 'bundle'), bundleTexts(school()))
  t.equal((await perfbook(data, ['import', bundle])).status, 0)
  const table = join(folder, 'table.csv')
  const output = join(folder, 'out.csv')
  const run = async (...more: string[]) => await perfbook(data, [
    'fill-in', table, '--course', '1', '--options', join(folder, 'options.json'), ...more,
  ])
  const looked = await run('--dry-run', '--json')
  t.equal(looked.status, 0, looked.stderr)
  const report = JSON.parse(looked.stdout)
  t.match(report, { counts: { matched: 0, only_in_sheet: 1 }, only_in_sheet: [{ row: 2 }] })
  const shown = await run('-o', output)
  t.match(shown, { status: 0, stdout: /cells filled in +0\n[^]*Rows that match no student:\n {2}row 2\n/ })
  t.equal(readFileSync(output, 'utf8'), readFileSync(table, 'utf8'))

  t.match(await run(), { status: 2, stderr: /-o FILE/ })
  writeFileSync(table, 'Mail;Mark\r\n')
  const refused = await run('-o', output)
  t.match(refused, { status: 1, stderr: /No row has all named columns: Grade.*FILL_IN_FAILED/ })
  writeFileSync(table, 'Class list;\r\nMail;Mark\r\n')
  t.match(await run('-o', output), {
    status: 1, stderr: /all named columns: Grade\. The headings there are: Mail, Mark\./,
  }, 'of several rows, the one with most of the columns is shown')
  t.match(await run('-o', folder), { status: 1, stderr: /is a folder/ })
  t.match(await perfbook(data, [
    'fill-in', table, '--course', '1', '--options', join(folder, 'wrong.json'), '-o', output,
  ]), { status: 1, stderr: /options\.fill: is missing/ })
  t.match(await perfbook(data, [
    'fill-in', table, '--course', '9', '--options', join(folder, 'options.json'), '-o', output,
  ]), { status: 1, stderr: /9/ })
})
