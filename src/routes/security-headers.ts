import helmet, { type FastifyHelmetOptions } from '@fastify/helmet'
import Fastify, { type FastifyInstance } from 'fastify'

/**
 * What every answer tells a browser (Content Security Policy Level 3): scripts, styles and requests of this origin only, nothing
 * inline, in no frame. The page of the API's documentation and the product's page set a policy of their own, as strict.
 */
function securityHeaders (publicUrl: string): FastifyHelmetOptions {
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

/** Puts them on every answer. Helmet would work them out anew for each, and they are always the same: so it is asked once. */
export async function setSecurityHeaders (app: FastifyInstance, publicUrl: string): Promise<void> {
  const probe = Fastify()
  probe.get('/', async () => '')
  const bare = (await probe.inject('/')).headers
  const helmeted = Fastify()
  await helmeted.register(helmet, securityHeaders(publicUrl))
  helmeted.get('/', async () => '')
  const headers = Object.fromEntries(Object.entries((await helmeted.inject('/')).headers).filter(([name]) => !(name in bare)))
  app.addHook('onRequest', (request, reply, next) => {
    reply.headers(headers)
    next()
  })
}
