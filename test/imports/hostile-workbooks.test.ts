import { spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { createWorld, showErrors, writeZip, type World } from './bundles.ts'
import { fuzzRuns } from './fuzz-runs.ts'
import { LibreOffice } from '../support/libreoffice.ts'
import { findLibreOffice, findOpenpyxl, needs, pathOf } from '../support/tools.ts'
import { rowsXml, workbookFiles, writeWorkbook, type WorkbookXml } from './workbooks.ts'

const HEAD = ['Student', 'ID', 'SIS User ID', 'Section', 'Essay (101)']
const CANVAS = [HEAD, ['Points Possible', null, null, null, 10], ['Lee, Ann', 1, '0042', 'P1', 7.5]]
const sheet = (rows: string, more = {}) => ({ sheets: [{ name: 'A', rows, ...more }] })

async function refused (world: World, workbook: WorkbookXml, options = {}): Promise<string> {
  const path = await writeWorkbook(world, 'x.xlsx', workbook)
  const errors = showErrors(await world.import(path, { course: 'X', ...options }))
  return errors.join('; ')
}

t.test('hostile and damaged workbooks are refused, and nothing is left', async (t) => {
  const world = await createWorld(t)
  const row = (attributes: string, cells: string) => sheet(`<row ${attributes}>${cells}</row>`)
  const one = '<c t="str"><v>x</v></c>'
  const part = (text: string) => ({ ...sheet(''), files: { 'xl/worksheets/sheet1.xml': text } })
  const open = '<worksheet><sheetData><row>'
  for (
    const [workbook, message] of [
      [row('r="1000000000"', one), /has a row with the number 1000000000/],
      [row('r="-1"', one), /has a row with the number -1/],
      [sheet(`<row r="5">${one}</row><row r="5">${one}</row>`), /has row 5 after row 5/],
      [row('r="1"', '<c r="AAAAAAA1" t="str"><v>x</v></c>'), /has a cell "AAAAAAA1" in row 1/],
      [row('r="1"', '<c r="B2" t="str"><v>x</v></c>'), /has a cell "B2" in row 1/],
      [row('r="1"', '<c r="XFE1"><v>1</v></c>'), /has more than 16384 columns/],
      [row('r="1"', '<c r="B1"><v>1</v></c><c r="B1"><v>2</v></c>'), /has the cell B1 twice/],
      [row('r="1"', '<c t="s"><v>7</v></c>'), /refers in A1 to a text that does not exist/],
      [row('r="1"', '<c t="s"><v>-1.5</v></c>'), /refers in A1 to a text that does not exist/],
      [row('r="1"', `<c t="str"><v>${'x'.repeat(100_001)}</v></c>`), /a text of more than 100000 characters/],
      [row('r="1"', '<c t="str"><v>a_x0000_b</v></c>'), /has a NUL character/],
      [{ ...row('', '<c t="s"><v>0</v></c>'.repeat(100)), texts: `<si><t>${'x'.repeat(99_000)}</t></si>` },
        /has more than 4194304 characters in one row/],
      [part('<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'), /has a DOCTYPE/],
      [part(`${open}<c t="str"><v>&nbsp;</v></c></row></sheetData></worksheet>`), /is not well-formed/],
      [part(`${open}<c><v>1</v>`), /is not well-formed/],
      [part(`<worksheet>${'<a>'.repeat(200)}`), /has elements nested more than 100 deep/],
      [part(`<worksheet>${'<a b="c"'.padEnd(1_300_000, ' ')}`), /has an element that is too long/],
      [part(''), /has no values|is not well-formed/],
      [{ ...sheet(rowsXml(CANVAS)), files: { 'xl/workbook.xml': null } }, /not an Excel workbook/],
      [{ ...sheet(rowsXml(CANVAS)), files: { 'xl/worksheets/sheet1.xml': null } }, /has no sheet with cells/],
    ] as Array<[WorkbookXml, RegExp]>
  ) t.match(await refused(world, workbook), message)
  const wide = Array.from({ length: 40 }, (_, at) => {
    return `<row r="${at + 1}"><c r="XFD${at + 1}"><v>1</v></c></row>`
  })
  t.match(await refused(world, sheet(wide.join('')), { maxBytes: 300_000 }), /at most 300000 bytes/)
  const zeros = ' '.repeat(5_000_000)
  const bomb = part(`<worksheet>${zeros}</worksheet>`)
  t.match(await refused(world, bomb, { maxBytes: 1e6 }), /at most 1000000 bytes/)
  t.strictSame(readdirSync(join(world.folder, 'staging')), [])
  t.strictSame(await world.books(), [])
})

t.test('other documents are named, with what to do', async (t) => {
  const world = await createWorld(t)
  const named = async (name: string, files: Record<string, string>) =>
    showErrors(await world.import(await writeZip(join(world.folder, name), files), { course: 'X' })).join()
  const types = { '[Content_Types].xml': '<Types/>' }
  t.match(await named('a.xlsb', { ...types, 'xl/workbook.bin': 'x' }), /\.xlsb\); open it and save it as "Excel/)
  t.match(await named('a.ods', { mimetype: 'x', 'content.xml': '<x/>' }), /OpenDocument file \(\.ods\)/)
  t.match(await named('a.numbers', { 'Index/Document.iwa': 'x' }), /Numbers document; export it/)
  t.match(await named('a.docx', { ...types, 'word/document.xml': '<x/>' }), /Word document/)
  const zip = await writeZip(join(world.folder, 'in.zip'), workbookFiles(sheet(rowsXml(CANVAS))))
  t.match(await world.import(zip, { course: 'X' }), { ok: true, summary: { scores: { added: 1 } } })
})

const openpyxl = findOpenpyxl()

t.test('openpyxl and LibreOffice write what a CSV has', needs(openpyxl, findLibreOffice()), async (t) => {
  const world = await createWorld(t)
  const made = join(world.folder, 'made.xlsx')
  const script = 'import sys,json,openpyxl;w=openpyxl.Workbook();s=w.active\n' +
    'for r in json.loads(sys.argv[2]): s.append(r)\nw.save(sys.argv[1])'
  spawnSync(pathOf(openpyxl), ['-c', script, made, JSON.stringify(CANVAS)])
  const csv = join(world.folder, 'made.csv')
  writeFileSync(csv, CANVAS.map((cells) => cells.map((cell) => `"${cell ?? ''}"`).join()).join('\n'))
  t.match(await world.import(csv, { course: 'X' }), { ok: true, summary: { scores: { added: 1 } } })
  const [saved] = new LibreOffice(world.folder).recalculate([made])
  for (const file of [made, saved!]) {
    t.match(await world.import(file, { course: 'X' }), {
      ok: true,
      summary: { students: { unchanged: 1 }, tasks: { unchanged: 1 }, scores: { unchanged: 1 } },
    })
  }
})

t.test('a broken part never does more than fail', async (t) => {
  const world = await createWorld(t)
  const good = workbookFiles(sheet(rowsXml(CANVAS)))
  const paths = Object.keys(good)
  await fc.assert(fc.asyncProperty(
    fc.constantFrom(...paths),
    fc.nat(2000),
    fc.nat(20),
    fc.constantFrom('', '<', '>', '"', '&#0;', '</row>', '<row>', '\0', '<![CDATA[', 'r="ZZZ9"', '\ud800'),
    async (path, at, length, instead) => {
      const text = good[path]!
      const from = at % text.length
      const files = { ...good, [path]: text.slice(0, from) + instead + text.slice(from + length) }
      const outcome = await world.import(await writeZip(join(world.folder, 'f.xlsx'), files), {
        course: 'X',
        dryRun: true,
      })
      return outcome.ok || outcome.errors.every(({ message }) => message.length <= 1000)
    }
  ), { seed: 20261127, numRuns: fuzzRuns(60) })
})
