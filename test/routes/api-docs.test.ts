import t from 'tap'
import { startTestService } from '../support/test-service.ts'

const PATHS = ['/api/docs', '/api/openapi.json', '/api/docs/style.css', '/api/docs/icon.svg']

t.test('the page shows every operation, under the policy of the site', async (t) => {
  const { call } = await startTestService(t)
  const page = await call('GET', '/api/docs', { token: null })
  t.equal(
    page.headers['content-security-policy'],
    (await call('GET', '/healthz')).headers['content-security-policy']
  )
  t.notMatch(page.text, /<script|style=|<style|src=/)
  const { paths } = (await call('GET', '/api/openapi.json', { token: null })).json()
  for (const path of Object.keys(paths)) t.ok(page.text.includes(`<code>${path}</code>`), path)
  t.equal((await call('GET', '/api/docs/', { token: null })).headers.location, '../docs')
})

t.test('API_DOCS: who may read it', async (t) => {
  const statuses = async (API_DOCS: string, role: 'teacher' | 'admin' | 'student' | null) => {
    const { call, token } = await startTestService(t, { settings: { API_DOCS } })
    return await Promise.all(PATHS.map(async (path) => (await call('GET', path, {
      token: role === null ? null : await token(role),
    })).status))
  }
  t.strictSame(await statuses('public', null), [200, 200, 200, 200])
  t.strictSame(await statuses('staff', null), [401, 401, 401, 401])
  t.strictSame(await statuses('staff', 'student'), [403, 403, 403, 403])
  t.strictSame(await statuses('staff', 'teacher'), [200, 200, 200, 200])
  t.strictSame(await statuses('off', 'admin'), [404, 404, 404, 404])
})
