// Results in staging. There are millions, in any order, so they are collected in memory; when there are
// enough, they are sorted by student and written as one value for each student. One row for each result would
// cost five times as much.
import type { SqliteConnection } from '../connection.ts'

/** A result from a source. Its person and item have this import's own numbers. */
export type StagedResult = [
  course: number,
  person: number,
  item: number,
  /** File and line in one, see `placeNumber`; rises in the order of reading. */
  place: number,
  /** As in `packed-cells.ts`; 0: the result is to be removed. */
  marks: number,
  points: number | null,
  /** Ms since 1970. */
  submitted: number | null,
  exercises: number | null,
  correct: number | null,
  recovered: number | null,
  /** Ms since 1970. */
  modified: number | null,
  /** Represents the result's own id; 0 or null: none. */
  key: number | null
]

/** Names of the columns of StagedResult. */
export const RESULT = {
  course: 0,
  person: 1,
  item: 2,
  place: 3,
  marks: 4,
  points: 5,
  submitted: 6,
  exercises: 7,
  correct: 8,
  recovered: 9,
  modified: 10,
  key: 11,
} as const

const LINES = 2 ** 32

export function placeNumber (file: number, line: number): number {
  return file * LINES + line
}
export function placeOf (place: number): { file: number, line: number } {
  return { file: Math.floor(place / LINES), line: place % LINES }
}

export interface StagedResults {
  /** Copies the values of the row; the array may be used again. */
  add: (row: Readonly<StagedResult>) => void
  /** Makes all added results readable. Call it once for each source, after all are in. */
  index: () => void
  /** In the order in which they were added. */
  ofStudent: (course: number, person: number) => StagedResult[]
  /** How many results each person has in a course, and the place of the first. */
  persons: (course: number) => Array<{ person: number, results: number, place: number }>
}

const COLUMNS = Object.keys(RESULT).length
/** Results in memory at once: 24 MB. */
const MOST = 2 ** 18

export function stagedResults (sqlite: SqliteConnection): StagedResults {
  const insert = sqlite.prepare(
    'INSERT INTO results (course, person, results, place, data) VALUES (?, ?, ?, ?, ?)'
  )
  const ofStudent = sqlite.prepare('SELECT data FROM results WHERE course = ? AND person = ? ORDER BY rowid')
    .pluck()
  const persons = sqlite.prepare(
    `SELECT person, sum(results) AS results, min(place) AS place FROM results
    WHERE course = ? GROUP BY person`
  )
  // Row after row; NaN is null.
  const memory = new Float64Array(COLUMNS * MOST)
  let rows = 0
  const value = (i: number): number => memory[i] ?? NaN

  function flush (): void {
    const order = new Uint32Array(rows).map((_, i) => i * COLUMNS)
    // Stable, so that a student's results stay in the order of the source.
    order.sort((a, b) => value(a) - value(b) || value(a + 1) - value(b + 1))
    const rowAt = (place: number): number => order[place] ?? 0
    for (let from = 0; from < rows;) {
      const first = rowAt(from)
      const isSameStudent = (row: number) =>
        value(row) === value(first) && value(row + 1) === value(first + 1)
      let to = from + 1
      while (to < rows && isSameStudent(rowAt(to))) to++
      const data = new Float64Array(COLUMNS * (to - from))
      for (let i = from; i < to; i++) {
        data.set(memory.subarray(rowAt(i), rowAt(i) + COLUMNS), COLUMNS * (i - from))
      }
      insert.run(
        value(first),
        value(first + 1),
        to - from,
        value(first + RESULT.place),
        Buffer.from(data.buffer)
      )
      from = to
    }
    rows = 0
  }

  return {
    add (row) {
      const at = rows * COLUMNS
      for (let i = 0; i < COLUMNS; i++) memory[at + i] = row[i] ?? NaN
      if (++rows === MOST) flush()
    },
    index () {
      flush()
      sqlite.exec('CREATE INDEX IF NOT EXISTS results_by_student ON results (course, person)')
    },
    ofStudent (course, person) {
      const found: StagedResult[] = []
      for (const bytes of ofStudent.all(course, person) as Buffer[]) {
        const data = new Float64Array(new Uint8Array(bytes).buffer)
        const number = (i: number): number => data[i] ?? NaN
        const optional = (i: number): number | null => {
          const found = number(i)
          return Number.isNaN(found) ? null : found
        }
        for (let at = 0; at < data.length; at += COLUMNS) {
          found.push([
            number(at),
            number(at + 1),
            number(at + 2),
            number(at + 3),
            number(at + 4),
            optional(at + 5),
            optional(at + 6),
            optional(at + 7),
            optional(at + 8),
            optional(at + 9),
            optional(at + 10),
            optional(at + 11),
          ])
        }
      }
      return found
    },
    persons: (course) => persons.all(course) as ReturnType<StagedResults['persons']>,
  }
}
