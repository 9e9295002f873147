// Every course of the corpus, calculated again by Gnumeric: each formula comes to the value that we stored
// with it. All stored values are wrong in the files that it opens, so every right value was calculated.
import { copyFileSync } from 'node:fs'
import t from 'tap'
import { formulaDifferences } from '../../support/compare-workbook.ts'
import { recalculateWithGnumeric } from '../../support/gnumeric.ts'
import { rewriteParts } from '../../support/ooxml.ts'
import { readWithOpenpyxl } from '../../support/openpyxl.ts'
import { findGnumeric, findOpenpyxl, needs } from '../../support/tools.ts'
import { makeCorpus, someOfEach } from './made-corpus.ts'

// Other programs do most of the work here; on a busy machine that takes minutes.
t.setTimeout(600_000)

t.test('calculated again by Gnumeric', needs(findGnumeric(), findOpenpyxl()), async (t) => {
  const folder = t.testdir()
  // Gnumeric 1.12 finds no worksheet with an apostrophe in its name.
  const made = someOfEach(await makeCorpus(folder, (periodName) => periodName.replaceAll("'", '’')))
  const spoiled = await Promise.all(made.map(async ({ file }) => {
    const copy = file.replace(/\.xlsx$/, '-spoiled.xlsx')
    copyFileSync(file, copy)
    await rewriteParts(copy, (path, xml) => path.startsWith('xl/worksheets/') ? withWrongValues(xml) : xml)
    return copy
  }))
  const recalculated = recalculateWithGnumeric(folder, spoiled)
  const read = readWithOpenpyxl([...made.map(({ file }) => file), ...recalculated])
  made.forEach(({ title, file }, i) => {
    const ours = read.get(file)!.sheets
    const theirs = read.get(recalculated[i]!)!.sheets
    t.strictSame(theirs.map(({ name }) => name), ours.map(({ name }) => name), `${title}: worksheets`)
    const averages = ours.flatMap((sheet, s) => formulaDifferences(sheet, theirs[s]!))
    t.strictSame(averages, [], title)
  })
})

function withWrongValues (xml: string): string {
  return xml.replace(/(<f[^>]*>[^<]*<\/f><v>)[^<]*/g, '$1123')
}
