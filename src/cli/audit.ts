import { Command } from 'commander'
import { auditJson } from '../audit/audit.ts'
import { parseId } from './program/arguments.ts'
import type { CommandContext } from './program/context.ts'
import { withServices } from './program/open-services.ts'
import { textTable } from './program/table.ts'

interface ListOptions {
  action?: string
  user?: number
  limit: number
  json?: boolean
}

/** `name "Physics" to "Physics I", archived false to true`; without values before and after: `added [7]`. */
function changesText (changes: Record<string, unknown> | null): string {
  return Object.entries(changes ?? {}).map(([field, value]) => {
    const isPair = Array.isArray(value) && value.length === 2 && field !== 'added' && field !== 'removed'
    const shown = isPair ? value.map((one) => JSON.stringify(one)).join(' to ') : JSON.stringify(value)
    return `${field} ${shown}`
  }).join(', ')
}

export function auditCommand (context: CommandContext): Command {
  const command = new Command('audit').description('audit log')

  command.command('list').description('list entries of the audit log, newest first')
    .option('--action <name>', 'only this action, such as session.begin, export.request or file.download')
    .option('--user <id>', 'only what this user did; "perfbook user list" shows ids', parseId)
    .option('--limit <count>', 'number of entries', parseId, 100)
    .option('--json', 'print JSON')
    .action(async ({ action, user, limit, json }: ListOptions) => {
      const entries = (await withServices(context, ({ audit }) =>
        audit.list({ action, actorId: user, limit }))).map(auditJson)
      if (json === true) {
        context.stdout.json(entries)
      } else {
        context.stdout.write(textTable([
          ['AT', 'ACTION', 'OUTCOME', 'COUNT', 'WHO', 'VIA', 'FROM', 'ABOUT'],
          ...entries.map((entry) => [
            entry.at,
            entry.action,
            entry.outcome,
            String(entry.count),
            entry.email ?? (entry.user_id === null ? '' : `user ${entry.user_id}`),
            entry.via,
            entry.address ?? '',
            [entry.subject ?? '', changesText(entry.changes)].filter((text) => text !== '').join(': '),
          ]),
        ]))
      }
    })

  return command
}
