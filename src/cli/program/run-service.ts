import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { setImmediate as turn } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import { pino, type Logger } from 'pino'
import { lockFolder, reachable } from '../../../db/sqlite/folder-lock.ts'
import { createApp } from '../../app.ts'
import type { Config } from '../../config.ts'
import { DomainError } from '../../errors.ts'
import { byFolder, openPlaces } from '../../doctor/open-places.ts'
import { removeUnfinished } from '../../files/staged-file.ts'
import { createServices, type Services, type ServicesOptions } from '../../services.ts'
import { offerSetup } from './offer-setup.ts'
import { escapeUnprintable } from './printer.ts'
import { boundMessage, listNames, shorten } from '../../short-text.ts'

/** Most characters of a stack in the log. */
const STACK_MAX = 8000

export interface RunningService {
  services: Services
  /** Where it listens: `http://127.0.0.1:3000`. */
  address: string
  /** The setup link for the first administrator. Undefined: none was requested, or none is needed. */
  setupUrl: string | undefined
  /**
   * Stops it: no new jobs, a grace period for those that run, then everything in reverse order. Twice is
   * fine.
   */
  stop: () => Promise<void>
}

/** What the service needs of the process: where the log goes, and its number. */
interface ServiceProcess {
  stderr: { write: (text: string) => unknown }
  pid: number
  /** Ends the wait for a database that is not there yet. */
  signal?: AbortSignal
}

/** Parts that a test replaces. */
interface ServiceParts extends Pick<ServicesOptions, 'storage' | 'onStep'> {
  /** Settings files, which may hold passwords. */
  settingsFiles?: readonly string[]
  /** Whether a service without an administrator makes a setup link. */
  offersSetup?: boolean
}

/**
 * Starts the whole service on a data folder: lock, database, repair of files, HTTP, jobs. Throws
 * FOLDER_IN_USE, NODE_REFUSED, DATABASE_UNAVAILABLE, SCHEMA_TOO_NEW, UPGRADE_FAILED, ADDRESS_UNAVAILABLE, and
 * what the operating system says of the folder.
 */
export async function runService (
  context: ServiceProcess,
  config: Config,
  parts: ServiceParts = {}
): Promise<RunningService> {
  const { onStep, settingsFiles = [], offersSetup = false } = parts
  const log = createLog(context, config)
  const lock = lockFolder(config.DATA_DIR, { pid: context.pid, address: 'starting' })
  const undo: Array<() => unknown> = [() => { lock.release() }]
  try {
    const services = await createServices({
      config, log, mayUpgrade: true, node: { signal: context.signal }, ...parts,
    })
    undo.push(() => services.close(0))
    onStep?.('boot: opened')
    const open = openPlaces({
      dataFolder: config.DATA_DIR,
      secretFile: config.secretFile,
      settingsFiles: [...settingsFiles, config.COOKIE_SECRET_FILE].filter((file) => file !== ''),
    })
    for (const { path, command, within } of byFolder(open, config.DATA_DIR)) {
      const inIt = within.length === 0 ? '' : `, and to ${listNames(within)} in it`
      log.warn(
        { path, command },
        `other users of this machine have access to ${path}${inIt}; to revoke it, run: ${command}`
      )
    }
    await removeUnfinished(config.stagingFolder)
    const reconciled = await services.files.reconcile()
    if (Object.values(reconciled).some((count) => count > 0)) {
      log.warn(reconciled, 'stored files were repaired')
    }
    onStep?.('boot: files repaired')
    const { server, gate, prepare, drain } = await createApp(services, log)
    undo.push(() => server.close())
    await server.listen({ host: config.HOST, port: config.PORT }).catch((error: unknown) => {
      throw listenFailure(error as NodeJS.ErrnoException, config)
    })
    const address = addressOf(server.server.address() as AddressInfo, config.HOST)
    lock.describe(address, {
      ...(config.PUBLIC_URL === '' ? {} : { publicUrl: config.PUBLIC_URL }),
      node: services.nodes.self,
    })
    const base = config.PUBLIC_URL === '' ? reachable(address) : config.PUBLIC_URL
    const setupUrl = offersSetup ? await offerSetup(services, { base, log }) : undefined
    // Requests that already wait are answered before threads start.
    await turn()
    services.metrics.watchProcess()
    const warmed = services.warm().catch((error: unknown) => {
      log.warn({ err: error }, 'a worker thread could not be prepared; each task tries again')
    })
    await services.runner.start()
    void services.housekeeping.start()
    onStep?.('boot: jobs requeued')
    // The first export may come as soon as the service says that it listens.
    await Promise.all([warmed, prepare()])

    async function stop (): Promise<void> {
      log.info('stopping')
      // Polls are answered while running jobs have their grace period; new jobs are for other nodes.
      gate.close()
      await services.db.leave()
      await Promise.all([
        services.runner.stop(config.SHUTDOWN_GRACE_MS),
        drain(),
      ])
      // Slow downloads get the same time again.
      const cutOff = services.clock.after(config.SHUTDOWN_GRACE_MS, () => {
        server.server.closeAllConnections()
      })
      await server.close()
      cutOff()
      await services.close(0)
      lock.release()
    }
    let stopping: Promise<void> | undefined
    return {
      services,
      address,
      setupUrl,
      stop: async () => {
        await (stopping ??= stop())
      },
    }
  } catch (error) {
    for (const step of undo.reverse()) await step()
    throw error
  }
}

