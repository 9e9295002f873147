// Widths for the columns, and a height for the headings, fitted to what they show and bounded so that no text
// takes the screen.
import type { Book } from '../../src/courses/book.ts'
import type { SheetColumns } from './sheet-plan.ts'
import type { ColumnWidths } from './workbook-package.ts'

/** Students that are measured; beyond these few names are longer than all before. */
const MEASURED = 1000
/** Least and most characters. */
const TEXT = [[12, 28], [12, 24], [12, 20], [10, 36], [8, 24]] as const
const AVERAGE = [10, 18] as const
const TASK = [11, 16] as const
/** Of row 8: lines, and points a line. */
const MOST_LINES = 5
const LINE = 15

/** Fits columns to the texts of the book's first thousand students and to their headings. */
export function fitColumns (
  book: Book,
  columns: SheetColumns,
  headings: string[]
): { widths: ColumnWidths, headingHeight: number } {
  const longest = headings.slice(0, 5).map(textWidth)
  let measured = 0
  for (const { student } of book.rows()) {
    const texts = [student.last_name, student.first_name, student.student_identifier, student.email]
    texts.forEach((text, i) => {
      if (text !== null) longest[i] = Math.max(longest[i]!, textWidth(text))
    })
    if (++measured === MEASURED) break
  }
  longest[4] = Math.max(6, ...book.periods.map((period) => textWidth(period.name)))
  // The filter's button covers two characters.
  const texts = TEXT.map(([least, most], i) => bounded(longest[i]! + 2, least, most))
  // Two lines of a heading, where that is enough.
  const half = (i: number, [least, most]: readonly [number, number]): number =>
    bounded(textWidth(headings[i - 1]!) / 2 + 4, least, most)
  const names = book.categories.map((category) => textWidth(category.name) + 2)
  const averages = Array.from(
    { length: 1 + columns.categories.length },
    (_, i) =>
      bounded(
        Math.max(half(columns.courseAverage + i, AVERAGE), i === 0 ? 0 : names[columns.categories[i - 1]!]!),
        ...AVERAGE
      )
  )
  const tasks = book.tasks.map((task, j) =>
    bounded(Math.max(half(columns.firstTask + j, TASK), names[task.category] ?? 0), ...TASK)
  )
  const lines = [...averages, ...tasks].map((width, i) =>
    linesOf(headings[columns.courseAverage - 1 + i]!, width - 2)
  )
  return {
    widths: { texts, averages, tasks },
    headingHeight: LINE * bounded(Math.max(...lines), 2, MOST_LINES),
  }
}

function bounded (value: number, least: number, most: number): number {
  return Math.ceil(Math.min(most, Math.max(least, value)))
}

/** Lines that a heading takes when words are kept whole as far as they fit. */
function linesOf (text: string, width: number): number {
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
export function textWidth (text: string): number {
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
