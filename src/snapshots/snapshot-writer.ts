// Writes the snapshot of an export to a file, while the export reads the book.
import { open, type FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import type { StudentRow } from '../../db/queries/books.ts'
import type { Book } from '../courses/book.ts'
import { copyWithoutTimes } from '../courses/packed-cells.ts'
import { meansOf, type SnapshotHeader, type Tuple } from './snapshot-format.ts'

/** Bytes of cells in a part, before they are compressed. */
const PART_BYTES = 256 * 1024
/** Room for cells at first, bytes: enough for a class. */
const FIRST_BYTES = 32 * 1024
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

const compress = promisify(zstdCompress)

export interface SnapshotWriter {
  /** Adds a student; their cells are copied at once. */
  add: (student: StudentRow) => void
  /** Call this after some students. It compresses a complete part, in another thread, and writes it. */
  flush: () => Promise<void>
  /** Adds the settings of the book that was read, and ends the file. */
  end: (book: Book, readAt: number) => Promise<void>
  /** Closes the file. Call this last, also after a failure. */
  close: () => Promise<void>
}

/**
 * Creates the file of a snapshot, which must not exist. Only its owner can read it, because it has names and
 * scores. Throws what the file system throws.
 */
export async function createSnapshotWriter (path: string): Promise<SnapshotWriter> {
  const file = await open(path, 'wx', 0o600)
  const ids: number[][] = []
  let tuples: Tuple[] = []
  let cells = Buffer.allocUnsafeSlow(FIRST_BYTES)
  let used = 0
  /** At most one part is being compressed and written. */
  let pending: Promise<void> = Promise.resolve()
  // Two buffers take turns, so that their memory is reused: while one is compressed, the other is filled.
  let [part, otherPart] = [Buffer.alloc(0), Buffer.alloc(0)]

  function endPart (): Buffer {
    const json = JSON.stringify(tuples)
    const jsonBytes = Buffer.byteLength(json)
    const size = 4 + jsonBytes + used
    ;[part, otherPart] = [otherPart, part]
    if (part.length < size) part = Buffer.allocUnsafeSlow(2 * size)
    part.writeUInt32LE(jsonBytes)
    part.write(json, 4)
    cells.copy(part, 4 + jsonBytes, 0, used)
    ids.push(tuples.map(([id]) => id))
    tuples = []
    used = 0
    return part.subarray(0, size)
  }

  async function write (number: number, bytes: Buffer): Promise<void> {
    await pending
    pending = writePart(file, number, bytes)
    // The next call that awaits it gets the error.
    pending.catch(() => {})
  }

  return {
    add (student) {
      const row = student.cells
      const before = used
      if (row !== null) {
        if (used + row.length > cells.length) {
          const larger = Buffer.allocUnsafeSlow(2 * (used + row.length))
          cells.copy(larger, 0, 0, used)
          cells = larger
        }
        used = copyWithoutTimes(row, cells, used)
      }
      tuples.push([
        student.id,
        student.source_id,
        student.last_name,
        student.first_name,
        student.student_identifier,
        student.email,
        student.period_id,
        student.is_dropped,
        row === null ? null : used - before,
      ])
    },
    async flush () {
      if (used < PART_BYTES && tuples.length < 1000) return
      const part = endPart()
      await write(ids.length, part)
    },
    async end ({ course, periods, categories, tasks, averages }, readAt) {
      if (tuples.length > 0) {
        const part = endPart()
        await write(ids.length, part)
      }
      const header: SnapshotHeader = {
        version: 1,
        readAt,
        course,
        periods,
        categories,
        tasks,
        averages: meansOf(averages()),
        periodAverages: [...periods.map(({ id }) => id), null]
          .map((id) => ({ id, averages: meansOf(averages(id)) })),
        students: ids,
      }
      await write(0, Buffer.from(JSON.stringify(header)))
      await pending
    },
    async close () {
      await pending.catch(() => {})
      await file.close()
    },
  }
}

async function writePart (file: FileHandle, number: number, bytes: Buffer): Promise<void> {
  const compressed = await compress(bytes, OPTIONS)
  const frame = Buffer.alloc(8)
  frame.writeUInt32LE(number)
  frame.writeUInt32LE(compressed.length, 4)
  for (const bytes of [frame, compressed]) {
    for (let written = 0; written < bytes.length;) {
      written += (await file.write(bytes, written)).bytesWritten
    }
  }
}
