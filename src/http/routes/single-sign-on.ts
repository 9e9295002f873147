import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { DomainError, type HttpErrorCode } from '../../errors.ts'
import type { SignInRefusal, SingleSignOn } from '../../accounts/single-sign-on.ts'
import { errors } from '../schemas/common.ts'
import { signInOptionsSchema } from '../schemas/users.ts'
import { signInCookie } from '../cookies/sign-in-cookie.ts'
import type { Links } from '../links.ts'
import type { SessionCookie } from '../cookies/session-cookie.ts'
import type { Config } from '../../config.ts'

const tags = ['Session']
/** A whole school may be behind one address; each asks the provider something. */
const PER_MINUTE = 300
const CODES: Readonly<Record<SignInRefusal, HttpErrorCode>> = {
  unknown: 'SIGN_IN_UNKNOWN',
  unverified: 'SIGN_IN_UNVERIFIED',
  disabled: 'SIGN_IN_DISABLED',
  refused: 'SIGN_IN_REFUSED',
  expired: 'SIGN_IN_EXPIRED',
}

export interface SingleSignOnRoutesOptions {
  config: Pick<Config, 'PUBLIC_URL'>
  cookie: SessionCookie
  links: Links
  /** Undefined: it is not set up. */
  singleSignOn: SingleSignOn | undefined
}

/**
 * Single sign-on: out to the provider, and back. A browser that is refused is sent to the page, which shows
 * why.
 */
export const singleSignOnRoutes: FastifyPluginAsyncTypebox<SingleSignOnRoutesOptions> = async (
  app,
  { config, cookie, links, singleSignOn }
) => {
  const ticketCookie = signInCookie(config.PUBLIC_URL, links.prefix)
  const rateLimit = {
    max: PER_MINUTE,
    timeWindow: 60_000,
    errorResponseBuilder: (request: FastifyRequest, { ttl }: { ttl: number }) =>
      new DomainError('RATE_LIMITED', {
        detail: 'Too many sign-ins were begun from this address. Wait a little, then try again.',
        retryAfterSeconds: Math.ceil(ttl / 1000),
      }),
  }
  const redirectUri = (request: FastifyRequest) => links.absolute(request, '/api/oidc/callback')

  function required (): SingleSignOn {
    if (singleSignOn === undefined) throw new DomainError('SINGLE_SIGN_ON_OFF')
    return singleSignOn
  }
  /** What the route throws, as a person can read it where a person asks. */
  async function readably (
    request: FastifyRequest,
    reply: FastifyReply,
    work: () => Promise<FastifyReply>
  ): Promise<FastifyReply> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof DomainError) || request.headers.accept?.includes('text/html') !== true) throw error
      return reply.redirect(`${links.prefix}/?sign_in=${error.code}`)
    }
  }

  app.get('/api/sign-in-options', {
    config: { access: { who: 'public' } },
    schema: {
      tags,
      summary: 'By which ways one can sign in',
      security: [],
      response: { 200: signInOptionsSchema },
    },
  }, async (request, reply) =>
    reply.header('cache-control', 'no-store').send({
      password: true,
      single_sign_on: singleSignOn === undefined
        ? null
        : { name: singleSignOn.name, url: `${links.prefix}/api/oidc/login` },
    }))

  app.get(
    '/api/oidc/login',
    {
      config: { access: { who: 'public' }, rateLimit },
      schema: {
        tags,
        summary: 'Begin single sign-on: sends the browser to the provider',
        description:
          'A browser (`Accept: text/html`) that cannot be sent there comes back to the page as `/?sign_in=CODE`.',
        security: [],
        response: { 302: Type.Null(), ...errors(404, 429, 503) },
      },
    },
    async (request, reply) =>
      await readably(request, reply.header('cache-control', 'no-store'), async () => {
        const { url, ticket } = await required().begin(redirectUri(request))
        ticketCookie.set(reply, ticket)
        return reply.redirect(url)
      })
  )

  app.get(
    '/api/oidc/callback',
    {
      config: { access: { who: 'public', audit: 'session.begin' }, rateLimit },
      schema: {
        tags,
        summary:
          'The way back from the provider: begins a session, sets its cookie, and sends the browser to the page',
        description:
          'The user is found by the e-mail that the provider has verified. A browser that is refused comes to the page as `/?sign_in=CODE`.',
        security: [],
        response: { 302: Type.Null(), ...errors(400, 403, 404, 429, 503) },
      },
    },
    async (request, reply) =>
      await readably(request, reply.header('cache-control', 'no-store'), async () => {
        const signOn = required()
        const ticket = ticketCookie.read(request)
        if (ticket === undefined) throw new DomainError('SIGN_IN_EXPIRED')
        ticketCookie.clear(reply)
        const begun = await signOn.finish(
          redirectUri(request),
          new URL(request.url, 'http://localhost').search,
          ticket,
          {
            address: request.ip,
            userAgent: request.headers['user-agent'],
            previous: cookie.read(request),
          }
        )
        if ('refused' in begun) {
          // Where the provider has vouched for nobody nothing is noted: anybody could fill the log with it.
          if (begun.refused !== 'expired' && begun.refused !== 'refused') {
            request.audited = { actorId: begun.userId, outcome: 'refused', subject: 'single sign-on' }
          }
          throw new DomainError(CODES[begun.refused])
        }
        request.audited = { actorId: begun.principal.userId, outcome: 'done', subject: 'single sign-on' }
        cookie.set(reply, begun.secret)
        return reply.redirect(`${links.prefix}/`)
      })
  )
}
