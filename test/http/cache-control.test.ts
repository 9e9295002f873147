// No answer to a signed-in user ends up in a shared cache, on any route, whatever the outcome.
import t from 'tap'
import { signedInAs } from '../support/browser.ts'
import { listenRaw } from '../support/raw-request.ts'
import { startTestService, TEACHER, type TestService } from '../support/test-service.ts'

const COURSE = {
  name: 'Physics',
  teachers: [{ email: TEACHER }],
  tasks: [{ title: 'HW' }],
  students: [{ lastName: 'Ames', cells: [0.5] }],
}
const EXPORTS = '/api/courses/1/performance/exports'
/** Open to anyone: pages and files of the program itself. */
const OPEN = new Set(['public', 'same-origin'])

t.test('every route, with credentials: private and checked again, or not stored at all', async (t) => {
  const service = await startTestService(t, { courses: [COURSE], settings: { FILE_ACCESS: 'session' } })
  const { call, services, routes } = service
  const { job } = (await call('POST', '/api/courses/1/performance/export')).json()
  await services.runner.drain()
  const [made] = (await call('GET', EXPORTS)).json()
  const there: Record<string, string> = {
    course_id: '1',
    export_id: String(made.id),
    student_id: '1',
    job_id: job.split('/').at(-1),
    hex: new URL(made.url).pathname.split('/')[2] ?? '',
    filename: made.filename,
  }
  const keys = new Set(
    routes.flatMap(({ method, url, access }) => OPEN.has(access.who) ? [] : [`${method} ${url}`])
  )
  // What takes things away comes last.
  const isLast = (key: string) => Number(key.startsWith('DELETE'))
  const ordered = [...keys].toSorted((a, b) => isLast(a) - isLast(b))
  let answered = 0
  for (const key of ordered) {
    const [method, pattern = ''] = key.split(' ') as [Parameters<TestService['call']>[0], string]
    for (const params of [there, {} as Record<string, string>]) {
      const path = pattern.replace(/:(\w+)/g, (_, name: string) => params[name] ?? '999999').replace(
        /\*$/,
        'index.html'
      )
      const { status, headers } = await call(method, path)
      const value = headers['cache-control'] ?? ''
      if (status === 200) answered++
      t.match(
        value,
        method === 'GET' || method === 'HEAD'
          ? /^(?:private, no-cache(?:, no-transform)?|no-store)$/
          : /^(?:private, no-cache|no-store)$/,
        `${key}: ${status}`
      )
      t.match(
        (await call(method, path, { token: 'wrong' })).headers['cache-control'],
        /^(?:private, no-cache|no-store)$/,
        `${key}: a wrong token`
      )
    }
  }
  t.ok(answered >= 15, `${answered} answers were more than a refusal`)
})

t.test('by cookie as by token; public answers are unchanged', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const browser = await signedInAs(service, 'teacher')
  for (
    const path of [
      '/api/session',
      '/api/courses',
      '/api/openapi.json',
    ]
  ) t.equal((await browser.call('GET', path)).headers['cache-control'], 'private, no-cache', path)
  t.equal(
    (await browser.signIn(TEACHER)).headers['cache-control'],
    'no-store',
    'the answer that brings a cookie'
  )
  t.equal((await service.call('GET', '/', { token: null })).headers['cache-control'], 'no-cache')
})

t.test('a poll with a tag is still answered with 304, out of memory too', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const { request } = await listenRaw(service)
  const authorization = `Bearer ${await service.token('admin')}`
  const first = await request('GET', EXPORTS, { authorization })
  t.match(first, { status: 200, headers: { 'cache-control': 'private, no-cache' } })
  for (let i = 0; i < 3; i++) {
    const again = await request('GET', EXPORTS, { authorization, 'if-none-match': first.headers.etag ?? '' })
    t.match(again, { status: 304, headers: { 'cache-control': 'private, no-cache' } })
  }
})
