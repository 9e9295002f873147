import { Command, Option } from 'commander'
import { readConfig } from '../config.ts'
import { SETTINGS } from '../settings.ts'
import type { CommandContext } from './program/context.ts'
import { runService } from './program/run-service.ts'
import { readSettingsFile } from './program/settings-file.ts'

export function serveCommand (context: CommandContext): Command {
  const command = new Command('serve')
    .description(
      'run the service. Each setting is a flag, an environment variable of the same name, or a line of a ' +
      'file, in this order of precedence'
    )
    .option('--config <file>', 'file with settings: lines NAME=value, or JSON')
  const flagNames = new Map<string, string>()
  for (const [name, { description = '', default: value }] of Object.entries(SETTINGS)) {
    const flag = `--${name.toLowerCase().replaceAll('_', '-')} <value>`
    const option = new Option(flag, value === '' ? description : `${description} (default: ${String(value)})`)
    flagNames.set(option.attributeName(), name)
    command.addOption(option)
  }
  return command.action(async ({ config: settingsFile, ...given }: Record<string, string>) => {
    const flags = Object.fromEntries(
      Object.entries(given).map(([attribute, value]) => [flagNames.get(attribute) ?? attribute, value])
    )
    const file = settingsFile === undefined ? undefined : readSettingsFile(settingsFile)
    const service = await runService(context, readConfig(context.env, { flags, file }), {
      settingsFiles: settingsFile === undefined ? [] : [settingsFile],
      offersSetup: true,
    })
    const terminal = [context.stderr, context.stdout].find((stream) => stream.isTTY)
    if (service.setupUrl !== undefined) {
      // Only for the person who watches: a file or a log would keep the link.
      terminal?.write(`There is no administrator yet. To make your account, open:\n${service.setupUrl}\n`)
    }
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
