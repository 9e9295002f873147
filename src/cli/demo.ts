import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { LOCK_FILES, lockFolder, runningService } from '../../db/sqlite/folder-lock.ts'
import { readConfig, type Config } from '../config.ts'
import { DomainError, hasCode } from '../errors.ts'
import { COMMAND_LINE } from '../exports/export.job.ts'
import { importSources } from '../imports/import-sources.ts'
import { programFile } from '../program-files.ts'
import type { CommandContext } from './program/context.ts'
import { failed } from './program/failures.ts'
import { withServices } from './program/open-services.ts'
import { runService, type RunningService } from './program/run-service.ts'
import { aborted } from './serve.ts'

const FIRST_PORT = 3000
const TEACHER = 'elena.marquez@example.edu'
/** Without an administrator, the page would say how to make the first one. */
const ADMINISTRATOR = 'admin@example.edu'
const COURSE = 'physics-1-spring-2026'

/** The demo of the README: a small real school on `data/demo/`, one export made, and what to try next. */
export function demoCommand (context: CommandContext): Command {
  return new Command('demo').description('run a demo with a small school, in data/demo/')
    .option('--reset', 'delete the demo and set it up again', false)
    .option('--port <number>', `port (default: ${FIRST_PORT}, or the next free port)`, parsePort)
    .action(async ({ reset, port }: { reset: boolean, port?: number }) => {
      const folder = join(context.env.DATA_DIR ?? 'data', 'demo')
      const settings = {
        LOG_LEVEL: 'warn',
        ...context.env,
        // The demo has its own data, and never uses the database that the environment is set up for.
        DATABASE_URL: '',
        DATABASE_URL_FILE: '',
        DATABASE_DIRECT_URL: '',
        FILES_URL: '',
        COOKIE_SECRET_FILE: '',
        NODE_ROLE: '',
        DATA_DIR: folder,
        HOST: '127.0.0.1',
        PUBLIC_URL: '',
      }
      const config = readConfig({ ...settings, PORT: String(port ?? await freePort(FIRST_PORT)) })
      const service = await startDemo(context, config, { reset }).catch((error: unknown) => {
        throw explained(error, config.DATA_DIR)
      })
      try {
        context.stdout.write(await introduce(service))
        await aborted(context.signal)
      } finally {
        await service.stop()
      }
      context.stderr.write('\nStopped. The data of the demo is kept.\n')
    })
}

async function startDemo (
  context: CommandContext,
  config: Config,
  { reset }: { reset: boolean }
): Promise<RunningService> {
  await prepareFolder(config.DATA_DIR, { pid: context.pid, empty: reset })
  context.stderr.write(
    existsSync(config.databaseFile)
      ? 'Starting the existing demo (--reset sets it up again) …\n'
      : 'Setting up the demo: importing a small school …\n'
  )
  await importSample(context, config)
  return await runService(context, config)
}

/**
 * Makes sure that no demo runs on the folder, and deletes what is in it if asked to, while no other process
 * can start there. Throws FOLDER_IN_USE; nothing was deleted then.
 */
async function prepareFolder (
  folder: string,
  { pid, empty }: { pid: number, empty: boolean }
): Promise<void> {
  const lock = lockFolder(folder, { pid, address: 'perfbook demo' })
  try {
    if (!empty) return
    for (const name of await readdir(folder)) {
      if (!LOCK_FILES.includes(name)) await rm(join(folder, name), { recursive: true, force: true })
    }
  } finally {
    lock.release()
  }
}

/** What the person can do about a demo that runs already, or that an older version made. */
function explained (error: unknown, folder: string): unknown {
  if (hasCode(error, 'SCHEMA_TOO_OLD')) {
    return new DomainError('SCHEMA_TOO_OLD', {
      detail: 'An older version of Perfbook made this demo. Set it up again with --reset.',
    })
  }
  const running = hasCode(error, 'FOLDER_IN_USE') ? runningService(folder) : undefined
  return running === undefined
    ? error
    : new DomainError('FOLDER_IN_USE', {
      detail: `The demo is already running at ${running.address}. Stop it first (Ctrl-C).`,
    })
}

/** Matched by its ids, so that a second time changes nothing. */
async function importSample (context: CommandContext, config: Config): Promise<void> {
  const sample = programFile('data/sample')
  await withServices({ ...context, env: { DATA_DIR: config.DATA_DIR } }, async ({ db }) => {
    const outcome = await importSources([
      join(sample, 'open-university-oneroster-1.1.zip'),
      join(sample, 'physics-1.json'),
    ], {
      database: db.location,
      stagingFolder: config.stagingFolder,
      defaultTimeZone: 'Europe/London',
      dryRun: false,
      strict: false,
      allowRemovals: false,
      maxBytes: config.IMPORT_MAX_BYTES,
      minFreeBytes: Math.floor(config.MIN_FREE_BYTES / 2),
      now: Date.now,
    })
    if (!outcome.ok) {
      throw failed(`The sample could not be imported: ${outcome.errors[0]?.message ?? 'unknown'}`)
    }
  }, { isNewExpected: true })
}

async function introduce ({ services, address }: RunningService): Promise<string> {
  const { accounts, courses, exports, runner } = services
  const course = (await courses.list({ sourceId: COURSE }))[0]
  if (course === undefined) {
    throw failed('The course of the demo is missing. Set the demo up again with --reset.')
  }
  const password = randomBytes(9).toString('base64url')
  const known = await accounts.list()
  for (const [email, role] of [[TEACHER, 'teacher'], [ADMINISTRATOR, 'admin']] as const) {
    const isKnown = known.some((user) => user.email === email && user.origin === 'account')
    if (isKnown) await accounts.setPassword(email, password)
    else await accounts.add({ email, role, password })
  }
  for (const old of await accounts.listTokens()) {
    if (old.name === 'demo' && old.revoked_at === null) await accounts.revokeToken(old.id)
  }
  const token = await accounts.createToken({ email: TEACHER, name: 'demo' })
  await exports.request({ courseId: course.id, options: {}, userId: null, requestedBy: COMMAND_LINE })
  await runner.drain()
  const latest = await exports.latest(course.id, 'xlsx')
  const api = `${address}/api/courses/${course.id}/performance`
  return `
Perfbook demo

  page      ${address}/
  teacher   ${TEACHER}
  password  ${password}
  admin     ${ADMINISTRATOR}, with the same password
  token     ${token}
  export    ${
    latest === undefined
      ? 'none yet'
      : `${address}/files/${latest.hex}/${encodeURIComponent(latest.filename)}`
  }

Export; poll the job, whose id is in the answer, until its status is succeeded; download:

  curl -X POST -H 'Authorization: Bearer ${token}' ${api}/export
  curl -H 'Authorization: Bearer ${token}' ${address}/api/jobs/ID
  curl -LOJ -H 'Authorization: Bearer ${token}' ${api}/exports/latest

Ctrl-C stops it.
`
}

/** The first free port from `first` on. */
async function freePort (first: number): Promise<number> {
  for (let port = first; port < first + 100; port++) {
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer().once('error', () => {
        resolve(false)
      })
      server.listen({ host: '127.0.0.1', port }, () => {
        server.close(() => {
          resolve(true)
        })
      })
    })
    if (isFree) return port
  }
  throw failed(`No port from ${first} to ${first + 99} is free. Choose a port with --port.`)
}

function parsePort (text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) {
    throw new InvalidArgumentError('It must be a port number from 0 to 65535.')
  }
  return Number(text)
}
