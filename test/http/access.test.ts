// Every route with every kind of person, against what the routes declare; and the declarations against the
// table in the documentation.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { SCOPES, type Scope } from '../../src/accounts/access.ts'
import { enforceAccess, type RouteAccess, type Who } from '../../src/http/access/route-access.ts'
import { PAGE_FOLDER } from '../../tools/build-page.ts'
import { SECURITY_FILE, withAccessTable } from '../support/access-table.ts'
import { ORIGIN } from '../support/browser.ts'
import {
  disableUser,
  startTestService,
  TEACHER,
  type Answer,
  type CallOptions,
  type TestService,
} from '../support/test-service.ts'

const OTHER = 'other@example.edu'
const NEVER_LIVES = Date.UTC(2001, 0)

interface Person {
  role: 'student' | 'other' | 'teacher' | 'admin' | undefined
  /** Signed in by cookie, in a browser that says where it is. */
  isBrowser?: boolean
  /** Scopes of the token; undefined: all. */
  scopes?: (route: RouteAccess) => Scope[]
}

const PEOPLE: Record<string, Person> = {
  nobody: { role: undefined },
  'a browser without a session': { role: undefined, isBrowser: true },
  'a revoked token': { role: undefined },
  'an expired token': { role: undefined },
  'a session that was ended': { role: undefined, isBrowser: true },
  'an expired session': { role: undefined, isBrowser: true },
  'a disabled user': { role: undefined },
  'a student': { role: 'student' },
  'a student by cookie': { role: 'student', isBrowser: true },
  'a teacher of another course': { role: 'other' },
  'a teacher of another course by cookie': { role: 'other', isBrowser: true },
  'a teacher': { role: 'teacher' },
  'a teacher by cookie': { role: 'teacher', isBrowser: true },
  'an administrator': { role: 'admin' },
  'an administrator by cookie': { role: 'admin', isBrowser: true },
  "an administrator's token with every scope but the right one": {
    role: 'admin',
    scopes: ({ scope }) => SCOPES.filter((one) => one !== (scope ?? 'admin')),
  },
}

/** What the table says: a code, or that the route does its work. */
function expected (
  { who, scope }: RouteAccess,
  { role, isBrowser = false, scopes }: Person,
  fileAccess: 'link' | 'session'
): string {
  if (who === 'public' || (who === 'file' && fileAccess === 'link')) return 'allowed'
  if (who === 'same-origin') return isBrowser ? 'allowed' : 'CROSS_ORIGIN'
  if (role === undefined) return 'UNAUTHENTICATED'
  const isOutside = role === 'student' || role === 'other'
  if (who === 'job' && isOutside) return 'JOB_NOT_FOUND'
  if (who === 'file' && isOutside) return 'FILE_NOT_FOUND'
  if (who === 'course' && isOutside) return 'NOT_A_TEACHER'
  if (who === 'staff' && role === 'student') return 'NOT_A_TEACHER'
  if (who === 'cookie') return isBrowser ? 'allowed' : 'INSUFFICIENT_SCOPE'
  if (who === 'session') {
    return (role === 'admin' && scopes === undefined) || (role === 'teacher' && isBrowser)
      ? 'allowed'
      : 'SESSION_NOT_FOUND'
  }
  if (scope !== undefined && scopes !== undefined) return 'INSUFFICIENT_SCOPE'
  if ((who === 'admin' || scope === 'admin') && role !== 'admin') return 'INSUFFICIENT_SCOPE'
  return 'allowed'
}

/**
 * These mean that the route let the caller in; what it then finds wrong with an empty request is another
 * matter.
 */
function outcomeOf ({ status, text }: Answer, who: Who): string {
  const code = status >= 400 ? (JSON.parse(text) as { code: string }).code : ''
  const isRefusal = status === 401 || status === 403 ||
    ['COURSE_NOT_FOUND', 'ROUTE_NOT_FOUND', 'USER_NOT_FOUND', `${who.toUpperCase()}_NOT_FOUND`].includes(code)
  if (status >= 500 || status === 429) return `${status} ${code}`
  return isRefusal ? code : 'allowed'
}

interface Scene {
  service: TestService
  /** Asks as that person. */
  ask: (person: string, key: string) => Promise<Answer>
}

