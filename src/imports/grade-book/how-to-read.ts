// How each grade book file is read: its format, and the column map of a table in no known format.
import type { ColumnMap } from '../column-maps/column-map.ts'
import { guessMap, guessOfMap } from '../column-maps/guess-map.ts'
import { rememberedMaps } from '../column-maps/remembered-map.ts'
import type { TableGuess } from '../column-maps/table-guess.ts'
import type { ImportOptions } from '../import-options.ts'
import type { ImportRun } from '../import-run.ts'
import { howToChooseColumns, howToTakeGuess, optionName } from '../option-names.ts'
import type { ColumnMapOrigin } from '../outcome.ts'
import { Refusal } from '../problems.ts'
import { listNames, shorten } from '../../short-text.ts'
import type { SourceFile } from '../sources/source-files.ts'
import type { GradeBookCourse } from './grade-book-course.ts'
import type { GradeBookFormat, SystemFormat } from './grade-book-format.ts'
import { gradeBookFormat } from './recognize.ts'
import { importError } from '../error-messages.ts'

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
  const [{ map: remembered } = {}] = id === undefined
    ? []
    : await rememberedMaps(file, run.staging.live.columnMaps(id))
  if (remembered !== undefined) {
    if (options.dryRun) problems.guess ??= await guessOfMap(file, remembered)
    return { file, format: 'spreadsheet', map: remembered, origin: 'remembered' }
  }
  const system = forced === undefined ? await gradeBookFormat(file, options.askedBy) : undefined
  if (system !== undefined) return { file, format: system }
  if (course === undefined) await refuseRemembered(file, run)
  const guess = await guessOf(file, options)
  if (guess?.isOfSingleScores === true) throw new Refusal({ file: file.name }, importError('single_scores'))
  if (forced !== undefined && guess?.isCertain === true) {
    if (options.dryRun) problems.guess ??= guess
    return { file, format: 'spreadsheet', map: guess.map, origin: 'guessed' }
  }
  // Without a guess, the page has no columns to choose.
  const advice = guess === undefined && options.askedBy === 'session'
    ? 'check that it is the right file, or save its table as "CSV UTF-8" or as an Excel workbook (.xlsx)'
    : howToChooseColumns(options.askedBy)
  const message = forced === undefined
    ? importError('unknown_format', {
      formats: `${KNOWN_FORMATS}; ${forOtherTables(guess, options)}${advice}`,
    })
    : importError('unclear_columns', { marks: marksIn(guess), advice })
  throw new Refusal({ file: file.name }, message, options.dryRun ? guess : undefined)
}

/** The marks whose meaning is not known, in parentheses. */
function marksIn (guess: TableGuess | undefined): string {
  const marks = Object.keys(guess?.map.marks ?? {}).map((mark) => `"${shorten(mark)}"`)
  return marks.length === 0 ? '' : ` (marks without a meaning: ${listNames(marks, MARKS_LISTED)})`
}

const KNOWN_FORMATS =
  'a OneRoster bundle, a performance-book/1 document, or the grade book of Canvas, Moodle, Brightspace, ' +
  'Blackboard, Google Classroom, Schoology, Gradescope, Sakai or Open edX'

/** Most marks that an error lists. */
const MARKS_LISTED = 5
/** Most courses that an error lists. */
const COURSES_LISTED = 5

/** Throws Refusal if the columns of the file are remembered for courses, of which none is named. */
async function refuseRemembered (
  file: SourceFile, { options, staging: { live, load } }: ImportRun
): Promise<void> {
  await load.newestColumnMaps()
  const maps = await rememberedMaps(file, live.newestColumnMaps())
  const courses = [...new Set(maps.map(({ courseId }) => courseId))].flatMap((id) => {
    const course = live.course(id)
    return course === undefined || course.archived_at !== null ? [] : [course]
  })
  const [first, ...others] = courses
  if (first === undefined) return
  const ids = courses.map(({ source_id: id, name }) => {
    return `"${shorten(id)}"${id === name ? '' : ` (${shorten(name)})`}`
  })
  const message = importError('remembered_columns', {
    courses: others.length === 0 ? 'a course' : `${courses.length} courses`,
    option: optionName('course', options.askedBy),
    ids: listNames(ids, COURSES_LISTED),
  })
  const guess = options.dryRun && maps[0] !== undefined ? await guessOfMap(file, maps[0].map) : undefined
  throw new Refusal({ file: file.name }, message, guess)
}

function forOtherTables (guess: TableGuess | undefined, { askedBy }: ImportOptions): string {
  return guess?.isCertain === true
    ? `the columns of this table are all clear, so import it with ${howToTakeGuess(askedBy)}, or `
    : 'for any other table, '
}

/** What can be wrong with a row of a table. Of text that is no table, it would say nothing. */
const ROW_FAULTS = [importError('open_quote'), importError('quote_inside'), importError('text_after_quote')]

function isRowFault ({ message, place: { line = 1 } }: Refusal, file: SourceFile): boolean {
  return /\.[ct]sv$/i.test(file.name) && line !== null && line > 1 && ROW_FAULTS.includes(message)
}

/**
 * Undefined if a text file is not a table at all: the caller's error says enough. Throws Refusal if a sheet
 * or a row of a table cannot be read, because that is not a problem with its columns.
 */
async function guessOf (file: SourceFile, { dates }: ImportOptions): Promise<TableGuess | undefined> {
  try {
    return await guessMap(file, dates)
  } catch (error) {
    if (!(error instanceof Refusal) || file.sheet !== undefined || isRowFault(error, file)) throw error
    return undefined
  }
}
