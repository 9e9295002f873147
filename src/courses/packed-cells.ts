// A student's cells in one course as one value of bytes. A course of 50,000 students and 200 tasks has ten
// million cells. As rows of a table they take minutes to import and seconds to read; packed, they are read at
// the speed of the disk.
//
//   byte  0      format version, 1
//   byte  1      which optional columns follow: 1 submitted_at, 2 exercise counts
//   bytes 4-7    n, the number of slots
//   then         points        n x float64, NaN: none
//                submitted_at  n x float64 (optional), ms since 1970 UTC, NaN: none
//                counts        3 x n x uint32 (optional): exercises, correct, recovered; 0xffffffff: none
//                marks         n x uint8: status in bits 0-2 (0: the student was not given the task), 8 late,
//                              16 provisional, 32 submitted_at is a plain date (ms of its midnight in UTC)
//
// Little-endian, like every machine that Node runs on. A task's cell is at the task's `slot`.

/** In the order of their codes in `marks`; code 0 is "not given". */
export const STATUSES = ['not_started', 'in_progress', 'completed', 'submitted', 'missing', 'exempt'] as const
type Status = typeof STATUSES[number]

/** Codes in `marks`, bits 0-2. */
export const STATUS = {
  none: 0,
  not_started: 1,
  in_progress: 2,
  completed: 3,
  submitted: 4,
  missing: 5,
  exempt: 6,
} as const
export const STATUS_MASK = 7
export const LATE = 8
export const PROVISIONAL = 16
export const PLAIN_DATE = 32

const VERSION = 1
const HAS_SUBMITTED = 1
const HAS_COUNTS = 2
const HEADER = 8
const NO_COUNT = 0xffffffff

/**
 * What a source says about one student and one task. The score follows from the task as well, see `score`.
 */
export interface Cell {
  status: Status
  points: number | null
  exerciseCount: number | null
  correctExerciseCount: number | null
  recoveredExerciseCount: number | null
  isLate: boolean
  isProvisional: boolean
  /** An instant in ms, or the midnight in UTC of a plain date. */
  submittedAt: { ms: number, isPlainDate: boolean } | null
}

/**
 * Packs cells by slot; `undefined` (or a slot beyond the array): not given. Counts are whole numbers below
 * 2^32 - 1. The same cells always give the same bytes, so an import compares bytes to find out what changed.
 */
export function packCells (cells: ReadonlyArray<Cell | undefined>): Buffer {
  let n = cells.length
  while (n > 0 && cells[n - 1] === undefined) n--
  let flags = 0
  for (let i = 0; i < n; i++) {
    const cell = cells[i]
    if (cell === undefined) continue
    if (cell.submittedAt !== null) flags |= HAS_SUBMITTED
    if (
      cell.exerciseCount !== null || cell.correctExerciseCount !== null ||
      cell.recoveredExerciseCount !== null
    ) flags |= HAS_COUNTS
  }
  const layout = layoutOf(n, flags)
  const bytes = new Uint8Array(layout.size)
  bytes[0] = VERSION
  bytes[1] = flags
  new Uint32Array(bytes.buffer, 4, 1)[0] = n
  const points = new Float64Array(bytes.buffer, HEADER, n).fill(NaN)
  const submitted = flags & HAS_SUBMITTED
    ? new Float64Array(bytes.buffer, layout.submitted, n).fill(NaN)
    : undefined
  const counts = flags & HAS_COUNTS
    ? new Uint32Array(bytes.buffer, layout.counts, 3 * n).fill(NO_COUNT)
    : undefined
  for (let i = 0; i < n; i++) {
    const cell = cells[i]
    if (cell === undefined) continue
    bytes[layout.marks + i] = STATUS[cell.status] | (cell.isLate ? LATE : 0) |
      (cell.isProvisional ? PROVISIONAL : 0) |
      (cell.submittedAt?.isPlainDate === true ? PLAIN_DATE : 0)
    if (cell.points !== null) points[i] = cell.points
    if (submitted !== undefined && cell.submittedAt !== null) submitted[i] = cell.submittedAt.ms
    if (counts !== undefined) {
      counts[3 * i] = cell.exerciseCount ?? NO_COUNT
      counts[3 * i + 1] = cell.correctExerciseCount ?? NO_COUNT
      counts[3 * i + 2] = cell.recoveredExerciseCount ?? NO_COUNT
    }
  }
  return Buffer.from(bytes.buffer)
}

/**
 * Copies a packed row without its submission times to `target` at position `at`. `target` must have room for
 * the whole row. The copy is a packed row as well. Returns the position after it.
 */
