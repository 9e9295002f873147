// Which system wrote a file. A format is recognized by marks that only its system has, never by columns that
// all systems share (first name, last name). A file of another system that can be named is refused by its
// name.
import { isNameTooLong } from '../../short-text.ts'
import { readCsv } from '../sources/csv-rows.ts'
import { Problems, Refusal, type Place } from '../problems.ts'
import type { SourceFile } from '../sources/source-files.ts'
import { VALUE_MAX } from '../sources/text-values.ts'

export type GradeBookFormat = 'canvas' | 'moodle'

/** The header and the first rows of a file. */
export interface FirstRows {
  names: string[]
  rows: string[][]
}

/** Google Classroom has its marks in the two rows below the header. */
const ROWS = 2

class Enough extends Error {}

/**
 * Reads the header and the first two rows. Problems in them are reported when the file itself is read. Throws
 * Refusal.
 */
async function readFirstRows (file: SourceFile): Promise<FirstRows> {
  const first: FirstRows = { names: [], rows: [] }
  try {
    await readCsv(file, (names) => {
      first.names = names
      return (fields) => {
        first.rows.push(fields)
        if (first.rows.length === ROWS) throw new Enough()
      }
    }, { problems: new Problems() })
  } catch (error) {
    // What is wrong behind the header does not change which system wrote it.
    if (!(error instanceof Enough) && !(error instanceof Refusal && first.names.length > 0)) throw error
  }
  return first
}

/**
 * The format of a grade book file. Throws Refusal where it is none that is read; the system is named where it
 * can be.
 */
export async function gradeBookFormat (file: SourceFile): Promise<GradeBookFormat> {
  const system = systemOf(await readFirstRows(file))
  if (system === undefined) throw unknownFormat(file.name)
  if (typeof system === 'string') return system
  throw notSupported(system, { file: file.name })
}

function notSupported ({ name, advice = RENAME }: OtherSystem, place: Place): Refusal {
  return new Refusal(place, `This looks like ${name}, which is not supported yet; ${advice}`)
}

/** The system that writes such files; undefined: none that is known. */
export function systemOf (first: FirstRows): GradeBookFormat | OtherSystem | undefined {
  const names = first.names.map((name) => isNameTooLong(name) ? '' : name.toLowerCase())
  if (isCanvas(names)) return 'canvas'
  const other = OTHERS.find(({ isIt }) => isIt(names, first.rows))
  if (other !== undefined) return other
  if (isMoodle(names)) return isEnglishMoodle(names) ? 'moodle' : MOODLE_IN_ANOTHER_LANGUAGE
  return isTranslatedMoodle(names, first.rows) ? MOODLE_IN_ANOTHER_LANGUAGE : undefined
}

/** `names` in lower case. */
function isCanvas (names: string[]): boolean {
  const has = new Set(names)
  if (!has.has('section') || !(has.has('student') || (has.has('lastname') && has.has('firstname')))) {
    return false
  }
  return has.has('id') || has.has('sis login id') || has.has('sis user id')
}

/**
 * `names` in lower case. Also a file of other languages than English, whose suffixes happen to be the same.
 */
function isMoodle (names: string[]): boolean {
  return names.some((name) => name === LAST_DOWNLOADED || SUFFIX.test(name))
}

/** `names` in lower case. Moodle's columns about a person are translated; their values are not. */
function isEnglishMoodle (names: string[]): boolean {
  return names.some((name) => MOODLE_PERSON.has(name))
}

/**
 * The grade export of a Moodle in any other language: activities with a colon and a display type in
 * parentheses, and either a known word for the display type, a percentage, or the time of the download in the
 * last column.
 */
function isTranslatedMoodle (names: string[], [row = []]: string[][]): boolean {
  const suffixes = names.map((name) => TRANSLATED_ITEM.exec(name)?.[1])
  const isMarked = (suffix: string | undefined, at: number) =>
    suffix !== undefined &&
    (TRANSLATED_TYPES.has(suffix) || /^[\d.,]{1,12}\s?%$/.test(row[at]?.trim() ?? ''))
  const last = row[names.length - 1]?.trim() ?? ''
  const hasDownloadTime = suffixes.at(-1) === undefined && /^1\d{9}$/.test(last)
  return suffixes.some((suffix) => suffix !== undefined) && (suffixes.some(isMarked) || hasDownloadTime)
}

const MOODLE_PERSON = new Set([
  'first name',
  'last name',
  'surname',
  'id number',
  'username',
  'email address',
])
/** "Aufgabe: Aufsatz (Punkte)": not the number of a Canvas assignment in parentheses. */
const TRANSLATED_ITEM = /^[^:]{1,60}:.*\(([^()\d]{1,40})\)$/s
/** Moodle's "Real", "Percentage" and "Letter" in other languages. */
const TRANSLATED_TYPES = new Set([
  'punkte',
  'prozentsatz',
  'prozent',
  'buchstabe',
  'porcentaje',
  'letra',
  'brute',
  'brut',
  'pourcentage',
  'lettre',
  'punteggio',
  'percentuale',
  'lettera',
  'percentagem',
  'porcentagem',
  'punten',
  'procent',
  'prosent',
  'bokstav',
  'bogstav',
  'prosentti',
  'procentowo',
  'procento',
  'percentatge',
  'lletra',
  'yüzde',
  'проценты',
  'процент',
  'відсоток',
])
const MOODLE_IN_ANOTHER_LANGUAGE: OtherSystem = {
  name: 'a Moodle grade export in another language',
  advice: 'set the language of Moodle to English and export again: Grades, Export, "Plain text file"',
  isIt: () => false,
}

