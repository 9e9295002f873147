import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import {
  cellText,
  cutText,
  escapeXml,
  isPlainText,
  MOST_CHARACTERS,
} from '../../../workers/workbook/excel-text.ts'
import { excelDate } from '../../../workers/workbook/excel-date.ts'
import { quotedSheetName, sheetNames } from '../../../workers/workbook/sheet-names.ts'
import { columnName } from '../../../workers/workbook/sheet-plan.ts'
import { StringTable } from '../../../workers/workbook/string-table.ts'
import { parseXml } from '../../support/ooxml.ts'
import { decoded } from '../../support/openpyxl.ts'
import { HURTING_TEXTS } from './corpus.ts'

const throughXml = (text: string): string =>
  decoded(parseXml(Buffer.from(`<t xml:space="preserve">${escapeXml(cellText(text))}</t>`)).text)

t.test('any text comes back from the XML as it was, but for what no reader can give back', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) =>
      throughXml(text) === text.toWellFormed()),
    { seed: 1, numRuns: 3000 }
  )
  fc.assert(
    fc.property(fc.stringMatching(/^[_x0-9A-Fa-f<&\r\n]{0,30}$/), (text) => throughXml(text) === text),
    { seed: 2, numRuns: 3000 }
  )
  for (const text of HURTING_TEXTS) {
    if (text.length <= MOST_CHARACTERS) t.equal(throughXml(text), text.toWellFormed())
  }
})

t.test('escapes are those of Excel', async (t) => {
  t.equal(cellText('\u0007'), '_x0007_')
  t.equal(cellText('a\r\n'), 'a_x000D_\n')
  t.equal(cellText('_x0041_'), '_x005F_x0041_')
  t.equal(cellText('\ud800!'), '\ufffd!')
  t.equal(cellText('=1+1'), '=1+1')
  t.equal(cellText('_xyz_ _x41_'), '_xyz_ _x41_')
})

t.test('a text that is too long is cut, never inside a character', async (t) => {
  t.equal(cutText('abc', 3), 'abc')
  t.equal(cutText('abcd', 3), 'ab…')
  t.equal(cutText('a😀bc', 3), 'a…')
  t.equal(cellText('x'.repeat(MOST_CHARACTERS)).length, MOST_CHARACTERS)
  t.equal(cellText('x'.repeat(MOST_CHARACTERS + 1)), 'x'.repeat(MOST_CHARACTERS - 1) + '…')
})

t.test('plain text is what needs no work at all', async (t) => {
  for (const text of ['Ana', '007', "O'Neil", 'a b', 'a_b', '']) t.ok(isPlainText(text), text)
  for (const text of [' a', 'a ', 'é', '&', '<', '>', 'a\tb', '_x0041_', 'x'.repeat(MOST_CHARACTERS + 1)]) {
    t.notOk(isPlainText(text), text)
  }
})

t.test('names of worksheets', async (t) => {
  t.strictSame(sheetNames(['Summary', 'summary', 'History', ''], ['Summary', 'History']), [
    'Summary~2',
    'summary~3',
    'History~2',
    'Period',
  ])
  t.strictSame(sheetNames(['a', 'A', 'A~2', 'a'], []), ['a', 'A~2', 'A~2~2', 'a~3'])
  t.strictSame(sheetNames(['x'.repeat(40), 'x'.repeat(31)], []), ['x'.repeat(31), 'x'.repeat(29) + '~2'])
  t.strictSame(
    sheetNames([`${'x'.repeat(30)}'yz`, "'"], []),
    [`${'x'.repeat(30)}-`, '-'],
    'no apostrophe at an end, after the cut either'
  )
  const names = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('', 'a', 'A', "'", 'Summary', 'ß', 'SS', 'i', 'İ')
    ),
    { maxLength: 30 }
  )
  fc.assert(
    fc.property(names, (wanted) => {
      const given = sheetNames(wanted, ['Summary', 'History'])
      const folded = [...given, 'Summary', 'History'].map((name) => name.toUpperCase().toLowerCase())
      return given.length === wanted.length && new Set(folded).size === folded.length &&
        given.every((name) =>
          name.length >= 1 && name.length <= 31 && name.isWellFormed() &&
          !/[:\\/?*[\]\p{Cc}]|^'|'$/u.test(name)
        )
    }),
    { seed: 3, numRuns: 1000 }
  )
})

t.test('names of worksheets in formulas', async (t) => {
  t.equal(quotedSheetName('Performance'), 'Performance')
  t.equal(quotedSheetName('1st'), "'1st'")
  t.equal(quotedSheetName("Jo's"), "'Jo''s'")
  t.equal(quotedSheetName('ABC'), "'ABC'", 'the name of a column')
  t.equal(quotedSheetName('False'), "'False'")
})

t.test('dates as the wall clock of the zone shows them', async (t) => {
  t.equal(excelDate(Date.UTC(2015, 2, 15), 'UTC'), 42078)
  t.equal(excelDate(Date.UTC(2015, 2, 15, 18), 'UTC'), 42078.75)
  t.equal(
    excelDate(Date.UTC(2015, 2, 15, 4, 59), 'America/Chicago'),
    42077 + (23 * 60 + 59) / 1440,
    'the day before'
  )
  t.equal(excelDate(Date.UTC(2015, 2, 8, 10), 'America/New_York'), 42071.25, 'summer time has begun')
  t.equal(excelDate(Date.UTC(1900, 2, 1), 'UTC'), 61, 'the first that Excel counts right')
  t.equal(excelDate(Date.UTC(1900, 1, 28), 'UTC'), '1900-02-28 00:00')
})

t.test('names of columns', async (t) => {
  t.strictSame([1, 26, 27, 52, 702, 703, 16_384].map(columnName), ['A', 'Z', 'AA', 'AZ', 'ZZ', 'AAA', 'XFD'])
})

t.test('the table of strings', async (t) => {
  const folder = t.testdir()
  const xml = (table: StringTable): string[] =>
    parseXml(Buffer.concat([Buffer.from('<sst>'), ...table.bytes(), Buffer.from('</sst>')])).children.map((
      item
    ) => decoded(item.children[0]!.text))

  t.test('gives each text a place, and a text that repeats its old one', async (t) => {
    const table = new StringTable(5, join(folder, 'small'))
    t.strictSame([
      table.intern('a'),
      table.add('b'),
      table.intern('a'),
      table.add('b'),
      table.intern('&<é\r'),
    ], [5, 6, 5, 7, 8])
    t.strictSame(xml(table), ['a', 'b', 'b', '&<é\r'])
    t.strictSame(readdirSync(folder), [])
    table.close()
  })

  t.test('of any size: what is much goes through a file that has no name', async (t) => {
    const table = new StringTable(0, join(folder, 'large'))
    const texts = Array.from(
      { length: 30_000 },
      (_, i) => i % 1000 === 7 ? '日本語'.repeat(9000) : `text number ${i} ${'é'.repeat(i % 50)}`
    )
    t.strictSame(texts.map((text) => table.add(text)), texts.map((_, i) => i))
    t.strictSame(readdirSync(folder), [])
    t.strictSame(xml(table), texts)
    table.close()
    table.close()
  })

  t.test('does not take a file that is there', async (t) => {
    const table = new StringTable(0, folder)
    t.throws(() => {
      for (let i = 0; i < 100; i++) table.add('x'.repeat(30_000))
    }, { code: /EEXIST|EISDIR/ })
    t.ok(existsSync(folder))
  })
})
