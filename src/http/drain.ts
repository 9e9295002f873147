import type { Server } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { pause, type Clock } from '../jobs/clock.ts'

/**
 * Goes on answering for `ms`, while /readyz says that the node is stopping, so that proxies send their
 * requests to other nodes. Meanwhile, each answer ends its connection: a proxy that keeps connections could
 * send a request on one that is just being closed, and it must not repeat a POST.
 */
export async function drain (server: Server, { clock, ms }: { clock: Clock, ms: number }): Promise<void> {
  server.prependListener('request', (_request, response) => { response.setHeader('connection', 'close') })
  await pause(clock, ms, new AbortController().signal)
  // Connections that wait to be accepted would be cut: close when all that have arrived are accepted.
  await turn()
}
