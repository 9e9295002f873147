// Which system wrote a file. A format is recognized by marks that only its system has, never by columns
// that all systems share (first name, last name). A file of another system is refused with the name of the
// system.
import { isNameTooLong } from '../../short-text.ts'
import { SYSTEM_MAPS } from '../column-maps/systems/system-maps.ts'
import { importError } from '../error-messages.ts'
import { rosterAsCsv, type AskedBy } from '../option-names.ts'
import { Refusal, type Place } from '../problems.ts'
import { readFirstRows, type FirstRows } from '../sources/first-rows.ts'
import type { SourceFile } from '../sources/source-files.ts'
import { isBlackboard } from './blackboard.ts'
import { isBrightspace } from './brightspace.ts'
import { isClassroom, ROWS_BEFORE_MAX } from './google-classroom.ts'
import type { SystemFormat } from './grade-book-format.ts'
import { isAboutPerson } from './moodle-items.ts'
import { hasUnknownSuffix, isEnglishMoodle, isMoodle, isTranslatedMoodle } from './moodle-marks.ts'
import { inEnglish } from './moodle-translation.ts'
import { OTHER_SYSTEMS, type OtherSystem } from './other-systems.ts'

/** The marks of Google Classroom are in the first rows, of which the header is one. */
const ROWS = ROWS_BEFORE_MAX - 1
/** Most files of a source that are read to recognize a roster. */
const ROSTER_FILES_READ = 20

const MOODLE_IN_ANOTHER_LANGUAGE = { error: 'moodle_language' } as const

/**
 * The format of a grade book file; undefined if it is none that is known. Throws Refusal if it is a file of a
 * system that cannot be imported, with what to do instead.
 */
export async function gradeBookFormat (
  file: SourceFile, askedBy?: AskedBy
): Promise<SystemFormat | undefined> {
  const first = await readFirstRows(file, ROWS)
  const system = systemOf(first)
  if (typeof system === 'string') return system
  if (file.sheet !== undefined && isOfRoster(first.names.map(comparable))) {
    throw new Refusal({ file: file.name }, importError('roster_workbook', { advice: rosterAsCsv(askedBy) }))
  }
  if (system === undefined) return undefined
  throw lookingLike(system, { file: file.name })
}

/** A table of OneRoster, School Data Sync or Clever. `names` in lower case. */
function isOfRoster (names: string[]): boolean {
  const ids = ['sourcedid', 'usersourcedid', 'classsourcedid', 'section sis id', 'school sis id', 'school_id']
  return ids.some((id) => names.includes(id))
}

/** The system that writes such files; undefined if it is not recognized. */
export function systemOf (
  first: FirstRows
): SystemFormat | Pick<OtherSystem, 'error'> | undefined {
  const names = first.names.map(comparable)
  if (isCanvas(names)) return 'canvas'
  if (isBrightspace(names)) return 'brightspace'
  if (isBlackboard(names)) return 'blackboard'
  if (isClassroom([first.names, ...first.rows])) return 'google-classroom'
  const mapped = SYSTEM_MAPS.find(({ isIt }) => isIt(names))
  if (mapped !== undefined) return mapped.system
  const other = OTHER_SYSTEMS.find(({ isIt }) => isIt(names))
  if (other !== undefined) return other
  const english = inEnglish(first.names)
  if (english !== undefined) {
    const isUnknown = hasUnknownSuffix(first.names, first.rows, { english, isPerson: isAboutPerson })
    return isUnknown ? MOODLE_IN_ANOTHER_LANGUAGE : 'moodle'
  }
  if (isMoodle(names)) return isEnglishMoodle(names) ? 'moodle' : MOODLE_IN_ANOTHER_LANGUAGE
  return isTranslatedMoodle(names, first.rows) ? MOODLE_IN_ANOTHER_LANGUAGE : undefined
}

/** Throws Refusal if no column of a Moodle file about a person is in English. */
export function assertEnglishMoodle (names: string[], place: Place): void {
  if (!isEnglishMoodle(names.map(comparable))) throw lookingLike(MOODLE_IN_ANOTHER_LANGUAGE, place)
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
    const other = OTHER_SYSTEMS.find(({ isIt }) => isIt(names))
    if (other !== undefined) {
      return lookingLike(other, { file: name }, ` (${file.name})`)
    }
  }
  return undefined
}

/** `file`: which one, in parentheses, if it is one of several. */
function lookingLike ({ error }: Pick<OtherSystem, 'error'>, place: Place, file = ''): Refusal {
  return new Refusal(place, importError(error, { file }))
}

/** A name of a column in lower case. One that is too long is no mark of any system. */
function comparable (name: string): string { return isNameTooLong(name) ? '' : name.toLowerCase() }

/** `names` in lower case. */
function isCanvas (names: string[]): boolean {
  const has = new Set(names)
  const hasName = has.has('student') || (has.has('lastname') && has.has('firstname'))
  return has.has('section') && hasName && (has.has('id') || has.has('sis login id') || has.has('sis user id'))
}
