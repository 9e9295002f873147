// The report of one student: averages with the part of each category, every assignment, missing and late
// work.
import type { Book } from '../../../src/courses/book.ts'
import type { BookTask } from '../../../src/courses/book-columns.ts'
import type { BookRow } from '../../../src/courses/book-row.ts'
import { gradeOf } from '../../../src/courses/grading-scale.ts'
import { LATE, PROVISIONAL, STATUS_MASK, STATUSES } from '../../../src/courses/packed-cells.ts'
import { isMissing, partsOf } from '../../../src/courses/student-json.ts'
import type { Identity } from '../../../src/exports/export-names.ts'
import type { ExportOptions } from '../../../src/exports/export-options.ts'
import { personName } from '../../../src/person-name.ts'
import { wordsOf } from '../../workbook/words/words.ts'
import { isEmail } from '../identified-book.ts'
import { pointsOf } from '../shown-numbers.ts'
import type { ReportDocument } from './report-document.ts'
import type { TextStyle } from './report-text.ts'
import { reportWords } from './report-words.ts'
import { isolated, plainText } from './visual-text.ts'

const TITLE: TextStyle = { size: 18, weight: 'bold' }
const HEADING: TextStyle = { size: 12, weight: 'bold' }
const NORMAL: TextStyle = { size: 9 }
const BOLD: TextStyle = { size: 9, weight: 'bold' }
/** Points between parts. */
const GAP = 10
const COLUMN_GAP = 8
/** Of the width of the page: the first column of a table. */
const FIRST_COLUMN = 0.45
/** Most lines of a row: fewer than fit on a page with its header. */
const ROW_LINES = 40

export interface ReportContext {
  book: Book
  options: ExportOptions
  /** Ms since 1970. */
  now: number
}

/** What a student is called; never empty. Without names it is no email address, which may be an id too. */
export function reportName ({ student }: BookRow, identity: Identity): string {
  const { student_identifier: identifier, email, source_id: sourceId } = student
  const name = personName(student.first_name, student.last_name)
  const id = identity === 'ids' && isEmail(sourceId) ? null : sourceId
  return [name, identifier, email, id]
    .map((text) => plainText(text ?? '').trim())
    .find((text) => text !== '') ?? String(student.id)
}

/** Returns how many assignments have a score. */
export type DrawReport = (document: ReportDocument, row: BookRow) => number

/** What draws the reports of a book. */
export function reportDrawer ({ book, options, now }: ReportContext): DrawReport {
  const { course, categories, tasks } = book
  const words = reportWords(options.language)
  const statuses = wordsOf(options.language).taskStatuses
  const percent = new Intl.NumberFormat(options.language, { style: 'percent', maximumFractionDigits: 2 })
  const number = new Intl.NumberFormat(options.language, { maximumFractionDigits: 4 })
  const day = new Intl.DateTimeFormat(options.language, { dateStyle: 'medium', timeZone: course.timeZone })
  const periods = new Map<number | null, string>(book.periods.map(({ id, name }) => [id, name]))
  const averages = options.class_average ? book.averages() : undefined
  const shown = (value: number | null) =>
    value === null || Number.isNaN(value) ? words.noAverage : percent.format(value)
  const ofClass = (value: number | null | undefined): string[] =>
    averages === undefined ? [] : [`${words.classAverage}: ${shown(value ?? null)}`]

  function resultOf (row: BookRow, task: BookTask, index: number): string {
    const { cells, scores } = row
    const { slot, pointsPossible, dueAt } = task
    const mark = slot < cells.length ? cells.marks[slot] ?? 0 : 0
    const score = scores[index] ?? NaN
    const status = STATUSES[(mark & STATUS_MASK) - 1]
    const points = pointsPossible === null || pointsPossible <= 0 || Number.isNaN(score)
      ? []
      : [`${number.format(pointsOf(score, cells.points[slot] ?? NaN, pointsPossible))}/${
        number.format(pointsPossible)}`]
    return [
      ...Number.isNaN(score) ? [] : [percent.format(score)],
      ...points,
      ...Number.isNaN(score) && status !== undefined ? [statuses[status]] : [],
      ...mark & LATE ? [words.late] : [],
      ...mark & PROVISIONAL ? [words.mayChange] : [],
      ...dueAt === null ? [] : [`${words.due} ${day.format(dueAt)}`],
      ...ofClass(averages?.tasks[index]?.average),
    ].join(' · ')
  }

  function drawHead (document: ReportDocument, row: BookRow): void {
    const { student, courseAverage, isDropped } = row
    document.paragraph('H1', reportName(row, options.identity), TITLE)
    const facts = [
      course.name, course.term, course.school, periods.get(student.period_id),
      student.student_identifier, isDropped ? words.dropped : null, `${words.madeOn} ${day.format(now)}`,
    ].flatMap((fact) => fact == null || fact === '' ? [] : [isolated(fact)])
    document.paragraph('P', facts.join(' · '), NORMAL)
    document.y += GAP
    const grade = gradeOf(courseAverage, course.gradingScale)
    document.paragraph('P', [
      `${words.courseAverage}: ${shown(courseAverage)}`,
      ...grade === null ? [] : [`${words.grade}: ${isolated(grade)}`],
      ...ofClass(averages?.course.average),
    ].join(' · '), HEADING)
    document.y += GAP
  }

  function drawWork (document: ReportDocument, title: string, titles: string[]): void {
    document.ensure(document.lineHeight(HEADING) + document.lineHeight(NORMAL))
    document.paragraph('H2', title, HEADING)
    document.paragraph('P', titles.length === 0 ? words.nothing : titles.map(isolated).join('; '), NORMAL)
    document.y += GAP
  }

  return (document, row) => {
    drawHead(document, row)
    if (categories.length > 0) {
      const parts = partsOf(book, row)
      drawTable(document, [words.categories, words.average], parts.map((part, c) => [
        part.name,
        [
          shown(part.average),
          ...part.share === null ? [] : [`${words.share} ${percent.format(part.share)}`],
          ...part.part === null ? [] : [`${words.part} ${percent.format(part.part)}`],
          ...ofClass(averages?.categories[c]?.average),
        ].join(' · '),
      ]))
    }
    const given = tasks.map((task, i) => [task.title, resultOf(row, task, i)] as const)
    if (given.length === 0) document.paragraph('P', words.noAssignments, NORMAL)
    else drawTable(document, [words.assignments, words.result], given)
    const missing = tasks.filter((task) => isMissing(task, row, now)).map(({ title }) => title)
    const late = tasks.filter(({ slot }) => ((row.cells.marks[slot] ?? 0) & LATE) !== 0 &&
      slot < row.cells.length).map(({ title }) => title)
    drawWork(document, words.missingWork, missing)
    drawWork(document, words.lateWork, late)
    return row.scores.reduce((count, score) => count + (Number.isNaN(score) ? 0 : 1), 0)
  }
}

