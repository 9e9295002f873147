import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { PasswordResets } from '../../accounts/password-resets.ts'
import type { Setup } from '../../accounts/setup.ts'
import type { SignInRefusal, SingleSignOn } from '../../accounts/single-sign-on.ts'
import type { Config } from '../../config.ts'
import { DomainError, type HttpErrorCode } from '../../errors.ts'
import type { Authentication } from '../access/authentication.ts'
import type { SignedCookie } from '../cookies/signed-cookie.ts'
import { signInCookie } from '../cookies/sign-in-cookie.ts'
import type { Links } from '../links.ts'
import { errors } from '../schemas/common.ts'
import { signInOptionsSchema } from '../schemas/users.ts'
import { principalJson } from './sign-in.ts'

const tags = ['Session']
/** Per address; a whole school may share one. Each request also sends one to the provider. */
const PER_MINUTE = 300
const CODES: Readonly<Record<SignInRefusal, HttpErrorCode>> = {
  unknown: 'SIGN_IN_UNKNOWN',
  unverified: 'SIGN_IN_UNVERIFIED',
  disabled: 'SIGN_IN_DISABLED',
  refused: 'SIGN_IN_REFUSED',
  expired: 'SIGN_IN_EXPIRED',
}

interface SingleSignOnRoutesOptions {
  authentication: Pick<Authentication, 'identify'>
  config: Pick<Config, 'PUBLIC_URL'>
  cookie: SignedCookie
  links: Links
  passwordResets: Pick<PasswordResets, 'isPossible'>
  setup: Pick<Setup, 'isNeeded'>
  /** Undefined: it is not set up. */
  singleSignOn: SingleSignOn | undefined
}

/** Single sign-on: to the provider and back. A browser that is refused goes to the page, which shows why. */
export const singleSignOnRoutes: FastifyPluginAsyncTypebox<SingleSignOnRoutesOptions> = async (
  app,
  { authentication, config, cookie, links, passwordResets, setup, singleSignOn }
) => {
  const ticketCookie = signInCookie(config.PUBLIC_URL, links.prefix)
  const rateLimit = {
    max: PER_MINUTE,
    timeWindow: 60_000,
    errorResponseBuilder: (request: FastifyRequest, { ttl }: { ttl: number }) =>
      new DomainError('RATE_LIMITED', {
        detail: 'Too many sign-ins were started from this address. Wait a moment, then try again.',
        retryAfterSeconds: Math.ceil(ttl / 1000),
      }),
  }
  const redirectUri = (request: FastifyRequest) => links.absolute(request, '/api/oidc/callback')

  /** There is always an administrator once there has been one. */
  let isSetUp = false
  async function needsSetup (): Promise<boolean> {
    if (!isSetUp) isSetUp = !await setup.isNeeded()
    return !isSetUp
  }

  function required (): SingleSignOn {
    if (singleSignOn === undefined) throw new DomainError('SINGLE_SIGN_ON_OFF')
    return singleSignOn
  }
  /** Sends a browser to the page with the error, which the page shows; a program gets the error as JSON. */
  async function withReadableErrors (
    request: FastifyRequest,
    reply: FastifyReply,
    work: () => Promise<FastifyReply>
  ): Promise<FastifyReply> {
    try {
      return await work()
    } catch (error) {
      const isBrowser = request.headers.accept?.includes('text/html') === true
      if (!isBrowser || !(error instanceof DomainError)) throw error
      return reply.redirect(`${links.prefix}/?sign_in=${error.code}`)
    }
  }

  app.get('/api/sign-in-options', {
    config: { access: { who: 'public' } },
    schema: {
      tags,
      summary: 'The ways to sign in, and who is signed in by cookie',
      description: 'The page starts with this request. The status is 200 for a signed-out browser, too.',
      security: [],
      response: { 200: signInOptionsSchema, ...errors(503) },
    },
  }, async (request, reply) => {
    const principal = await authentication.identify(request)
    return await reply.header('cache-control', 'no-store').send({
      password: true,
      single_sign_on: singleSignOn === undefined
        ? null
        : { name: singleSignOn.name, url: `${links.prefix}/api/oidc/login` },
      password_reset: passwordResets.isPossible,
      user: principal?.credential.kind === 'session'
        ? { ...principalJson(principal), has_password: principal.hasPassword }
        : null,
      ...(principal === undefined && await needsSetup() ? { needs_setup: true } : {}),
    })
  })

  app.get(
    '/api/oidc/login',
    {
      config: { access: { who: 'public' }, rateLimit },
      schema: {
        tags,
        summary: 'Begin single sign-on: sends the browser to the provider',
        description:
          'If that fails, a browser (`Accept: text/html`) is redirected to the page: `/?sign_in=CODE`.',
        security: [],
        response: { 302: Type.Null(), ...errors(404, 429, 503) },
      },
    },
    async (request, reply) =>
      await withReadableErrors(request, reply.header('cache-control', 'no-store'), async () => {
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
          'The way back from the provider: begins a session, sets its cookie, and redirects to the page',
        description:
          'The user has the email address that the provider verified. A browser that is refused is ' +
          'redirected to the page: `/?sign_in=CODE`.',
        security: [],
        response: { 302: Type.Null(), ...errors(400, 403, 404, 429, 503) },
      },
    },
    async (request, reply) =>
      await withReadableErrors(request, reply.header('cache-control', 'no-store'), async () => {
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
          // If the provider vouched for no one, nothing is recorded: anyone could fill the log.
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
