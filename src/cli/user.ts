import { Command, Option } from 'commander'
import type { UserRow } from '../../db/queries/accounts.ts'
import { reachable, runningService } from '../../db/sqlite/folder-lock.ts'
import { stateText, type AccountState } from '../accounts/account-state.ts'
import { hasCode } from '../errors.ts'
import { BY_COMMAND } from '../audit/audit.ts'
import { invitationUrl } from '../accounts/password-links.ts'
import type { Config } from '../config.ts'
import { isoTime } from '../iso-time.ts'
import { personName } from '../person-name.ts'
import type { Services } from '../services.ts'
import type { CommandContext } from './program/context.ts'
import { failed, wrongUsage } from './program/failures.ts'
import { withServices } from './program/open-services.ts'
import { readSecretLine } from './program/secret-line.ts'
import { textTable } from './program/table.ts'

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
    .option('--password-stdin', 'the password is the first line of standard input; a terminal asks for it')
    .action(async (email: string, options: AddOptions) => {
      const password = options.passwordStdin === true ? await readPassword(context) : undefined
      const { user, state } = await withServices(context, async ({ accounts, audit }) => {
        const { role, firstName = null, lastName = null } = options
        const added = await accounts.add({ email, role, firstName, lastName, password }).catch(explained)
        audit.record({ ...BY_COMMAND, action: 'user.add', subject: `user ${added.id}, ${added.role}` })
        return { user: added, state: await accounts.state(added) }
      })
      context.stderr.write(`${user.email} is ${user.role} now\n`)
      if (user.password_hash === null) context.stderr.write(howToSetPassword(user.email))
      warnIfDisabled(context, user.email, state)
    })

  command.command('invite').description(
    'give an e-mail address a role, and print a one-time link by which the person chooses a password'
  )
    .argument('<email>')
    .addOption(new Option('--role <role>').choices(['admin', 'teacher', 'student']).default('teacher'))
    .option('--first-name <name>').option('--last-name <name>')
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

  command.command('reset').description('print a one-time link by which the person chooses a new password')
    .argument('<email>')
    .action(async (email: string) => {
      await withServices(context, async (services, config) => {
        const user = await services.accounts.findByEmail(email)
        if (user === undefined) {
          throw failed(
            `There is no account for ${email}. Invite the person: perfbook user invite`
          )
        }
        const state = await services.accounts.state(user)
        if (!state.mayEnter) {
          throw failed(
            `The account of ${email} is ${stateText(state)}. First: perfbook user enable ${email}`
          )
        }
        await printLink(context, services, config, { user, action: 'user.reset' })
      })
    })

  command.command('list').description('all accounts')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const users = await withServices(context, ({ accounts }) => accounts.listWithStates())
      const shown = users.map(({ user, state }) => ({
        id: user.id,
        email: user.email,
        role: user.role,
        first_name: user.first_name,
        last_name: user.last_name,
        is_disabled: !state.mayEnter,
        disabled_reason: stateText(state) || null,
        is_roster_only: user.origin === 'roster',
        has_password: user.password_hash !== null,
      }))
      if (json === true) context.stdout.json(shown)
      else {
        context.stdout.write(textTable([
          ['ID', 'E-MAIL', 'ROLE', 'NAME', ''],
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
    .argument('<email>')
    .requiredOption(
      '--password-stdin',
      'the password is the first line of standard input; a terminal asks for it'
    )
    .action(async (email: string) => {
      const password = await readPassword(context)
      await withServices(context, async ({ accounts, audit }) => {
        await accounts.setPassword(email, password)
        audit.record({
          ...BY_COMMAND,
          action: 'user.password',
          subject: `user ${(await accounts.findByEmail(email))!.id}`,
        })
      })
      context.stderr.write(`the password of ${email} was changed\n`)
    })

  for (
    const [verb, isDisabled, description] of [
      ['disable', true, 'nobody can sign in as this user any more; sessions end and tokens are void'],
      ['enable', false, 'let a disabled user in again'],
    ] as const
  ) {
    command.command(verb).description(description)
      .argument('<email>')
      .action(async (email: string) => {
        const before = await withServices(context, async ({ accounts, audit }) => {
          // A teacher of a roster may not have an account yet.
          const user = await accounts.known(email)
          if (user === undefined) throw failed(`There is no account for ${email}.`)
          const { before } = await accounts[verb](user.id)
          audit.record({ ...BY_COMMAND, action: `user.${verb}`, subject: `user ${user.id}` })
          return before
        })
        context.stderr.write(`${email} is ${verb}d\n`)
        if (isDisabled || !before.byRoster) return
        context.stderr.write(
          `It was ${stateText(before)}. The next roster that says enabledUser=false ` +
            'disables it again: correct that in the school information system.\n'
        )
      })
  }

  return command
}

function howToSetPassword (email: string): string {
  return 'There is no password yet, so they cannot sign in with one. Set it:\n' +
    `  perfbook user password ${email} --password-stdin\n` +
    'or print a one-time link by which they choose it:\n' +
    `  perfbook user reset ${email}\n`
}

function explained (error: unknown): never {
  throw hasCode(error, 'USER_EXISTS')
    ? failed(
      `${error.message} Set a password with "perfbook user password", ` +
        'or print a one-time link with "perfbook user reset".'
    )
    : error
}

/** A roster may disable a person who gets a role only now. */
function warnIfDisabled ({ stderr }: CommandContext, email: string, state: AccountState): void {
  if (state.mayEnter) return
  stderr.write(`The account is ${stateText(state)}. To let the person in: perfbook user enable ${email}\n`)
}

/**
 * The link alone on stdout: it goes to the person and nobody else. By e-mail as well, where there is a mail
 * server.
 */
async function printLink (
  context: CommandContext,
  { passwordLinks, linkMail, audit }: Services,
  config: Config,
  { user, action }: { user: UserRow, action: string }
): Promise<void> {
  const { secret, expiresAt } = await passwordLinks.create(user.id)
  audit.record({ ...BY_COMMAND, action, subject: `user ${user.id}` })
  const { base, isPublic } = baseOfLinks(config)
  if (!isPublic) {
    context.stderr.write(
      `PUBLIC_URL is not set: the link begins with ${base}. ` +
        'Set PUBLIC_URL to the address under which people reach the service, so that it works on other machines.\n'
    )
  }
  context.stderr.write(`for ${user.email} alone, good once and until ${isoTime(expiresAt)}:\n`)
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
        : `It could not be sent by e-mail (${mail.reason}): pass it on yourself.\n`
    )
  }
}

/**
 * Where links lead: PUBLIC_URL, that of the running service first; else where the service that runs on the
 * folder listens; else where `serve` with these settings would listen. `isPublic`: from PUBLIC_URL.
 */
function baseOfLinks ({ DATA_DIR, HOST, PORT, PUBLIC_URL }: Config): { base: string, isPublic: boolean } {
  const service = runningService(DATA_DIR)
  const publicUrl = service?.publicUrl ?? PUBLIC_URL
  if (publicUrl !== '') return { base: publicUrl, isPublic: true }
  return {
    base: reachable(service?.address ?? `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`),
    isPublic: false,
  }
}

async function readPassword (context: CommandContext): Promise<string> {
  const password = await readSecretLine(context, 'Password: ')
  if (password === '') throw wrongUsage('there is no password on standard input')
  return password
}
