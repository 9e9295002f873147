// What the columns of a grade book table mean. Each system describes its tables in these terms, and one
// reader (`read-table-format.ts`) reads all of them.
import type { ColumnReason, ColumnUse } from '../columns.ts'
import type { ImportRun } from '../import-run.ts'
import type { WarningCode } from '../messages.ts'
import type { Place } from '../problems.ts'
import type { TableNumbers } from '../sources/table-numbers.ts'
import type { Companions } from './companion-cells.ts'
import type { GradeWord } from './grade.ts'
import type { TaskDetails } from './grade-book-tasks.ts'
import type { GradeBookFormat } from './grade-book-format.ts'

/** Columns that belong to the column of a task. */
type CompanionUse = Extract<ColumnUse, 'task_maximum' | 'task_submitted' | 'task_lateness'>

export type IdentityUse = Extract<ColumnUse, `identity_${string}`>

export interface TaskColumn extends TaskDetails {
  use: 'task_points' | 'task_percent'
  /** What is special about it, for the list of columns. */
  reason?: ColumnReason | null
  /** The system's own id; null: the title identifies the task. */
  id: string | null
  title: string
  /** Of a column in percent, 100 percent of them; null: unknown. */
  pointsPossible: number | null
  companions?: Companions
}

/** One column of a table. */
export type ColumnLayout =
  | { use: IdentityUse }
  | { use: 'left_out', reason: ColumnReason }
  | { use: CompanionUse }
  | TaskColumn

export interface TableLayout {
  /** The titles of the columns, for the list of columns. */
  names: string[]
  columns: ColumnLayout[]
  /** How many rows, from the first one of the table, come before the students. */
  rowsBefore: number
}

/** What a layout is made from. */
export interface TableBeginning {
  /** The first rows; the first of them is the header of the text table. */
  rows: string[][]
  /** The place of the first row. */
  place: Place
  /** There are no more rows. */
  isWhole: boolean
  numbers: TableNumbers
  run: ImportRun
}

/** The tables of one system. */
export interface TableFormat {
  system: GradeBookFormat
  /**
   * The layout of a table by its first rows. Undefined if it takes another row to know, which is never so if
   * `isWhole`. Throws Refusal. Adds warnings and errors to the problems of the run when it returns a layout.
   */
  layoutOf: (beginning: TableBeginning) => TableLayout | undefined
  /** What identifies a person in this system, the most permanent first. */
  ids: readonly IdentityUse[]
  /** A person without any of these is known by the name. Default: false, such a row is an error. */
  isKnownByName?: boolean
  /** A whole name without a comma is `First Last`. Default: false, it is kept as one. */
  dividesNames?: boolean
  /** Removes what the system adds to ids and logins. */
  plainId?: (cell: string) => string
  /**
   * What a cell that is not blank means if it is not a number; null: blank. Undefined: a word or letter of a
   * scale, or an error.
   */
  wordOf?: (text: string) => GradeWord | null | undefined
  /** What cells may have besides numbers, for error messages: "Needs Grading or a blank cell". */
  alsoExpected: string
  /** What to do about a text that is neither a number nor a word of `wordOf`, if it may be a mark. */
  howToExplain?: (text: string) => string | undefined
  /** The warning for a row that is not about a student; undefined: it is about one. */
  otherRow?: (cellOf: (use: IdentityUse) => string) => WarningCode | undefined
}

/**
 * The columns of a header. Those about people are known by their names in lower case, and of two with the
 * same name the first counts. `other` decides about the others, which have a title.
 */
export function columnsOf (
  names: string[],
  identity: Readonly<Record<string, IdentityUse | 'left_out'>>,
  other: (name: string, at: number) => ColumnLayout
): ColumnLayout[] {
  const uses = new Map(Object.entries(identity))
  const seen = new Set<string>()
  return names.map((name, at): ColumnLayout => {
    const use = uses.get(name.toLowerCase())
    if (name === '') return { use: 'left_out', reason: 'no_title' }
    if (use === undefined) return other(name, at)
    if (use === 'left_out') return { use, reason: 'not_used' }
    if (seen.has(use)) return { use: 'left_out', reason: 'twice' }
    seen.add(use)
    return { use }
  })
}

export function isTask (column: ColumnLayout): column is TaskColumn {
  return column.use === 'task_points' || column.use === 'task_percent'
}

export function isCompanion (column: ColumnLayout): column is { use: CompanionUse } {
  return column.use === 'task_maximum' || column.use === 'task_submitted' || column.use === 'task_lateness'
}
