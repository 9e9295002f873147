// A teacher sorts, filters, changes a weight, a score or a status: all averages follow, and are those that we
// compute on the changed data.
import t from 'tap'
import type { CourseDescription, StudentDescription } from '../../support/book-database.ts'
import { addressed, compareSheet } from '../../support/compare-workbook.ts'
import { LibreOffice, type Step } from '../../support/libreoffice.ts'
import { readWithOpenpyxl, type ReadWorkbook } from '../../support/openpyxl.ts'
import { inLanguage } from '../../support/spanish.ts'
import { findLibreOffice, findOpenpyxl, needs } from '../../support/tools.ts'
import {
  makeWorkbook,
  type ExpectedSheet,
  type MadeWorkbook,
  type MakeOptions,
} from '../../support/workbook.ts'
import { columnName } from '../../../workers/workbook/sheet-plan.ts'

const TASKS = 24
const POSSIBLE = [9, 20, 12, 3]
const MARKED = ['in_progress', 'missing', 'exempt'] as const

/** Thirty students in three periods, some of them in none, with gaps and marks; the same every time. */
function course (change: { weight?: number, points?: number, dropped?: boolean } = {}): CourseDescription {
  const student = (i: number): StudentDescription => ({
    firstName: `F${i * 7 % 30}`,
    lastName: `L${i * 11 % 10}`,
    identifier: `00${i}`,
    ...(i % 4 === 3 ? {} : { period: i % 4 }),
    ...(i % 9 === 4 || (i === CHANGED && change.dropped === true) ? { droppedOn: '2015-02-01' } : {}),
    cells: Array.from({ length: TASKS }, (_, j) => {
      if (i === CHANGED && j === CHANGED_TASK && change.points !== undefined) return change.points
      if ((i * 5 + j * 3) % 17 === 0) return undefined
      if ((i + j * 5) % 13 === 0) return { status: MARKED[(i + j) % 3]! }
      return (i * j + i + j) % (POSSIBLE[j % 4]! + 1)
    }),
  })
  return {
    name: 'Chemistry',
    gradingScale: [{ grade: 'A', from: 0.55 }, { grade: 'B', from: 0.48 }, { grade: 'C', from: 0 }],
    periods: ['1st', "Jo's 2nd", '3rd'],
    categories: [{ name: '*Quiz?', weight: change.weight ?? 0.4 }, { name: '>50%', weight: 0.3 }, {
      name: 'Homework',
      weight: 0.2,
    }, { name: 'homework', weight: 0.1 }],
    tasks: Array.from(
      { length: TASKS },
      (_, j) => ({
        title: `Task ${j}`,
        category: j % 4,
        pointsPossible: POSSIBLE[j % 4]!,
        dueOn: `2015-03-${String(1 + j).padStart(2, '0')}`,
      })
    ),
    students: Array.from({ length: 30 }, (_, i) => student(i)),
  }
}
/** Whom and what the changes concern: a student of the 3rd period, and a cell of his without a score. */
const CHANGED = 6
const CHANGED_TASK = 4

const KINDS: MakeOptions[] = [{}, { values: 'points' }, { sheets: 'period' }, {
  sheets: 'period',
  values: 'points',
}, { include_dropped: false }, { language: 'es' }]

interface Case {
  title: string
  made: MadeWorkbook
  steps: Step[]
  expected: ExpectedSheet[]
  summary: MadeWorkbook['categoryAverages']
  courseAverage: unknown
  courseAverageLabel: string
}

// Other programs do most of the work here; on a busy machine that takes minutes.
t.setTimeout(600_000)

