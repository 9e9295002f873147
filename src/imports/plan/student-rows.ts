import { joinIds } from '../../../db/packed-ids.ts'
import type { LiveScores } from '../../../db/sqlite/staging/live-reads.ts'
import { RESULT, placeOf, type ReadResult } from '../../../db/sqlite/staging/results.ts'
import {
  CellReader,
  LATE,
  PLAIN_DATE,
  PROVISIONAL,
  STATUSES,
  STATUS_MASK,
  packCells,
  type Cell,
} from '../../courses/packed-cells.ts'
import type { Counts } from '../outcome.ts'
import { OriginReader, packOrigins, type Origin } from '../result-origins.ts'
import type { CoursePlanning } from './planning.ts'
import type { FinalStudent } from './students.ts'
import type { FinalTask, PlannedTasks } from './tasks.ts'

/** A student's cells as they will be, and how many of them change. */
interface StudentRow extends Counts {
  cells: Buffer | null
  origins: Buffer | null
  ids: Buffer | null
  scoreCount: number
  scoreSum: number
}

/** Cells and their origins, by slot. */
interface Slots {
  cells: Array<Cell | undefined>
  origins: Array<Origin | undefined>
}

/** Computes the students' rows of one course, one after the other in the same memory. */
export class StudentRows {
  readonly #course: CoursePlanning
  readonly #tasks: PlannedTasks
  readonly #bySlot: FinalTask[]
  readonly #liveBySlot: Array<FinalTask | undefined> = []
  /** There are tasks that are not in the source and are kept. */
  readonly #hasForeign: boolean
  readonly #old = new CellReader()
  readonly #new = new CellReader()
  readonly #origins = new OriginReader()

  constructor (course: CoursePlanning, tasks: PlannedTasks) {
    this.#course = course
    this.#tasks = tasks
    this.#hasForeign = tasks.final.some((task) => task.source === null)
    this.#bySlot = tasks.final.toSorted((a, b) => a.slot - b.slot)
    for (const task of tasks.final) if (task.live !== null) this.#liveBySlot[task.slot] = task
  }

  compute (student: FinalStudent, old: LiveScores | undefined, results: ReadResult[]): StudentRow {
    this.#old.load(old?.cells ?? null)
    this.#origins.load(old?.origins ?? null, old?.ids ?? null)
    const slots: Slots = { cells: [], origins: [] }
    const isInSource = student.number !== null
    const { isFull, hasAllResults } = this.#course.book
    if (!isInSource || !isFull || !hasAllResults || this.#hasForeign) {
      this.#keepStored(slots, { isInSource, onlyForeign: isInSource && hasAllResults })
    }
    this.#put(results, slots)

    const bytes = slots.cells.some((cell) => cell !== undefined) ? packCells(slots.cells) : null
    this.#new.load(bytes)
    let scoreCount = 0
    let scoreSum = 0
    for (const task of this.#bySlot) {
      const score = this.#new.score(task.slot, task.pointsPossible ?? NaN)
      if (Number.isNaN(score)) continue
      scoreCount++
      scoreSum += score
    }
    const counts = this.#compare(old?.cells, bytes)
    const { origins } = slots
    return {
      cells: bytes, origins: packOrigins(origins), ids: joinIds(origins), scoreCount, scoreSum, ...counts,
    }
  }

