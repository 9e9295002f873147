import type { GradeWord } from '../../grade-book/grade.ts'
import type { IdentityUse } from '../../grade-book/table-layout.ts'
import type { ColumnReason } from '../../columns.ts'
import type { MappedSystem } from '../../grade-book/grade-book-format.ts'

/**
 * The column map of a system whose tables always look the same. Patterns are for headers of at most 1,000
 * characters, with their spaces trimmed.
 */
export interface SystemMap {
  system: MappedSystem
  /** Whether a table is of this system, by marks that only it has. `names` in lower case. */
  isIt: (names: string[]) => boolean
  /** Columns about people, by their headers in lower case; `left_out`: not used. */
  people: Readonly<Record<string, IdentityUse | 'left_out'>>
  /** What identifies a person, the most permanent first. */
  ids: readonly IdentityUse[]
  /** Columns that are not tasks. The first that fits counts, before `tasks`. */
  leftOut: ReadonlyArray<{ header: RegExp, reason: ColumnReason }>
  /**
   * Columns that say more about a task, whose title is the group `title` (none: the only task of the file).
   * `maximum`: its points possible; `submitted`: when it was handed in; `lateness`: how late, H:M:S.
   */
  companions: ReadonlyArray<{ header: RegExp, use: 'maximum' | 'submitted' | 'lateness' }>
  /**
   * Columns of scores. Groups of the pattern: `title`, `points` (the points possible), `details`
   * ("Max Points: 10, Category: Tests").
   */
  tasks: ReadonlyArray<{ header: RegExp, pointsPossible?: number, needsCompanion?: boolean }>
  /** Columns with the average of a category: `title` is the category of tasks that begin with it. */
  categories?: RegExp
  /** What cells say that are not numbers, in lower case; null: blank. */
  words: Readonly<Record<string, GradeWord | null>>
  /** For error messages: `"Excused" or a blank cell`. */
  alsoExpected: string
  /** For the error of a file that has no task: how to export it. */
  howToExport: string
}
