import { versions } from 'node:process'
import { Command } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { ConfigError, readConfig, type Config } from '../config.ts'
import {
  checkClock,
  checkDatabase,
  checkDisk,
  checkFiles,
  checkFolder,
  checkPermissions,
  checkRestore,
} from '../doctor/data-checks.ts'
import { fine, problem, type Finding } from '../doctor/finding.ts'
import { checkPort, checkThreads } from '../doctor/service-checks.ts'
import { TASKS_FILE } from '../program-files.ts'
import { VERSION } from '../version.ts'
import { CommandFailure, type CommandContext } from './program/context.ts'
import { oneLine } from './program/printer.ts'
import { createProgressBar } from './program/progress-bar.ts'
import { withFile } from './serve.ts'
import { readSettingsFile } from './program/settings-file.ts'

export function doctorCommand (context: CommandContext): Command {
  return new Command('doctor').description(
    'looks whether all is well, and says what to do where it is not; changes nothing; exit status 1 for a problem'
  )
    .option('--data-dir <dir>', 'the data folder (default: DATA_DIR)')
    .option('--config <file>', 'the file of settings that serve is given')
    .option('--deep', 'reads all of the database and every byte of every file')
    .option('--json', 'as JSON')
    .action(
      async (
        { dataDir, config, deep = false, json }: {
          dataDir?: string,
          config?: string,
          deep?: boolean,
          json?: boolean,
        }
      ) => {
        const findings = [checkVersion()]
        const settings = readSettings({
          ...context.env,
          ...(dataDir === undefined ? {} : { DATA_DIR: dataDir }),
        }, config)
        if (settings instanceof ConfigError) {
          findings.push(
            problem(
              'settings',
              settings.message.replace(/\n\s*/g, ' '),
              'docs/configuration.md lists them all.'
            )
          )
        } else {
          findings.push(
            fine('settings', 'all of them can be used'),
            ...await examine(context, settings, { isDeep: deep, settingsFile: config })
          )
        }
        const problems = findings.filter((finding) => !finding.ok)
        if (json === true) context.stdout.json({ ok: problems.length === 0, checks: findings })
        else for (const finding of findings) context.stdout.write(findingText(finding))
        if (problems.length > 0) {
          throw new CommandFailure(`${problems.length} of ${findings.length} checks found a problem.`)
        }
      }
    )
}

function findingText ({ check, ok, message, advice }: Finding): string {
  const lines = [`${ok ? 'ok      ' : 'PROBLEM '} ${check.padEnd(12)} ${oneLine(message)}`]
  if (advice !== null) lines.push(`         ${' '.repeat(12)} -> ${oneLine(advice)}`)
  return `${lines.join('\n')}\n`
}

async function examine (
  { stderr, signal }: CommandContext,
  config: Config,
  { isDeep, settingsFile }: { isDeep: boolean, settingsFile: string | undefined }
): Promise<Finding[]> {
  const places = {
    dataFolder: config.DATA_DIR,
    databaseFile: config.databaseFile,
    filesFolder: config.filesFolder,
    quarantineFolder: config.quarantineFolder,
    secretFile: config.secretFile,
  }
  const threads = await checkThreads(TASKS_FILE, config.WORKER_MEMORY_MB)
  const half = checkRestore(places)
  if (half !== undefined) return [half, threads]
  const folder = checkFolder(places)
  if (!folder.ok) return [folder, threads]
  const bar = createProgressBar(stderr, 'files')
  const database = checkDatabase(places, isDeep)
  return [
    folder,
    checkPermissions(places, settingsFile),
    await checkDisk(places, config.MIN_FREE_BYTES),
    database,
    // What stands in a damaged database says nothing of the rest.
    ...database.ok
      ? [
          await checkFiles(places, isDeep, signal, (fraction) => {
            bar.set(fraction)
          }).finally(() => {
            bar.end()
          }),
          await checkClock(places, Date.now()),
        ]
      : [],
    await checkPort(config.DATA_DIR, { host: config.HOST, port: config.PORT }),
    threads,
  ]
}

function checkVersion (): Finding {
  const wanted = Number(/\d+/.exec(packageJson.engines.node)![0])
  const text = `Perfbook ${VERSION} on Node ${versions.node}`
  return Number(versions.node.split('.')[0]) >= wanted
    ? fine('version', text)
    : problem(
      'version',
      text,
      `It needs Node ${wanted} or later: start it with "npm start", which brings its own.`
    )
}

function readSettings (env: CommandContext['env'], path: string | undefined): Config | ConfigError {
  try {
    const file = path === undefined ? undefined : readSettingsFile(path)
    return readConfig(withFile(env, file?.values), file?.problems)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
}
