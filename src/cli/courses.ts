import { Command } from 'commander'
import type { CommandContext } from './program/context.ts'
import { withServices } from './program/open-services.ts'
import { textTable } from './program/table.ts'

export function coursesCommand (context: CommandContext): Command {
  return new Command('courses').description('list all courses that are not archived')
    .option('--json', 'print the JSON array of GET /api/courses')
    .option('--archived', 'archived courses too')
    .action(async ({ json, archived }: { json?: boolean, archived?: boolean }) => {
      const courses = await withServices(context, ({ courses }) =>
        courses.list({ isArchived: archived === true ? undefined : false }))
      if (json === true) context.stdout.json(courses)
      else {
        context.stdout.write(textTable([['ID', 'NAME', 'TERM', 'STUDENTS'], ...courses.map((course) => [
          String(course.id), course.name, course.term ?? '', String(course.student_count),
        ])]))
      }
    })
}
