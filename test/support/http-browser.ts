// A browser over real sockets: follows redirects from site to site and keeps the cookies of each.

export interface Visit {
  status: number
  /** Where it ended. */
  url: string
  headers: Headers
  text: string
  /** All addresses on the way, the first one included. */
  way: string[]
}

export interface HttpBrowser {
  /** By origin, by name. */
  cookies: Map<string, Map<string, string>>
  /** `until` stops before an address that begins with it: the browser has not followed it yet. */
  visit: (address: string, options?: { accept?: string, until?: string, follow?: boolean }) => Promise<Visit>
}

/** `hosts`: what is reached elsewhere than its name says, as behind a proxy. */
export function newHttpBrowser (hosts: Readonly<Record<string, string>> = {}): HttpBrowser {
  const cookies: HttpBrowser['cookies'] = new Map()
  return {
    cookies,
    async visit (address, { accept = 'text/html,*/*', until, follow = true } = {}) {
      const way: string[] = []
      for (let next = new URL(address); ;) {
        way.push(next.href)
        const jar = cookies.get(next.origin) ?? new Map<string, string>()
        cookies.set(next.origin, jar)
        const response = await fetch(
          new URL(next.pathname + next.search, hosts[next.origin] ?? next.origin),
          {
            redirect: 'manual',
            headers: { accept, cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
          }
        )
        for (const line of response.headers.getSetCookie()) {
          const [, name, value, rest] = /^([^=]+)=([^;]*)(.*)$/.exec(line) as unknown as [
            string,
            string,
            string,
            string
          ]
          const expires = /expires=([^;]+)/i.exec(rest)?.[1]
          if (/max-age=0/i.test(rest) || (expires !== undefined && Date.parse(expires) < Date.now())) {
            jar.delete(name)
          } else jar.set(name, value)
        }
        const location = response.headers.get('location')
        const target = location === null ? undefined : new URL(location, next)
        const text = await response.text()
        if (target === undefined || !follow) {
          return { status: response.status, url: next.href, headers: response.headers, text, way }
        }
        if (until !== undefined && target.href.startsWith(until)) {
          return { status: response.status, url: target.href, headers: response.headers, text, way }
        }
        if (way.length > 10) throw new Error(`too many redirects: ${way.join(' ')}`)
        next = target
      }
    },
  }
}