async function setScene (t: Test, fileAccess: 'link' | 'session'): Promise<Scene> {
  const service = await startTestService(t, {
    courses: [{ teachers: [{ email: TEACHER }] }, { teachers: [{ email: OTHER }] }],
    settings: { FILE_ACCESS: fileAccess },
  })
  const { call, services, server } = service
  const { accounts, db, sessions, clock: { now } } = services
  for (
    const [email, role] of [
      [TEACHER, 'teacher'],
      [OTHER, 'teacher'],
      ['student@example.edu', 'student'],
      ['admin@example.edu', 'admin'],
      ['spare@example.edu', 'teacher'],
      ['disabled@example.edu', 'admin'],
    ] as const
  ) {
    await accounts.add({ email, role })
  }
  const emails = {
    student: 'student@example.edu',
    other: OTHER,
    teacher: TEACHER,
    admin: 'admin@example.edu',
  }
  const spare = (await accounts.findByEmail('spare@example.edu'))!
  const token = (email: string, scopes?: Scope[], expiresAt?: number) =>
    accounts.createToken({ email, name: 'test', scopes, expiresAt: expiresAt ?? null })
  const { job } = (await call('POST', '/api/courses/1/performance/export', { token: await token(TEACHER) }))
    .json()
  await services.runner.drain()
  const [made] = (await call('GET', '/api/courses/1/performance/exports', { token: await token(TEACHER) }))
    .json()

  const importJob = await db.write((trx) =>
    trx.insertInto('jobs')
      .values({
        kind: 'import',
        state: 'failed',
        key: 'import',
        owner_type: 'course',
        owner_id: 1,
        payload: JSON.stringify({ choices: { onlyCourseId: 1 } }),
        error_code: 'IMPORT_FAILED',
        error_message: 'It failed.',
        run_after: 0,
        created_at: now(),
      })
      .returning('id').executeTakeFirstOrThrow()
  )

  async function session (email: string): Promise<{ id: number, cookie: string }> {
    const user = (await accounts.findByEmail(email))!
    const begun = await db.write((trx) =>
      sessions.begin(trx, user, { address: '127.0.0.1', userAgent: undefined, previous: undefined })
    )
    return {
      id: begun.principal.credential.id,
      cookie: `perfbook_session=${encodeURIComponent(server.signCookie(begun.secret))}`,
    }
  }
  const ended = await session('admin@example.edu')
  await sessions.end(ended.id)
  const expired = await session('admin@example.edu')
  await db.write((trx) =>
    trx.updateTable('sessions').set({ created_at: NEVER_LIVES }).where('id', '=', expired.id).execute()
  )
  const revoked = await token('admin@example.edu')
  await accounts.revokeToken((await accounts.listTokens()).at(-1)!.id)
  const disabled = await token('disabled@example.edu')
  await disableUser(accounts, 'disabled@example.edu')
  const fixed: Record<string, CallOptions> = {
    'a revoked token': { token: revoked },
    'an expired token': { token: await token('admin@example.edu', undefined, now()) },
    'a disabled user': { token: disabled },
    'a session that was ended': { headers: { cookie: ended.cookie } },
    'an expired session': { headers: { cookie: expired.cookie } },
  }

  const routes = accessByRoute(service)
  const cookies = new Map<string, { cookie: string }>()
  async function credentials (name: string, key: string): Promise<CallOptions> {
    const route = routes.get(key)
    if (route === undefined) throw new Error(`there is no ${key}`)
    const { role, isBrowser = false, scopes } = PEOPLE[name]!
    const known = fixed[name] ?? {}
    if (isBrowser) {
      const headers: Record<string, string> = { origin: ORIGIN, ...known.headers }
      if (role !== undefined) {
        const { cookie } = cookies.get(role) ?? await session(emails[role])
        headers.cookie = cookie
        // One that is about to be ended serves once.
        if (key === 'DELETE /api/session') cookies.delete(role)
        else cookies.set(role, { cookie })
      }
      return { token: null, headers }
    }
    return {
      token: role === undefined
        ? known.token ?? null
        : await service.token(role === 'other' ? 'teacher' : role, {
          email: emails[role],
          scopes: scopes?.(route),
        }),
    }
  }
  return {
    service,
    async ask (person, key) {
      const [method, pattern] = key.split(' ') as [Parameters<TestService['call']>[0], string]
      const params: Record<string, string | number> = {
        course_id: 1,
        export_id: made.id,
        student_id: 1,
        file_id: 999,
        job_id: key.includes('/api/imports/') ? importJob.id : job.split('/').at(-1)!,
        user_id: spare.id,
        session_id: key.includes(':session_id') ? (await session(TEACHER)).id : 0,
        hex: new URL(made.url).pathname.split('/')[2]!,
        filename: made.filename,
      }
      const path = pattern.replace(/:(\w+)/g, (_, name: string) => String(params[name])).replace(
        /\*$/,
        () => pattern === '/assets/*' ? readdirSync(join(PAGE_FOLDER, 'assets'))[0]! : 'index.html'
      )
      return await call(method, path, await credentials(person, key))
    },
  }
}

