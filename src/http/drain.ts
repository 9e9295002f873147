import type { Server } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { pause, type Clock } from '../jobs/clock.ts'

/**
 * Keeps answering requests for `ms` while /readyz says that the node is stopping, so that proxies switch to
 * other nodes. Meanwhile, each response closes its connection. Otherwise, a proxy with keep-alive connections
 * could send a POST, which it must not retry, on one that the node is just closing.
 */
export async function drain (server: Server, { clock, ms }: { clock: Clock, ms: number }): Promise<void> {
  server.prependListener('request', (_request, response) => { response.setHeader('connection', 'close') })
  await pause(clock, ms, new AbortController().signal)
  // The caller closes the server next. That would cut connections that have arrived but are not accepted yet.
  await turn()
}
