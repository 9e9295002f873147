import { signedCookie, type SignedCookie } from './signed-cookie.ts'

const NAME = 'perfbook_session'

/**
 * The cookie's name. Browsers accept names with `__Host-` or `__Secure-` only over HTTPS, and `__Host-` only
 * from this exact host with the path `/` (RFC 6265bis, 4.1.3), so another site of the same domain cannot set
 * a session. They do not accept these names over plain HTTP.
 */
export function sessionCookieName ({ isHttps, prefix }: { isHttps: boolean, prefix: string }): string {
  if (!isHttps) return NAME
  return prefix === '' ? `__Host-${NAME}` : `__Secure-${NAME}`
}

/**
 * The cookie with a session's secret. `prefix` is PUBLIC_URL's path. The cookie has no expiry date: browsers
 * delete it when they close, and the server ends the session.
 */
export function sessionCookie (publicUrl: string, prefix: string): SignedCookie {
  return signedCookie({
    publicUrl,
    path: prefix === '' ? '/' : prefix,
    nameOf: (isHttps) => sessionCookieName({ isHttps, prefix }),
  })
}
