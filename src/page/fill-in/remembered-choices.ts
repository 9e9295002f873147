// The choice for tables with the same headings, in this browser: it is about the form of an office, which
// comes for every course of a teacher and again next term, and it names no one.
import { headingKey } from '../../fill-in/heading-key.ts'
import type { TableGuess } from '../../fill-in/table-guess.ts'
import { FILL_AS, MATCH_BY, type Choice, type ChosenFill } from './fill-in-choice.ts'

const KEY = 'perfbook-fill-in'
/** Most choices. The oldest are forgotten. */
const MOST = 50
/** The number of an assignment, which another course does not have. */
const TASK = 'task:'

/** Where in a file the table is. */
export interface TablePlace { sheet: string | null, headerRow: number | null }

interface Remembered {
  /** Of the table: its headings. */
  header: string
  courseId: number
  /** Null: the teacher chose the table that is elsewhere in the file. */
  choice: Pick<Choice, 'match' | 'fill' | 'overwrite'> | null
  place: TablePlace
}

/**
 * The choice for a table, as far as this course has what it names; or where in the file the table is that was
 * chosen instead.
 */
export function rememberedChoice (
  table: TableGuess, { courseId, taskIds }: { courseId: number, taskIds: readonly number[] }
): Choice | { elsewhere: TablePlace } | undefined {
  const header = headerOf(table)
  const all = read().filter((one) => one.header === header)
  const found = all.find((one) => one.courseId === courseId) ?? all[0]
  if (found === undefined) return undefined
  const { choice, place } = found
  if (choice === null) return { elsewhere: place }
  const hasTask = ({ with: source }: ChosenFill) => !source.startsWith(TASK) ||
    (found.courseId === courseId && taskIds.includes(Number(source.slice(TASK.length))))
  const named = <T extends { column: string }>(one: T): T => {
    const key = headingKey(one.column)
    return { ...one, column: table.headings.find((heading) => headingKey(heading) === key) ?? one.column }
  }
  return {
    sheet: table.sheet,
    headerRow: table.header_row,
    match: choice.match.map(named),
    fill: choice.fill.filter(hasTask).map(named),
    overwrite: choice.overwrite,
  }
}

/** Remembers a choice for its table. `first`: the table that was guessed first in the file. */
export function rememberChoice (
  { first, table }: { first: TableGuess, table: TableGuess },
  { courseId, choice: { sheet, headerRow, match, fill, overwrite } }: { courseId: number, choice: Choice }
): void {
  const place = { sheet, headerRow }
  const made: Remembered[] = [
    { header: headerOf(table), courseId, choice: { match, fill, overwrite }, place },
  ]
  if (headerOf(first) !== headerOf(table)) {
    made.push({ header: headerOf(first), courseId, choice: null, place })
  }
  const isOld = (one: Remembered) =>
    one.courseId === courseId && made.some(({ header }) => header === one.header)
  const all = [...made, ...read().filter((one) => !isOld(one))].slice(0, MOST)
  try {
    localStorage.setItem(KEY, JSON.stringify(all))
  } catch {
    // The browser keeps nothing more. The next table is guessed again.
  }
}

function headerOf ({ headings }: TableGuess): string { return JSON.stringify(headings.map(headingKey)) }

function read (): Remembered[] {
  try {
    return (JSON.parse(localStorage.getItem(KEY) ?? '[]') as Remembered[]).filter(isWhole)
  } catch {
    return []
  }
}

/** Another version of the page may have written it. */
function isWhole ({ choice }: Remembered): boolean {
  return choice === null || (
    choice.match.every(({ by }) => MATCH_BY.includes(by)) &&
    choice.fill.every(({ as, decimals }) => FILL_AS.includes(as) && Number.isInteger(decimals))
  )
}
