// Records how each column of a grade book file is used, so that no column is dropped or counted silently.
import { shorten } from '../short-text.ts'

/** Every use of a column; permanent names. */
export const COLUMN_USES = {
  task_points: 'an assignment, in points',
  task_percent: 'an assignment, in percent',
  task_maximum: 'the points possible of an assignment',
  task_submitted: 'when an assignment was submitted',
  task_lateness: 'how late an assignment was submitted',
  identity_name: "the student's name",
  identity_first_name: "the student's first name",
  identity_last_name: "the student's last name",
  identity_student_id: 'the student ID',
  identity_system_id: "the student's ID in the other system",
  identity_login: "the student's login",
  identity_email: "the student's email",
  identity_period: "the student's period",
  left_out: 'left out',
} as const

export type ColumnUse = keyof typeof COLUMN_USES

/** Why a column is left out, or what is special about its use. The names are permanent. */
export const COLUMN_REASONS = {
  not_used: 'Perfbook does not use it',
  not_chosen: 'it was not chosen',
  no_title: 'it has no title',
  read_only: 'the other system computes it (read only)',
  total: 'it is a total',
  maybe_total: 'its name looks like a renamed course total',
  maybe_total_taken: 'it may be a renamed course total',
  no_points: 'it has no points possible',
  custom: 'it is a custom column, not an assignment',
  no_suffix: 'other columns have a suffix such as (Real), and this one does not',
  percentage_used: 'the percentages of the same activity are used',
  letter: 'letters are not scores',
  text: 'text is not a score',
  weighted: 'it has weighted points; only points are read',
  feedback: 'feedback is not a score',
  twice: 'an earlier column has the same name',
} as const

export type ColumnReason = keyof typeof COLUMN_REASONS

/**
 * One column as the summary lists it. `name` is cut to 200 characters; `reason` and its code are null where
 * there is nothing to say.
 */
export interface ColumnEntry {
  name: string
  used_as: ColumnUse
  reason: string | null
  reason_code: ColumnReason | null
}

/** How many columns a summary lists. The others are counted. `json`: most characters of the list as JSON. */
export interface ColumnBounds { columns: number, json: number }

/** A job's result, which holds the list, is bounded (`db/queries/stored-json.ts`). */
const BOUNDS_OF_JOBS: ColumnBounds = { columns: 1000, json: 108_000 }
/** The list of a command is not stored. A spreadsheet has fewer columns (16,384). */
export const BOUNDS_OF_COMMANDS: ColumnBounds = { columns: 20_000, json: Infinity }
const MOST_CHARACTERS = 200

/** The columns of all grade book files of an import, in the order of the files. */
export class ColumnLog {
  readonly entries: ColumnEntry[] = []
  count = 0
  readonly #bounds: ColumnBounds
  #characters = 0
  #isFull = false

  constructor (bounds: ColumnBounds = BOUNDS_OF_JOBS) { this.#bounds = bounds }

  add (name: string, use: ColumnUse, reason: ColumnReason | null = null): void {
    this.count++
    if (this.#isFull) return
    const entry: ColumnEntry = {
      name: shorten(name, MOST_CHARACTERS),
      used_as: use,
      reason: reason === null ? null : COLUMN_REASONS[reason],
      reason_code: reason,
    }
    this.#characters += JSON.stringify(entry).length + 1
    this.#isFull = this.entries.length === this.#bounds.columns || this.#characters > this.#bounds.json
    if (!this.#isFull) this.entries.push(entry)
  }
}
