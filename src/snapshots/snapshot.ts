// The snapshot of an export, read from the database part by part.
import type { Reads } from '../../db/index.ts'
import type { StudentRow } from '../../db/queries/books.ts'
import { snapshotPart } from '../../db/queries/snapshots.ts'
import { readHeader, readStudents, type SnapshotHeader } from './snapshot-format.ts'

/** Parts kept in memory: students who are close in one book are usually close in another. */
const PARTS_KEPT = 4

export interface Snapshot extends SnapshotHeader {
  /** A student with their cells; undefined: the export did not read this student. */
  find: (studentId: number) => Promise<StudentRow | undefined>
}

/**
 * Opens the snapshot of an export. `db` must stay open as long as it is used. Undefined: there is none.
 * This and `find` throw if the snapshot is damaged.
 */
export async function openSnapshot (db: Reads, exportId: number): Promise<Snapshot | undefined> {
  const first = await snapshotPart(db, exportId, 0)
  if (first === undefined) return undefined
  const header = readHeader(first)
  const partOf = new Map(header.students.flatMap((ids, i) => ids.map((id) => [id, i + 1] as const)))
  const kept = new Map<number, Map<number, StudentRow>>()

  async function read (part: number): Promise<Map<number, StudentRow>> {
    const bytes = await snapshotPart(db, exportId, part)
    if (bytes === undefined) throw new Error(`Part ${part} of the snapshot of export ${exportId} is missing.`)
    const students = new Map(readStudents(bytes, header.course.id).map((student) => [student.id, student]))
    kept.set(part, students)
    for (const oldest of kept.keys()) {
      if (kept.size <= PARTS_KEPT) break
      kept.delete(oldest)
    }
    return students
  }

  return {
    ...header,
    async find (studentId) {
      const part = partOf.get(studentId)
      return part === undefined ? undefined : (kept.get(part) ?? await read(part)).get(studentId)
    },
  }
}
