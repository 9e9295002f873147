// The table of the sheet Performance as text. See docs/outlets.md.
import { csvCell, isFormula } from '../../src/csv-row.ts'
import type { Book } from '../../src/courses/book.ts'
import type { BookRow } from '../../src/courses/book-row.ts'
import { gradeOf } from '../../src/courses/grading-scale.ts'
import { LATE, PROVISIONAL, STATUS_MASK, STATUSES } from '../../src/courses/packed-cells.ts'
import { columnHeadings } from '../workbook/heading-rows.ts'
import { averageColumns, planColumns } from '../workbook/sheet-plan.ts'
import { wordsOf } from '../workbook/words/words.ts'
import type { OutletFacts, OutletRequest } from './outlet.ts'
import { percentTexts, pointsOf } from './shown-numbers.ts'
import { writeText } from './write-text.ts'

/** Without it, spreadsheets do not recognize UTF-8. */
const BYTE_ORDER_MARK = '\u{feff}'

/** See `WriteOutlet`. */
export async function writeCsv (book: Book, request: OutletRequest): Promise<OutletFacts> {
  const { options, receipts } = request
  const { separator, guard } = options
  const words = wordsOf(options.language)
  const columns = planColumns(book, { ...options, sheets: 'course' })
  const headings = columnHeadings(book, columns, words)
  const periods = new Map<number | null, string>(book.periods.map(({ id, name }) => [id, name]))
  const inPoints = book.tasks.map(({ pointsPossible }) =>
    options.values === 'points' && pointsPossible !== null && pointsPossible > 0)
  const all = book.averages().students + (options.include_dropped ? book.averages().dropped : 0)
  const percentText = percentTexts()
  let [students, scores] = [0, 0]

  const text = (value: string | null): string =>
    csvCell(guard && value !== null && isFormula(value) ? `'${value}` : value ?? '', separator)
  // A number never begins like a formula to a spreadsheet, so it gets no apostrophe.
  const number = (value: string): string => separator === ';' ? value.replace('.', ',') : value
  const average = (value: number): string => Number.isNaN(value) ? '' : number(percentText(value))
  const line = (cells: string[]): string => cells.join(separator) + '\r\n'

  function taskCells ({ student, cells, scores: values }: BookRow): string[] {
    return book.tasks.map((task, i) => {
      const { slot, pointsPossible } = task
      const mark = slot < cells.length ? cells.marks[slot] ?? 0 : 0
      if (mark === 0) return ''
      if (mark & LATE) receipts.add('late', 'The table does not say which work was late.', { student, task })
      const score = values[i] ?? NaN
      if (Number.isNaN(score)) {
        const status = STATUSES[(mark & STATUS_MASK) - 1]
        return status === undefined ? '' : text(words.taskStatuses[status])
      }
      if (mark & PROVISIONAL) {
        const message = 'The table does not say which scores may still change.'
        receipts.add('provisional', message, { student, task })
      }
      scores++
      if (inPoints[i] !== true) return number(percentText(score))
      return number(String(pointsOf(score, cells.points[slot] ?? NaN, pointsPossible ?? NaN)))
    })
  }

  function cellsOf (row: BookRow): string[] {
    const { student, isDropped, courseAverage, categoryAverages } = row
    const scale = book.course.gradingScale
    return [
      text(student.last_name),
      text(student.first_name),
      text(student.student_identifier),
      text(student.email),
      ...(columns.period === undefined ? [] : [text(periods.get(student.period_id) ?? '')]),
      text(isDropped ? words.dropped : words.active),
      average(courseAverage),
      ...(columns.grade === undefined ? [] : [text(gradeOf(courseAverage, scale))]),
      ...columns.categories.map(({ index }) => average(categoryAverages[index] ?? NaN)),
      ...taskCells(row),
    ]
  }

  async function * lines (): AsyncGenerator<string> {
    const [ofCourse = '', ...ofCategories] = averageColumns(columns).map((_, i) => headings.averages[i] ?? '')
    const grade = headings.grade === undefined ? [] : [headings.grade]
    const names = [...headings.texts, ofCourse, ...grade, ...ofCategories, ...headings.tasks]
    yield BYTE_ORDER_MARK + line(names.map(text))
    for await (const batch of book.batches({ isDropped: options.include_dropped ? undefined : false })) {
      for (const row of batch) {
        yield line(cellsOf(row))
        students++
      }
      request.onProgress(students, all)
    }
  }

  return { ...await writeText(request.file, lines(), request.signal), students, scores }
}
