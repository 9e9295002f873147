// A browser as far as signing in goes: keeps the session's cookie and says which page a request comes from.
import { MIN_PASSWORD_LENGTH } from '../../src/accounts/passwords.ts'
import { ADMIN, TEACHER, type Answer, type CallOptions, type TestService } from './test-service.ts'

export const ORIGIN = 'http://localhost:80'
export const PASSWORD = 'correct horse'.padEnd(MIN_PASSWORD_LENGTH)
const EMAIL = { admin: ADMIN, teacher: TEACHER, student: 'student@example.edu' }

export interface Browser {
  /** `name=value`; empty: none. */
  cookie: string
  call: (method: Parameters<TestService['call']>[0], path: string, options?: CallOptions) => Promise<Answer>
  signIn: (email: string, password?: string) => Promise<Answer>
}

/** Where the site is: at PUBLIC_URL, if it is set. */
function siteOf ({ services }: TestService): string {
  const { PUBLIC_URL } = services.config
  return PUBLIC_URL === '' ? ORIGIN : new URL(PUBLIC_URL).origin
}

/** Without a cookie yet. */
export function newBrowser (service: TestService, headers: Record<string, string> = {}): Browser {
  const browser: Browser = {
    cookie: '',
    async call (method, path, options = {}) {
      const answer = await service.call(method, path, {
        token: null,
        ...options,
        headers: {
          origin: siteOf(service),
          ...headers,
          ...(browser.cookie === '' ? {} : { cookie: browser.cookie }),
          ...options.headers,
        },
      })
      const set = answer.headers['set-cookie']
      if (set !== undefined) browser.cookie = /^[^=]+=;/.test(set) ? '' : set.split(';', 1)[0]!
      return answer
    },
    signIn: (email, password = PASSWORD) =>
      browser.call('POST', '/api/session', { body: { email, password } }),
  }
  return browser
}

/** A browser where a user of the role has signed in; the account is made. */
export async function signedInAs (
  service: TestService,
  role: 'admin' | 'teacher' | 'student',
  email = EMAIL[role]
): Promise<Browser> {
  if (!(await service.services.accounts.list()).some((user) => user.email === email)) {
    await service.services.accounts.add({ email, role, password: PASSWORD })
  } else await service.services.accounts.setPassword(email, PASSWORD)
  const browser = newBrowser(service)
  await browser.signIn(email)
  return browser
}
