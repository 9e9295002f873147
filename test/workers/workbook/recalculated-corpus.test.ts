// Every course of the corpus, calculated again by LibreOffice: its numbers are ours.
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { formulaDifferences } from '../../support/compare-workbook.ts'
import { LibreOffice } from '../../support/libreoffice.ts'
import { readWithOpenpyxl } from '../../support/openpyxl.ts'
import { readParts, rewritePart } from '../../support/ooxml.ts'
import { findLibreOffice, findOpenpyxl, needs } from '../../support/tools.ts'
import { compareCorpus, makeCorpus, someOfEach } from './made-corpus.ts'

// Other programs do most of the work here; on a busy machine that takes minutes.
t.setTimeout(600_000)

t.test('calculated again by LibreOffice', needs(findLibreOffice(), findOpenpyxl()), async (t) => {
  const folder = t.testdir()
  const made = someOfEach(await makeCorpus(folder))
  // A value that is wrong on purpose: had nothing been calculated, it would come back.
  const wrong = join(folder, 'wrong-value.xlsx')
  copyFileSync(made[0]!.file, wrong)
  await rewritePart(
    wrong,
    'xl/worksheets/sheet2.xml',
    (xml) => xml.replace(/(<c r="G5"[^>]*><f>[^<]*<\/f><v>)[^<]*/, '$1123')
  )
  const recalculated = new LibreOffice(folder).recalculate([...made.map(({ file }) => file), wrong])
  const read = readWithOpenpyxl([...made.map(({ file }) => file), ...recalculated])
  compareCorpus(
    t,
    [...made, { ...made[0]!, title: 'a stored value that is wrong' }],
    recalculated.map((file) => read.get(file)!),
    { tolerance: 1e-9, dropsReturns: true }
  )
  made.forEach(({ title, file }, i) => {
    const theirs = read.get(recalculated[i]!)!.sheets
    const averages = read.get(file)!.sheets.flatMap((sheet, s) => formulaDifferences(sheet, theirs[s]!))
    t.strictSame(averages, [], `${title}: every formula`)
  })
  // LibreOffice saves the chart with the values that it calculated for its references.
  const chart = (await readParts(recalculated[0]!)).get('xl/charts/chart1.xml')!.toString()
  const [, values = ''] = /<c:val>([\s\S]*?)<\/c:val>/.exec(chart) ?? []
  t.match(values, /<c:f>Summary!\$B\$\d+:\$B\$\d+<\/c:f>/)
  t.strictSame(
    Array.from(values.matchAll(/<c:v>(\d+)<\/c:v>/g), ([, value]) => Number(value)),
    made[0]!.tables.find(({ headings }) => headings[0] === 'Course averages')!.rows
      .map(([, students]) => students)
  )
})
