import { readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Command } from 'commander'
import { fillIn } from '../../workers/fill-in.ts'
import { studentNames } from '../../db/queries/students.ts'
import { BY_COMMAND } from '../audit/audit.ts'
import { OPTIONS_BYTES_MAX, readFillInOptions, type FillInOptions } from '../fill-in/fill-in-options.ts'
import { withNames, type NamedReport } from '../fill-in/fill-ins.ts'
import { hasCode } from '../errors.ts'
import { parseId } from './program/arguments.ts'
import type { CommandContext } from './program/context.ts'
import { failed, noCourse, wrongUsage } from './program/failures.ts'
import { givenPath } from './program/given-path.ts'
import { withServices } from './program/open-services.ts'
import { assertOutputFile } from './program/output-file.ts'
import { oneLine } from './program/printer.ts'
import { textTable } from './program/table.ts'

interface Flags {
  course: number
  options: string
  output?: string
  dryRun?: boolean
  json?: boolean
}

/** `perfbook fill-in`: an office's table with the numbers of a course in it. */
export function fillInCommand (context: CommandContext): Command {
  return new Command('fill-in')
    .description("fill an office's table (.csv, .xlsx) in with averages, grades or scores of a course")
    .argument('<file>', 'the table; it is not changed')
    .requiredOption('--course <id>', '"perfbook courses" shows ids', parseId)
    .requiredOption('--options <file>', 'JSON: which columns say who a row is about, and which are filled in')
    .option('-o, --output <file>', 'the file to write')
    .option('--dry-run', 'only count and list')
    .option('--json', 'print the report as JSON')
    .action(async (given: string, flags: Flags) => {
      const options = await optionsOf(givenPath(context, flags.options))
      if (flags.dryRun === true) options.dry_run = true
      const output = flags.output === undefined ? undefined : resolve(givenPath(context, flags.output))
      if (output === undefined && options.dry_run !== true) {
        throw wrongUsage('Name the file to write: -o FILE. Or only look, with --dry-run.')
      }
      const source = givenPath(context, given)
      await assertFile(source)
      const report = await fillHere(context, { source, output, courseId: flags.course, options })
      if (flags.json === true) context.stdout.json(report)
      else context.stdout.write(reportText(report))
    })
}

async function optionsOf (path: string): Promise<FillInOptions> {
  let text: string
  try {
    if ((await stat(path)).size > OPTIONS_BYTES_MAX) {
      throw failed(`${path} is too long; are these the options?`)
    }
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (hasCode(error, 'COMMAND_FAILED')) throw error
    throw failed(`${path} cannot be read (${code}); --options expects a file with JSON.`)
  }
  try {
    return readFillInOptions(text)
  } catch (error) {
    if (!hasCode(error, 'VALIDATION_FAILED')) throw error
    throw failed(`${oneLine(error.message)}.`)
  }
}

async function assertFile (path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() !== true) throw failed(`There is no file ${path}.`)
}

interface FillHere {
  source: string
  output: string | undefined
  courseId: number
  options: FillInOptions
}

/** Fills in without a job, next to the place of the file, which is complete when it is there. */
async function fillHere (
  context: CommandContext, { source, output, courseId, options }: FillHere
): Promise<NamedReport> {
  return await withServices(context, async ({ db, clock, courses, audit }, config) => {
    if (await courses.find(courseId) === undefined) throw noCourse(courseId)
    const target = output ?? join(config.stagingFolder, 'fill-in')
    await assertOutputFile(target)
    const stagingPath = join(dirname(target), `.${basename(target)}.${context.pid}.part`)
    try {
      const outcome = await fillIn({
        database: db.location,
        courseId,
        source,
        options,
        stagingPath,
        maxBytes: config.FILL_IN_MAX_BYTES,
        now: clock.now(),
      })
      if (!outcome.ok) throw failed(`${oneLine(outcome.message)} (${outcome.code})`)
      const { report, file } = outcome.facts
      if (file !== null && output !== undefined) {
        await rename(stagingPath, output)
        audit.record({ ...BY_COMMAND, action: 'fill-in.write', subject: `course ${courseId}` })
      }
      const ids = [...report.matched, ...report.ambiguous].flatMap((row) => row.student_ids)
      const listed = [...new Set([...ids, ...report.only_in_course.map((one) => one.student_id)])]
      return withNames(report, await studentNames(db.reads, courseId, listed))
    } finally {
      await rm(stagingPath, { force: true })
    }
  })
}

function reportText (
  { counts, only_in_sheet: rows, only_in_course: students, ambiguous }: NamedReport
): string {
  const list = (title: string, some: readonly string[]) =>
    some.length === 0 ? '' : `\n${title}:\n${some.map((one) => `  ${oneLine(one)}\n`).join('')}`
  return textTable([
    ['rows with a student', String(counts.matched)],
    ['rows that match no student', String(counts.only_in_sheet)],
    ['rows that are ambiguous', String(counts.ambiguous)],
    ['students without a row', String(counts.only_in_course)],
    ['cells filled in', String(counts.filled)],
    ['cells that kept their value', String(counts.kept)],
    ['cells that kept their formula', String(counts.formulas)],
    ['cells without a value to fill in', String(counts.without_value)],
  ]) +
    list('Rows that match no student', rows.map(({ row }) => `row ${row}`)) +
    list('Ambiguous rows', ambiguous.map(({ row, students: some }) =>
      `row ${row}: ${some.map(({ name }) => name ?? '(no name)').join(', ')}`)) +
    list('Students without a row', students.map(({ name }) => name ?? '(no name)'))
}
