import { Command, Option } from 'commander'
import type { UserRow } from '../../db/queries/accounts.ts'
import { stateText, userFacts, type AccountState } from '../accounts/account-state.ts'
import { hasCode } from '../errors.ts'
import { BY_COMMAND } from '../audit/audit.ts'
import { invitationUrl } from '../accounts/password-links.ts'
import type { Config } from '../config.ts'
import { isoTime } from '../iso-time.ts'
import { personName } from '../person-name.ts'
import type { Services } from '../services.ts'
import { baseOfLinks } from './program/base-of-links.ts'
import type { CommandContext } from './program/context.ts'
import { failed, noAccount, wrongUsage } from './program/failures.ts'
import { withServices } from './program/open-services.ts'
import { readSecretLine } from './program/secret-line.ts'
import { textTable } from './program/table.ts'

interface AddOptions {
  role: 'admin' | 'teacher' | 'student'
  firstName?: string
  lastName?: string
  passwordStdin?: boolean
}

const PASSWORD_STDIN = 'read the password from the first line of standard input; a terminal prompts for it'

export function userCommand (context: CommandContext): Command {
  const command = new Command('user').description('accounts of people who may sign in')

  command.command('add').description('give an email address a role')
    .argument('<email>', 'email address')
    .addOption(roleOption().makeOptionMandatory())
    .option('--first-name <name>', 'first name')
    .option('--last-name <name>', 'last name')
    .option('--password-stdin', PASSWORD_STDIN)
    .action(async (email: string, options: AddOptions) => {
      const password = options.passwordStdin === true ? await readPassword(context) : undefined
      const { user, state } = await withServices(context, async ({ accounts, audit }) => {
        const { role, firstName = null, lastName = null } = options
        const added = await accounts.add({ email, role, firstName, lastName, password }).catch(explained)
        audit.record({ ...BY_COMMAND, action: 'user.add', subject: `user ${added.id}, ${added.role}` })
        return { user: added, state: await accounts.state(added) }
      })
      context.stderr.write(`${user.email} now has the role ${user.role}.\n`)
      if (user.password_hash === null) context.stderr.write(howToSetPassword(user.email))
      warnIfDisabled(context, user.email, state)
    })

  command.command('invite').description(
    'give an email address a role, and print a one-time link for choosing a password'
  )
    .argument('<email>', 'email address')
    .addOption(roleOption().default('teacher'))
    .option('--first-name <name>', 'first name')
    .option('--last-name <name>', 'last name')
    .action(async (email: string, { role, firstName, lastName }: AddOptions) => {
      await withServices(context, async (services, config) => {
        const { accounts } = services
        const known = await accounts.findByEmail(email)
        // Invited before, and the link was not taken: another one.
        const isOpen = known?.origin === 'account' && known.password_hash === null && known.role === role &&
          (await accounts.state(known)).mayEnter
        const user = isOpen
          ? known
          : await accounts.add({ email, role, firstName: firstName ?? null, lastName: lastName ?? null })
            .catch(explained)
        await printLink(context, services, config, { user, action: 'user.invite' })
        warnIfDisabled(context, user.email, await accounts.state(user))
      })
    })

  command.command('reset').description('print a one-time link for choosing a new password')
    .argument('<email>', 'email address')
    .action(async (email: string) => {
      await withServices(context, async (services, config) => {
        const user = await services.accounts.findByEmail(email)
        if (user === undefined) throw noAccount(email)
        const state = await services.accounts.state(user)
        if (!state.mayEnter) {
          throw failed(
            `The account of ${email} is ${stateText(state)}. Enable it first: perfbook user enable ${email}`
          )
        }
        await printLink(context, services, config, { user, action: 'user.reset' })
      })
    })

  command.command('list').description('list all accounts')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const users = await withServices(context, ({ accounts }) => accounts.listWithStates())
      const shown = users.map(userFacts)
      if (json === true) context.stdout.json(shown)
      else {
        context.stdout.write(textTable([
          ['ID', 'EMAIL', 'ROLE', 'NAME', ''],
          ...shown.map((user) => [
            String(user.id),
            user.email,
            user.role,
            personName(user.first_name, user.last_name),
            [user.disabled_reason, user.has_password ? null : 'no password yet'].filter(Boolean).join(', '),
          ]),
        ]))
      }
    })

  command.command('password').description('set a new password')
    .argument('<email>', 'email address')
    .requiredOption('--password-stdin', PASSWORD_STDIN)
    .action(async (email: string) => {
      const password = await readPassword(context)
      await withServices(context, async ({ accounts, audit }) => {
        const user = await accounts.findByEmail(email)
        if (user === undefined) throw noAccount(email)
        await accounts.setPassword(email, password).catch(explained)
        audit.record({ ...BY_COMMAND, action: 'user.password', subject: `user ${user.id}` })
      })
      context.stderr.write(`The password of ${email} was changed.\n`)
    })

  for (
    const [verb, isDisabled, description] of [
      ['disable', true, 'disable an account: its sessions end and its tokens are revoked'],
      ['enable', false, 'enable a disabled account again'],
    ] as const
  ) {
    command.command(verb).description(description)
      .argument('<email>', 'email address')
      .action(async (email: string) => {
        const before = await withServices(context, async ({ accounts, audit }) => {
          // A teacher of a roster may not have an account yet.
          const user = await accounts.known(email)
          if (user === undefined) throw noAccount(email)
          const { before } = await accounts[verb](user.id)
          audit.record({ ...BY_COMMAND, action: `user.${verb}`, subject: `user ${user.id}` })
          return before
        })
        context.stderr.write(`${email} is ${verb}d.\n`)
        if (isDisabled || !before.byRoster) return
        context.stderr.write(
          `It was ${stateText(before)}. The next roster that says enabledUser=false ` +
            'disables it again: correct that in the student information system.\n'
        )
      })
  }

  return command
}

