import t from 'tap'
import type { Change } from '../../../src/snapshots/change.ts'
import { child, packageFaults, parseXml, readParts } from '../../support/ooxml.ts'
import { readCells } from '../../support/ooxml-cells.ts'
import { makeWorkbook } from '../../support/workbook.ts'

const COURSE = { categories: [{ name: 'Homework' }], tasks: [{ title: 'HW 1' }], students: [{ cells: [1] }] }
const MOST = 100_000
const change: Change = { kind: 'setting_changed', field: 'term', before: 'Fall', after: 'Spring' }

async function changesOf (folder: string, count: number) {
  const { file } = await makeWorkbook(folder, String(count), COURSE, {
    request: {
      changes: {
        since: 0,
        async * batches () {
          for (let left = count; left > 0; left -= 1000) {
            yield new Array<Change>(Math.min(1000, left)).fill(change)
          }
        },
      },
    },
  })
  return file
}

t.test('more changes than the sheet lists are counted', async (t) => {
  const folder = t.testdir()
  for (const [count, last] of [[MOST, null], [MOST + 12_345, '… and 12,345 more']] as const) {
    const xml = (await readParts(await changesOf(folder, count))).get('xl/worksheets/sheet3.xml')!.toString()
    const rows = xml.match(/<row r="\d+"/g)!
    t.equal(rows.length, 2 + MOST + (last === null ? 0 : 1))
    t.match(xml, `<autoFilter ref="A2:H${MOST + 2}"/>`)
  }
})

t.test('a sheet with one line, and one with a change', async (t) => {
  const folder = t.testdir()
  const none = await changesOf(folder, 0)
  t.strictSame((await readCells(none)).at(-1)!.cells, {
    A1: 'Nothing has changed since the export of 1970-01-01 00:00.',
  })
  t.notMatch((await readParts(none)).get('xl/worksheets/sheet3.xml')!.toString(), '<autoFilter')

  const one = await changesOf(folder, 1)
  t.strictSame([...await packageFaults(none), ...await packageFaults(one)], [])
  const { cells } = (await readCells(one)).at(-1)!
  t.match(cells, { A3: 'Setting changed', E3: 'Term', F3: 'Fall', G3: 'Spring' })
  const names = child(parseXml((await readParts(one)).get('xl/workbook.xml')!), 'definedNames')!.children
    .map(({ attributes, text }) => [attributes['name'], attributes['localSheetId'], text])
  t.strictSame(names.slice(-2), [
    ['_xlnm.Print_Titles', '2', 'Changes!$2:$2'],
    ['Title', '2', 'Changes!$A$2'],
  ])
})
