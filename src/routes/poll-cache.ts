import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Services } from '../services.ts'
import type { Links } from './links.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Clients ask again and again: an answer is given once more to whoever asks the same with the same credentials. */
    isPolled?: boolean
  }
  interface FastifyRequest {
    /** Set by a handler whose answer may change without a commit. */
    isLive: boolean
    pollsBefore: Map<string, unknown> | null
  }
}

interface Kept {
  /** Of the service's clock, ms. */
  from: number
  status: number
  headers: Record<string, string | number>
  body: string
}

/** Dates and expiries pass without a commit, and the use of a token is noted: so an answer is good for so long at most, ms. */
const GOOD_FOR_MS = 1000
/** Answers that are kept. */
const MOST = 1000

/**
 * Answers polls from memory, whole, as long as nobody has committed anything: one poll after another finds nothing new, and
 * finding that out anew costs three times what it costs to say it. Only requests with a token: a browser follows by events.
 */
export function servePolls (app: FastifyInstance, { db, now }: Services, links: Links): void {
  let known = new Map<string, Kept>()
  let of = Number.NaN

  /** By everything that an answer depends on; undefined: not such a request. */
  function keyOf (request: FastifyRequest): string | undefined {
    const { authorization, origin, 'if-none-match': tag = '' } = request.headers
    if (authorization === undefined || origin !== undefined || request.method !== 'GET') return undefined
    return `${request.url}\n${authorization}\n${tag}\n${links.absolute(request, '')}`
  }

  function current (): Map<string, Kept> {
    const change = db.change()
    if (change !== of || known.size >= MOST) {
      known = new Map()
      of = change
    }
    return known
  }

  app.decorateRequest('isLive', false)
  app.addHook('onRequest', (request, reply, next) => {
    const key = request.routeOptions.config.isPolled === true ? keyOf(request) : undefined
    const kept = key === undefined ? undefined : current().get(key)
    const at = now()
    if (kept === undefined || at < kept.from || at >= kept.from + GOOD_FOR_MS) {
      // Before anything is read: what is committed meanwhile makes the answer too new for these, never too old.
      request.pollsBefore = known
      next()
      return
    }
    reply.hijack()
    reply.raw.writeHead(kept.status, kept.headers).end(kept.body)
  })
  app.decorateRequest('pollsBefore', null)
  app.addHook('onRoute', (route) => {
    if (route.config?.isPolled !== true || route.method !== 'GET') return
    route.onSend = [route.onSend ?? []].flat().concat(async (request, reply, payload) => {
      const key = keyOf(request)
      const isWhole = typeof payload === 'string' || payload === undefined || payload === null
      if (key === undefined || !isWhole || request.isLive || (reply.statusCode !== 200 && reply.statusCode !== 304)) return
      const body = payload ?? ''
      const length = reply.statusCode === 304 ? {} : { 'content-length': Buffer.byteLength(body) }
      request.pollsBefore?.set(key, { from: now(), status: reply.statusCode, headers: { ...reply.getHeaders() as Record<string, string>, ...length }, body })
    })
  })
}
