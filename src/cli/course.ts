import { Command, InvalidArgumentError, Option } from 'commander'
import type { CourseRow } from '../accounts/access.ts'
import { teacherJson } from '../accounts/course-teachers.ts'
import { BY_COMMAND } from '../audit/audit.ts'
import type { CourseSettings } from '../courses/course-settings.ts'
import { gradingScaleProblem, type GradingScale } from '../courses/grading-scale.ts'
import { courseNameProblem } from '../courses/set-settings.ts'
import { hasCode, type DomainError } from '../errors.ts'
import { personName } from '../person-name.ts'
import { listNames, shorten } from '../short-text.ts'
import { parseId, parseTimeZone } from './program/arguments.ts'
import type { CommandContext } from './program/context.ts'
import { failed, noCourse, wrongUsage } from './program/failures.ts'
import { withServices } from './program/open-services.ts'
import { oneLine } from './program/printer.ts'
import { textTable } from './program/table.ts'

interface SetOptions {
  missingCounts?: 'ignored' | 'zero'
  timeZone?: string
  weight?: Array<{ name: string, weight: number | null }>
  gradingScale?: GradingScale
}

export function courseCommand (context: CommandContext): Command {
  const command = new Command('course')
    .description('change, rename, archive or delete a course, or change its teachers')

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
        const changes = await courses.set(courseId, settings)
        if (changes === undefined) throw noCourse(courseId)
        audit.record({ ...BY_COMMAND, action: 'course.set', subject: `course ${courseId}`, changes })
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

  command.command('rename')
    .description('rename a course; rosters keep the new name')
    .argument('<course-id>', COURSE_IDS, parseId)
    .argument('<name>', 'the new name; an empty text restores the name in the roster')
    .option('--json', 'print the course as JSON')
    .action(async (courseId: number, name: string, options: JsonOption) => {
      const problem = name === '' ? undefined : courseNameProblem(name)
      if (problem !== undefined) throw wrongUsage(`The name ${problem}.`)
      const course = await changeCourse(context, courseId, { name: name === '' ? null : name.trim() })
      printCourse(context, course, options, `Course ${courseId} is now called ${oneLine(course.name)}.`)
    })

  command.command('archive')
    .description('take a course out of the lists; its files stay, and imports skip it')
    .argument('<course-id>', COURSE_IDS, parseId)
    .option('--undo', 'put an archived course back into the lists')
    .option('--json', 'print the course as JSON')
    .action(async (courseId: number, options: JsonOption & { undo?: boolean }) => {
      const archived = options.undo !== true
      const course = await changeCourse(context, courseId, { archived })
      const text = archived
        ? `Course ${courseId} is archived. "perfbook course archive ${courseId} --undo" restores it.`
        : `Course ${courseId} is no longer archived.`
      printCourse(context, course, options, text)
    })

  command.command('teachers')
    .description('list, add or remove teachers of a course; rosters keep these changes')
    .argument('<course-id>', COURSE_IDS, parseId)
    .option('--add <email>', 'a teacher to add; repeatable', collectText)
    .option('--remove <email>', 'a teacher to remove; repeatable', collectText)
    .option('--json', 'print JSON')
    .action(async (courseId: number, { add = [], remove = [], json }: TeachersOptions) => {
      const teachers = await withServices(context, async ({ courses, courseTeachers, audit }) => {
        if (await courses.find(courseId) === undefined) throw noCourse(courseId)
        if (add.length + remove.length > 0) {
          const changes = { ...await courseTeachers.change(courseId, { add, remove }).catch(explained) }
          audit.record({ ...BY_COMMAND, action: 'course.teachers', subject: `course ${courseId}`, changes })
        }
        return await courseTeachers.list(courseId)
      })
      if (json === true) context.stdout.json(teachers.map(teacherJson))
      else {
        context.stdout.write(textTable([['EMAIL', 'NAME', 'ORIGIN'], ...teachers.map((teacher) => [
          teacher.email ?? '', personName(teacher.first_name, teacher.last_name),
          teacher.origin === 'manual' ? 'by hand' : 'roster',
        ])]))
      }
    })

  return command
}

interface JsonOption { json?: boolean }
interface TeachersOptions extends JsonOption { add?: string[], remove?: string[] }

const COURSE_IDS = '"perfbook courses --archived" shows all ids'

async function changeCourse (
  context: CommandContext, courseId: number, settings: Pick<CourseSettings, 'name' | 'archived'>
): Promise<CourseRow> {
  return await withServices(context, async ({ courses, audit }) => {
    const changes = await courses.set(courseId, settings)
    const course = await courses.find(courseId)
    if (changes === undefined || course === undefined) throw noCourse(courseId)
    audit.record({ ...BY_COMMAND, action: 'course.set', subject: `course ${courseId}`, changes })
    return course
  })
}

function printCourse (
  { stdout, stderr }: CommandContext, course: CourseRow, { json }: JsonOption, text: string
): void {
  const { id, source_id, name, roster_name, archived_at: archivedAt } = course
  if (json === true) stdout.json({ id, source_id, name, roster_name, archived: archivedAt !== null })
  stderr.write(`${text}\n`)
}

/** Adds how to invite a person on the command line. */
function explained (error: unknown): never {
  if (!hasCode(error, 'VALIDATION_FAILED')) throw error
  throw failed(`${error.message} "perfbook user invite" invites a person, "perfbook user list" lists all.`)
}

function collectText (text: string, before: string[] = []): string[] { return [...before, text] }

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