/** A structured log on stderr. Quoted text cannot control the terminal that shows it. */
export function createLog ({ stderr, pid }: ServiceProcess, config: Config): Logger {
  return pino({
    level: config.LOG_LEVEL,
    // What pino says by itself, and which node it is.
    base: { pid, hostname: hostname(), ...isOneOfMany(config) ? { node: config.nodeName } : {} },
    // Headers hold tokens and cookies; at its finest level a plugin logs all that it was given
    // (@fastify/multipart does).
    redact: ['headers', '*.headers'],
    serializers: {
      req: (request: FastifyRequest) => ({
        id: request.id,
        method: request.method,
        url: loggedAddress(request),
      }),
      err: boundError,
    },
  }, {
    write: (line) => {
      stderr.write(escapeUnprintable(line))
    },
  })
}

/** Whether the name of this node tells something. */
function isOneOfMany ({ database, NODE_NAME: name }: Config): boolean {
  return database.engine === 'postgres' || name !== ''
}

/** An error as it is logged: one from a thread may quote a file. */
function boundError (error: Error): object {
  const shown = pino.stdSerializers.err(error)
  return {
    type: shown.type,
    message: boundMessage(shown.message),
    stack: shorten(shown.stack ?? '', STACK_MAX),
    code: 'code' in error ? error.code : undefined,
  }
}

/**
 * The path of a request. The address of a file is a secret, because anyone who has it may download the file.
 * A query may hold secrets too, such as the callback of single sign-on.
 */
function loggedAddress ({ url, params, routeOptions }: FastifyRequest): string {
  if (routeOptions.url === '/files/:hex/:filename') {
    return `/files/${(params as { hex: string }).hex.slice(0, 6)}…`
  }
  return url.replace(/\?.*/s, '').replace(/(\/files\/.{6}).*/s, '$1…')
}

/** ADDRESS_UNAVAILABLE with the setting that helps, or the error itself if it says something else. */
export function listenFailure (
  error: NodeJS.ErrnoException,
  { HOST, PORT }: Pick<Config, 'HOST' | 'PORT'>
): Error {
  const unavailable = (detail: string) => new DomainError('ADDRESS_UNAVAILABLE', { detail, cause: error })
  switch (error.code) {
    case 'EADDRINUSE':
      return unavailable(
        `Port ${PORT} is in use by another program. Choose another port with PORT or --port.`
      )
    case 'EACCES':
      return unavailable(
        `The system does not allow this user to listen on port ${PORT}. ` +
          'Choose a port above 1023 with PORT or --port, and put a reverse proxy in front.'
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return unavailable(
        `This machine does not have the address ${HOST}. ` +
          'Set HOST to one that it has: 127.0.0.1 for this machine only, 0.0.0.0 for all its addresses.'
      )
    default:
      return error
  }
}

function addressOf ({ port, family, address }: AddressInfo, host: string): string {
  const name = family === 'IPv6' && host.includes(':') ? `[${address}]` : host
  return `http://${name}:${port}`
}
