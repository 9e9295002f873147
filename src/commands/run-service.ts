import type { AddressInfo } from 'node:net'
import { pino, type Logger } from 'pino'
import { lockFolder } from '../../db/folder-lock.ts'
import { createApp } from '../app.ts'
import type { Config } from '../config.ts'
import { createServices, type Services } from '../services.ts'
import type { CommandContext } from './context.ts'

export interface RunningService {
  services: Services
  /** Where it answers: `http://127.0.0.1:3000`. */
  address: string
  /** Stops it: no new jobs, a grace period for those that run, then everything in reverse order. */
  stop: () => Promise<void>
}

/**
 * Starts the whole service on a data folder: lock, database, files put right, HTTP, jobs. Throws FolderHeldError,
 * DatabaseTooNewError, and what the operating system says of the folder or the port.
 */
export async function runService (context: CommandContext, config: Config): Promise<RunningService> {
  const log = createLog(context, config)
  const lock = lockFolder(config.DATA_DIR, { pid: context.pid, address: 'starting' })
  const undo: Array<() => unknown> = [() => { lock.release() }]
  try {
    const services = await createServices({ config, log })
    undo.push(() => services.close(0))
    const reconciled = await services.files.reconcile()
    if (Object.values(reconciled).some((count) => count > 0)) log.warn(reconciled, 'stored files were put right')
    const { server, gate } = await createApp(services, log)
    undo.push(() => server.close())
    await server.listen({ host: config.HOST, port: config.PORT })
    const address = addressOf(server.server.address() as AddressInfo, config.HOST)
    lock.describe(address)
    services.warm()
    await services.runner.start()
    void services.sweeps.start()
    return {
      services,
      address,
      async stop () {
        log.info('stopping')
        // Polls are answered while running jobs have their grace period; new jobs are refused.
        gate.close()
        await services.runner.stop(config.SHUTDOWN_GRACE_MS)
        await server.close()
        await services.close(0)
        lock.release()
      },
    }
  } catch (error) {
    for (const step of undo.reverse()) await step()
    throw error
  }
}

/** Structured, to stderr. Addresses of files are secrets, and whoever has one may download. */
function createLog (context: CommandContext, config: Config): Logger {
  return pino({
    level: config.LOG_LEVEL,
    serializers: {
      req: (request: { method: string, url: string, id: string }) => ({ id: request.id, method: request.method, url: request.url.replace(/(\/files\/[0-9a-f]{6})[^?]*/, '$1…') }),
    },
  }, context.stderr)
}

function addressOf ({ port, family, address }: AddressInfo, host: string): string {
  const name = family === 'IPv6' && host.includes(':') ? `[${address}]` : host
  return `http://${name}:${port}`
}
