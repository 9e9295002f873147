import type { FastifyInstance } from 'fastify'

/**
 * Keeps responses out of shared caches, and makes browsers ask again before they reuse one: `private,
 * no-cache` (RFC 9111, 5.2.2) on every response without a stricter header. A response to a signed-in user is
 * never public, even if its route says so. This is the only place for it. A route sets the header itself only
 * for something stricter (`no-store`, if the response contains a secret), or for files of the page that
 * anyone may cache.
 */
export function keepResponsesPrivate (app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, next) => {
    const given = reply.getHeader('cache-control')
    const isStrict = request.principal === null
      ? given !== undefined
      : /\b(?:private|no-store)\b/.test(String(given ?? ''))
    if (!isStrict) reply.header('cache-control', 'private, no-cache')
    next(null, payload)
  })
}
