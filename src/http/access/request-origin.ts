// The client's address, and the origin that the client used to reach the service.
import { isIP } from 'node:net'
import type { IncomingMessage } from 'node:http'
import { DomainError } from '../../errors.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/**
 * A name or an IP address, with or without a port (RFC 9110, 7.2), as DNS allows it, and with the underscores
 * of containers.
 */
const HOST = /^(?:[a-z0-9._-]{1,255}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i

/**
 * Refuses a request without exactly one valid `Host` before anything else looks at it: a proxy and the
 * service could disagree about which site such a request is for.
 */
export function requireOneHost (app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, next) => {
    if (hasOneHost(request.raw)) {
      next()
      return
    }
    reply.headers({ connection: 'close', 'cache-control': 'no-store' })
    next(new DomainError('VALIDATION_FAILED', {
      detail: 'host: send exactly one Host header with a valid host name.',
    }))
  })
}

/** Whether a request has exactly one usable `Host` (RFC 9112, 3.2). HTTP/1.0 may do without. */
function hasOneHost ({ rawHeaders, headers, httpVersion }: IncomingMessage): boolean {
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    if (name.length === 4 && name.toLowerCase() === 'host') count++
  }
  if (count === 0) return httpVersion === '1.0'
  return count === 1 && HOST.test(headers.host ?? '')
}

/**
 * The origin under which the client reached the service, such as `https://school.example`. With `PUBLIC_URL`
 * it is always the origin of `PUBLIC_URL`. Without it, it is the request's own: `X-Forwarded-Host` and
 * `X-Forwarded-Proto` count only from an address in `TRUST_PROXY`.
 */
export function siteOrigin (request: FastifyRequest, publicUrl: string): string {
  if (publicUrl !== '') return new URL(publicUrl).origin
  const host = HOST.test(request.host) ? request.host : request.headers.host ?? ''
  return `${request.protocol === 'https' ? 'https' : 'http'}://${host}`
}

/** Whether the client is on HTTPS, so that cookies can be `Secure`. */
export function isOnHttps (request: FastifyRequest, publicUrl: string): boolean {
  return siteOrigin(request, publicUrl).startsWith('https:')
}

/**
 * Makes sure that `request.ip` is an IP address. A trusted proxy forwards what its client wrote into
 * `X-Forwarded-For`, which can be any text. If the entry that counts is not an address, the address of the
 * socket is used.
 */
export function checkClientAddresses (app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, next) => {
    if (!isAddress(request.ip)) Object.defineProperty(request, 'ip', { value: request.socket.remoteAddress })
    next()
  })
}

/** An address without a zone (`fe80::1%eth0`): a zone has a meaning on the sender's machine only. */
function isAddress (text: string | undefined): boolean {
  return text !== undefined && isIP(text) !== 0 && !text.includes('%')
}
