// Which system wrote a file. A format is recognized by marks that only its system has, never by columns
// that all systems share (first name, last name). A file of another system is refused with the name of the
// system.
import { isNameTooLong } from '../../short-text.ts'
import { guessMap } from '../column-maps/guess-map.ts'
import type { TableGuess } from '../column-maps/table-guess.ts'
import { SYSTEM_MAPS } from '../column-maps/systems/system-maps.ts'
import { Refusal, type Place } from '../problems.ts'
import { readFirstRows, type FirstRows } from '../sources/first-rows.ts'
import type { SourceFile } from '../sources/source-files.ts'
import { isBlackboard } from './blackboard.ts'
import { isBrightspace } from './brightspace.ts'
import { isClassroom, ROWS_BEFORE_MAX } from './google-classroom.ts'
import type { GradeBookFormat } from './grade-book-format.ts'
import { isEnglishMoodle, isMoodle, isTranslatedMoodle } from './moodle-marks.ts'
import { inEnglish } from './moodle-translation.ts'
import { OTHER_SYSTEMS, type OtherSystem } from './other-systems.ts'

/** The marks of Google Classroom are in the first rows, of which the header is one. */
const ROWS = ROWS_BEFORE_MAX - 1
/** Most files of a source that are read to recognize a roster. */
const ROSTER_FILES_READ = 20

const MOODLE_IN_ANOTHER_LANGUAGE = {
  name: 'a Moodle grade export in another language',
  advice: 'set the language of Moodle to English and export again: Grades, Export, "Plain text file"',
}
const MAP_COLUMNS =
  'say which of its columns are what with a column map (--map FILE.json on the command line, the field map ' +
  'in the API; docs/data-in.md shows one); "perfbook import FILE --course COURSE --dry-run" shows a guess, ' +
  'and with --write-map FILE.json it writes the guess as a map to edit'

/**
 * The format of a grade book file. Throws Refusal if the format is not supported, with the name of the
 * system if it is recognized. `guesses`: with a guess of the columns of a table in no known format.
 */
export async function gradeBookFormat (
  file: SourceFile, { guesses }: { guesses: boolean }
): Promise<GradeBookFormat> {
  const system = systemOf(await readFirstRows(file, ROWS))
  if (typeof system === 'string') return system
  const place = { file: file.name }
  if (system !== undefined) throw notSupported(system, place)
  throw new Refusal(
    place,
    'is not in a known format: expected a OneRoster bundle, a performance-book/1 document, or the grade ' +
      'book of Canvas, Moodle, Brightspace, Blackboard, Google Classroom, Schoology, Gradescope, Sakai or ' +
      `Open edX; to import any other table, ${MAP_COLUMNS}`,
    guesses ? await guessOf(file) : undefined
  )
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

/** The system that writes such files; undefined if it is not recognized. */
export function systemOf (
  first: FirstRows
): GradeBookFormat | Pick<OtherSystem, 'name' | 'advice'> | undefined {
  const names = first.names.map(comparable)
  if (isCanvas(names)) return 'canvas'
  if (isBrightspace(names)) return 'brightspace'
  if (isBlackboard(names)) return 'blackboard'
  if (isClassroom([first.names, ...first.rows])) return 'google-classroom'
  const mapped = SYSTEM_MAPS.find(({ isIt }) => isIt(names))
  if (mapped !== undefined) return mapped.system
  const other = OTHER_SYSTEMS.find(({ isIt }) => isIt(names))
  if (other !== undefined) return other
  if (inEnglish(first.names) !== undefined) return 'moodle'
  if (isMoodle(names)) return isEnglishMoodle(names) ? 'moodle' : MOODLE_IN_ANOTHER_LANGUAGE
  return isTranslatedMoodle(names, first.rows) ? MOODLE_IN_ANOTHER_LANGUAGE : undefined
}

/** Throws Refusal if no column of a Moodle file about a person is in English. */
export function assertEnglishMoodle (names: string[], place: Place): void {
  if (!isEnglishMoodle(names.map(comparable))) throw notSupported(MOODLE_IN_ANOTHER_LANGUAGE, place)
}

/**
 * The error for a roster of another system whose files have names of OneRoster files; undefined if no such
 * system is recognized.
 */
export async function otherRoster (files: SourceFile[], name: string): Promise<Refusal | undefined> {
  for (const file of files.filter(({ base }) => base.endsWith('.csv')).slice(0, ROSTER_FILES_READ)) {
    // If it cannot be read, the reader of the bundle says what is wrong.
    const first = await readFirstRows(file, ROWS).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error
    })
    if (first === undefined) continue
    const names = first.names.map(comparable)
    if (names.includes('sourcedid')) return undefined
    const other = OTHER_SYSTEMS.find(({ advice, isIt }) => advice !== undefined && isIt(names))
    if (other !== undefined) {
      return notSupported({ ...other, name: `${other.name} (${file.name})` }, { file: name })
    }
  }
  return undefined
}

function notSupported (
  { name, advice = MAP_COLUMNS }: Pick<OtherSystem, 'name' | 'advice'>, place: Place
): Refusal {
  return new Refusal(place, `This looks like ${name}, which is not supported yet; ${advice}`)
}

/** A name of a column in lower case. One that is too long is no mark of any system. */
function comparable (name: string): string { return isNameTooLong(name) ? '' : name.toLowerCase() }

/** `names` in lower case. */
function isCanvas (names: string[]): boolean {
  const has = new Set(names)
  const hasName = has.has('student') || (has.has('lastname') && has.has('firstname'))
  return has.has('section') && hasName && (has.has('id') || has.has('sis login id') || has.has('sis user id'))
}
