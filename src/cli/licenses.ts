import { Command } from 'commander'
import { allLicences } from '../../tools/licenses/licenses.ts'
import type { CommandContext } from './program/context.ts'

export function licencesCommand (context: CommandContext): Command {
  return new Command('licences').description('the licences of everything that the program is made of')
    .action(() => { context.stdout.write(allLicences()) })
}