function roleOption (): Option {
  return new Option('--role <role>', 'role of the account').choices(['admin', 'teacher', 'student'])
}

function howToSetPassword (email: string): string {
  return 'The account has no password yet. Set one:\n' +
    `  perfbook user password ${email} --password-stdin\n` +
    'or print a one-time link for choosing one:\n' +
    `  perfbook user reset ${email}\n`
}

function explained (error: unknown): never {
  if (hasCode(error, 'USER_EXISTS')) {
    throw failed(
      `${error.message} Set a password with "perfbook user password", ` +
        'or print a one-time link with "perfbook user reset".'
    )
  }
  if (hasCode(error, 'VALIDATION_FAILED')) throw failed(error.message.replace(/^password: /, 'The password '))
  throw error
}

/** A roster may have disabled the person already. */
function warnIfDisabled ({ stderr }: CommandContext, email: string, state: AccountState): void {
  if (state.mayEnter) return
  stderr.write(`The account is ${stateText(state)}. To enable it: perfbook user enable ${email}\n`)
}

/**
 * Prints the link alone to stdout. Also sends it by email if a mail server is set up.
 */
async function printLink (
  context: CommandContext,
  { passwordLinks, linkMail, audit }: Services,
  config: Config,
  { user, action }: { user: UserRow, action: string }
): Promise<void> {
  const { secret, expiresAt } = await passwordLinks.create(user.id)
  audit.record({ ...BY_COMMAND, action, subject: `user ${user.id}` })
  const base = baseOfLinks(context, config)
  context.stderr.write(`One-time link for ${user.email}, valid until ${isoTime(expiresAt)}:\n`)
  const url = invitationUrl(base, secret)
  context.stdout.write(`${url}\n`)
  const mail = await linkMail?.send({
    to: user.email,
    kind: user.password_hash === null ? 'invitation' : 'reset',
    url,
    expiresAt,
  })
  if (mail !== undefined) {
    context.stderr.write(
      mail.sent
        ? `It was sent to ${user.email}.\n`
        : `It could not be sent by email (${mail.reason}). Pass it on yourself.\n`
    )
  }
}

async function readPassword (context: CommandContext): Promise<string> {
  const password = await readSecretLine(context, 'Password: ')
  if (password === '') throw wrongUsage('There is no password on standard input.')
  return password
}
