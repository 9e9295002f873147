// A snapshot is what an export read. Part 0 has the settings of the book, as JSON. Each further part has
// some students:
//
//   uint32       n, bytes of the JSON
//   n bytes      JSON: one array for each student, see `Tuple`
//   then         the students' packed cells, one after the other; see `src/courses/packed-cells.ts`
//
// Submission times are left out, because no workbook shows them. Each part is compressed with zstd, level 1:
// a fifth smaller than with zlib in the same time. On the way to the database all parts are in one file, each
// after its number and its length (two uint32).
import { zstdDecompressSync } from 'node:zlib'
import type { StudentRow } from '../../db/queries/books.ts'
import type { Book } from '../courses/book.ts'
import type { Averages } from '../courses/tally.ts'

/** Class averages of the whole course, of a period, or of the students without one; fractions. */
export interface ClassAverages {
  course: number | null
  /** By the index of the category. */
  categories: Array<number | null>
}

/** The averages of a class that are compared. */
export function meansOf ({ course, categories }: Averages): ClassAverages {
  return { course: course.average, categories: categories.map(({ average }) => average) }
}

export interface SnapshotHeader extends Pick<Book, 'course' | 'periods' | 'categories' | 'tasks'> {
  version: 1
  /** When dates were judged, ms. */
  readAt: number
  averages: ClassAverages
  periodAverages: Array<{ id: number | null, averages: ClassAverages }>
  /** The ids of the students in each part, from part 1 on. */
  students: number[][]
}

/** A student in the JSON of a part. `bytes` is the length of their cells; null: they have none. */
export type Tuple = [
  id: number,
  sourceId: string,
  lastName: string | null,
  firstName: string | null,
  identifier: string | null,
  email: string | null,
  periodId: number | null,
  isDropped: 0 | 1,
  bytes: number | null
]

/** Throws if the part is damaged. */
export function readHeader (part: Uint8Array): SnapshotHeader {
  const header = JSON.parse(zstdDecompressSync(part).toString()) as SnapshotHeader
  // A later version may have written it.
  if (header.version !== 1) throw new Error('The snapshot of an export has an unknown version.')
  return header
}

/** The students of a part, in the order of the book. Throws if the part is damaged. */
export function readStudents (part: Uint8Array, courseId: number): StudentRow[] {
  const bytes = zstdDecompressSync(part)
  const start = 4 + bytes.readUInt32LE(0)
  const tuples = JSON.parse(bytes.toString('utf8', 4, start)) as Tuple[]
  let at = start
  return tuples.map(([
    id, sourceId, lastName, firstName, identifier, email, periodId, isDropped, length,
  ]): StudentRow => {
    const cells = length === null ? null : bytes.subarray(at, at += length)
    return {
      id,
      course_id: courseId,
      source_id: sourceId,
      first_name: firstName,
      last_name: lastName,
      student_identifier: identifier,
      email,
      period_id: periodId,
      is_dropped: isDropped,
      cells,
      // The rest is not in a snapshot, and no computation of a row needs it.
      dropped_on: null,
      grade_book: null,
      is_unenrolled: 0,
      position: 0,
    }
  })
}
