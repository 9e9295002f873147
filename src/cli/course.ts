import { Command, InvalidArgumentError, Option } from 'commander'
import { BY_COMMAND } from '../audit/audit.ts'
import { isTimeZone } from '../courses/course-time.ts'
import { listNames, shorten } from '../short-text.ts'
import type { DomainError } from '../errors.ts'
import { parseId } from './program/arguments.ts'
import type { CommandContext } from './program/context.ts'
import { failed } from './program/failures.ts'
import { withServices } from './program/open-services.ts'
import { oneLine } from './program/printer.ts'

interface SetOptions {
  missingCounts?: 'ignored' | 'zero'
  timeZone?: string
  weight?: Array<{ name: string, weight: number | null }>
}

export function courseCommand (context: CommandContext): Command {
  const command = new Command('course').description('settings of a course, or delete it')

  command.command('set').description('what missing work counts, the time zone, weights of categories')
    .argument('<course-id>', 'see courses', parseId)
    .addOption(new Option('--missing-counts <how>').choices(['ignored', 'zero']))
    .option('--time-zone <zone>', 'such as Europe/Berlin', parseTimeZone)
    .option(
      '--weight <category=weight>',
      'a fraction (Homework=0.6), or nothing for the imported one (Homework=); may be repeated',
      collectWeight
    )
    .action(async (courseId: number, { missingCounts, timeZone, weight = [] }: SetOptions) => {
      await withServices(context, async ({ courses, audit }) => {
        const categories = await courses.categories(courseId)
        const weights = new Map(weight.map(({ name, weight }) => {
          const category = categories.find((one) => one.name === name)
          if (category === undefined) throw noCategory(name, categories.map((one) => one.name))
          return [category.id, weight]
        }))
        if (!await courses.set(courseId, { missingCounts, timeZone, weights })) throw noCourse(courseId)
        audit.record({ ...BY_COMMAND, action: 'course.set', subject: `course ${courseId}` })
      })
      context.stderr.write(`course ${courseId} was set\n`)
    })

  command.command('delete').description('the course, its scores and its files')
    .argument('<course-id>', 'see courses', parseId)
    .action(async (courseId: number) => {
      await withServices(context, async ({ courses, audit }) => {
        if (!await courses.delete(courseId)) throw noCourse(courseId)
        audit.record({ ...BY_COMMAND, action: 'course.delete', subject: `course ${courseId}` })
      })
      context.stderr.write(`course ${courseId} was deleted\n`)
    })

  return command
}

function noCourse (courseId: number): DomainError {
  return failed(`There is no course with id ${courseId}. "perfbook courses" lists them.`)
}

function noCategory (name: string, names: readonly string[]): DomainError {
  const known = names.length === 0 ? '' : `; it has ${oneLine(listNames(names))}`
  return failed(`The course has no category ${oneLine(shorten(name))}${known}.`)
}

function parseTimeZone (text: string): string {
  if (!isTimeZone(text)) throw new InvalidArgumentError('Write a time zone like Europe/Berlin.')
  return text
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
