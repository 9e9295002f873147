import { Command, InvalidArgumentError, Option } from 'commander'
import { BY_COMMAND } from '../audit/audit.ts'
import { gradingScaleProblem, type GradingScale } from '../courses/grading-scale.ts'
import { listNames, shorten } from '../short-text.ts'
import type { DomainError } from '../errors.ts'
import { parseId, parseTimeZone } from './program/arguments.ts'
import type { CommandContext } from './program/context.ts'
import { failed, noCourse } from './program/failures.ts'
import { withServices } from './program/open-services.ts'
import { oneLine } from './program/printer.ts'

interface SetOptions {
  missingCounts?: 'ignored' | 'zero'
  timeZone?: string
  weight?: Array<{ name: string, weight: number | null }>
  gradingScale?: GradingScale
}

export function courseCommand (context: CommandContext): Command {
  const command = new Command('course').description('change the settings of a course, or delete it')

  command.command('set')
    .description('set how missing work counts, the time zone, weights of categories, or the grading scale')
    .argument('<course-id>', '"perfbook courses" shows ids', parseId)
    .addOption(new Option('--missing-counts <how>', 'how missing work counts').choices(['ignored', 'zero']))
    .option('--time-zone <zone>', 'time zone, such as Europe/Berlin', parseTimeZone)
    .option(
      '--weight <category=weight>',
      'weight of a category as a fraction (Homework=0.6), or empty for the imported weight; repeatable',
      collectWeight
    )
    .option(
      '--grading-scale <grades>',
      'grades with their lowest averages as fractions, the highest first (A=0.9,B=0.8,F=0); empty for none',
      parseGradingScale
    )
    .action(async (courseId: number, {
      missingCounts, timeZone, weight = [], gradingScale,
    }: SetOptions) => {
      await withServices(context, async ({ courses, audit }) => {
        const categories = await courses.categories(courseId)
        const weights = new Map(weight.map(({ name, weight }) => {
          const category = categories.find((one) => one.name === name)
          if (category === undefined) throw noCategory(name, categories.map((one) => one.name))
          return [category.id, weight]
        }))
        const settings = { missingCounts, timeZone, weights, gradingScale }
        if (!await courses.set(courseId, settings)) throw noCourse(courseId)
        audit.record({ ...BY_COMMAND, action: 'course.set', subject: `course ${courseId}` })
      })
      context.stderr.write(`The settings of course ${courseId} were changed.\n`)
    })

  command.command('delete').description('delete a course, its scores and its files')
    .argument('<course-id>', '"perfbook courses" shows ids', parseId)
    .action(async (courseId: number) => {
      await withServices(context, async ({ courses, audit }) => {
        if (!await courses.delete(courseId)) throw noCourse(courseId)
        audit.record({ ...BY_COMMAND, action: 'course.delete', subject: `course ${courseId}` })
      })
      context.stderr.write(`Course ${courseId} was deleted.\n`)
    })

  return command
}

function noCategory (name: string, names: readonly string[]): DomainError {
  const known = names.length === 0 ? '' : `; it has ${oneLine(listNames(names))}`
  return failed(`The course has no category ${oneLine(shorten(name))}${known}.`)
}

function collectWeight (text: string, before: SetOptions['weight'] = []): SetOptions['weight'] {
  const at = text.lastIndexOf('=')
  const value = text.slice(at + 1)
  const weight = value === '' ? null : Number(value)
  if (at < 1 || (weight !== null && !(weight >= 0 && weight <= 1))) {
    throw new InvalidArgumentError('Write it like Homework=0.6, a fraction from 0 to 1.')
  }
  return [...before, { name: text.slice(0, at), weight }]
}

function parseGradingScale (text: string): GradingScale {
  if (text.trim() === '') return []
  const scale = text.split(',').map((part) => {
    const at = part.lastIndexOf('=')
    const from = part.slice(at + 1).trim()
    return { grade: part.slice(0, Math.max(0, at)).trim(), from: from === '' ? NaN : Number(from) }
  })
  const problem = gradingScaleProblem(scale)
  if (problem === undefined) return scale
  const what = problem.path.replace(/^\[(\d+)\]\.(\w+)$/, (_, i: string, name: string) =>
    `${name === 'grade' ? 'grade' : 'limit'} ${Number(i) + 1} `)
  throw new InvalidArgumentError(
    `Write it like A=0.9,B=0.8,F=0: ${what === '' ? 'it ' : what}${problem.message}.`
  )
}
