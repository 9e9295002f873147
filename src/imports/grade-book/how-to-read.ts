// How each grade book file is read: its format, and the column map of a table in no known format.
import type { ColumnMap } from '../column-maps/column-map.ts'
import { guessMap, guessOfMap } from '../column-maps/guess-map.ts'
import { rememberedMap } from '../column-maps/remembered-map.ts'
import type { TableGuess } from '../column-maps/table-guess.ts'
import type { ImportOptions } from '../import-options.ts'
import type { ImportRun } from '../import-run.ts'
import { howToChooseColumns, howToTakeGuess } from '../option-names.ts'
import type { ColumnMapOrigin } from '../outcome.ts'
import { Refusal } from '../problems.ts'
import type { SourceFile } from '../sources/source-files.ts'
import type { GradeBookCourse } from './grade-book-course.ts'
import type { GradeBookFormat, SystemFormat } from './grade-book-format.ts'
import { gradeBookFormat } from './recognize.ts'

export interface GradeBookFile {
  file: SourceFile
  format: SystemFormat
}

/** A table with columns chosen by hand, with its map. */
export interface MappedFile {
  file: SourceFile
  format: 'spreadsheet'
  map: ColumnMap
  origin: ColumnMapOrigin
}

interface Reading {
  file: SourceFile
  /** The format that the options force. */
  forced: GradeBookFormat | undefined
  /** Undefined: none is named. */
  course: GradeBookCourse | undefined
  run: ImportRun
}

/**
 * How a file is read. A map that is given counts first, then one that is remembered for the course, then the
 * format of a system. A table that is forced to be a spreadsheet is read as guessed if the guess is certain.
 * Throws Refusal; in a dry run with a guess of the columns.
 */
export async function howToRead (
  { file, forced, course, run }: Reading
): Promise<GradeBookFile | MappedFile> {
  const { options, problems } = run
  if (options.map !== undefined) return { file, format: 'spreadsheet', map: options.map, origin: 'given' }
  if (forced !== undefined && forced !== 'spreadsheet') return { file, format: forced }
  const id = course?.live?.id
  const remembered = id === undefined ? undefined : await rememberedMap(file, run.staging.live.columnMaps(id))
  if (remembered !== undefined) {
    if (options.dryRun) problems.guess ??= await guessOfMap(file, remembered)
    return { file, format: 'spreadsheet', map: remembered, origin: 'remembered' }
  }
  const system = forced === undefined ? await gradeBookFormat(file) : undefined
  if (system !== undefined) return { file, format: system }
  const guess = await guessOf(file)
  if (forced !== undefined && guess?.isCertain === true) {
    if (options.dryRun) problems.guess ??= guess
    return { file, format: 'spreadsheet', map: guess.map, origin: 'guessed' }
  }
  const what = forced === undefined
    ? 'is not in a known format: expected a OneRoster bundle, a performance-book/1 document, or the grade ' +
      'book of Canvas, Moodle, Brightspace, Blackboard, Google Classroom, Schoology, Gradescope, Sakai or ' +
      `Open edX; ${forOtherTables(guess, options)}`
    : 'is a table whose columns are not all clear; '
  const message = what + howToChooseColumns(options.askedBy)
  throw new Refusal({ file: file.name }, message, options.dryRun ? guess : undefined)
}

function forOtherTables (guess: TableGuess | undefined, { askedBy }: ImportOptions): string {
  return guess?.isCertain === true
    ? `the columns of this table are all clear, so import it with ${howToTakeGuess(askedBy)}, or `
    : 'for any other table, '
}

/** Undefined if the table cannot be read either: the error says enough. */
async function guessOf (file: SourceFile): Promise<TableGuess | undefined> {
  try {
    return await guessMap(file)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return undefined
  }
}
