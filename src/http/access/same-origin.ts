import type { FastifyRequest } from 'fastify'
import { siteOrigin } from './request-origin.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** Whether a request may change something, by its method (RFC 9110, 9.2.1). */
export function isStateChanging (request: FastifyRequest): boolean {
  return !SAFE_METHODS.has(request.method)
}

/**
 * Whether a browser sent the request from a page of this site: by `Origin` (RFC 6454), else by
 * `Sec-Fetch-Site` (W3C Fetch Metadata), which pages cannot set. With neither header: no. With `PUBLIC_URL`
 * only its origin is this site: a name that someone else points at this machine (DNS rebinding) is not.
 */
export function isSameOrigin (request: FastifyRequest, publicUrl: string): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (origin === undefined) return site === 'same-origin'
  const given = originOf(origin)
  return given !== undefined && given === originOf(siteOrigin(request, publicUrl))
}

/**
 * In one form: small letters, no default port. Undefined: it is no web address, or `null` as an opaque origin
 * says.
 */
function originOf (address: string): string | undefined {
  const url = URL.parse(address)
  return url === null || url.origin === 'null' ? undefined : url.origin
}
