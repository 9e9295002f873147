import type { Staging } from '../../db/sqlite/staging/staging.ts'
import type { Row } from '../../db/tables.ts'
import { shorten } from '../short-text.ts'
import { ColumnLog } from './columns.ts'
import { readCsv, type RowVisitor } from './sources/csv-rows.ts'
import { erasedPeople, type ErasedPeople } from './erased-people.ts'
import { createDiskReserve, type DiskReserve } from './disk-reserve.ts'
import type { ImportOptions } from './import-options.ts'
import { checkCourseSize } from './course-size.ts'
import { checkNameLengths } from './name-lengths.ts'
import { planCourse, planCourseRemoval, type Planning, type Tallies } from './plan/course.ts'
import type { BookSource } from './book-source.ts'
import { withinCourse, type CourseScope } from './course-scope.ts'
import type { Place, Problems } from './problems.ts'
import type { SourceFile } from './sources/source-files.ts'

/** Share of the whole that reading takes; comparing takes most of the rest. */
const READING = 0.7

/** One attempt at one import: what its steps share. */
export class ImportRun {
  readonly staging: Staging
  readonly problems: Problems
  readonly options: ImportOptions
  readonly tallies: Tallies
  /** Of a teacher's import: the one course that it sees and may change. */
  readonly scope: CourseScope | undefined
  readonly erased: ErasedPeople
  /** Of grade book files: what becomes of each column. */
  readonly columns: ColumnLog
  readonly #planning: Planning
  readonly #totalBytes: number
  readonly #files: string[] = []
  readonly #disk: DiskReserve
  #bytes = 0
  #courses = 0
  readonly #sourceIds = new Set<string>()
  #planned = 0
  #fraction = 0
  #step = ''
  #tick = 0

  constructor ({ staging, problems, options, tallies, totalBytes, scope }: {
    staging: Staging,
    problems: Problems,
    options: ImportOptions,
    tallies: Tallies,
    totalBytes: number,
    scope?: CourseScope | undefined,
  }) {
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
  newCourse (): number {
    return this.#courses++
  }

  /** A number for a file, by which staged rows remember it. */
  fileNumber (file: SourceFile): number {
    return this.#files.push(file.name) - 1
  }

  fileName (number: number): string | null {
    return this.#files[number] ?? null
  }

  /** Reads a CSV file; see `readCsv`. */
  async readCsv (file: SourceFile, onHeader: (names: string[], line: number) => RowVisitor): Promise<void> {
    await readCsv(file, onHeader, {
      problems: this.problems,
      onBlock: (bytes) => {
        this.onBytes(bytes, file)
      },
    })
  }

  onBytes (bytes: number, file: SourceFile): void {
    this.options.signal?.throwIfAborted()
    this.#disk.check()
    this.#bytes += bytes
    this.#report(READING * Math.min(1, this.#bytes / Math.max(1, this.#totalBytes)), `reading ${file.name}`)
  }

  /** Plans the removal of a stored course, with all that hangs on it. */
  planRemoval (live: Row<'courses'>, place: Place): void {
    if (this.scope !== undefined) {
      this.problems.error(
        place,
        "the course would be removed; only an administrator's import can do that"
      )
    } else planCourseRemoval(live, this.newCourse(), place, this.#planning)
  }

  /** Plans one course of `courses`; lets others run in between. Throws if aborted. */
  async plan (book: BookSource, courses: number): Promise<void> {
    this.#disk.check()
    const now = performance.now()
    if (now - this.#tick > 50) {
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      this.#tick = now
    }
    this.options.signal?.throwIfAborted()
    if (this.#sourceIds.has(book.sourceId)) {
      this.problems.error(
        book.place,
        `is about the course ${shorten(book.sourceId)}, which another part of this import already covers`
      )
      return
    }
    this.#sourceIds.add(book.sourceId)
    const allowed = this.scope === undefined ? book : withinCourse(book, this.scope, this.problems)
    if (allowed === undefined) return
    const isFine = [checkCourseSize, checkNameLengths].every((check) => check(allowed, this.problems))
    if (isFine) planCourse(allowed, this.#planning)
    this.#report(READING + (0.97 - READING) * Math.min(1, ++this.#planned / courses), 'comparing')
  }

  /** Never backwards, and not for every course of a thousand. */
  #report (fraction: number, step: string): void {
    if (step === this.#step && fraction - this.#fraction < 0.002) return
    this.#fraction = Math.max(this.#fraction, fraction)
    this.#step = step
    this.options.onProgress?.(this.#fraction, step)
  }
}