type TableRow = readonly [name: string, value: string]

/** A table of two columns. Its header serves as its heading: it is on each page, but read aloud only once. */
function drawTable (document: ReportDocument, header: TableRow, rows: readonly TableRow[]): void {
  const first = document.width * FIRST_COLUMN
  const second = { x: first + COLUMN_GAP, width: document.width - first - COLUMN_GAP }
  const cellsOf = ([name, value]: TableRow, style: TextStyle) => [
    { text: name, lines: document.wrap(name, first, style), place: { x: 0, width: first } },
    { text: value, lines: document.wrap(value, second.width, style), place: second },
  ]
  type Cells = ReturnType<typeof cellsOf>
  const heightOf = (cells: Cells, style: TextStyle) =>
    Math.max(1, ...cells.map(({ lines }) => lines.length)) * document.lineHeight(style)

  function drawCell ({ lines, place }: Cells[number], style: TextStyle, draw: (line: () => void) => void) {
    const top = document.y
    for (const [i, text] of lines.entries()) {
      const y = top + i * document.lineHeight(style)
      draw(() => { document.drawLine(text, { ...place, y, style }) })
    }
  }

  function repeatHeader (): void {
    const cells = cellsOf(header, BOLD)
    document.repeated(() => {
      for (const cell of cells) drawCell(cell, BOLD, (line) => { line() })
    })
    document.y += heightOf(cells, BOLD)
    document.rule()
  }

  function drawRow (cells: Cells, style: TextStyle, isHeader = false): void {
    if (document.ensure(heightOf(cells, style)) && !isHeader) repeatHeader()
    document.element('TR', () => {
      for (const [i, cell] of cells.entries()) {
        const scope = isHeader ? 'Column' : 'Row'
        document.element(isHeader || i === 0 ? 'TH' : 'TD', () => {
          drawCell(cell, style, (line) => { document.leaf(line) })
        }, { text: cell.text, ...(isHeader || i === 0 ? { scope } : {}) })
      }
    })
    document.y += heightOf(cells, style)
  }

  /** A row that is higher than a page continues in another row. */
  function drawLong (row: TableRow): void {
    const cells = cellsOf(row, NORMAL)
    const [longest] = [Math.max(...cells.map(({ lines }) => lines.length))]
    if (longest <= ROW_LINES) {
      drawRow(cells, NORMAL)
      return
    }
    for (let from = 0; from < longest; from += ROW_LINES) {
      drawRow(cells.map(({ lines, place }) => {
        const some = lines.slice(from, from + ROW_LINES)
        return { text: some.join(' '), lines: some, place }
      }), NORMAL)
    }
  }
  document.ensure(3 * document.lineHeight(NORMAL))
  document.element('Table', () => {
    drawRow(cellsOf(header, BOLD), BOLD, true)
    document.rule()
    for (const row of rows) drawLong(row)
  })
  document.y += GAP
}