t.test('edited in LibreOffice', needs(findLibreOffice(), findOpenpyxl()), async (t) => {
  const folder = t.testdir()
  const cases: Case[] = []
  for (const [k, kind] of KINDS.entries()) {
    const made = await makeWorkbook(folder, `kind-${k}`, course(), kind)
    const isByPeriod = kind.sheets === 'period'
    const word = (english: string): string => inLanguage(kind.language ?? 'en', english)
    const add = async (
      title: string,
      steps: Step[],
      change: Parameters<typeof course>[0] = {}
    ): Promise<void> => {
      const changed = await makeWorkbook(folder, 'changed', course(change), {
        ...kind,
        request: { file: `${folder}/changed-${cases.length}.xlsx` },
      })
      cases.push({
        title: `${title}: ${JSON.stringify(kind)}`,
        made,
        steps,
        expected: changed.expected,
        summary: changed.categoryAverages,
        courseAverage: changed.summary[word('Course average')],
        courseAverageLabel: word('Course average'),
      })
    }
    const table = (sheet: ExpectedSheet, from: number): string =>
      `A${from}:${columnName(sheet.rows[7]!.length)}${sheet.rows.length}`
    const sorted = (column: number, order: 'up' | 'down'): Step[] =>
      made.expected.map((sheet) => ({ do: 'sort', sheet: sheet.name, range: table(sheet, 9), column, order }))
    const headings = made.expected[0]!.rows[7]!
    const average = headings.indexOf(word('Course average'))
    const task = headings.indexOf(`Task ${CHANGED_TASK}`)
    const place = isByPeriod ? made.expected[2]! : made.expected[0]!
    const row = place.rows.findIndex((cells) => cells[2] === `00${CHANGED}`) + 1
    const points = 5
    const score = kind.values === 'points' ? points : points / POSSIBLE[CHANGED_TASK % 4]!
    const changeScore: Step = {
      do: 'set',
      sheet: place.name,
      cell: `${columnName(task + 1)}${row}`,
      value: score,
    }
    const changeWeight: Step = { do: 'set', sheet: 'Summary', cell: 'B14', value: 0.85 }

    if (k === 0) {
      await add('sorted by several columns', [
        ...sorted(1, 'down'),
        ...sorted(task, 'up'),
        ...sorted(average, 'down'),
      ])
      await add(
        'filtered',
        made.expected.map((sheet) => ({
          do: 'filter',
          sheet: sheet.name,
          range: table(sheet, 8),
          column: headings.indexOf('Status'),
          value: 'Active',
        }))
      )
      await add('another weight', [changeWeight], { weight: 0.85 })
      await add('a score where there was none', [changeScore], { points })
    }
    if (kind.include_dropped === false) {
      await add('scored, weighted and sorted', [changeScore, changeWeight, ...sorted(task, 'up')], {
        weight: 0.85,
        points,
      })
    } else {
      const drop: Step = {
        do: 'text',
        sheet: place.name,
        cell: `${columnName(headings.indexOf(word('Status')) + 1)}${row}`,
        text: word('Dropped'),
      }
      await add('dropped by hand, scored, weighted and sorted', [
        drop,
        changeScore,
        changeWeight,
        ...sorted(average, 'up'),
      ], { weight: 0.85, points, dropped: true })
    }
  }
  const edited = new LibreOffice(folder).edit(cases.map(({ made, steps }) => ({ file: made.file, steps })))
  const read = readWithOpenpyxl(edited)
  cases.forEach((each, i) => {
    t.test(each.title, async (t) => {
      compareEdited(t, read.get(edited[i]!)!, each)
    })
  })
})

function compareEdited (
  t: Parameters<typeof compareSheet>[0],
  found: ReadWorkbook,
  { expected, summary, courseAverage, courseAverageLabel }: Case
): void {
  expected.forEach((sheet, s) => {
    const shown = found.sheets[s + 1]!
    const students = new Map(sheet.rows.slice(8).map((row) => [row[2], row]))
    // The teacher's order is his own: each student's row is looked for by the student id.
    const order = sheet.rows.slice(8).map((_, i) => shown.cells[`C${9 + i}`])
    t.equal(new Set(order).size, students.size, `${sheet.name}: every student once`)
    compareSheet(t, shown, {
      name: sheet.name,
      rows: [...sheet.rows.slice(0, 8), ...order.map((id) => students.get(id as string) ?? [])],
    }, { tolerance: 1e-9 })
  })
  t.ok(
    Math.abs(Number(addressed(found.sheets[0]!, courseAverageLabel)) - Number(courseAverage)) < 1e-9,
    'the course average on Summary'
  )
  for (const { name, average } of summary) {
    t.ok(
      Math.abs(Number(addressed(found.sheets[0]!, name, 'C')) - Number(average)) < 1e-9,
      `the class average of ${name}`
    )
  }
}
