// Whatever book there is, its workbook is a sound package and reads back to the same values.
import { rmSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import type { Cell } from '../../../src/courses/packed-cells.ts'
import { STATUSES } from '../../../src/courses/packed-cells.ts'
import { sheetNames } from '../../../workers/workbook/sheet-names.ts'
import type { CourseDescription } from '../../support/book-database.ts'
import { sheetDifferences } from '../../support/compare-workbook.ts'
import { LibreOffice } from '../../support/libreoffice.ts'
import { readCells } from '../../support/ooxml-cells.ts'
import { packageFaults } from '../../support/ooxml.ts'
import { validationFaults } from '../../support/ooxml-validator.ts'
import { readWithOpenpyxl } from '../../support/openpyxl.ts'
import { findLibreOffice, findOpenpyxl, needs } from '../../support/tools.ts'
import { makeWorkbook, NOW, type MakeOptions, type MadeWorkbook } from '../../support/workbook.ts'
import { HURTING_TEXTS } from './corpus.ts'

/** Runs of the property, of which the first few go before the other readers as well. */
const RUNS = 80
const SAMPLE = 12

// No NUL: the database takes none, and refuses it at the door.
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ maxLength: 12 }),
  fc.constantFrom(...HURTING_TEXTS)
).map((each) => each.replaceAll('\u0000', ''))
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 4 })
const amount = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }))
const instant = fc.integer({ min: NOW / 1000 - 40_000_000, max: NOW / 1000 + 40_000_000 }).map((seconds) =>
  seconds * 1000
)

const cell: fc.Arbitrary<Partial<Cell> | undefined> = fc.option(
  fc.record({
    status: fc.constantFrom(...STATUSES),
    points: maybe(amount),
    exerciseCount: maybe(fc.nat({ max: 9 })),
    correctExerciseCount: maybe(fc.nat({ max: 9 })),
    isLate: fc.boolean(),
    isProvisional: fc.boolean(),
  }),
  { nil: undefined, freq: 5 }
)

const course: fc.Arbitrary<CourseDescription> = fc.tuple(
  fc.array(text, { maxLength: 4 }),
  fc.uniqueArray(text, { maxLength: 4, selector: (name) => name.toWellFormed() }),
  fc.nat({ max: 8 })
).chain(([periods, categories, tasks]) =>
  fc.record({
    name: text,
    school: maybe(text),
    term: maybe(text),
    timeZone: fc.constantFrom('UTC', 'America/Chicago', 'Asia/Kolkata', 'Pacific/Kiritimati'),
    missingCounts: fc.constantFrom('ignored', 'zero'),
    periods: fc.constant(periods),
    categories: fc.tuple(...categories.map((name) =>
      fc.record({ name: fc.constant(name), weight: maybe(fc.double({ min: 0, max: 2, noNaN: true })) })
    )),
    tasks: fc.array(
      fc.record({
        title: text,
        pointsPossible: maybe(
          fc.oneof(fc.integer({ min: 0, max: 20 }), fc.double({ min: 0.01, max: 1e4, noNaN: true }))
        ),
        ...(categories.length === 0 ? {} : { category: fc.nat({ max: categories.length - 1 }) }),
        dueAt: instant,
      }, { requiredKeys: ['title', 'pointsPossible'] }),
      { minLength: tasks, maxLength: tasks }
    ),
    students: fc.array(
      fc.record({
        firstName: maybe(text),
        lastName: maybe(text),
        identifier: maybe(text),
        email: maybe(text),
        ...(periods.length === 0 ? {} : { period: fc.nat({ max: periods.length - 1 }) }),
        droppedOn: fc.constantFrom('2015-01-01', '2015-04-30', '2015-05-01'),
        isUnenrolled: fc.boolean(),
        cells: fc.array(cell, { maxLength: tasks }),
      }, { requiredKeys: ['firstName', 'lastName', 'identifier', 'email'] }),
      { maxLength: 10 }
    ),
  })
) as fc.Arbitrary<CourseDescription>

const kind: fc.Arbitrary<MakeOptions> = fc.record({
  sheets: fc.constantFrom('course', 'period'),
  values: fc.constantFrom('percent', 'points'),
  include_dropped: fc.boolean(),
})

// Other programs do most of the work here; on a busy machine that takes minutes.
t.setTimeout(600_000)

const folder = t.testdir()
const sample: MadeWorkbook[] = []

t.test('any book', async (t) => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(course, kind, async (course, kind) => {
      const made = await makeWorkbook(folder, `book-${run++}`, course, kind)
      if (kind.sheets === 'period') nameSheets(made)
      const faults = await packageFaults(made.file)
      const read = await readCells(made.file)
      const names = ['Summary', ...made.expected.map(({ name }) => name)]
      if (read.some(({ name }, i) => name !== names[i])) {
        faults.push(`worksheets ${read.map(({ name }) => name).join(', ')}`)
      }
      made.expected.forEach((sheet, i) =>
        faults.push(...sheetDifferences(read[i + 1]!.cells, sheet, { tolerance: 1e-14, isExact: true }))
      )
      if (faults.length > 0) throw new Error(faults.slice(0, 5).join('\n'))
      if (sample.length < SAMPLE) sample.push(made)
      else rmSync(made.file)
    }),
    { seed: 20150430, numRuns: RUNS }
  )
  t.equal(run, RUNS)
})

t.test('a sample before the Open XML SDK', async (t) => {
  t.strictSame(await validationFaults(sample.map(({ file }) => file)), [])
})

t.test(
  'a sample as openpyxl reads it, before and after LibreOffice calculated it again',
  needs(findLibreOffice(), findOpenpyxl()),
  async (t) => {
    const files = sample.map(({ file }) => file)
    const recalculated = new LibreOffice(folder).recalculate(files)
    const read = readWithOpenpyxl([...files, ...recalculated])
    sample.forEach(({ file, expected }, i) =>
      expected.forEach((sheet, s) => {
        t.strictSame(
          sheetDifferences(read.get(file)!.sheets[s + 1]!.cells, sheet, { tolerance: 1e-14 }),
          [],
          `book ${i}, sheet ${s}`
        )
        t.strictSame(
          sheetDifferences(read.get(recalculated[i]!)!.sheets[s + 1]!.cells, sheet, {
            tolerance: 1e-9,
            dropsReturns: true,
          }),
          [],
          `book ${i}, sheet ${s}, calculated again`
        )
      })
    )
  }
)

/** The rule for names has a test of its own; here it is enough that each sheet has its own. */
function nameSheets ({ expected }: MadeWorkbook): void {
  sheetNames(expected.map(({ name }) => name), ['Summary', 'History']).forEach((name, i) => {
    expected[i]!.name = name
  })
}
