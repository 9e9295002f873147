// Results in staging. There are millions, and they come in any order: so they are gathered in memory, and
// whenever there are enough of them, sorted by student and written as one value for each student. A row for
// each costs five times as much.
import type { SqliteConnection } from '../connection.ts'

/** A result as a source says it, of a person and an item that go by this import's own numbers. */
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
  /** Stands for the result's own id, 0 or null: none. */
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
  /** Takes the row's values at once; the array may be used again. */
  add: (row: Readonly<StagedResult>) => void
  /** Makes all that was added readable; once for each source, after all are in. */
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
    'SELECT person, sum(results) AS results, min(place) AS place FROM results WHERE course = ? GROUP BY person'
  )
  // Row after row; NaN is null.
  const memory = new Float64Array(COLUMNS * MOST)
  let rows = 0

  function flush (): void {
    const order = new Uint32Array(rows).map((_, i) => i * COLUMNS)
    // Stable, so that a student's results stay in the order of the source.
    order.sort((a, b) => memory[a]! - memory[b]! || memory[a + 1]! - memory[b + 1]!)
    for (let from = 0; from < rows;) {
      const first = order[from]!
      let to = from + 1
      while (
        to < rows && memory[order[to]!] === memory[first] && memory[order[to]! + 1] === memory[first + 1]
      ) to++
      const data = new Float64Array(COLUMNS * (to - from))
      for (let i = from; i < to; i++) {
        data.set(memory.subarray(order[i]!, order[i]! + COLUMNS), COLUMNS * (i - from))
      }
      insert.run(
        memory[first],
        memory[first + 1],
        to - from,
        memory[first + RESULT.place],
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
        for (let at = 0; at < data.length; at += COLUMNS) {
          found.push([
            data[at]!,
            data[at + 1]!,
            data[at + 2]!,
            data[at + 3]!,
            data[at + 4]!,
            none(data[at + 5]!),
            none(data[at + 6]!),
            none(data[at + 7]!),
            none(data[at + 8]!),
            none(data[at + 9]!),
            none(data[at + 10]!),
            none(data[at + 11]!),
          ])
        }
      }
      return found
    },
    persons: (course) => persons.all(course) as ReturnType<StagedResults['persons']>,
  }
}

function none (value: number): number | null {
  return Number.isNaN(value) ? null : value
}
