import type { SqliteConnection } from './connection.ts'

/**
 * A result as a source says it, of a person and an item that go by this import's own numbers. A row as SQLite has it: one array
 * costs half the time of one object, and there are millions.
 */
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
  /** Exercises, correct, recovered, separated by commas; an empty one: unknown. */
  counts: string | null,
  /** Ms since 1970. */
  modified: number | null,
  /** Stands for the result's own id, 0 or null: none. */
  key: number | null
]

/** Names of the columns of StagedResult. */
export const RESULT = { course: 0, person: 1, item: 2, place: 3, marks: 4, points: 5, submitted: 6, counts: 7, modified: 8, key: 9 } as const

const LINES = 2 ** 32

export function placeNumber (file: number, line: number): number { return file * LINES + line }
export function placeOf (place: number): { file: number, line: number } { return { file: Math.floor(place / LINES), line: place % LINES } }

export interface StagedResults {
  /** Takes the row's values at once; the array may be used again. */
  add: (row: Readonly<StagedResult>) => void
  /** Makes all that was added readable, and `ofStudent` quick; once for each source, after all are in. */
  index: () => void
  ofStudent: (course: number, person: number) => StagedResult[]
  /** All of a course, in the order of the source. */
  places: (course: number) => IterableIterator<{ place: number, person: number, item: number }>
  /** Students and items that have more than one result: the place of each but the first. */
  repeated: (course: number) => IterableIterator<{ place: number }>
  /** How many results each person has in a course, and the place of the first. */
  persons: (course: number) => Array<{ person: number, results: number, place: number }>
}

const COLUMNS = Object.keys(RESULT).length
/** Rows of one statement: binding a row more costs less than running a statement more. */
const BATCH = 32

export function stagedResults (sqlite: SqliteConnection): StagedResults {
  const row = `(${Array(COLUMNS).fill('?').join(', ')})`
  const addOne = sqlite.prepare(`INSERT INTO results VALUES ${row}`)
  const addBatch = sqlite.prepare(`INSERT INTO results VALUES ${Array(BATCH).fill(row).join(', ')}`)
  const ofStudent = sqlite.prepare('SELECT * FROM results WHERE course = ? AND person = ? ORDER BY place').raw()
  const places = sqlite.prepare('SELECT place, person, item FROM results WHERE course = ? ORDER BY place')
  const persons = sqlite.prepare('SELECT person, count(*) AS results, min(place) AS place FROM results WHERE course = ? GROUP BY person')
  const repeated = sqlite.prepare(`SELECT place FROM (
      SELECT place, row_number() OVER (PARTITION BY person, item ORDER BY place) AS nth FROM results WHERE course = ?
    ) WHERE nth > 1 ORDER BY place`)
  const waiting: unknown[] = new Array(COLUMNS * BATCH)
  let filled = 0
  return {
    add (row) {
      for (let i = 0; i < COLUMNS; i++) waiting[filled++] = row[i]
      if (filled < waiting.length) return
      addBatch.run(waiting)
      filled = 0
    },
    index () {
      for (let i = 0; i < filled; i += COLUMNS) addOne.run(waiting.slice(i, i + COLUMNS))
      filled = 0
      sqlite.exec('CREATE INDEX IF NOT EXISTS results_by_student ON results (course, person, place)')
    },
    ofStudent: (course, person) => ofStudent.all(course, person) as StagedResult[],
    places: (course) => places.iterate(course) as ReturnType<StagedResults['places']>,
    repeated: (course) => repeated.iterate(course) as ReturnType<StagedResults['repeated']>,
    persons: (course) => persons.all(course) as ReturnType<StagedResults['persons']>,
  }
}