/** Throws Refusal where no column of a Moodle file about a person is in English. */
export function assertEnglishMoodle (names: string[], place: Place): void {
  if (isEnglishMoodle(names.map((name) => name.toLowerCase()))) return
  throw notSupported(MOODLE_IN_ANOTHER_LANGUAGE, place)
}

export const LAST_DOWNLOADED = 'last downloaded from this course'
const SUFFIX = /\((real|percentage|letter)\)$/

const RENAME =
  'rename its columns to those of Canvas: "Student" (Last, First), "ID", "SIS User ID" (the student id), "SIS Login ID", "Section", ' +
  'and one column per task; below them comes a row that begins with "Points Possible"; leave out totals'
const ONE_ROSTER = 'ask for OneRoster CSV (1.1 or 1.2) instead'

interface OtherSystem {
  /** With its article. */
  name: string
  /** What to do instead. Default: rename the columns. */
  advice?: string
  /** `names` in lower case. */
  isIt: (names: string[], rows: string[][]) => boolean
}

const any = (pattern: RegExp) => (names: string[]) => names.some((name) => pattern.test(name))
const has = (...wanted: string[]) => (names: string[]) => wanted.every((name) => names.includes(name))

const OTHERS: OtherSystem[] = [
  {
    name: 'a Brightspace grade export',
    isIt: any(/^(orgdefinedid|end-of-line indicator)$|<[a-z/ ]+(maxpoints|weight|category):[^>]*>$/),
  },
  {
    name: 'a Blackboard grade export',
    isIt: any(/\[total pts: [^\]]*\]( ?\|\d+)?$|\[[^[\]\d]*\d[^[\]]*\] ?\|\d+$/),
  },
  { name: 'a Schoology grade export', isIt: any(/^unique user id$|\(max points: [^)]*\)$/) },
  { name: 'a Gradescope grade export', isIt: any(/ - (max points|submission time|lateness.*)$/) },
  { name: 'an Open edX grade report', isIt: has('enrollment track') },
  { name: 'a Google Classroom grade export', isIt: isClassroom },
  {
    name: 'a Sakai grade export',
    isIt: (names) =>
      (names[0] === 'student id' || names[0] === 'student name' || names[0] === 'name') &&
      any(/\S \[\d+([.,]\d+)?\]$/)(names),
  },
  { name: 'a Microsoft School Data Sync file', advice: ONE_ROSTER, isIt: any(/^(section|school) sis id$/) },
  {
    name: 'a Clever file',
    advice: ONE_ROSTER,
    isIt: (names) =>
      names.includes('school_id') &&
      (any(/^(student|teacher|section|staff)_id$/)(names) || names.includes('school_name')),
  },
  {
    name: 'a Canvas SIS import file',
    advice: `${ONE_ROSTER}, or export the grade book: Grades, Export, "Export Entire Gradebook"`,
    isIt: isCanvasSis,
  },
]

/**
 * In any language: a row of dates and a row of points, each with a label in its first cell and nothing else.
 */
function isClassroom (names: string[], [dates, points]: string[][]): boolean {
  if (
    dates === undefined || points === undefined || (dates[0] ?? '').trim() === '' ||
    (points[0] ?? '').trim() === ''
  ) {
    return false
  }
  const only = (row: string[], pattern: RegExp) => {
    const cells = row.slice(1, names.length).map((cell) => cell.trim()).filter((cell) => cell !== '')
    return cells.length > 0 && cells.every((cell) => cell.length <= VALUE_MAX && pattern.test(cell))
  }
  return [...dates.slice(1, 3), ...points.slice(1, 3)].every((cell) => cell.trim() === '') &&
    only(dates, /^\d{4}-\d\d-\d\d/) && only(points, /^\d+([.,]\d+)?$/)
}

function isCanvasSis (names: string[]): boolean {
  return !names.includes('sourcedid') && names.includes('status') &&
    any(/^(user_id|course_id|section_id|account_id|term_id)$/)(names)
}

/**
 * A roster of another system that has file names of OneRoster, as a refusal; undefined where it is none that
 * can be named.
 */
export async function otherRoster (files: SourceFile[], name: string): Promise<Refusal | undefined> {
  for (const file of files.filter(({ base }) => base.endsWith('.csv')).slice(0, 20)) {
    let names: string[]
    try {
      names = (await readFirstRows(file)).names.map((column) =>
        isNameTooLong(column)
          ? ''
          : column.toLowerCase()
      )
    } catch (error) {
      // The reader of the bundle says what is wrong with it.
      if (error instanceof Refusal) continue
      throw error
    }
    if (names.includes('sourcedid')) return undefined
    const other = OTHERS.find(({ advice, isIt }) => advice !== undefined && isIt(names, []))
    if (other !== undefined) {
      return new Refusal(
        { file: name },
        `This looks like ${other.name} (${file.name}), which is not supported yet; ${other.advice!}`
      )
    }
  }
  return undefined
}

/** A table without columns that are known. */
function unknownFormat (name: string): Refusal {
  return new Refusal(
    { file: name },
    'is in no known format: expected a OneRoster bundle, a performance-book/1 ' +
      `document, or the grade book CSV of Canvas or Moodle; to import a table of your own, ${RENAME}`
  )
}
