import t from 'tap'
import { startTestService } from '../support/test-service.ts'

const STRICT =
  /^default-src 'self';script-src 'self';style-src 'self';object-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none'$/

t.test('every answer has a strict policy, errors included', async (t) => {
  const { call } = await startTestService(t)
  for (const path of ['/api/courses', '/api/nothing', '/healthz', '/api/openapi.json']) {
    const { headers } = await call('GET', path)
    t.match(headers['content-security-policy'], STRICT, path)
    t.equal(headers['x-content-type-options'], 'nosniff')
    t.equal(headers['x-frame-options'], 'DENY')
    t.equal(headers['referrer-policy'], 'no-referrer')
    t.equal(headers['strict-transport-security'], undefined, 'not on a plain port')
  }
  const https = await startTestService(t, { settings: { PUBLIC_URL: 'https://school.example' } })
  t.match((await https.call('GET', '/healthz')).headers['strict-transport-security'], /^max-age=31536000$/)
})

t.test('no page allows inline scripts, and each loads what its policy allows', async (t) => {
  const { call } = await startTestService(t)
  for (const path of ['/', '/api/docs']) {
    const { status, headers, text } = await call('GET', path, { token: null })
    const policy = headers['content-security-policy']!
    t.equal(status, 200, path)
    t.match(policy, /default-src '(self|none)'/)
    t.notMatch(/script-src[^;]*/.exec(policy)?.[0] ?? '', /unsafe/, path)
    t.notMatch(text, /<script(?![^>]*\bsrc=)[^>]*>[^<]/, 'no inline script')
    for (const [, address] of text.matchAll(/(?:src|href)="([^"#]+)"/g)) {
      const url = new URL(address!, `http://localhost${path}`)
      t.equal(url.origin, 'http://localhost')
      t.equal((await call('GET', url.pathname, { token: null })).status, 200, url.pathname)
    }
  }
})
