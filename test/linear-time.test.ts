// Every function that takes a text from outside apart, over texts of three megabytes that are made to be
// slow: what took time in proportion to the square of a length took hours here, and what takes its share
// takes milliseconds.
import t from 'tap'
import { emailKey } from '../db/queries/accounts.ts'
import { exportFilename } from '../src/exports/export-filename.ts'
import { valuesOf } from '../src/imports/column-maps/column-values.ts'
import {
  amountIn, isPointsLabel, meaningOf, pointsInHeader, withoutPercent,
} from '../src/imports/column-maps/column-words.ts'
import {
  dateInHeader, dueDay, isDay, isDueLabel, orderShownBy,
} from '../src/imports/column-maps/due-dates.ts'
import { HeaderColumns } from '../src/imports/column-maps/find-columns.ts'
import { areCategories } from '../src/imports/column-maps/guess-categories.ts'
import { headerHash } from '../src/imports/column-maps/remembered-map.ts'
import { formatOfSystem } from '../src/imports/column-maps/system-format.ts'
import { SYSTEM_MAPS } from '../src/imports/column-maps/systems/system-maps.ts'
import { ColumnLog } from '../src/imports/columns.ts'
import { readCanvas } from '../src/imports/grade-book/canvas.ts'
import { readMoodle } from '../src/imports/grade-book/moodle.ts'
import { systemOf } from '../src/imports/grade-book/recognize.ts'
import { RowReader } from '../src/imports/oneroster/row-reader.ts'
import { Problems, Refusal } from '../src/imports/problems.ts'
import { RowSplitter } from '../src/imports/sources/row-splitter.ts'
import { detectDialect } from '../src/imports/sources/table-dialect.ts'
import { TableNumbers } from '../src/imports/sources/table-numbers.ts'
import { dayMs, dayOf, instantMs, isRounded, numberOf } from '../src/imports/sources/text-values.ts'
import { readCursor } from '../src/courses/book-json.ts'
import { isTimeZone } from '../src/courses/course-time.ts'
import { cleanFilename, cutToBytes } from '../src/files/file-name.ts'
import { NAME_MAX, shorten, shortenName } from '../src/short-text.ts'
import { cellText, cutText, escapeXml, isPlainText, propertyText } from '../workers/workbook/excel-text.ts'
import { quotedSheetName, sheetNames } from '../workers/workbook/sheet-names.ts'

const LENGTH = 3_000_000
/** For one function over one text. A square of this length takes hours, a busy machine a few seconds. */
const MOST_MS = 30_000

const HOSTILE: Record<string, string> = {
  'blanks in the middle': `1${' '.repeat(LENGTH)}x`,
  'line breaks in the middle': `a${'\n'.repeat(LENGTH)}b`,
  dots: '.'.repeat(LENGTH),
  'dots and a letter': `${'.'.repeat(LENGTH)}x`,
  digits: '1'.repeat(LENGTH),
  'groups of digits': `${'1,111'.repeat(LENGTH / 5)}x`,
  'points and digits': '1.'.repeat(LENGTH / 2),
  parentheses: '('.repeat(LENGTH),
  'parentheses with a number': '(1'.repeat(LENGTH / 2),
  'words and blanks': 'a '.repeat(LENGTH / 2),
  'words and long blanks': `a${' '.repeat(1000)}`.repeat(LENGTH / 1000),
  'percent signs': '%'.repeat(LENGTH),
  'blanks and percent signs': ' %'.repeat(LENGTH / 2),
  underscores: '_'.repeat(LENGTH),
  'what looks escaped': '_x0041'.repeat(LENGTH / 6),
  slashes: '/'.repeat(LENGTH),
  'at signs': 'a@'.repeat(LENGTH / 2),
  commas: ','.repeat(LENGTH),
  'course total': 'course total '.repeat(LENGTH / 13),
  'combining marks': `e${'\u0301'.repeat(LENGTH)}`,
  'halves of characters': '\ud800'.repeat(LENGTH),
  apostrophes: "'".repeat(LENGTH),
}

const NUMBERS = new TableNumbers({ isCommaSeparator: true })

/** What takes a column's header and its cells, with nothing behind it. */
function gradeBookReader (format: 'canvas' | 'moodle') {
  return (text: string) => {
    const run = { problems: new Problems(), columns: new ColumnLog(), fileNumber: () => 0 } as never
    const book = { file: () => ({ add: () => 0 }), row () {} } as never
    const file = { name: 'grades.csv' } as never
    if (format === 'canvas') {
      const visit = readCanvas(['Student', 'ID', 'Section', text], 1, { book, file, numbers: NUMBERS, run })
      visit(['Points Possible', '', '', text], 2)
      visit([text, text, text, text], 3)
    } else {
      readMoodle(['First name', 'Last name', 'ID number', `${text} (Percentage)`, text], 1, {
        book,
        file,
        numbers: NUMBERS,
        run,
      })(
        [text, text, text, text, text], 2
      )
    }
  }
}

