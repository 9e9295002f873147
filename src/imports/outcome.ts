// The outcome of an import: the same object on the command line, in the API and from a worker thread.
import type { TableGuess } from './column-maps/table-guess.ts'
import type { ColumnEntry } from './columns.ts'
import type { ImportFormat } from './import-options.ts'
import type { WarningCode } from './messages.ts'

/** `line` counts from 1. JSON has a path instead. Both are null if the error is about the whole file. */
export interface ImportError {
  file: string | null
  line: number | null
  path: string | null
  message: string
}

/** Something unusual that did not stop the import, how often it occurred, and where first. */
export interface ImportWarning {
  code: WarningCode
  message: string
  count: number
  /** The first place, as in an error. */
  file: string | null
  line: number | null
  path: string | null
  /** What the message quotes of that place; null if it quotes nothing. */
  cell: string | null
}

export interface Counts {
  added: number
  updated: number
  unchanged: number
  removed: number
}

/**
 * As `import --json` prints it. Students count once for each course they are in; a score is a result of one
 * student and task.
 */
export interface ImportSummary {
  courses: Counts
  periods: Counts
  students: Counts
  tasks: Counts
  scores: Counts
  warnings: ImportWarning[]
  /** Of grade book files only: each column and its use, the first 1,000 of them, and how many there are. */
  columns?: ColumnEntry[]
  column_count?: number
  /** Of tables in no known format: where their column maps came from. The first 20 files. */
  column_maps?: ColumnMapEntry[]
}

/**
 * Where a column map came from. `given`: with the import; `remembered`: from an earlier import of a table
 * with the same header into the course; `guessed`: every header says what its column is.
 */
export type ColumnMapOrigin = 'given' | 'remembered' | 'guessed'
export interface ColumnMapEntry { file: string, origin: ColumnMapOrigin }

/** What was found out about the sources, also if they have errors. */
interface Found {
  /** Of a dry run. */
  guess?: TableGuess | undefined
  /** Of the first source. */
  format?: ImportFormat | undefined
}

export type ImportOutcome =
  | { ok: true, summary: ImportSummary } & Found
  | { ok: false, errors: ImportError[], errorCount: number } & Found

/** How much an import changes, counted while it is planned. */
export type Tallies = Omit<ImportSummary, 'warnings' | 'columns' | 'column_count' | 'column_maps'>

export function emptyTallies (): Tallies {
  const none = (): Counts => ({ added: 0, updated: 0, unchanged: 0, removed: 0 })
  return { courses: none(), periods: none(), students: none(), tasks: none(), scores: none() }
}
