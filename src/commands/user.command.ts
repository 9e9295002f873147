import { Command, Option } from 'commander'
import { MIN_PASSWORD_LENGTH } from '../features/accounts/passwords.ts'
import { readLine } from './arguments.ts'
import { CommandFailure, UsageError, type CommandContext } from './context.ts'
import { withServices } from './open-services.ts'
import { textTable } from './table.ts'

interface AddOptions {
  role: 'admin' | 'teacher' | 'student'
  firstName?: string
  lastName?: string
  passwordStdin?: boolean
}

export function userCommand (context: CommandContext): Command {
  const command = new Command('user').description('people who may sign in')

  command.command('add').description('give an e-mail address a role')
    .argument('<email>')
    .addOption(new Option('--role <role>').choices(['admin', 'teacher', 'student']).makeOptionMandatory())
    .option('--first-name <name>').option('--last-name <name>')
    .option('--password-stdin', 'the password is the first line of standard input')
    .action(async (email: string, options: AddOptions) => {
      const password = options.passwordStdin === true ? await readPassword(context) : undefined
      const user = await withServices(context, ({ accounts }) => accounts.add({
        email, role: options.role, firstName: options.firstName ?? null, lastName: options.lastName ?? null, password,
      }))
      context.stderr.write(`${user.email} is ${user.role} now\n`)
    })

  command.command('list').description('all accounts')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const users = await withServices(context, ({ accounts }) => accounts.list())
      const shown = users.map(({ id, email, role, first_name, last_name, disabled_at, origin }) => ({
        id, email, role, first_name, last_name, is_disabled: disabled_at !== null, is_roster_only: origin === 'roster',
      }))
      if (json === true) context.stdout.write(`${JSON.stringify(shown)}\n`)
      else {
        context.stdout.write(textTable([['ID', 'E-MAIL', 'ROLE', 'NAME', ''], ...shown.map((user) => [
          String(user.id), user.email, user.role, [user.first_name, user.last_name].filter(Boolean).join(' '), user.is_disabled ? 'disabled' : '',
        ])]))
      }
    })

  command.command('password').description('set a new password')
    .argument('<email>')
    .requiredOption('--password-stdin', 'the password is the first line of standard input')
    .action(async (email: string) => {
      const password = await readPassword(context)
      await withServices(context, ({ accounts }) => accounts.setPassword(email, password))
      context.stderr.write(`the password of ${email} was changed\n`)
    })

  command.command('disable').description('nobody can sign in as this user any more, and all tokens are void')
    .argument('<email>')
    .action(async (email: string) => {
      await withServices(context, ({ accounts }) => accounts.disable(email))
      context.stderr.write(`${email} is disabled\n`)
    })

  return command
}

async function readPassword ({ stdin }: CommandContext): Promise<string> {
  const password = await readLine(stdin)
  if (password === '') throw new UsageError('there is no password on standard input')
  if (password.length < MIN_PASSWORD_LENGTH) throw new CommandFailure(`The password is too short: at least ${MIN_PASSWORD_LENGTH} characters.`)
  return password
}
