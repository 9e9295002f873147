// Widths for the columns, and a height for the headings, fitted to what they show and bounded so that no text
// takes the screen.
import type { StudentRow } from '../../db/queries/books.ts'
import type { Book } from '../../src/courses/book.ts'
import type { ColumnHeadings } from './heading-rows.ts'
import type { SheetColumns } from './sheet-plan.ts'
import type { WorkbookWords } from './words/workbook-words.ts'

export interface ColumnWidths {
  /** Last name, first name, student ID, email, period, in characters. */
  texts: number[]
  averages: number[]
  grade: number
  tasks: number[]
}

/** In characters. */
interface Bounds {
  least: number
  most: number
}

interface TextColumn extends Bounds {
  text: (student: StudentRow) => string | null
}

/** Students that are measured. Few of the others have longer names. */
const MEASURED = 1000
const TEXTS: TextColumn[] = [
  { text: (student) => student.last_name, least: 12, most: 28 },
  { text: (student) => student.first_name, least: 12, most: 24 },
  { text: (student) => student.student_identifier, least: 12, most: 20 },
  { text: (student) => student.email, least: 10, most: 24 },
]
const PERIOD: Bounds = { least: 8, most: 24 }
const AVERAGE: Bounds = { least: 10, most: 18 }
const GRADE: Bounds = { least: 8, most: 16 }
const TASK: Bounds = { least: 11, most: 16 }
const HEADING_LINES: Bounds = { least: 2, most: 5 }
/** Height of a line, in points. */
const LINE = 15

/** With more tasks than this, their titles are vertical, so that the columns can be narrow. */
const MOST_LEVEL_TITLES = 15
/** Bounds if titles of tasks are vertical, so that row 8 is tall. */
const NARROW_AVERAGE: Bounds = { least: 10, most: 14 }
/** Room for a date and for the longest status. */
const NARROW_TASK: Bounds = { least: 11, most: 14 }
/** Height of a vertical title, in characters. */
const VERTICAL: Bounds = { least: 10, most: 24 }
/** The length of a vertical character, in points. */
const CHARACTER = 6.5

export interface FittedColumns {
  widths: ColumnWidths
  /** Of row 8, in points. */
  headingHeight: number
  /** Whether the titles of tasks are vertical. */
  isRotated: boolean
}

/** Fits columns to their headings and to the texts of the book's first thousand students. */
export async function fitColumns (
  book: Book,
  columns: SheetColumns,
  headings: ColumnHeadings,
  words: WorkbookWords
): Promise<FittedColumns> {
  const isRotated = columns.tasks > MOST_LEVEL_TITLES
  const periods = Math.max(6, ...book.periods.map((period) => textWidth(period.name)))
  const names = book.categories.map((category) => textWidth(category.name) + 2)
  const fitted = (heading: string, category: number | undefined, bounds: Bounds) => ({
    heading,
    // Two lines of the heading, where that is enough.
    width: bounded(Math.max(textWidth(heading) / 2 + 4, names[category ?? -1] ?? 0), bounds),
  })
  const averages = headings.averages.map((heading, i) =>
    fitted(heading, columns.categories[i - 1]?.index, isRotated ? NARROW_AVERAGE : AVERAGE)
  )
  const longestStatus = Math.max(...Object.values(words.taskStatuses).map(textWidth))
  const narrow = { heading: '', width: bounded(longestStatus, NARROW_TASK) }
  const tasks = book.tasks.map((task) => isRotated ? narrow : fitted(task.title, task.category, TASK))
  const grades = [headings.grade ?? '', ...book.course.gradingScale.map(({ grade }) => grade)].map(textWidth)
  const lines = [...averages, ...tasks].map(({ heading, width }) => linesOf(heading, width - 2))
  const level = LINE * bounded(Math.max(...lines), HEADING_LINES)
  return {
    widths: {
      // The filter's button covers two characters.
      texts: [...await fitTexts(book, headings.texts), bounded(periods + 2, PERIOD)],
      averages: averages.map(({ width }) => width),
      grade: bounded(Math.max(...grades) + 2, GRADE),
      tasks: tasks.map(({ width }) => width),
    },
    headingHeight: isRotated ? Math.max(level, verticalHeight(headings.tasks)) : level,
    isRotated,
  }
}

/** In points: tall enough for titles in three lines, as far as the bounds allow. */
function verticalHeight (titles: string[]): number {
  const longest = titles.reduce((most, title) => Math.max(most, textWidth(title)), 0)
  // Room for the filter's button below, and as much above.
  return Math.ceil(CHARACTER * (bounded(longest / 3 + 4, VERTICAL) + 4))
}

async function fitTexts (book: Book, headings: string[]): Promise<number[]> {
  const columns = TEXTS.map((column, i) => ({ ...column, longest: textWidth(headings[i] ?? '') }))
  let measured = 0
  for await (const batch of book.batches()) {
    for (const { student } of batch) {
      for (const column of columns) {
        column.longest = Math.max(column.longest, textWidth(column.text(student) ?? ''))
      }
      measured++
      if (measured === MEASURED) break
    }
    if (measured === MEASURED) break
  }
  return columns.map((column) => bounded(column.longest + 2, column))
}

function bounded (value: number, { least, most }: Bounds): number {
  return Math.ceil(Math.min(most, Math.max(least, value)))
}

/** Lines that a heading takes when words are kept whole as far as they fit. */
export function linesOf (text: string, width: number): number {
  let lines = 0
  let used = width
  for (const word of text.slice(0, 400).split(/\s+/)) {
    const length = textWidth(word)
    if (used + 1 + length <= width) {
      used += 1 + length
    } else {
      lines += Math.max(1, Math.ceil(length / width))
      used = length % width
    }
  }
  return lines
}

/** Columns of a typewriter: combining marks take none, the characters of East Asia and emoji two. */
function textWidth (text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length
  let width = 0
  for (const character of text.slice(0, 400)) {
    if (/[\p{M}\p{Cf}\p{Cc}]/u.test(character)) continue
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u
        .test(character)
        ? 2
        : 1
  }
  return width
}
