// The packed cells of every student of a course: what is stored, with what the source says put over it,
// compared byte by byte.
import type { LiveScores } from '../../../db/queries/imports.ts'
import { RESULT, placeOf, type StagedResult } from '../../../db/sqlite/staging/results.ts'
import { shorten } from '../../short-text.ts'
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
import { HOW_TO_ALLOW } from '../how-to-allow.ts'
import type { CoursePlanning } from './course.ts'
import type { FinalStudent } from './students.ts'
import type { FinalTask, PlannedTasks } from './tasks.ts'
import { OriginReader, packOrigins, type Origin } from '../result-origins.ts'

/**
 * Plans the cells of all students, those who left included. Adds an error where more than half of the stored
 * results would go.
 */
export function planScores (course: CoursePlanning, tasks: PlannedTasks, students: FinalStudent[]): void {
  const { book, staging, problems, tallies, changed } = course
  const rows = new StudentRows(course, tasks)
  let stored = 0
  let removed = 0
  for (const student of students) {
    const old = student.live === null ? undefined : staging.live.scores(student.live.id)
    const results = student.number === null ? [] : staging.results.ofStudent(book.number, student.number)
    if (old === undefined && results.length === 0) continue
    const row = rows.compute(student, old, results)
    const before = row.unchanged + row.updated + row.removed
    stored += before
    removed += row.removed
    tallies.scores.added += row.added
    tallies.scores.updated += row.updated
    tallies.scores.unchanged += row.unchanged
    tallies.scores.removed += row.removed
    const isSame = old !== undefined ? row.cells?.equals(old.cells) === true : row.cells === null
    const hasSameTotals = old === undefined
      ? row.cells === null
      : old.score_count === row.scoreCount && old.score_sum === row.scoreSum
    const hasSameOrigins = (old?.origins ?? null) === null
      ? row.origins === null
      : row.origins?.equals(old!.origins!) === true
    if (isSame && hasSameTotals && hasSameOrigins) continue
    if (!isSame || !hasSameTotals) changed()
    staging.plan.scores({
      course: book.number,
      live_id: student.live?.id ?? null,
      student: student.sourceId,
      cells: row.cells,
      score_count: row.scoreCount,
      score_sum: row.scoreSum,
      origins: row.origins,
    })
  }
  if (!course.allowRemovals && removed * 2 > stored) {
    problems.error(
      book.place,
      `${removed} of the ${stored} results of the course "${shorten(book.name)}" would be ` +
        `removed, more than half; if that is intended, allow it ${HOW_TO_ALLOW.removals}`
    )
  }
}

interface StudentRow {
  cells: Buffer | null
  origins: Buffer | null
  scoreCount: number
  scoreSum: number
  added: number
  updated: number
  unchanged: number
  removed: number
}

class StudentRows {
  readonly #course: CoursePlanning
  readonly #tasks: PlannedTasks
  readonly #bySlot: FinalTask[]
  readonly #liveBySlot: Array<FinalTask | undefined> = []
  /** There are tasks that are not in the source, and kept. */
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

  compute (student: FinalStudent, old: LiveScores | undefined, results: StagedResult[]): StudentRow {
    this.#old.load(old?.cells ?? null)
    this.#origins.load(old?.origins ?? null)
    const cells: Array<Cell | undefined> = []
    const origins: Array<Origin | undefined> = []
    const isLeft = student.number === null
    const { isFull, hasAllResults } = this.#course.book
    if (isLeft || !isFull || !hasAllResults || this.#hasForeign) {
      this.#keep(isLeft, !isLeft && hasAllResults, cells, origins)
    }
    this.#put(results, cells, origins)

    const bytes = cells.some((cell) => cell !== undefined) ? packCells(cells) : null
    this.#new.load(bytes)
    let scoreCount = 0
    let scoreSum = 0
    for (const task of this.#bySlot) {
      const score = this.#new.score(task.slot, task.pointsPossible ?? NaN)
      if (Number.isNaN(score)) continue
      scoreCount++
      scoreSum += score
    }
    return {
      cells: bytes,
      origins: packOrigins(origins),
      scoreCount,
      scoreSum,
      ...this.#compare(old?.cells, bytes),
    }
  }

