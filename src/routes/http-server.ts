import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import type { PollCache } from './poll-cache.ts'

/** Those of Fastify's options that are the server's; it sets them only on a server that it makes itself. Times are ms. */
export type HttpServerOptions = { http: ServerOptions } & Record<'keepAliveTimeout' | 'requestTimeout' | 'connectionTimeout', number>

/**
 * The server that Fastify would make, with polls that need no work answered before it: most of what is asked for, and most of what
 * it costs is Fastify's and our hooks. Once `closing` is aborted all goes to Fastify, which closes connections as it answers.
 */
export function createHttpServer (handler: RequestListener, options: HttpServerOptions, polls: PollCache, closing: AbortSignal): Server {
  const server = createServer(options.http, (request, response) => {
    if (closing.aborted || !polls.answer(request, response)) handler(request, response)
  })
  server.keepAliveTimeout = options.keepAliveTimeout
  server.requestTimeout = options.requestTimeout
  server.setTimeout(options.connectionTimeout)
  return server
}
