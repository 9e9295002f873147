import { Command, Option } from 'commander'
import { readConfig, SETTINGS } from '../config.ts'
import type { CommandContext } from './program/context.ts'
import { runService } from './program/run-service.ts'
import { readSettingsFile } from './program/settings-file.ts'

export function serveCommand (context: CommandContext): Command {
  const command = new Command('serve').description(
    'the service; every setting is a flag, an environment variable of the same name, or a line of a file: the first of these counts'
  )
    .option('--config <file>', 'a file of settings: lines NAME=value, or JSON')
  for (const [name, { description, default: value }] of Object.entries(SETTINGS)) {
    command.addOption(
      new Option(
        `--${name.toLowerCase().replaceAll('_', '-')} <value>`,
        `${description ?? ''}${value === '' ? '' : ` (default: ${String(value)})`}`
      )
    )
  }
  return command.action(async ({ config, ...flags }: Record<string, string>) => {
    const file = config === undefined ? undefined : readSettingsFile(config)
    const given = Object.fromEntries(
      Object.entries(flags).map(([flag, value]) => [
        flag.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
        value,
      ])
    )
    const service = await runService(
      context,
      readConfig(
        withFile({ ...context.env, ...given }, file?.values),
        file?.problems
      ),
      {
        settingsFiles: config === undefined ? [] : [config],
      }
    )
    context.stdout.write(`listening on ${service.address}\n`)
    await aborted(context.signal)
    await service.stop()
  })
}

/** An empty value counts as not given, so what the file says stands then. */
export function withFile (
  given: Readonly<Record<string, string | undefined>>,
  file: Readonly<Record<string, string>> = {}
): Record<string, string | undefined> {
  return {
    ...file,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== '')),
  }
}

/** Resolves when the signal fires. */
export function aborted (signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else {
      signal.addEventListener('abort', () => {
        resolve()
      }, { once: true })
    }
  })
}