  /**
   * What is stored, each result where its line item's task now has its cells; `onlyForeign`: only of tasks
   * that are not in the source.
   */
  #keep (
    isLeft: boolean,
    onlyForeign: boolean,
    cells: Array<Cell | undefined>,
    origins: Array<Origin | undefined>
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
        if ((cells[to]?.points ?? null) !== null || (cells[to] !== undefined && cell.points === null)) {
          continue
        }
        cells[to] = cell
        origins[to] = { key: this.#origins.key(slot), item }
        continue
      }
      // The line item is gone, or there never was one. Who left keeps scores as long as the task is there.
      const task = this.#liveBySlot[slot]
      if (task === undefined || (!isLeft && this.#tasks.goneItems.has(item))) continue
      if ((cells[slot]?.points ?? null) !== null) continue
      cells[slot] = cell
      origins[slot] = { key: this.#origins.key(slot), item: 0 }
    }
  }

  #put (results: StagedResult[], cells: Array<Cell | undefined>, origins: Array<Origin | undefined>): void {
    const chosen = new Map<FinalTask, StagedResult>()
    const deleted: StagedResult[] = []
    for (const result of results) {
      const item = this.#tasks.items.get(result[RESULT.item])
      if (item === undefined) continue
      if (result[RESULT.marks] === 0) {
        deleted.push(result)
        continue
      }
      const rival = chosen.get(item.task)
      if (rival !== undefined) this.#warnOfSecond(result, rival)
      if (rival === undefined || isPreferred(result, rival)) chosen.set(item.task, result)
    }
    for (const result of deleted) {
      const { task } = this.#tasks.items.get(result[RESULT.item])!
      const key = result[RESULT.key] ?? 0
      const rival = chosen.get(task)
      if (rival !== undefined && key !== 0 && rival[RESULT.key] === key) {
        if (!isNewer(result, rival)) continue
        chosen.delete(task)
      }
      // A result that took this one's place since is another, and stays.
      const stored = origins[task.slot]?.key ?? 0
      if (key !== 0 && stored !== 0 && key !== stored) continue
      cells[task.slot] = undefined
      origins[task.slot] = undefined
    }
    for (const [task, result] of chosen) {
      const { minimum, storedNumber } = this.#tasks.items.get(result[RESULT.item])!
      cells[task.slot] = asCell(result, minimum)
      origins[task.slot] = { key: result[RESULT.key] ?? 0, item: storedNumber }
    }
  }

  #warnOfSecond (result: StagedResult, rival: StagedResult): void {
    const { file, line } = placeOf(result[RESULT.place])
    const isSameItem = rival[RESULT.item] === result[RESULT.item]
    this.#course.problems.warn(isSameItem ? 'duplicate_result' : 'results_of_two_classes', {
      file: this.#course.fileName(file),
      line,
    })
  }

  #compare (
    before: Buffer | undefined,
    after: Buffer | null
  ): { added: number, updated: number, unchanged: number, removed: number } {
    const counts = { added: 0, updated: 0, unchanged: 0, removed: 0 }
    const isSame = before !== undefined && after?.equals(before) === true
    const length = Math.max(this.#old.length, this.#new.length)
    for (let slot = 0; slot < length; slot++) {
      const had = this.#old.isGiven(slot)
      const has = this.#new.isGiven(slot)
      if (!had && !has) continue
      // A slot that a new task took over holds another task's result now.
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
 * Of one line item the newest counts, then the later line. Of two classes first of all the one that has a
 * score.
 */
function isPreferred (result: StagedResult, rival: StagedResult): boolean {
  const hasScore = result[RESULT.points] !== null
  if (result[RESULT.item] !== rival[RESULT.item] && hasScore !== (rival[RESULT.points] !== null)) {
    return hasScore
  }
  return isNewer(result, rival)
}

function isNewer (result: StagedResult, rival: StagedResult): boolean {
  const difference = (result[RESULT.modified] ?? 0) - (rival[RESULT.modified] ?? 0)
  return difference === 0 ? result[RESULT.place] > rival[RESULT.place] : difference > 0
}

function asCell (result: StagedResult, minimum: number): Cell {
  const marks = result[RESULT.marks]
  const points = result[RESULT.points]
  const submitted = result[RESULT.submitted]
  return {
    status: STATUSES[(marks & STATUS_MASK) - 1]!,
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
  const x = a.cell(slot)!
  const y = b.cell(slot)!
  return a.marks[slot] === b.marks[slot] && x.points === y.points && x.exerciseCount === y.exerciseCount &&
    x.correctExerciseCount === y.correctExerciseCount &&
    x.recoveredExerciseCount === y.recoveredExerciseCount && x.submittedAt?.ms === y.submittedAt?.ms
}
