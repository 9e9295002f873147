import type { FastifyRateLimitStore, FastifyRateLimitStoreCtor } from '@fastify/rate-limit'
import type { SharedState } from '../nodes/shared-state.ts'

/** What the plugin passes for a route. Its types are wrong. */
interface RouteLimit {
  routeInfo: { method: string | string[], url: string }
}

/** Where @fastify/rate-limit counts requests: separately for each route, together for all nodes. */
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
