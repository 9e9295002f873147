import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import helmet, { type HelmetOptions } from 'helmet'

/**
 * What browsers may do with a response (Content Security Policy Level 3): scripts, styles and requests of
 * this origin only, nothing inline, no frames.
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
    // Only if the site is known to use HTTPS. Otherwise people who first try it without HTTPS could not use
    // it.
    hsts: publicUrl.startsWith('https:') ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  }
}

/** Sets these headers on every response. They are always the same, so Helmet computes them only once. */
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
