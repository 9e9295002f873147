// Results in staging. There are millions, in any order, so they are collected in memory; when there are
// enough, they are sorted by student and written as one value for each student. One row for each result would
// cost five times as much.
import { copyId, packId, placesOfIds, roomFor, sizeAt } from '../../packed-ids.ts'
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

/** A result as it is read again, with the id that the source gave it: see `PlacedId`. */
export type ReadResult = [...StagedResult, ids: Buffer | null, idAt: number]

/** Names of the columns of ReadResult. */
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
  ids: 12,
  idAt: 13,
} as const

const LINES = 2 ** 32

export function placeNumber (file: number, line: number): number {
  return file * LINES + line
}
export function placeOf (place: number): { file: number, line: number } {
  return { file: Math.floor(place / LINES), line: place % LINES }
}

export interface StagedResults {
  /** Copies the values of the row; the array may be used again. `id`: the result's own, in its source. */
  add: (row: Readonly<StagedResult>, id?: string) => void
  /** Makes all added results readable. Call it once for each source, after all are in. */
  index: () => void
  /** In the order in which they were added. */
  ofStudent: (course: number, person: number) => ReadResult[]
  /** How many results each person has in a course, and the place of the first. */
  persons: (course: number) => Array<{ person: number, results: number, place: number }>
}

const COLUMNS = RESULT.ids
/**
 * Room for results in memory: at first, and at most (24 MB). Most imports are small, and allocating memory
 * that they do not need would take longer than reading them.
 */
const FIRST = 2 ** 10
const MOST = 2 ** 18
/** Bytes for the id of a result, on average: enough for UUIDs. */
const ID_BYTES = 20

export function stagedResults (sqlite: SqliteConnection): StagedResults {
  const insert = sqlite.prepare(
    'INSERT INTO results (course, person, results, place, data, ids) VALUES (?, ?, ?, ?, ?, ?)'
  )
  const ofStudent = sqlite.prepare(
    'SELECT data, ids FROM results WHERE course = ? AND person = ? ORDER BY rowid'
  )
  const persons = sqlite.prepare(
    `SELECT person, sum(results) AS results, min(place) AS place FROM results
    WHERE course = ? GROUP BY person`
  )
  let room = FIRST
  // Row after row; NaN is null.
  let memory = new Float64Array(COLUMNS * room)
  let rows = 0
  const value = (i: number): number => memory[i] ?? NaN
  // The ids one after the other, and where each row's begins. Of results without ids there is nothing.
  let ids = Buffer.allocUnsafeSlow(ID_BYTES * room)
  let idAt = new Uint32Array(room + 1)
  let hasIds = false

  function makeRoom (): void {
    if (room === MOST) {
      flush()
      return
    }
    room *= 4
    const before = { memory, ids, idAt }
    memory = new Float64Array(COLUMNS * room)
    memory.set(before.memory)
    ids = Buffer.allocUnsafeSlow(ID_BYTES * room)
    ids.set(before.ids)
    idAt = new Uint32Array(room + 1)
    idAt.set(before.idAt)
  }

  /** Whether the id of one more row fits. Each row after it takes a byte, even without an id. */
  const fits = (id: string): boolean => ids.length - (idAt[rows] ?? 0) >= roomFor(id) + room

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
        Buffer.from(data.buffer),
        hasIds ? idsOf(order.subarray(from, to)) : null
      )
      from = to
    }
    rows = 0
    hasIds = false
  }

  /** The ids of rows, which are given by where they begin in memory. */
  function idsOf (starts: Uint32Array): Buffer {
    let size = 0
    for (const start of starts) size += sizeAt(ids, idAt[start / COLUMNS] ?? 0)
    const bytes = Buffer.allocUnsafe(size)
    let at = 0
    for (const start of starts) at = copyId(ids, idAt[start / COLUMNS] ?? 0, bytes, at)
    return bytes
  }

  return {
    add (row, id) {
      while (rows === room || (id !== undefined && !fits(id))) makeRoom()
      const at = rows * COLUMNS
      for (let i = 0; i < COLUMNS; i++) memory[at + i] = row[i] ?? NaN
      idAt[rows + 1] = packId(id, ids, idAt[rows] ?? 0)
      if (id !== undefined) hasIds = true
      rows++
    },
    index () {
      flush()
      sqlite.exec('CREATE INDEX IF NOT EXISTS results_by_student ON results (course, person)')
    },
    ofStudent (course, person) {
      const found: ReadResult[] = []
      const parts = ofStudent.all(course, person) as Array<{ data: Buffer, ids: Buffer | null }>
      for (const { data: bytes, ids: packed } of parts) {
        const data = new Float64Array(new Uint8Array(bytes).buffer)
        const places = packed === null ? [] : placesOfIds(packed)
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
            packed,
            places[at / COLUMNS] ?? 0,
          ])
        }
      }
      return found
    },
    persons: (course) => persons.all(course) as ReturnType<StagedResults['persons']>,
  }
}
