import type { Staging } from '../../db/staging/staging.ts'
import type { Row } from '../../db/tables.ts'
import { shorten, shortenName } from '../short-text.ts'
import type { BookSource } from './book-source.ts'
import { ColumnLog } from './columns.ts'
import { checkCourseSize } from './course-size.ts'
import { withinCourse, type CourseScope } from './course-scope.ts'
import { createDiskReserve, type DiskReserve } from './disk-reserve.ts'
import { erasedPeople, type ErasedPeople } from './erased-people.ts'
import { importError } from './error-messages.ts'
import type { ImportOptions } from './import-options.ts'
import { checkNameLengths } from './name-lengths.ts'
import type { ColumnMapEntry, ColumnMapOrigin, Tallies } from './outcome.ts'
import { planCourse, planCourseRemoval } from './plan/course.ts'
import type { Planning } from './plan/planning.ts'
import type { Place, Problems } from './problems.ts'
import { readTable } from './sources/read-table.ts'
import type { HeaderVisitor } from './sources/row-splitter.ts'
import type { SourceFile } from './sources/source-files.ts'
import type { HeaderMode } from './sources/table-dialect.ts'

/** The share of the progress that reading takes. Comparing takes most of the rest. */
const READING = 0.7
/** Comparing ends here; what remains is the transaction. */
const COMPARED = 0.97
/** Most files with column maps that a summary lists. */
const MAPS_LISTED = 20
/** Other work on the thread waits at most about this long, ms. */
const TURN_MS = 50

interface ImportRunOptions {
  staging: Staging
  problems: Problems
  options: ImportOptions
  tallies: Tallies
  /** Size of all files, in bytes. */
  totalBytes: number
  scope?: CourseScope | undefined
}

/** One attempt at one import: what its steps share. */
export class ImportRun {
  readonly staging: Staging
  readonly problems: Problems
  readonly options: ImportOptions
  readonly tallies: Tallies
  /** In a teacher's import: the only course that it can see and change. */
  readonly scope: CourseScope | undefined
  readonly erased: ErasedPeople
  /** How each column of grade book files is used. */
  readonly columns: ColumnLog
  /** Where the column maps of the first files came from. */
  readonly columnMaps: ColumnMapEntry[] = []
  readonly #planning: Planning
  readonly #totalBytes: number
  readonly #files: string[] = []
  readonly #disk: DiskReserve
  readonly #sourceIds = new Set<string>()
  #bytes = 0
  #courses = 0
  #planned = 0
  #fraction = 0
  #step = ''
  #turnBegan = 0

  constructor ({ staging, problems, options, tallies, totalBytes, scope }: ImportRunOptions) {
    this.scope = scope
    this.staging = staging
    this.problems = problems
    this.options = options
    this.columns = new ColumnLog(options.columnBounds)
    this.tallies = tallies
    this.erased = erasedPeople({ staging, problems, allow: options.allowErased === true })
    this.#totalBytes = totalBytes
    this.#disk = createDiskReserve(options.stagingFolder, options.minFreeBytes ?? 0)
    this.#planning = {
      staging,
      problems,
      tallies,
      collator: new Intl.Collator('en'),
      allowRemovals: options.allowRemovals,
      fileName: (number) => this.fileName(number),
    }
  }

  /** A number for a course of this import. */
  newCourse (): number { return this.#courses++ }

  /** A number for a file, which staged rows refer to. */
  fileNumber (file: SourceFile): number { return this.#files.push(file.name) - 1 }

  fileName (number: number): string | null { return this.#files[number] ?? null }

  /** The place of a staged row, by its file's number and its line. */
  placeOf ({ file, line }: { file: number, line: number }): Place {
    return { file: this.fileName(file), line }
  }

  noteColumnMap (file: SourceFile, origin: ColumnMapOrigin): void {
    if (this.columnMaps.length < MAPS_LISTED) this.columnMaps.push({ file: shortenName(file.name), origin })
  }

  /** Reads a text table; see `readTable`. */
  async readTable (
    file: SourceFile, onHeader: HeaderVisitor, { header }: { header?: HeaderMode } = {}
  ): Promise<void> {
    const onBlock = (bytes: number) => { this.onBytes(bytes, file) }
    await readTable(file, onHeader, { problems: this.problems, header, onBlock })
  }

  /** To be called as a file is read. Throws if the import is aborted or the disk is almost full. */
  onBytes (bytes: number, file: SourceFile): void {
    this.options.signal?.throwIfAborted()
    this.#disk.check()
    this.#bytes += bytes
    this.#report(READING * Math.min(1, this.#bytes / Math.max(1, this.#totalBytes)), `reading ${file.name}`)
  }

  /** Whether a stored course is archived; then a warning says that it stays as it is. */
  leavesAlone (live: Row<'courses'> | null, place: Place): boolean {
    if (live === null || live.archived_at === null) return false
    this.problems.warn('archived_course', { ...place, cell: shorten(live.name) })
    this.tallies.courses.unchanged++
    return true
  }

  /** Plans the removal of a stored course with its periods, students, tasks and results. */
  planRemoval (live: Row<'courses'>, place: Place): void {
    if (this.leavesAlone(live, place)) return
    if (this.scope === undefined) planCourseRemoval(live, this.newCourse(), place, this.#planning)
    else this.problems.error(place, importError('teacher_removal'))
  }

  /** Plans one course of `courses`, and lets other work run in between. Throws if the import is aborted. */
  async plan (book: BookSource, courses: number): Promise<void> {
    this.#disk.check()
    const now = performance.now()
    if (now - this.#turnBegan > TURN_MS) {
      await new Promise((resolve) => { setImmediate(resolve) })
      this.#turnBegan = now
    }
    this.options.signal?.throwIfAborted()
    if (this.#sourceIds.has(book.sourceId)) {
      this.problems.error(book.place, importError('course_twice', { course: shorten(book.sourceId) }))
      return
    }
    this.#sourceIds.add(book.sourceId)
    if (this.leavesAlone(book.live, book.place)) return
    const allowed = this.scope === undefined ? book : withinCourse(book, this.scope, this.problems)
    if (allowed === undefined) return
    const isFine = [checkCourseSize, checkNameLengths].every((check) => check(allowed, this.problems))
    if (isFine) planCourse(allowed, this.#planning)
    const { categories } = allowed
    if (categories.length > 0 && categories.every(({ weight }) => weight === 0)) {
      this.problems.warn('all_weights_zero', allowed.place)
    }
    this.#report(READING + (COMPARED - READING) * Math.min(1, ++this.#planned / courses), 'comparing')
  }

  /** Never reports less than before, and no small steps. */
  #report (fraction: number, step: string): void {
    if (step === this.#step && fraction - this.#fraction < 0.002) return
    this.#fraction = Math.max(this.#fraction, fraction)
    this.#step = step
    this.options.onProgress?.(this.#fraction, step)
  }
}
