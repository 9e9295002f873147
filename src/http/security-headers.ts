import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import helmet, { type HelmetOptions } from 'helmet'

/**
 * What every answer tells a browser (Content Security Policy Level 3): scripts, styles and requests of this
 * origin only, nothing inline, in no frame. The page of the API's documentation and the product's page set a
 * policy of their own, as strict.
 */
function securityHeaders (publicUrl: string): HelmetOptions {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    // Only where the site is known to be on HTTPS: it would lock out whoever tries it on a plain port first.
    hsts: publicUrl.startsWith('https:') ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  }
}

/**
 * Puts them on every answer. Helmet would work them out anew for each, and they are always the same: so it is
 * asked once.
 */
export function setSecurityHeaders (app: FastifyInstance, publicUrl: string): void {
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  helmet(securityHeaders(publicUrl))(response.req, response, (error) => {
    if (error instanceof Error) throw error
  })
  const headers = response.getHeaders()
  app.addHook('onRequest', (request, reply, next) => {
    reply.headers(headers)
    next()
  })
}
