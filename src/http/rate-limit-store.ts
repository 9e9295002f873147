import type { FastifyRateLimitStore, FastifyRateLimitStoreCtor } from '@fastify/rate-limit'
import type { SharedState } from '../nodes/shared-state.ts'

/** What the plugin says of a route. Its types say something else. */
interface RouteLimit {
  routeInfo: { method: string | string[], url: string }
}

/** Where @fastify/rate-limit counts requests: those of each route by themselves, over all nodes. */
export function rateLimitStore (shared: Pick<SharedState, 'count'>): FastifyRateLimitStoreCtor {
  const storeOf = (route: string): FastifyRateLimitStore => ({
    incr (key, done, windowMs, most) {
      shared.count({ kind: `requests: ${route}`, key }, { windowMs, most }).then(
        ({ count, leftMs }) => { done(null, { current: count, ttl: leftMs }) },
        (error: unknown) => { done(error as Error) }
      )
    },
    child: (limit: object) => {
      const { method, url } = (limit as RouteLimit).routeInfo
      return storeOf(`${String(method)} ${url}`)
    },
  })
  return class {
    readonly incr = storeOf('').incr
    readonly child = storeOf('').child
  }
}
