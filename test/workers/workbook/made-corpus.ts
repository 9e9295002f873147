import type { TAP } from 'tap'
import { compareSheet, type Reader } from '../../support/compare-workbook.ts'
import type { CellValue, ReadSheet, ReadWorkbook } from '../../support/openpyxl.ts'
import { columnName } from '../../../workers/workbook/sheet-plan.ts'
import { makeWorkbook, type MadeWorkbook } from '../../support/workbook.ts'
import type { WorkbookChanges } from '../../../workers/workbook/workbook-request.ts'
import { changesRows, SINCE, someChanges } from './some-changes.ts'
import { CORPUS, kindsOf, PERIOD_SHEETS } from './corpus.ts'

export interface CorpusWorkbook extends MadeWorkbook {
  title: string
  /** Its name in the corpus. */
  course: string
}

/**
 * Every course of the corpus as workbooks of several kinds, in a folder. `rename` is for programs that do not
 * take every name of a period.
 */
export async function makeCorpus (
  folder: string,
  rename: (periodName: string) => string = (name) => name
): Promise<CorpusWorkbook[]> {
  const made: CorpusWorkbook[] = []
  for (const [i, [name, course]] of Object.entries(CORPUS).entries()) {
    const periods = course.periods?.map(rename) ?? []
    for (const [k, kind] of kindsOf(name).entries()) {
      // Those that leave out dropped students are compared with an earlier export.
      const changes = kind.include_dropped ? undefined : someChanges(kind.values, course.timeZone)
      const workbook = await makeWorkbook(folder, `${i}-${k}`, { ...course, periods }, {
        ...kind,
        ...(changes === undefined ? {} : { request: { changes: given(changes) } }),
      })
      if (kind.sheets === 'period') {
        workbook.expected.forEach((sheet, s) => {
          sheet.name = PERIOD_SHEETS[name]?.[s] ?? sheet.name
        })
      }
      if (changes !== undefined) {
        workbook.expected.push({ name: 'Changes', rows: changesRows(changes, course.timeZone) })
      }
      made.push({ ...workbook, course: name, title: `${name}: ${Object.values(kind).join(', ')}` })
    }
  }
  return made
}

/**
 * All kinds of the first course, and one kind of each other course: for programs that take a second for each
 * workbook.
 */
export function someOfEach (made: readonly CorpusWorkbook[]): CorpusWorkbook[] {
  const courses = Map.groupBy(made, ({ course }) => course)
  return Array.from(courses.values(), (kinds, i) => i === 0 ? kinds : [kinds[i % kinds.length]!]).flat()
}

function given (changes: ReturnType<typeof someChanges>): WorkbookChanges {
  return {
    since: SINCE,
    async * batches () {
      yield changes.map(({ change }) => change)
    },
  }
}

/** Compares each worksheet of each workbook, cell by cell, with what should stand there. */
export function compareCorpus (
  t: Pick<TAP, 'test'>,
  made: CorpusWorkbook[],
  read: ReadWorkbook[],
  reader: Reader
): void {
  made.forEach(({ title, expected, summary, tables }, i) => {
    const { sheets } = read[i]!
    t.test(title, async (t) => {
      t.strictSame(sheets.map(({ name }) => name), ['Summary', ...expected.map(({ name }) => name)])
      expected.forEach((sheet, s) => {
        compareSheet(t, sheets[s + 1]!, sheet, reader)
      })
      for (const { headings, rows } of tables) compareTable(t, sheets[0]!, headings, rows, reader)
      // The labels at the top come in a fixed order, without a gap.
      const top = sheets[0]!.cells
      const found = Array.from({ length: 11 }, (_, r) => [top[`A${r + 1}`], top[`B${r + 1}`] ?? null])
      for (const [label, value] of Object.entries(summary)) {
        const row = label === Object.keys(summary).at(-1)
          ? Object.keys(top).filter((at) => /^A\d+$/.test(at)).at(-1)!.slice(1)
          : found.findIndex(([text]) => text === label) + 1
        compareSheet(
          t,
          {
            ...sheets[0]!,
            name: `Summary, ${label}`,
            cells: { A1: top[`A${row}`] ?? null, A2: top[`B${row}`] ?? null },
          },
          { name: 'Summary', rows: [[label], [value]] },
          reader
        )
      }
    })
  })
}

/** Compares a table on Summary: its headings, then each of its rows up to the empty one that follows it. */
function compareTable (
  t: Parameters<typeof compareSheet>[0],
  summary: ReadSheet,
  headings: string[],
  rows: CellValue[][],
  reader: Reader
): void {
  const title = headings.slice(0, 2).join(' | ')
  const at = (row: number, column: number): CellValue =>
    summary.cells[`${columnName(column + 1)}${row}`] ?? null
  const first = Array.from({ length: 10_000 }, (_, r) => r + 1).find((row) =>
    at(row, 0) === headings[0] && at(row, 1) === headings[1]
  )
  if (first === undefined) {
    t.fail(`${title} is on Summary`)
    return
  }
  const found = [headings, ...rows, []].flatMap((row, r) =>
    Array.from({ length: Math.max(row.length, 2) }, (_, c): [string, CellValue] =>
      [`${columnName(c + 1)}${r + 1}`, at(first + r, c)]
    )
  ).filter(([, value]) => value !== null)
  compareSheet(t, { ...summary, name: title, cells: Object.fromEntries(found) }, {
    name: title,
    rows: [headings, ...rows],
  }, reader)
}
