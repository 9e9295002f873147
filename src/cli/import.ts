import { writeFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { isDiskFull } from '../../db/failures.ts'
import { openDatabase, type Database } from '../../db/index.ts'
import { readConfig, type Config } from '../config.ts'
import { BY_COMMAND, createAudit } from '../audit/audit.ts'
import { BOUNDS_OF_COMMANDS } from '../imports/columns.ts'
import { IMPORT_FORMATS, type DateOrder, type ImportFormat } from '../imports/import-options.ts'
import type { ColumnMap } from '../imports/column-maps/column-map.ts'
import { readMapFile } from '../imports/column-maps/read-map.ts'
import type { ImportChoices } from '../imports/import.job.ts'
import { changesText, IMPORT_RUN } from '../imports/import-audit.ts'
import { importSources } from '../imports/import-sources.ts'
import type { ImportOutcome, ImportSummary } from '../imports/outcome.ts'
import { Problems } from '../imports/problems.ts'
import { importTemplate } from '../imports/templates/templates.ts'
import { systemClock } from '../jobs/clock.ts'
import { writeGuess } from './program/guessed-map.ts'
import { printFailure, printSummary } from './program/import-report.ts'
import { parseTimeZone } from './program/arguments.ts'
import type { CommandContext } from './program/context.ts'
import { failed, stopped, wrongUsage } from './program/failures.ts'
import { givenPath } from './program/given-path.ts'
import { importByNode, type ImportProgress } from './program/import-by-node.ts'
import { createProgressBar } from './program/progress-bar.ts'

interface ImportFlags {
  format?: ImportFormat
  timeZone?: string
  dates?: DateOrder
  sheet?: string
  course?: string
  teacher?: string
  /** A file. */
  map?: string
  /** A file. */
  writeMap?: string
  dryRun: boolean
  strict: boolean
  allowRemovals: boolean
  allowErased: boolean
  allowSkips: boolean
  allowNewPeople: boolean
  json: boolean
}

interface TemplateFlags {
  template?: ImportFormat
  output?: string
}

/** `perfbook import`: data in, from any of the formats of docs/data-in.md. */
export function importCommand (context: CommandContext): Command {
  return new Command('import')
    .description(
      'import courses with their students and scores from folders, .zip, .json, .csv or .xlsx files, as ' +
      'one import'
    )
    .argument('[path...]', 'files or folders to import')
    .addOption(
      new Option('--format <format>', 'format of the files (default: detected)').choices(IMPORT_FORMATS)
    )
    .option(
      '--time-zone <zone>',
      'time zone of courses whose source does not name one (default: DEFAULT_TIME_ZONE)',
      parseTimeZone
    )
    .addOption(
      new Option(
        '--dates <order>',
        'order of dates such as 8/15/2026 (mdy) or 15/8/2026 (dmy) (default: only YYYY-MM-DD)'
      ).choices(['mdy', 'dmy'])
    )
    .option(
      '--sheet <name>',
      'sheet of an Excel workbook to read (default: the first visible one with values)'
    )
    .option(
      '--course <course>',
      'source id or name of the course of a grade book; created if there is none'
    )
    .option(
      '--map <file>',
      'column map (JSON) for a table: which columns are what; remembered for the course and its header'
    )
    .option(
      '--write-map <file>',
      'for a table in no known format: write a guessed or remembered column map to edit, and import nothing'
    )
    .option('--teacher <email>', 'teacher who gets access to the course of a grade book')
    .option('--dry-run', 'only report what the import would change', false)
    .option('--strict', 'treat warnings as errors', false)
    .option('--allow-removals', "allow more than half of a course's results to be removed", false)
    .option('--allow-erased', 'import people again who were erased with "student erase"', false)
    .option(
      '--allow-skips',
      "allow more than a tenth of a file's rows to be skipped because they refer to missing records",
      false
    )
    .option(
      '--allow-new-people',
      "allow more than a tenth of a grade book's people to be new to a course",
      false
    )
    .addOption(
      new Option('--template <format>', 'write a file of that format with two example students instead')
        .choices(IMPORT_FORMATS)
    )
    .option('-o, --output <file>', 'with --template: the file to write (default: stdout)')
    .option('--json', 'print the summary, or the errors, as JSON', false)
    .action(async (paths: string[], flags: ImportFlags & TemplateFlags) => {
      if (flags.template !== undefined) return await writeTemplate(flags.template, paths, flags, context)
      if (flags.output !== undefined) throw wrongUsage('--output is only for --template.')
      if (paths.length === 0) throw wrongUsage('Name the files or folders to import: import PATH…')
      await runImport(paths, flags, context)
    })
}

async function writeTemplate (
  format: ImportFormat, paths: string[], { output }: TemplateFlags, context: CommandContext
): Promise<void> {
  if (paths.length > 0) throw wrongUsage('--template imports nothing; leave out the files.')
  const { bytes, contentType } = await importTemplate(format)
  if (output !== undefined) writeFileSync(givenPath(context, output), bytes)
  else if (context.stdout.isTTY && contentType === 'application/zip') {
    throw wrongUsage(`The template of ${format} is a zip; write it to a file: -o ${format}.zip`)
  } else context.stdout.bytes(bytes)
}

async function runImport (paths: string[], flags: ImportFlags, context: CommandContext): Promise<void> {
  if (flags.map !== undefined && flags.writeMap !== undefined) {
    throw wrongUsage('--write-map writes a guessed map; leave out --map.')
  }
  const config = readConfig(context.env)
  const given = paths.map((path) => givenPath(context, path))
  const progress = createProgress(context)
  let outcome: ImportOutcome
  try {
    const choices = await choicesOf(flags, context)
    if (!('dryRun' in choices)) outcome = choices
    else {
      outcome = config.database.engine === 'sqlite'
        ? await importHere(given, choices, { config, context, progress })
        : await importByNode(given, choices, { context, progress })
    }
  } finally {
    progress.end()
  }
  if (flags.writeMap !== undefined && (outcome.ok || outcome.guess !== undefined)) {
    writeGuess(outcome.guess, flags.writeMap, context)
  } else if (!outcome.ok) {
    printFailure(outcome, flags, context)
  } else if (flags.json) {
    context.stdout.json(outcome.summary)
  } else {
    printSummary(outcome.summary, flags, context)
  }
}

/** What the flags choose, with the map itself; or an outcome that says what is wrong with the map. */
async function choicesOf (
  { json: _json, map: mapFile, writeMap, ...flags }: ImportFlags, context: CommandContext
): Promise<ImportChoices | Extract<ImportOutcome, { ok: false }>> {
  const choices = { ...flags, dryRun: flags.dryRun || writeMap !== undefined }
  if (mapFile === undefined) return choices
  const problems = new Problems()
  let map: ColumnMap | undefined
  await problems.collect(async () => { map = await readMapFile(givenPath(context, mapFile)) })
  const { errors, errorCount } = problems
  return map === undefined ? { ok: false, errors, errorCount } : { ...choices, map }
}

interface Importing {
  config: Config
  context: CommandContext
  progress: ImportProgress
}

/** Imports in this process. */
async function importHere (
  paths: string[], choices: ImportChoices, { config, context, progress }: Importing
): Promise<ImportOutcome> {
  const database = await openDatabase(config.database)
  try {
    const outcome = await importSources(paths, {
      ...choices,
      database: database.location,
      stagingFolder: config.stagingFolder,
      defaultTimeZone: config.DEFAULT_TIME_ZONE,
      columnBounds: BOUNDS_OF_COMMANDS,
      maxBytes: config.IMPORT_MAX_BYTES,
      minFreeBytes: Math.floor(config.MIN_FREE_BYTES / 2),
      now: Date.now,
      signal: context.signal,
      onProgress: progress.set,
    })
    if (outcome.ok && !choices.dryRun) await note(outcome.summary, database, config, context)
    return outcome
  } catch (error) {
    if (context.signal.aborted) throw stopped()
    if (isDiskFull(error)) {
      throw failed(`The disk of ${config.DATA_DIR} is full. Nothing was changed.`)
    }
    throw error
  } finally {
    await database.close()
  }
}

/** Records in the audit log how much was changed, and nothing about people. */
async function note (
  summary: ImportSummary,
  db: Database,
  config: Config,
  { stderr }: CommandContext
): Promise<void> {
  const warn = (facts: object, text: string) => {
    stderr.write(`warning: ${text}\n`)
  }
  const audit = createAudit({
    db,
    clock: systemClock(),
    log: { info () {}, warn, error: warn },
  })
  audit.record({ ...BY_COMMAND, action: IMPORT_RUN, subject: changesText(summary) })
  await audit.close()
}

/** A bar on a terminal, elsewhere a line for each step. */
function createProgress ({ stderr }: CommandContext): ImportProgress {
  const bar = createProgressBar(stderr, 'Importing')
  let last = ''
  return {
    set (fraction, step) {
      bar.set(fraction)
      if (step === last || stderr.isTTY) return
      last = step
      stderr.write(`${step}\n`)
    },
    end: bar.end,
  }
}
