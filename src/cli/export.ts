import { rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Command, Option } from 'commander'
import { performanceExport } from '../../workers/performance-export.ts'
import { lockFolder, type FolderLock } from '../../db/sqlite/folder-lock.ts'
import { hasCode } from '../errors.ts'
import type { Config } from '../config.ts'
import { BY_COMMAND } from '../audit/audit.ts'
import { COMMAND_LINE } from '../exports/export.job.ts'
import { FORMAT_NAMES } from '../exports/export-names.ts'
import type { ExportOptionsGiven } from '../exports/export-request.ts'
import { FORMATS } from '../exports/formats/all-formats.ts'
import { optionsFault } from '../exports/options-fault.ts'
import { createPseudonyms } from '../exports/pseudonyms.ts'
import type { Services } from '../services.ts'
import { parseId } from './program/arguments.ts'
import type { CommandContext } from './program/context.ts'
import { listNames, shorten } from '../short-text.ts'
import { exportByNode } from './program/export-by-node.ts'
import { failed, noCourse, stopped, wrongUsage } from './program/failures.ts'
import { givenPath } from './program/given-path.ts'
import { withServices } from './program/open-services.ts'
import { assertOutputFile } from './program/output-file.ts'
import { oneLine } from './program/printer.ts'
import { createProgressBar, type ProgressBar } from './program/progress-bar.ts'
import { exportJson, printRemarks, writtenByJob, type WrittenExport } from './program/written-export.ts'

/** A job that another process runs is looked at this often, ms. */
const LOOK_EVERY_MS = 100

interface Flags {
  output?: string
  format?: NonNullable<ExportOptionsGiven['format']>
  identity?: NonNullable<ExportOptionsGiven['identity']>
  separator?: ',' | ';'
  guard: boolean
  onerosterVersion?: '1.1' | '1.2'
  split?: boolean
  classAverage?: boolean
  sheets?: 'course' | 'period'
  values?: 'percent' | 'points'
  period?: string
  language?: 'en' | 'es'
  dropped: boolean
  compareWith?: number | 'last'
  json?: boolean
}

export function exportCommand (context: CommandContext): Command {
  const formats = FORMAT_NAMES.map((name) => `${name}: ${FORMATS[name].description}`).join('; ')
  return new Command('export').description('export a course to a file and print its path')
    .argument('<course-id>', '"perfbook courses" shows ids', parseId)
    .option(
      '-o, --output <file>',
      'file to write (default: store it as an export of the course)'
    )
    .addOption(new Option('--format <name>', `of the file (default: xlsx). ${formats}`).choices(FORMAT_NAMES))
    .addOption(
      new Option('--sheets <which>', 'one sheet for the course, or one for each period')
        .choices(['course', 'period'])
    )
    .addOption(new Option('--values <which>', 'values of the cells').choices(['percent', 'points']))
    .option('--no-dropped', 'leave out dropped students')
    .option('--period <name or id>', 'include only the students of this period')
    .addOption(
      new Option('--language <code>', 'language of labels, statuses and the legend').choices(['en', 'es'])
    )
    .option(
      '--compare-with <export>',
      'add a sheet with the changes since an export of the course: its id, or "last"',
      (text) => text === 'last' ? text : parseId(text)
    )
    .addOption(
      new Option('--identity <how>', 'how the file names students').choices(['names', 'ids', 'pseudonyms'])
    )
    .addOption(
      new Option('--separator <character>', 'of a CSV; ";" also selects a decimal comma').choices([',', ';'])
    )
    .option('--no-guard', 'in a CSV, leave text that begins like a formula as it is')
    .addOption(new Option('--oneroster-version <version>', 'of OneRoster').choices(['1.2', '1.1']))
    .option('--split', 'of reports: a zip with one PDF for each student')
    .option('--class-average', 'in reports, show the averages of the class too')
    .option('--json', 'print JSON')
    .action(async (courseId: number, flags: Flags) => {
      const options: ExportOptionsGiven = {
        ...(flags.format === undefined ? {} : { format: flags.format }),
        ...(flags.identity === undefined ? {} : { identity: flags.identity }),
        ...(flags.separator === undefined ? {} : { separator: flags.separator }),
        ...(flags.guard ? {} : { guard: false }),
        ...(flags.onerosterVersion === undefined ? {} : { oneroster_version: flags.onerosterVersion }),
        ...(flags.split === true ? { split: true } : {}),
        ...(flags.classAverage === true ? { class_average: true } : {}),
        ...(flags.sheets === undefined ? {} : { sheets: flags.sheets }),
        ...(flags.values === undefined ? {} : { values: flags.values }),
        ...(flags.dropped ? {} : { include_dropped: false }),
        ...(flags.language === undefined ? {} : { language: flags.language }),
        ...(flags.compareWith === undefined ? {} : { compare_with: flags.compareWith }),
      }
      const bar = createProgressBar(context.stderr, 'export')
      try {
        assertFits(options)
        const file = flags.output === undefined ? undefined : resolve(givenPath(context, flags.output))
        const written = await withServices(context, async (services, config) => {
          if (flags.period !== undefined) {
            options.period_id = await findPeriod(services, courseId, flags.period)
          }
          if (services.db.engine === 'postgres') {
            if (file !== undefined) await assertOutputFile(file)
            return await exportByNode(
              { context, services, bar }, { courseId, options, requestedBy: COMMAND_LINE, file }
            )
          }
          return file === undefined
            ? await storeExport(context, services, config, courseId, options, bar)
            : await writeExport(context, services, config, courseId, options, file, bar)
        })
        bar.end()
        if (flags.json === true) context.stdout.json(exportJson(written))
        else context.stdout.write(`${written.path}\n`)
        printRemarks(context.stderr, written)
      } finally {
        bar.end()
      }
    })
}

