// The names of import options in messages: as the user sees them on the page, in the API, or as flags.

/** Where an import was requested: on the command line, with a token of the API, or on the page. */
export type AskedBy = 'command' | 'token' | 'session'

type Choice = 'course' | 'teacher' | 'sheet'

const ON_PAGE: Readonly<Record<Choice, string>> = {
  course: '"Course"', teacher: '"Teacher\'s email"', sheet: '"Sheet"',
}

/** `--course`, `the field course` or `"Course"`. */
export function optionName (choice: Choice, askedBy: AskedBy = 'command'): string {
  if (askedBy === 'command') return `--${choice}`
  return askedBy === 'token' ? `the field ${choice}` : ON_PAGE[choice]
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

/** How to import a table whose columns are all clear without a map. */
export function howToTakeGuess (askedBy: AskedBy = 'command'): string {
  if (askedBy === 'command') return '--format spreadsheet'
  return askedBy === 'token' ? 'format=spreadsheet' : 'the format "Table with columns chosen by hand"'
}
