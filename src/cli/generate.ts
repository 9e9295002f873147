import { resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { OPTION_LIMITS, type SyntheticRosterOptions } from '../synthetic-roster/options.ts'
import {
  writeSyntheticRoster,
  type WrittenRoster,
} from '../synthetic-roster/write-roster.ts'
import type { CommandContext } from './program/context.ts'
import { failed, stopped, wrongUsage } from './program/failures.ts'
import { givenPath } from './program/given-path.ts'
import { createProgressBar } from './program/progress-bar.ts'

interface GenerateFlags extends SyntheticRosterOptions {
  output: string
  format: 'oneroster' | 'performance-book'
  version: '1.1' | '1.2'
  delta?: string
  force: boolean
  json: boolean
}

/** `perfbook generate`: a made-up school, for trying things out and for measuring. */
export function generateCommand (context: CommandContext): Command {
  return new Command('generate')
    .description(
      'generate a realistic roster with scores: a OneRoster bundle, or a performance-book document'
    )
    .requiredOption('-o, --output <file>', 'file to write')
    .option(
      '--students <n>',
      'students of each school; each takes all of its courses',
      wholeNumber('students'),
      2000
    )
    .option('--tasks <n>', 'tasks of each course', wholeNumber('tasks'), 150)
    .option('--periods <n>', 'periods of each course', wholeNumber('periods'), 6)
    .option('--courses <n>', 'courses of each school', wholeNumber('courses'), 1)
    .option('--schools <n>', 'schools', wholeNumber('schools'), 1)
    .option(
      '--seed <n>',
      'seed of the random numbers; the same seed gives the same bytes',
      wholeNumber('seed'),
      1
    )
    .option('--starts-on <date>', 'first day of the term', calendarDay, '2026-01-12')
    .addOption(
      new Option('--format <format>', 'format of the file')
        .choices(['oneroster', 'performance-book'])
        .default('oneroster')
    )
    .addOption(new Option('--version <version>', 'of OneRoster').choices(['1.1', '1.2']).default('1.1'))
    .option('--delta <file>', 'also write a delta bundle: changed scores, a deleted result, a new student')
    .option('--force', 'replace an existing file', false)
    .option('--json', 'print JSON', false)
    .action(async (flags: GenerateFlags) => {
      await generate(flags, context)
    })
}

async function generate (flags: GenerateFlags, context: CommandContext): Promise<void> {
  const { format, version, force, schools, courses, students, tasks, periods, seed, startsOn } = flags
  const output = resolve(givenPath(context, flags.output))
  const delta = flags.delta === undefined ? undefined : resolve(givenPath(context, flags.delta))
  if (format === 'performance-book' && (schools > 1 || courses > 1)) {
    throw wrongUsage('A performance-book document has one course. Omit --schools and --courses.')
  }
  if (format === 'performance-book' && delta !== undefined) {
    throw wrongUsage('--delta works only with OneRoster bundles.')
  }
  if (delta === output) throw wrongUsage('--delta and --output name the same file.')

  const bar = createProgressBar(context.stderr, 'Writing')
  const startedAt = performance.now()
  let written: WrittenRoster
  try {
    written = await writeSyntheticRoster({
      options: { schools, courses, students, tasks, periods, seed, startsOn },
      format,
      version,
      output,
      delta,
      force,
      signal: context.signal,
      onProgress: (results, most) => {
        bar.set(most === 0 ? 1 : results / most)
      },
    })
  } catch (error) {
    if (context.signal.aborted) throw stopped('Stopped. Nothing was written.')
    if (error instanceof Error && 'syscall' in error) {
      throw failed(`${output} could not be written: ${error.message}.`)
    }
    throw error
  } finally {
    bar.end()
  }
  report(flags, written, (performance.now() - startedAt) / 1000, context)
}

function report (
  flags: GenerateFlags,
  { counts, delta, bytes }: WrittenRoster,
  seconds: number,
  { stdout, stderr }: CommandContext
): void {
  if (flags.json) {
    const change = flags.delta === undefined ? null : { file: flags.delta, ...delta }
    stdout.json({ file: flags.output, bytes, ...counts, delta: change })
    return
  }
  stdout.write(flags.output + '\n' + (flags.delta === undefined ? '' : flags.delta + '\n'))
  const n = new Intl.NumberFormat('en')
  const share = counts.results === 0 ? 0 : counts.unscored / counts.results * 100
  const parts = [[counts.schools, 'school'], [counts.courses, 'course'], [counts.periods, 'period'], [
    counts.students,
    'student',
  ], [counts.tasks, 'task']] as const
  stderr.write(
    `${parts.map(([count, what]) => `${n.format(count)} ${what}${count === 1 ? '' : 's'}`).join(', ')}\n`
  )
  stderr.write(
    `${n.format(counts.results)} results (${share.toFixed(1)} % without a score), ${
      n.format(bytes)
    } bytes in ${seconds.toFixed(1)} s\n`
  )
}

function wholeNumber (name: keyof typeof OPTION_LIMITS): (text: string) => number {
  const [least, most] = OPTION_LIMITS[name]
  return (text) => {
    const value = /^\d{1,12}$/.test(text) ? Number(text) : NaN
    if (!(value >= least && value <= most)) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
    }
    return value
  }
}

function calendarDay (text: string): string {
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
      return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString()
    }
  } catch {
    // Reported below, with what is expected.
  }
  throw new InvalidArgumentError('It must be a day such as 2026-01-12.')
}
