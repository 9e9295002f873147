import type { AddressInfo } from 'node:net'
import { pino, type Logger } from 'pino'
import { lockFolder } from '../../db/folder-lock.ts'
import { createApp } from '../app.ts'
import type { Config } from '../config.ts'
import { createServices, type Services, type ServicesOptions } from '../services.ts'
import type { CommandContext } from './context.ts'

export interface RunningService {
  services: Services
  /** Where it answers: `http://127.0.0.1:3000`. */
  address: string
  /** Stops it: no new jobs, a grace period for those that run, then everything in reverse order. Twice is fine. */
  stop: () => Promise<void>
}

/** Parts that a test hands in. */
export type ServiceParts = Pick<ServicesOptions, 'storage' | 'onStep'>

/**
 * Starts the whole service on a data folder: lock, database, files put right, HTTP, jobs. Throws FolderHeldError,
 * DatabaseTooNewError, and what the operating system says of the folder or the port.
 */
export async function runService (context: CommandContext, config: Config, parts: ServiceParts = {}): Promise<RunningService> {
  const { onStep } = parts
  const log = createLog(context, config)
  const lock = lockFolder(config.DATA_DIR, { pid: context.pid, address: 'starting' })
  const undo: Array<() => unknown> = [() => { lock.release() }]
  try {
    const services = await createServices({ config, log, ...parts })
    undo.push(() => services.close(0))
    onStep?.('boot: opened')
    const reconciled = await services.files.reconcile()
    if (Object.values(reconciled).some((count) => count > 0)) log.warn(reconciled, 'stored files were put right')
    onStep?.('boot: files put right')
    const { server, gate } = await createApp(services, log)
    undo.push(() => server.close())
    await server.listen({ host: config.HOST, port: config.PORT })
    const address = addressOf(server.server.address() as AddressInfo, config.HOST)
    lock.describe(address)
    services.metrics.watchProcess()
    services.warm()
    await services.runner.start()
    void services.sweeps.start()
    onStep?.('boot: jobs put right')

    async function stop (): Promise<void> {
      log.info('stopping')
      // Polls are answered while running jobs have their grace period; new jobs are refused.
      gate.close()
      await services.runner.stop(config.SHUTDOWN_GRACE_MS)
      // A download that is slow has as long again.
      const cutOff = services.clock.after(config.SHUTDOWN_GRACE_MS, () => { server.server.closeAllConnections() })
      await server.close()
      cutOff()
      await services.close(0)
      lock.release()
    }
    let stopping: Promise<void> | undefined
    return { services, address, stop: async () => { await (stopping ??= stop()) } }
  } catch (error) {
    for (const step of undo.reverse()) await step()
    throw error
  }
}

/** Structured, to stderr. Addresses of files are secrets, since whoever has one may download; so is what a provider of single sign-on sends back. */
function createLog (context: CommandContext, config: Config): Logger {
  return pino({
    level: config.LOG_LEVEL,
    serializers: {
      req: (request: { method: string, url: string, id: string }) => ({ id: request.id, method: request.method, url: request.url.replace(/(\/files\/[0-9a-f]{6})[^?]*/, '$1…').replace(/(\/api\/oidc\/[^?]*\?).*/, '$1…') }),
    },
  }, context.stderr)
}

function addressOf ({ port, family, address }: AddressInfo, host: string): string {
  const name = family === 'IPv6' && host.includes(':') ? `[${address}]` : host
  return `http://${name}:${port}`
}
