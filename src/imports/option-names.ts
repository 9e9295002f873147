// The names of import options in messages: as the user sees them on the page, in the API, or as flags.

/** Where an import was requested: on the command line, with a token of the API, or on the page. */
export type AskedBy = 'command' | 'token' | 'session'

/** The names on the page are its labels, or the beginnings of them. */
const OPTIONS = {
  course: { command: '--course', token: 'the field course', session: '"Course"' },
  teacher: { command: '--teacher', token: 'the field teacher', session: '"Teacher\'s email"' },
  sheet: { command: '--sheet', token: 'the field sheet', session: '"Sheet"' },
  dates: {
    command: '--dates mdy or --dates dmy',
    token: 'the field dates (mdy or dmy)',
    session: '"Order of dates"',
  },
  strict: { command: '--strict', token: 'the field strict', session: '"Treat warnings as errors"' },
  removals: { command: '--allow-removals', token: 'the field allow_removals', session: '"Allow removals"' },
  skips: { command: '--allow-skips', token: 'the field allow_skips', session: '"Allow skipped rows"' },
  newPeople: {
    command: '--allow-new-people', token: 'the field allow_new_people', session: '"Allow new people"',
  },
  erased: { command: '--allow-erased', token: 'the field allow_erased', session: '"Allow erased people"' },
} as const satisfies Record<string, Record<AskedBy, string>>

export type ImportOption = keyof typeof OPTIONS
export const IMPORT_OPTIONS = Object.keys(OPTIONS) as ImportOption[]

/** `--course`, `the field course` or `"Course"`. */
export function optionName (option: ImportOption, askedBy: AskedBy = 'command'): string {
  return OPTIONS[option][askedBy]
}

/** What to do with a table in no known format. */
export function howToChooseColumns (askedBy: AskedBy = 'command'): string {
  if (askedBy === 'command') {
    return 'say what its columns are with a column map, --map FILE.json. With --dry-run, a guess is shown; ' +
      'with --write-map FILE.json, the guess is written as a map to edit'
  }
  if (askedBy === 'token') {
    return 'say what its columns are with a column map as JSON in the field map. After an import with the ' +
      'field dry_run, GET /api/imports/{job_id} has a guess in its field guess'
  }
  return 'say what its columns are, with "Choose the columns"'
}

/** What to do about a mark such as "X" in a table with a column map. */
export function howToExplainMark (askedBy: AskedBy = 'command'): string {
  return askedBy === 'session'
    ? 'choose its meaning under "Marks"'
    : `give its meaning in "marks" of the column map${askedBy === 'command' ? ' (--map)' : ''}`
}

/** How to import a table whose columns are all clear without a map. */
export function howToTakeGuess (askedBy: AskedBy = 'command'): string {
  if (askedBy === 'command') return '--format spreadsheet'
  return askedBy === 'token' ? 'format=spreadsheet' : 'the format "Table with columns chosen by hand"'
}

/** What to do with an archive that is not read. A folder can only be imported on the command line. */
export function howToUnpack (askedBy: AskedBy = 'command'): string {
  return askedBy === 'command' ? 'unpack it, and import the folder or zip it' : 'unpack it, and zip it'
}

/** What to do with a roster in a workbook. */
export function rosterAsCsv (askedBy: AskedBy = 'command'): string {
  return 'rosters are read as CSV: save each sheet as "CSV UTF-8" under the name that the format gives it ' +
    `(users.csv, classes.csv, …), and import ${askedBy === 'command' ? 'the folder with' : 'a zip of'} ` +
    'these files'
}

/** Where an archived course is restored. */
export function howToRestoreCourse (askedBy: AskedBy = 'command'): string {
  if (askedBy === 'command') return 'restore it with "perfbook course archive ID --undo"'
  return askedBy === 'token'
    ? 'restore it with PATCH /api/courses/{course_id} and {"archived": false}'
    : 'restore it in the list of courses'
}
