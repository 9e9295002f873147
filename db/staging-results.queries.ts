import type { SqliteConnection } from './connection.ts'

/** A result as a source says it, of a person and an item that go by this import's own numbers. */
export interface StagedResult {
  item: number
  file: number
  line: number
  /** As in `packed-cells.ts`; 0: the result is to be removed. */
  marks: number
  points: number | null
  /** Ms since 1970. */
  submitted: number | null
  exercises: number | null
  correct: number | null
  recovered: number | null
  modified: number | null
  /** Stands for the result's own id, 0: none. */
  key: number | null
}

/** In the order of the columns: course, person, and the fields of StagedResult. */
export type StagedResultRow = [course: number, person: number, item: number, file: number, line: number, marks: number,
  points: number | null, submitted: number | null, exercises: number | null, correct: number | null, recovered: number | null,
  modified: number | null, key: number | null]

export interface StagedResults {
  add: (row: StagedResultRow) => void
  /** Makes `ofStudent` quick; once for each source, after all are in. */
  index: () => void
  ofStudent: (course: number, person: number) => StagedResult[]
  /** All of a course, in the order of the source: where each stands, its person and item. */
  places: (course: number) => IterableIterator<{ file: number, line: number, person: number, item: number }>
  /** Students and items that have more than one result: the place of each but the first. */
  repeated: (course: number) => IterableIterator<{ file: number, line: number }>
  count: (course: number) => number
  /** How many results each person has in a course. */
  persons: (course: number) => Array<{ person: number, results: number, file: number, line: number }>
}

export function stagedResults (sqlite: SqliteConnection): StagedResults {
  const add = sqlite.prepare('INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const places = sqlite.prepare('SELECT file, line, person, item FROM results WHERE course = ? ORDER BY file, line')
  const count = sqlite.prepare('SELECT count(*) FROM results WHERE course = ?').pluck()
  const persons = sqlite.prepare('SELECT person, count(*) AS results, file, min(line) AS line FROM results WHERE course = ? GROUP BY person')
  const repeated = sqlite.prepare(`SELECT file, line FROM (
      SELECT file, line, row_number() OVER (PARTITION BY person, item ORDER BY file, line) AS nth FROM results WHERE course = ?
    ) WHERE nth > 1 ORDER BY file, line`)
  const ofStudent = sqlite.prepare(`SELECT item, file, line, marks, points, submitted, exercises, correct, recovered, modified, result_key AS "key"
    FROM results WHERE course = ? AND person = ? ORDER BY file, line`)
  return {
    add: (row) => { add.run(row) },
    index: () => { sqlite.exec('CREATE INDEX IF NOT EXISTS results_by_student ON results (course, person)') },
    ofStudent: (course, person) => ofStudent.all(course, person) as StagedResult[],
    places: (course) => places.iterate(course) as IterableIterator<{ file: number, line: number, person: number, item: number }>,
    repeated: (course) => repeated.iterate(course) as IterableIterator<{ file: number, line: number }>,
    count: (course) => count.get(course) as number,
    persons: (course) => persons.all(course) as Array<{ person: number, results: number, file: number, line: number }>,
  }
}