export function copyWithoutTimes (row: Uint8Array, target: Uint8Array, at: number): number {
  const flags = row[1] ?? 0
  target.set(row, at)
  if ((flags & HAS_SUBMITTED) === 0) return at + row.length
  const n = new DataView(row.buffer, row.byteOffset, row.length).getUint32(4, true)
  const { submitted, counts } = layoutOf(n, flags)
  target[at + 1] = flags & ~HAS_SUBMITTED
  target.set(row.subarray(counts), at + submitted)
  return at + row.length - (counts - submitted)
}

/** Reads packed rows one after the other into the same memory. It shows the row that was loaded last. */
export class CellReader {
  /** Number of slots of the loaded row; a slot beyond is "not given". */
  length = 0
  marks = new Uint8Array(0)
  /** NaN: none. */
  points = new Float64Array(0)
  #submitted: Float64Array | undefined
  #counts: Uint32Array | undefined
  #memory = new ArrayBuffer(4096)
  #bytes = new Uint8Array(this.#memory)

  /** Loads a row, `null` for a student without any cell. Throws on bytes that are not a packed row. */
  load (row: Uint8Array | null): void {
    if (row === null) {
      this.length = 0
      return
    }
    // Copied, because the views below need an address that is a multiple of eight.
    if (row.length > this.#bytes.length) {
      this.#memory = new ArrayBuffer(row.length * 2)
      this.#bytes = new Uint8Array(this.#memory)
    }
    this.#bytes.set(row)
    const header = new DataView(this.#memory)
    const flags = header.getUint8(1)
    const n = header.getUint32(4, true)
    const layout = layoutOf(n, flags)
    if (header.getUint8(0) !== VERSION || row.length !== layout.size) {
      throw new Error('The cells of a student are damaged: not a packed row of version 1.')
    }
    this.length = n
    this.points = new Float64Array(this.#memory, HEADER, n)
    this.#submitted = flags & HAS_SUBMITTED ? new Float64Array(this.#memory, layout.submitted, n) : undefined
    this.#counts = flags & HAS_COUNTS ? new Uint32Array(this.#memory, layout.counts, 3 * n) : undefined
    this.marks = this.#bytes.subarray(layout.marks, layout.marks + n)
  }

  /** Whether the student was given the task at that slot. */
  isGiven (slot: number): boolean {
    return slot < this.length && this.marks[slot] !== 0
  }

  /** Ms since 1970 (see PLAIN_DATE), NaN: none. */
  submittedAt (slot: number): number {
    return this.#submitted?.[slot] ?? NaN
  }

  /** Which: 0 exercises, 1 correct, 2 recovered. */
  count (slot: number, which: 0 | 1 | 2): number | null {
    const count = this.#counts?.[3 * slot + which] ?? NO_COUNT
    return count === NO_COUNT ? null : count
  }

  /**
   * The score as a fraction: points / points possible, else correct / all exercises. NaN: none, as for a
   * status of exempt. `pointsPossible` is NaN (or not above 0) for a task that has none.
   */
  score (slot: number, pointsPossible: number): number {
    if (slot >= this.length) return NaN
    // Asserted, not checked: this runs for every cell of a book.
    const status = this.marks[slot]! & STATUS_MASK
    if (status === STATUS.none || status === STATUS.exempt) return NaN
    const points = this.points[slot]!
    if (pointsPossible > 0 && !Number.isNaN(points)) return points / pointsPossible
    const exercises = this.count(slot, 0)
    const correct = this.count(slot, 1)
    return exercises !== null && exercises > 0 && correct !== null ? correct / exercises : NaN
  }

  /** `undefined`: the student was not given the task. */
  cell (slot: number): Cell | undefined {
    const mark = slot < this.length ? this.marks[slot] ?? 0 : 0
    const status = STATUSES[(mark & STATUS_MASK) - 1]
    if (status === undefined) return undefined
    const points = this.points[slot] ?? NaN
    const submitted = this.submittedAt(slot)
    return {
      status,
      points: Number.isNaN(points) ? null : points,
      exerciseCount: this.count(slot, 0),
      correctExerciseCount: this.count(slot, 1),
      recoveredExerciseCount: this.count(slot, 2),
      isLate: (mark & LATE) !== 0,
      isProvisional: (mark & PROVISIONAL) !== 0,
      submittedAt: Number.isNaN(submitted) ? null : { ms: submitted, isPlainDate: (mark & PLAIN_DATE) !== 0 },
    }
  }
}

function layoutOf (
  n: number,
  flags: number
): { submitted: number, counts: number, marks: number, size: number } {
  const submitted = HEADER + 8 * n
  const counts = submitted + (flags & HAS_SUBMITTED ? 8 * n : 0)
  const marks = counts + (flags & HAS_COUNTS ? 12 * n : 0)
  return { submitted, counts, marks, size: marks + n }
}
