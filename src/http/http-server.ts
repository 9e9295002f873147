import {
  createServer,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { errorBody } from './errors.ts'
import type { PollCache } from './poll-cache.ts'
import { hasOneHost } from './access/request-origin.ts'

/**
 * Those of Fastify's options that are the server's; it sets them only on a server that it makes itself. Times
 * are ms.
 */
export type HttpServerOptions =
  & { http: ServerOptions }
  & Record<'keepAliveTimeout' | 'requestTimeout' | 'connectionTimeout', number>

/**
 * The server that Fastify would make, with polls that need no work answered before it: most of what is asked
 * for, and most of what it costs is Fastify's and our hooks. Once `closing` is aborted all goes to Fastify,
 * which closes connections as it answers.
 */
export function createHttpServer (
  handler: RequestListener,
  options: HttpServerOptions,
  polls: PollCache,
  closing: AbortSignal
): Server {
  // Node would answer a missing Host itself, in another shape than every other error.
  const server = createServer({ ...options.http, requireHostHeader: false }, (request, response) => {
    if (!hasOneHost(request)) refuseHost(response)
    else if (closing.aborted || !polls.answer(request, response)) handler(request, response)
  })
  server.keepAliveTimeout = options.keepAliveTimeout
  server.requestTimeout = options.requestTimeout
  server.setTimeout(options.connectionTimeout)
  return server
}

/** Two hosts, or none, may mean one site to a proxy in front and another one here. */
function refuseHost (response: ServerResponse): void {
  const body = errorBody('VALIDATION_FAILED', 'host: send exactly one Host header with a valid host name.')
  const json = JSON.stringify(body)
  const length = Buffer.byteLength(json)
  const type = 'application/json; charset=utf-8'
  response.writeHead(body.statusCode, {
    'content-type': type,
    'content-length': length,
    'cache-control': 'no-store',
    connection: 'close',
  })
  response.end(json)
}