/** What takes things away comes last, and the course last of all. */
function inOrder (routes: Map<string, RouteAccess>): Array<[string, RouteAccess]> {
  const rank = (key: string) =>
    key === 'DELETE /api/courses/:course_id' ? 2 : key.startsWith('DELETE') ? 1 : 0
  return [...routes].toSorted(([a], [b]) => rank(a) - rank(b))
}

const unexpected = async () => { throw new Error('no request is sent') }

/** What the routes of a service declare, by method and pattern. HEAD is as GET. */
function accessByRoute ({ routes }: TestService): Map<string, RouteAccess> {
  return new Map(routes.flatMap(({ method, url, access }) =>
    method === 'HEAD' ? [] : [[`${method} ${url}`, access]]
  ))
}

t.test('a route that does not declare its access cannot be registered', async (t) => {
  const { services } = await startTestService(t)
  const app = Fastify()
  enforceAccess(app, {
    ...services,
    authentication: { signIn: unexpected, identify: unexpected, stillSignedIn: unexpected },
    polls: { get: unexpected },
  })
  t.throws(() => app.get('/api/new', async () => ({})), { message: /GET \/api\/new does not declare its access/ })
  t.throws(() => app.get('/api/new', { config: {} as never }, async () => ({})), { message: /does not declare/ })
  t.doesNotThrow(() => app.get('/api/new', { config: { access: { who: 'public' } } }, async () => ({})))
})

t.test('the documentation shows what the routes declare', {
  skip: !existsSync(PAGE_FOLDER) && 'the page is not built',
}, async (t) => {
  const { routes } = await startTestService(t)
  const text = readFileSync(SECURITY_FILE, 'utf8')
  t.equal(text, withAccessTable(text, routes), 'npm run docs:access')
})

t.test('every route with every kind of person', async (t) => {
  const scene = await setScene(t, 'link')
  const routes = accessByRoute(scene.service)
  t.ok(routes.size >= 45, `${routes.size} routes`)
  for (const [key, route] of inOrder(routes)) {
    // Those who are refused ask first, while everything is there.
    const order = Object.entries(PEOPLE).toSorted(([, a], [, b]) =>
      Number(expected(route, a, 'link') === 'allowed') - Number(expected(route, b, 'link') === 'allowed')
    )
    for (const [name, person] of order) {
      const answer = await scene.ask(name, key)
      // Once the first has deleted the course it is gone for the next.
      const want = key === 'DELETE /api/courses/:course_id' && name.endsWith('administrator by cookie')
        ? 'COURSE_NOT_FOUND'
        : expected(route, person, 'link')
      t.equal(outcomeOf(answer, route.who), want, `${key}: ${name}`)
    }
  }
})

t.test('files with FILE_ACCESS=session', async (t) => {
  const scene = await setScene(t, 'session')
  const key = 'GET /files/:hex/:filename'
  const access = accessByRoute(scene.service).get(key)
  if (access === undefined) throw new Error(`there is no ${key}`)
  for (const [name, person] of Object.entries(PEOPLE)) {
    t.equal(
      outcomeOf(await scene.ask(name, key), 'file'),
      expected(access, person, 'session'),
      name
    )
  }
})