/** The flags of the options that some formats do not have, or that do not go together. */
const FLAGS: Partial<Record<keyof ExportOptionsGiven, string>> = {
  sheets: '--sheets', values: '--values', language: '--language', compare_with: '--compare-with',
  identity: '--identity', separator: '--separator', guard: '--no-guard',
  oneroster_version: '--oneroster-version', include_dropped: '--no-dropped',
  period_id: '--period', split: '--split', class_average: '--class-average',
}

/** Throws WRONG_USAGE for flags that the format does not have, or that do not go together. */
function assertFits (options: ExportOptionsGiven): void {
  const fault = optionsFault(options)
  if (fault === undefined) return
  const { option, format, allowed } = fault
  const flag = FLAGS[option] ?? option
  const listed = (allowed ?? []).map((one) => FLAGS[one as keyof ExportOptionsGiven] ?? one)
  throw wrongUsage({
    unknown: `${flag} is not for --format ${format}` +
      (listed.length === 0 ? '.' : `, which has ${listNames(listed)}.`),
    identity: `--format ${format} allows --identity ${listNames(listed)}.`,
    comparison: '--compare-with names students; leave out --identity, or the comparison.',
  }[fault.kind])
}

/** Finds a period by its name, or else by its id, and returns the id. Throws if there is not exactly one. */
async function findPeriod ({ courses }: Services, courseId: number, given: string): Promise<number> {
  if (await courses.find(courseId) === undefined) throw noCourse(courseId)
  const periods = await courses.periods(courseId)
  const named = periods.filter(({ name }) => name === given)
  const [found, ...others] = named.length > 0 ? named : periods.filter(({ id }) => String(id) === given)
  const known = periods.map(({ id, name }) => `${name} (id ${id})`)
  if (found === undefined) {
    throw failed(`The course has no period ${oneLine(shorten(given))}${
      known.length === 0 ? '' : `; it has ${oneLine(listNames(known))}`
    }.`)
  }
  if (others.length > 0) {
    throw failed(`The course has several periods ${oneLine(shorten(given))}; give the id of one: ${
      oneLine(listNames(named.map(({ id }) => String(id))))
    }.`)
  }
  return found.id
}