  /**
   * Copies the stored results, each to the slot that its line item's task has now. `onlyForeign`: only
   * those of tasks that are not in the source.
   */
  #keepStored (
    { cells, origins }: Slots, { isInSource, onlyForeign }: { isInSource: boolean, onlyForeign: boolean }
  ): void {
    for (let slot = 0; slot < this.#old.length; slot++) {
      if (onlyForeign && this.#liveBySlot[slot]?.source !== null) continue
      const cell = this.#old.cell(slot)
      if (cell === undefined) continue
      const item = this.#origins.item(slot)
      const target = this.#tasks.stored.get(item)
      if (target !== undefined) {
        if (cell.points !== null && target.oldMinimum !== target.newMinimum) {
          cell.points = cell.points + target.oldMinimum - target.newMinimum
        }
        const to = target.task.slot
        const rival = cells[to]
        if (rival !== undefined && (rival.points !== null || cell.points === null)) continue
        cells[to] = cell
        origins[to] = this.#origin(slot, item)
        continue
      }
      // The line item was deleted, or there never was one. A student who left keeps the scores of every task
      // that still exists.
      const task = this.#liveBySlot[slot]
      if (task === undefined || (isInSource && this.#tasks.goneItems.has(item))) continue
      if ((cells[slot]?.points ?? null) !== null) continue
      cells[slot] = cell
      origins[slot] = this.#origin(slot, 0)
    }
  }

  /** The origin of a stored result, which is now one of that line item. */
  #origin (slot: number, item: number): Origin {
    return { key: this.#origins.key(slot), item, ...this.#origins.placedId(slot) }
  }

  /** Puts the results of the source over what is there. */
  #put (results: ReadResult[], { cells, origins }: Slots): void {
    const chosen = new Map<FinalTask, ReadResult>()
    const deleted: Array<{ task: FinalTask, result: ReadResult }> = []
    for (const result of results) {
      const task = this.#tasks.items.get(result[RESULT.item])?.task
      if (task === undefined) continue
      if (result[RESULT.marks] === 0) {
        deleted.push({ task, result })
        continue
      }
      const rival = chosen.get(task)
      if (rival !== undefined) this.#warnOfSecond(result, rival)
      if (rival === undefined || isPreferred(result, rival)) chosen.set(task, result)
    }
    for (const { task, result } of deleted) {
      const key = result[RESULT.key] ?? 0
      const rival = chosen.get(task)
      if (rival !== undefined && key !== 0 && rival[RESULT.key] === key) {
        if (!isNewer(result, rival)) continue
        chosen.delete(task)
      }
      // If another result has replaced the deleted one since, that one stays.
      const stored = origins[task.slot]?.key ?? 0
      if (key !== 0 && stored !== 0 && key !== stored) continue
      cells[task.slot] = undefined
      origins[task.slot] = undefined
    }
    for (const [task, result] of chosen) {
      const item = this.#tasks.items.get(result[RESULT.item])
      cells[task.slot] = asCell(result, item?.minimum ?? 0)
      origins[task.slot] = {
        key: result[RESULT.key] ?? 0,
        item: item?.storedNumber ?? 0,
        ids: result[RESULT.ids],
        idAt: result[RESULT.idAt],
      }
    }
  }

  #warnOfSecond (result: ReadResult, rival: ReadResult): void {
    const { fileName, problems } = this.#course
    const { file, line } = placeOf(result[RESULT.place])
    const isSameItem = rival[RESULT.item] === result[RESULT.item]
    problems.warn(isSameItem ? 'duplicate_result' : 'results_of_two_classes', { file: fileName(file), line })
  }

  #compare (before: Buffer | undefined, after: Buffer | null): Counts {
    const counts = { added: 0, updated: 0, unchanged: 0, removed: 0 }
    const isSame = before !== undefined && after?.equals(before) === true
    const length = Math.max(this.#old.length, this.#new.length)
    for (let slot = 0; slot < length; slot++) {
      const had = this.#old.isGiven(slot)
      const has = this.#new.isGiven(slot)
      if (!had && !has) continue
      // If a new task uses the slot, it has another task's result now.
      const isKept = this.#liveBySlot[slot] !== undefined
      if (had && (!has || !isKept)) counts.removed++
      if (has && (!had || !isKept)) counts.added++
      if (had && has && isKept) {
        counts[isSame || isSameCell(this.#old, this.#new, slot) ? 'unchanged' : 'updated']++
      }
    }
    return counts
  }
}

/**
 * Of one line item, the newest result counts, else the later line. Of two classes, a result with a score
 * comes first.
 */
function isPreferred (result: ReadResult, rival: ReadResult): boolean {
  const hasScore = result[RESULT.points] !== null
  if (result[RESULT.item] !== rival[RESULT.item] && hasScore !== (rival[RESULT.points] !== null)) {
    return hasScore
  }
  return isNewer(result, rival)
}

function isNewer (result: ReadResult, rival: ReadResult): boolean {
  const difference = (result[RESULT.modified] ?? 0) - (rival[RESULT.modified] ?? 0)
  return difference === 0 ? result[RESULT.place] > rival[RESULT.place] : difference > 0
}

function asCell (result: ReadResult, minimum: number): Cell {
  const marks = result[RESULT.marks]
  const points = result[RESULT.points]
  const submitted = result[RESULT.submitted]
  const status = STATUSES[(marks & STATUS_MASK) - 1]
  if (status === undefined) throw new Error(`A staged result has the marks ${marks}, which have no status.`)
  return {
    status,
    points: points === null ? null : points - minimum,
    exerciseCount: result[RESULT.exercises],
    correctExerciseCount: result[RESULT.correct],
    recoveredExerciseCount: result[RESULT.recovered],
    isLate: (marks & LATE) !== 0,
    isProvisional: (marks & PROVISIONAL) !== 0,
    submittedAt: submitted === null ? null : { ms: submitted, isPlainDate: (marks & PLAIN_DATE) !== 0 },
  }
}

function isSameCell (a: CellReader, b: CellReader, slot: number): boolean {
  const x = a.cell(slot)
  const y = b.cell(slot)
  return a.marks[slot] === b.marks[slot] && x?.points === y?.points &&
    x?.exerciseCount === y?.exerciseCount && x?.correctExerciseCount === y?.correctExerciseCount &&
    x?.recoveredExerciseCount === y?.recoveredExerciseCount && x?.submittedAt?.ms === y?.submittedAt?.ms
}
