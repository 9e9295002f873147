import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance, onRequestAsyncHookHandler, RouteOptions } from 'fastify'
import type { Services } from '../services.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Clients ask again and again: an answer is given once more to whoever asks the same with the same
     * credentials.
     */
    isPolled?: boolean
  }
  interface FastifyRequest {
    /** Set by a handler whose answer may change without a commit. */
    isLive: boolean
    pollsBefore: Map<string, Kept> | null
  }
}

interface Kept {
  /** Of the service's clock, ms. */
  from: number
  /** The route's pattern. */
  route: string
  status: number
  headers: Record<string, string | number>
  body: string
}

export interface PollCache {
  /**
   * Answers a request that was answered before, if that answer is still good; false: it is for the routes.
   */
  answer: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Keeps from now on what routes with `isPolled` answer. */
  keepAnswersOf: (app: FastifyInstance) => void
}

/**
 * Dates and expiries pass without a commit, and the use of a token is noted: so an answer is good for so long
 * at most, ms.
 */
const GOOD_FOR_MS = 1000
/** Answers that are kept. */
const MOST = 1000

/**
 * Answers polls from memory, whole, as long as nobody has committed anything: one poll after another finds
 * nothing new, and finding that out anew costs several times what it costs to say it. This stands before the
 * routes and their hooks, whose outcome it keeps: who is asking is part of what an answer is kept under. Only
 * requests with a token: a browser follows by events.
 */
export function createPollCache ({ db, now, metrics, config }: Services): PollCache {
  let known = new Map<string, Kept>()
  let of = Number.NaN

  /**
   * Whatever else an answer's addresses depend on (see `Links`): nothing, the request's host, or what a proxy
   * says of it.
   */
  function originOf ({ headers, socket }: IncomingMessage): string {
    if (config.PUBLIC_URL !== '') return ''
    const host = headers.host ?? ''
    if (config.trustProxy === false) return host
    return `${host}\n${headers['x-forwarded-host'] ?? ''}\n${headers['x-forwarded-proto'] ?? ''}\n${
      headers['x-forwarded-for'] ?? ''
    }\n${socket.remoteAddress ?? ''}`
  }

  /**
   * By everything that an answer depends on; undefined: not such a request. No header holds a line feed, nor
   * does an address.
   */
  function keyOf (request: IncomingMessage, url: string): string | undefined {
    const { authorization, origin, 'if-none-match': tag = '' } = request.headers
    if (authorization === undefined || origin !== undefined || request.method !== 'GET') return undefined
    return `${url}\n${authorization}\n${tag}\n${originOf(request)}`
  }

  function current (): Map<string, Kept> {
    const change = db.change()
    if (change !== of || known.size >= MOST) {
      known = new Map()
      of = change
    }
    return known
  }

  function keep (route: RouteOptions): void {
    if (route.config?.isPolled !== true || route.method !== 'GET') return
    // Before anything is read: what is committed meanwhile makes the answer too new for these, never too old.
    const notesBefore: onRequestAsyncHookHandler = async (request) => {
      request.pollsBefore = current()
    }
    route.onRequest = [notesBefore, route.onRequest ?? []].flat() as onRequestAsyncHookHandler[]
    route.onSend = [route.onSend ?? []].flat().concat(async (request, reply, payload) => {
      const key = keyOf(request.raw, request.originalUrl)
      const isWhole = typeof payload === 'string' || payload === undefined || payload === null
      if (
        key === undefined || !isWhole || request.isLive ||
        (reply.statusCode !== 200 && reply.statusCode !== 304)
      ) return
      const body = payload ?? ''
      const headers = { ...reply.getHeaders() as Record<string, string | number> }
      if (reply.statusCode === 200) headers['content-length'] = Buffer.byteLength(body)
      request.pollsBefore?.set(key, {
        from: now(),
        route: route.url,
        status: reply.statusCode,
        headers,
        body,
      })
    })
  }

  return {
    answer (request, response) {
      const key = keyOf(request, request.url!)
      if (key === undefined) return false
      const begun = performance.now()
      const kept = current().get(key)
      if (kept === undefined) return false
      const at = now()
      if (at < kept.from || at >= kept.from + GOOD_FOR_MS) return false
      response.writeHead(kept.status, kept.headers).end(kept.body)
      metrics.requestAnswered({
        method: 'GET',
        route: kept.route,
        status: kept.status,
        seconds: (performance.now() - begun) / 1000,
      })
      return true
    },
    keepAnswersOf (app) {
      app.decorateRequest('isLive', false)
      app.decorateRequest('pollsBefore', null)
      app.addHook('onRoute', keep)
    },
  }
}