/** Writes a file without a job: next to its place first, then moved when it is complete. */
async function writeExport (
  context: CommandContext,
  { db, clock, courses, exports, audit }: Services,
  { PAPER: paper, REPORT_FONT: reportFont }: Config,
  courseId: number,
  options: ExportOptionsGiven,
  file: string,
  bar: ProgressBar
): Promise<WrittenExport> {
  if (await courses.find(courseId) === undefined) throw noCourse(courseId)
  await assertOutputFile(file)
  const completed = await exports.resolve(courseId, options)
  if (completed.identity === 'pseudonyms') await createPseudonyms(db, courseId)
  const stagingPath = join(dirname(file), `.${basename(file)}.${context.pid}.part`)
  try {
    const outcome = await performanceExport({
      database: db.location,
      courseId,
      options: completed,
      requestedBy: COMMAND_LINE,
      stagingPath,
      now: clock.now(),
      paper,
      reportFont,
    }, {
      onProgress: (fraction) => {
        bar.set(fraction)
      },
      signal: context.signal,
    })
    if (!outcome.ok) throw failed(`${outcome.message} (${outcome.code})`)
    await rename(stagingPath, file)
    audit.record({ ...BY_COMMAND, action: 'export.write', subject: `course ${courseId}` })
    const { receipts, choices } = outcome.facts
    return { path: file, receipts, ...(choices === undefined ? {} : { choices }) }
  } catch (error) {
    if (context.signal.aborted) throw stopped('Stopped. Nothing was written.')
    throw error
  } finally {
    await rm(stagingPath, { force: true })
  }
}

/** Runs a job: in this process, or in the service that holds the data folder. */
async function storeExport (
  context: CommandContext,
  services: Services,
  config: Config,
  courseId: number,
  options: ExportOptionsGiven,
  bar: ProgressBar
): Promise<WrittenExport> {
  const lock = tryLock(context, config)
  try {
    if (lock !== undefined) {
      await services.files.reconcile()
      await services.runner.start()
    }
    const ticket = await services.exports.request({
      courseId, options, userId: null, requestedBy: COMMAND_LINE,
    })
    if (ticket === undefined) throw noCourse(courseId)
    services.audit.record({ ...BY_COMMAND, action: 'export.request', subject: `course ${courseId}` })
    let result: string | null = null
    for (;;) {
      const job = await services.queue.find(ticket.job.id)
      if (job === undefined) {
        throw failed(`Job ${ticket.job.id} no longer exists: the course was deleted in the meantime.`)
      }
      bar.set(services.runner.progress(job.token) ?? job.progress)
      if (job.state === 'failed') {
        throw failed(`${job.error_message} (${job.error_code}, job ${job.id})`)
      }
      if (job.state === 'canceled') throw failed(`Job ${job.id} was canceled.`)
      if (job.state === 'succeeded') {
        ;({ result } = job)
        break
      }
      if (context.signal.aborted) {
        throw stopped(
          lock === undefined
            ? `Stopped. The server continues with job ${job.id}.`
            : `Stopped. Job ${job.id} waits until the service runs.`
        )
      }
      await delay(LOOK_EVERY_MS, undefined, { signal: context.signal }).catch(() => {})
    }
    const file = await services.exports.ofJob(ticket.job.id)
    if (file === undefined) throw failed('The export was deleted immediately after it was made.')
    return writtenByJob(services.files.localPath(file) ?? `${file.hex}/${file.filename}`, result)
  } finally {
    if (lock !== undefined) {
      await services.runner.stop(0)
      lock.release()
    }
  }
}

function tryLock (context: CommandContext, config: Config): FolderLock | undefined {
  try {
    return lockFolder(config.DATA_DIR, { pid: context.pid, address: 'perfbook export' })
  } catch (error) {
    if (hasCode(error, 'FOLDER_IN_USE')) return undefined
    throw error
  }
}
