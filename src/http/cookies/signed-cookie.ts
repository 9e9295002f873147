import '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isOnHttps } from '../access/request-origin.ts'

/** A cookie with our signature, which scripts of the page cannot read. */
export interface SignedCookie {
  /** The value; undefined if the browser sends no such cookie, or one that we did not sign. */
  read: (request: FastifyRequest) => string | undefined
  /** Without `expires` the cookie ends with the browser. */
  set: (reply: FastifyReply, value: string, options?: { expires?: Date }) => void
  clear: (reply: FastifyReply) => void
}

interface SignedCookieOptions {
  publicUrl: string
  /** The addresses that get the cookie. */
  path: string
  nameOf: (isHttps: boolean) => string
}

export function signedCookie ({ publicUrl, path, nameOf }: SignedCookieOptions): SignedCookie {
  const name = (request: FastifyRequest) => nameOf(isOnHttps(request, publicUrl))
  const attributes = ({ request }: FastifyReply) => ({
    path,
    httpOnly: true,
    // `strict` would leave it out when a link, or the provider of single sign-on, leads here.
    sameSite: 'lax' as const,
    secure: isOnHttps(request, publicUrl),
  })
  return {
    read (request) {
      const given = request.cookies[name(request)]
      const { valid, value } = given === undefined
        ? { valid: false, value: null }
        : request.unsignCookie(given)
      return valid && value !== null ? value : undefined
    },
    set (reply, value, options = {}) {
      reply.setCookie(name(reply.request), value, { ...attributes(reply), ...options, signed: true })
    },
    clear (reply) {
      reply.clearCookie(name(reply.request), attributes(reply))
    },
  }
}
