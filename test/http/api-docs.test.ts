import t from 'tap'
import { startTestService } from '../support/test-service.ts'

const PATHS = ['/api/docs', '/api/openapi.json', '/api/docs/style.css', '/api/docs/icon.svg']

t.test('the page shows every operation, under the policy of the site', async (t) => {
  const { call } = await startTestService(t)
  const page = await call('GET', '/api/docs', { token: null })
  for (const path of ['/', '/healthz']) {
    t.equal(
      page.headers['content-security-policy'],
      (await call('GET', path)).headers['content-security-policy'],
      path
    )
  }
  t.notMatch(page.text, /<script|style=|<style|src=/)
  const { paths } = (await call('GET', '/api/openapi.json', { token: null })).json()
  for (const path of Object.keys(paths)) t.ok(page.text.includes(`<code>${path}</code>`), path)
  t.equal((await call('GET', '/api/docs/', { token: null })).headers.location, '../docs')
})

t.test('the page begins with how to authenticate, and responses have the text of their status', async (t) => {
  const { call } = await startTestService(t)
  const docs = async (headers: Record<string, string>) =>
    (await call('GET', '/api/docs', { token: null, headers })).text
  t.match(
    await docs({ host: 'school.example' }),
    /<h1>[^]*<pre>curl -H 'Authorization: Bearer pb_…' http:\/\/school\.example\/api\/courses<\/pre>[^]*<h2>/
  )
  t.match(
    await docs({ host: 'other.example' }),
    /http:\/\/other\.example\/api\/courses/,
    'not the page of another request'
  )
  const behindProxy = await startTestService(t, { settings: { PUBLIC_URL: 'https://school.example/books' } })
  t.match(
    (await behindProxy.call('GET', '/api/docs', { token: null })).text,
    / https:\/\/school\.example\/books\/api\/courses</
  )

  const { paths } = (await call('GET', '/api/openapi.json', { token: null })).json() as {
    paths: Record<string, Record<string, { responses: Record<string, { description: string }> }>>,
  }
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  const described = operations.flatMap(({ responses }) => Object.entries(responses))
  t.ok(described.length > 100)
  t.strictSame(
    described.filter(([, { description }]) => description === 'Default Response' || description === ''),
    []
  )
  t.equal(paths['/api/courses']?.['get']?.responses['401']?.description, 'Unauthorized')
})

t.test('API_DOCS: who may read it', async (t) => {
  const statuses = async (API_DOCS: string, role: 'teacher' | 'admin' | 'student' | null) => {
    const { call, token } = await startTestService(t, { settings: { API_DOCS } })
    return await Promise.all(PATHS.map(async (path) =>
      (await call('GET', path, {
        token: role === null ? null : await token(role),
      })).status
    ))
  }
  t.strictSame(await statuses('public', null), [200, 200, 200, 200])
  t.strictSame(await statuses('staff', null), [401, 401, 401, 401])
  t.strictSame(await statuses('staff', 'student'), [403, 403, 403, 403])
  t.strictSame(await statuses('staff', 'teacher'), [200, 200, 200, 200])
  t.strictSame(await statuses('off', 'admin'), [404, 404, 404, 404])
})