function rosterReader (text: string): void {
  const row = new RowReader({
    file: 'users.csv',
    names: ['a', text],
    line: 1,
    required: ['a'],
    problems: new Problems(),
    numbers: NUMBERS,
    dates: 'mdy',
  })
  row.next([text, text], 2)
  for (const read of [
    'text', 'id', 'needed', 'ids', 'word', 'flag', 'number', 'date',
  ] as const) row[read]('a')
}

/** Each column map that ships. No header is longer: the reader refuses it before. */
function shippedMaps (text: string): void {
  const names = Array.from({ length: 100 }, (_, at) => `${text.slice(0, NAME_MAX - 4)}${at}`)
  const run = { options: {} } as never
  for (const map of SYSTEM_MAPS) {
    try {
      formatOfSystem(map).layoutOf({
        rows: [names, names], place: { file: text.slice(0, NAME_MAX) }, isWhole: true, numbers: NUMBERS, run,
      })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }
}

/** The rows of a table with commas. A square of a tenth of the length still takes minutes. */
function tableRows (text: string): void {
  const part = text.slice(0, LENGTH / 10)
  for (const table of [`a\n${part}\n`, `a\n"${part}"\n="${part}"\n`, `a\n"${part}`, `a\n="${part}`]) {
    const rows = new RowSplitter({
      file: 'x.csv',
      dialect: { separator: ',', isClassicMac: false, skip: { bytes: 0, lines: 0 } },
      isMarked: false,
      onHeader: () => () => {},
      problems: new Problems(),
    })
    try {
      for (const encoding of ['utf8', 'latin1'] as const) {
        const block = rows.cut(Buffer.from(table, encoding))
        rows.isToBeProven(block)
        rows.block(block)
      }
      rows.block(rows.rest())
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }
}

const TESTED: Record<string, (text: string) => unknown> = {
  dayMs,
  instantMs,
  numberOf,
  'dayOf in any order': (text) => [dayOf(text), dayOf(text, 'dmy')],
  isRounded,
  'a number of a table': (text) => [NUMBERS.of(text), NUMBERS.expected(text, '')],
  'the dialect of a table': (text) => detectDialect(Buffer.from(text), { isWhole: true }),
  'the rows of a table': tableRows,
  'the numbers of a table': (text) => [NUMBERS.learn(text), NUMBERS.learn(`"${text}"`)],
  'what a header says': (text) => [meaningOf(text), pointsInHeader(text), withoutPercent(text)],
  isPointsLabel,
  'dates in headers and cells': (text) => [
    dateInHeader(text), dueDay(text, 'mdy'), isDay(text), isDueLabel(text), amountIn(text),
    orderShownBy([text, text.slice(0, 200)]),
  ],
  'a row of categories': (text) => areCategories({ line: 1, cells: [text, text.slice(0, 100)] }, [0]),
  'the values of a column': (text) => valuesOf([text, `${text}%`], NUMBERS),
  'finding a column': (text) => new HeaderColumns([text, `${text}x`]).find(`${text}y`),
  'the hash of a header': (text) =>
    headerHash({ columns: [{ column: 1, use: 'task', title: text }] }, {
      header: [text, text], points: [text], above: [[text]],
    }),
  'column maps that ship': shippedMaps,
  isTimeZone,
  readCursor,
  emailKey,
  cleanFilename,
  'cutToBytes to 200': (text) => cutToBytes(text, 200),
  exportFilename: (text) =>
    exportFilename(text, { label: 'CSV', extension: 'csv', at: 0, timeZone: 'UTC', period: text }),
  shorten,
  shortenName,
  'a row of a roster': rosterReader,
  'the grade book of Canvas': gradeBookReader('canvas'),
  'the grade book of Moodle': gradeBookReader('moodle'),
  'recognizing a grade book': (text) => systemOf({ names: [text], rows: [[text], [text]] }),
  'a cell of the workbook': (text) => [isPlainText(text), cellText(text)],
  'a cell of the workbook, cut': (text) => cutText(text, 32_767),
  'a property of the workbook': propertyText,
  'text in XML': escapeXml,
  'names of worksheets': (text) => sheetNames([text, text, `${text}x`], [text]),
  'the name of a worksheet in a formula': quotedSheetName,
}

for (const [name, work] of Object.entries(TESTED)) {
  t.test(name, async (t) => {
    for (const [kind, text] of Object.entries(HOSTILE)) {
      const started = performance.now()
      work(text)
      const ms = performance.now() - started
      t.ok(ms < MOST_MS, `${kind}: ${Math.round(ms)} ms`)
    }
  })
}
