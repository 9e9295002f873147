// What the command line says about an import.
import { counted } from '../../counted.ts'
import { COLUMN_USES, type ColumnEntry } from '../../imports/columns.ts'
import type { ColumnMapOrigin, Counts, ImportOutcome, ImportSummary } from '../../imports/outcome.ts'
import { showPlace } from '../../imports/problems.ts'
import { shorten } from '../../short-text.ts'
import type { CommandContext } from './context.ts'
import { failed } from './failures.ts'
import { guessText } from './guessed-map.ts'
import { oneLine } from './printer.ts'
import { textTable } from './table.ts'

/** Prints why an import failed, with the guess of a dry run. Throws COMMAND_FAILED. */
export function printFailure (
  { errors, errorCount: count, guess }: Extract<ImportOutcome, { ok: false }>,
  { json }: { json: boolean },
  { stdout, stderr }: CommandContext
): never {
  const { map, preview } = guess ?? {}
  const guessed = guess === undefined ? {} : { guess: map, preview }
  if (json) stdout.json({ errors, error_count: count, ...guessed })
  else if (guess !== undefined) stdout.write(guessText(guess))
  for (const error of errors) {
    stderr.write(
      `${oneLine([showPlace(error), error.message].filter((part) => part !== '').join(': '))}\n`
    )
  }
  if (count > errors.length) stderr.write(`and ${count - errors.length} more\n`)
  throw failed(`${counted(count, 'error')}. Nothing was changed.`)
}

/** Prints what an import changed, how each column of a grade book is used, and the warnings. */
export function printSummary (
  summary: ImportSummary, { dryRun }: { dryRun: boolean }, { stdout, stderr }: CommandContext
): void {
  const parts = ['courses', 'periods', 'students', 'tasks', 'scores'] as const
  const cells = ({ added, updated, unchanged, removed }: Counts) =>
    [added, updated, unchanged, removed].map(String)
  stdout.write(
    textTable([
      ['', 'ADDED', 'UPDATED', 'UNCHANGED', 'REMOVED'],
      ...parts.map((part) => [part, ...cells(summary[part])]),
    ])
  )
  for (const { file, origin } of summary.column_maps ?? []) {
    const future = origin === 'given' && !dryRun ? '; tables with the same header need no map now' : ''
    stdout.write(`\n${oneLine(file)}: ${COLUMN_MAP_ORIGINS[origin]}${future}\n`)
  }
  if (summary.columns !== undefined) {
    stdout.write(`\n${columnsTable(summary.columns, summary.column_count ?? 0)}`)
  }
  for (const { message, count } of summary.warnings) stderr.write(`warning: ${count} x ${oneLine(message)}\n`)
  if (dryRun) stderr.write('This was a dry run. Nothing was changed.\n')
}

/** Where the choice of columns came from. */
const COLUMN_MAP_ORIGINS: Record<ColumnMapOrigin, string> = {
  given: 'the columns are those of the given map',
  remembered: 'the columns are those remembered for the course from an earlier import; --map changes them',
  guessed: 'the columns are guessed from their headers, which are all clear; --map changes them',
}

/** How each column of a grade book file is used. */
function columnsTable (columns: NonNullable<ImportSummary['columns']>, count: number): string {
  const row = ({ name, used_as: use, reason }: ColumnEntry) => [shorten(name), COLUMN_USES[use], reason ?? '']
  const table = textTable([['COLUMN', 'USED AS', 'WHY'], ...columns.map(row)])
  return count > columns.length ? `${table}and ${counted(count - columns.length, 'more column')}\n` : table
}
