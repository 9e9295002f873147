import type { FastifyInstance } from 'fastify'

/**
 * Keeps answers out of shared caches, and makes browsers ask again before they reuse one: `private, no-cache`
 * (RFC 9111, 5.2.2) on every answer without a stricter header. An answer to a signed-in user is never public,
 * even if its route says so. The one place for this: a route sets the header only for something stricter
 * (`no-store`, where the answer holds a secret), or for files of the page that anyone may cache.
 */
export function keepAnswersPrivate (app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, next) => {
    const given = reply.getHeader('cache-control')
    const isStrict = request.principal === null
      ? given !== undefined
      : /\b(?:private|no-store)\b/.test(String(given ?? ''))
    if (!isStrict) reply.header('cache-control', 'private, no-cache')
    next(null, payload)
  })
}
