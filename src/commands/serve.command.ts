import { Command, Option } from 'commander'
import { readConfig, SETTINGS } from '../config.ts'
import type { CommandContext } from './context.ts'
import { runService } from './run-service.ts'

export function serveCommand (context: CommandContext): Command {
  const command = new Command('serve').description('the service; every setting is a flag or an environment variable of the same name')
  for (const [name, { description, default: value }] of Object.entries(SETTINGS)) {
    command.addOption(new Option(`--${name.toLowerCase().replaceAll('_', '-')} <value>`, `${description ?? ''}${value === '' ? '' : ` (default: ${String(value)})`}`))
  }
  return command.action(async (flags: Record<string, string>) => {
    const given = Object.fromEntries(Object.entries(flags).map(([flag, value]) => [flag.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(), value]))
    const service = await runService(context, readConfig({ ...context.env, ...given }))
    context.stdout.write(`listening on ${service.address}\n`)
    await aborted(context.signal)
    await service.stop()
  })
}

/** Resolves when the signal fires. */
export function aborted (signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => { resolve() }, { once: true })
  })
}
