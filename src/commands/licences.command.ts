import { Command } from 'commander'
import { allLicences } from '../features/licences/licences.ts'
import type { CommandContext } from './context.ts'

export function licencesCommand (context: CommandContext): Command {
  return new Command('licences').description('the licences of everything that the program is made of')
    .action(() => { context.stdout.write(allLicences()) })
}
