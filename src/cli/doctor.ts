import { existsSync } from 'node:fs'
import { versions } from 'node:process'
import { Command } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import type { PostgresLocation } from '../../db/index.ts'
import { readConfig, type Config } from '../config.ts'
import {
  checkClock,
  checkDatabase,
  checkDisk,
  checkFiles,
  checkFolder,
  checkPermissions,
  checkRestore,
  type DataPlaces,
} from '../doctor/data-checks.ts'
import { checkFileSystem } from '../doctor/file-system.ts'
import { fine, problem, type Finding } from '../doctor/finding.ts'
import { checkPort, checkThreads } from '../doctor/service-checks.ts'
import { checkFolderSnapshots } from '../doctor/snapshot-checks.ts'
import { hasCode } from '../errors.ts'
import { TASKS_FILE } from '../program-files.ts'
import { VERSION } from '../version.ts'
import type { CommandContext } from './program/context.ts'
import { failed } from './program/failures.ts'
import { oneLine } from './program/printer.ts'
import { createProgressBar } from './program/progress-bar.ts'
import { readSettingsFile } from './program/settings-file.ts'

interface DoctorFlags {
  dataDir?: string
  config?: string
  deep?: boolean
  json?: boolean
}

export function doctorCommand (context: CommandContext): Command {
  return new Command('doctor')
    .description(
      'check the installation and the data folder, and say how to fix each problem; changes nothing. ' +
      'Exits with 1 if there is a problem'
    )
    .option('--data-dir <dir>', 'data folder (default: DATA_DIR)')
    .option('--config <file>', 'file with settings that the service is started with')
    .option('--deep', 'check the whole database and read every byte of every file')
    .option('--json', 'print JSON')
    .action(async (flags: DoctorFlags) => {
      const settings = readSettings(context.env, flags)
      const findings = 'finding' in settings
        ? [checkVersion(), settings.finding]
        : [
            checkVersion(),
            fine('settings', 'all are valid'),
            ...await examine(context, settings.config, flags),
          ]
      const problems = findings.filter((finding) => !finding.ok)
      if (flags.json === true) context.stdout.json({ ok: problems.length === 0, checks: findings })
      else for (const finding of findings) context.stdout.write(findingText(finding))
      if (problems.length === 0) return
      throw failed(`${problems.length} of ${findings.length} checks found a problem.`)
    })
}

function findingText ({ check, ok, message, advice }: Finding): string {
  const lines = [`${ok ? 'ok      ' : 'PROBLEM '} ${check.padEnd(12)} ${oneLine(message)}`]
  if (advice !== null) lines.push(`         ${' '.repeat(12)} -> ${oneLine(advice)}`)
  return `${lines.join('\n')}\n`
}

async function examine (
  context: CommandContext,
  config: Config,
  { deep: isDeep = false, config: settingsFile }: DoctorFlags
): Promise<Finding[]> {
  const places: DataPlaces = {
    dataFolder: config.DATA_DIR,
    databaseFile: config.databaseFile,
    filesFolder: config.filesFolder,
    quarantineFolder: config.quarantineFolder,
    secretFile: config.secretFile,
  }
  const threads = await checkThreads(TASKS_FILE, config.WORKER_MEMORY_MB)
  if (config.database.engine === 'postgres') {
    return [...await examineNode(context, config, config.database, places, isDeep), threads]
  }
  const unfinished = checkRestore(places)
  if (unfinished !== undefined) return [unfinished, threads]
  const folder = checkFolder(places)
  if (!folder.ok) return [folder, threads]
  const database = checkDatabase(places, { isDeep })
  return [
    folder,
    await checkFileSystem(places.dataFolder),
    checkPermissions(places, [settingsFile ?? '', config.COOKIE_SECRET_FILE]),
    await checkDisk(places, config.MIN_FREE_BYTES),
    database,
    // A database that is damaged or has another schema cannot be asked about files and times.
    ...database.ok ? await examineContents(context, config, places, isDeep) : [],
    await checkPort(config.DATA_DIR, { host: config.HOST, port: config.PORT }),
    threads,
  ]
}

/** With PostgreSQL, the data folder is scratch space. */
async function examineNode (
  { stderr, signal }: CommandContext,
  config: Config,
  location: PostgresLocation,
  places: DataPlaces,
  isDeep: boolean
): Promise<Finding[]> {
  const { checkPostgres } = await import('../doctor/postgres-checks.ts')
  const bar = createProgressBar(stderr, 'files')
  try {
    const options = { isDeep, signal, onProgress: bar.set }
    const { findings, isLive } = await checkPostgres(config, location, options)
    return [
      ...existsSync(places.dataFolder)
        ? [await checkDisk(places, config.MIN_FREE_BYTES)]
        : [fine('data folder', `${places.dataFolder} does not exist yet; the service creates it`)],
      ...findings,
      // If nodes are running, it is not known which one of them uses this port.
      ...isLive ? [] : [await checkPort(config.DATA_DIR, { host: config.HOST, port: config.PORT })],
    ]
  } finally {
    bar.end()
  }
}

async function examineContents (
  { stderr, signal }: CommandContext,
  config: Config,
  places: DataPlaces,
  isDeep: boolean
): Promise<Finding[]> {
  const bar = createProgressBar(stderr, 'files')
  try {
    return [
      await checkFiles(places, config.files, { isDeep, signal, onProgress: bar.set }),
      await checkFolderSnapshots(places, { isDeep, signal }),
      await checkClock(places, Date.now()),
    ]
  } finally {
    bar.end()
  }
}

function checkVersion (): Finding {
  const [needed = ''] = /\d+/.exec(packageJson.engines.node) ?? []
  const text = `Perfbook ${VERSION} on Node ${versions.node}`
  if (Number.parseInt(versions.node, 10) >= Number(needed)) return fine('version', text)
  return problem(
    'version',
    text,
    `Perfbook needs Node ${needed} or later. Start it with "npm start", which uses the Node that it installs.`
  )
}

function readSettings (
  env: CommandContext['env'],
  { dataDir, config: path }: DoctorFlags
): { config: Config } | { finding: Finding } {
  try {
    const file = path === undefined ? undefined : readSettingsFile(path)
    return { config: readConfig(env, { flags: { DATA_DIR: dataDir }, file }) }
  } catch (error) {
    if (!hasCode(error, 'INVALID_SETTINGS')) throw error
    return {
      finding: problem(
        'settings',
        error.message.replace(/\n\s*/g, ' '),
        'docs/configuration.md describes each setting.'
      ),
    }
  }
}
