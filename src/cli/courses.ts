import { Command } from 'commander'
import type { CommandContext } from './program/context.ts'
import { withServices } from './program/open-services.ts'
import { textTable } from './program/table.ts'

export function coursesCommand (context: CommandContext): Command {
  return new Command('courses').description('list all courses')
    .option('--json', 'print the JSON array of GET /api/courses')
    .action(async ({ json }: { json?: boolean }) => {
      const courses = await withServices(context, ({ courses }) => courses.list({}))
      if (json === true) context.stdout.json(courses)
      else {
        context.stdout.write(textTable([['ID', 'NAME', 'TERM', 'STUDENTS'], ...courses.map((course) => [
          String(course.id), course.name, course.term ?? '', String(course.student_count),
        ])]))
      }
    })
}
