import type { FastifyHelmetOptions } from '@fastify/helmet'

/**
 * What every answer tells a browser (Content Security Policy Level 3): scripts, styles and requests of this origin only, nothing
 * inline, in no frame. The page of the API's documentation and the product's page set a policy of their own, as strict.
 */
export function securityHeaders (publicUrl: string): FastifyHelmetOptions {
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
