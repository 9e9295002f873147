import { Command, InvalidArgumentError } from 'commander'
import { SCOPES, type Scope } from '../accounts/access.ts'
import { BY_COMMAND } from '../audit/audit.ts'
import { isoTime } from '../iso-time.ts'
import { parseDuration, parseId } from './program/arguments.ts'
import type { CommandContext } from './program/context.ts'
import { failed, noAccount } from './program/failures.ts'
import { withServices } from './program/open-services.ts'
import { textTable } from './program/table.ts'

interface CreateOptions {
  name: string
  scope?: Scope[]
  expiresIn?: number
}

export function tokenCommand (context: CommandContext): Command {
  const command = new Command('token').description('API tokens')

  command.command('create').description('create a token and print it; it cannot be shown again')
    .argument('<email>', 'email address of an account or of a teacher of a course')
    .option('--name <text>', 'name of the token', 'token')
    .option(
      '--scope <list>',
      `scopes, separated by commas: ${SCOPES.join(', ')} (default: everything that the role may do)`,
      parseScopes
    )
    .option('--expires-in <time>', 'lifetime, such as 90d or 12h (default: unlimited)', parseDuration)
    .action(async (email: string, { name, scope, expiresIn }: CreateOptions) => {
      const token = await withServices(context, async ({ accounts, audit, clock }) => {
        const user = await accounts.known(email)
        if (user === undefined) throw noAccount(email)
        const made = await accounts.createToken({
          email,
          name,
          scopes: scope,
          expiresAt: expiresIn === undefined ? null : clock.now() + expiresIn,
        })
        audit.record({ ...BY_COMMAND, action: 'token.create', subject: `user ${user.id}` })
        return made
      })
      context.stdout.write(`${token}\n`)
    })

  command.command('list').description('list all tokens, without their secrets')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const tokens = (await withServices(context, ({ accounts }) => accounts.listTokens())).map((token) => ({
        id: token.id,
        email: token.email,
        name: token.name,
        scopes: token.scopes === null ? null : JSON.parse(token.scopes) as Scope[],
        created_at: isoTime(token.created_at),
        last_used_at: isoTime(token.last_used_at),
        expires_at: isoTime(token.expires_at),
        revoked_at: isoTime(token.revoked_at),
      }))
      if (json === true) context.stdout.json(tokens)
      else {
        context.stdout.write(
          textTable([
            ['ID', 'EMAIL', 'NAME', 'SCOPES', 'LAST USED', 'STATE'],
            ...tokens.map((token) => [
              String(token.id),
              token.email,
              token.name,
              token.scopes?.join(',') ?? 'all',
              token.last_used_at ?? 'never',
              token.revoked_at === null ? '' : 'revoked',
            ]),
          ])
        )
      }
    })

  command.command('revoke').description('revoke a token')
    .argument('<id>', '"perfbook token list" shows ids', parseId)
    .action(async (id: number) => {
      await withServices(context, async ({ accounts, audit }) => {
        if (!await accounts.revokeToken(id)) {
          throw failed(`There is no valid token with id ${id}.`)
        }
        audit.record({ ...BY_COMMAND, action: 'token.revoke', subject: `token ${id}` })
      })
      context.stderr.write(`Token ${id} was revoked.\n`)
    })

  return command
}

function parseScopes (text: string): Scope[] {
  const scopes = text.split(',').map((scope) => scope.trim())
  const unknown = scopes.filter((scope) => !(SCOPES as readonly string[]).includes(scope))
  if (unknown.length > 0) {
    const known = SCOPES.join(', ')
    throw new InvalidArgumentError(`There is no scope ${unknown.join(', ')}. The scopes are ${known}.`)
  }
  return scopes as Scope[]
}
