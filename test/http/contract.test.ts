// The published contract has every route of the API; the check by which all tests hold their answers against
// it does find what is wrong.
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { contractCheck, type PublishedContract } from '../support/published-contract.ts'
import { startTestService } from '../support/test-service.ts'

/** The page, its parts, and the contract itself are for browsers. */
const UNPUBLISHED = /^\/$|^\/assets|^\/api\/docs|^\/api\/openapi\.json$|^\*$/

t.test('every route is in the contract, with a summary, and with each of its answers', async (t) => {
  const { call, routes } = await startTestService(t)
  const contract = (await call('GET', '/api/openapi.json', { token: null })).json()
  const missing = routes.filter(({ method, url }) =>
    method !== 'HEAD' && method !== 'OPTIONS' && !UNPUBLISHED.test(url)
  )
    .filter(({ method, url }) =>
      contract.paths[url.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()] === undefined
    )
  t.strictSame(missing, [])
  for (
    const [path, operations] of Object.entries<
      Record<string, { summary?: string, responses: Record<string, unknown> }>
    >(contract.paths)
  ) {
    for (const [method, { summary, responses }] of Object.entries(operations)) {
      t.ok(summary, `${method} ${path} has a summary`)
      t.ok(
        Object.keys(responses).some((status) => /^[23]/.test(status)) && responses['500'] !== undefined,
        `${method} ${path} says how it ends`
      )
    }
  }
})

t.test('every schema is valid', async (t) => {
  const { call } = await startTestService(t)
  const ajv = new Ajv2020({ strict: false })
  const found: string[] = []
  JSON.stringify((await call('GET', '/api/openapi.json', { token: null })).json(), (key, value) => {
    if (key !== 'schema') return value
    found.push(JSON.stringify(value))
    t.ok(ajv.validateSchema(value), `${JSON.stringify(value)}: ${ajv.errorsText()}`)
  })
  t.ok(found.length > 100)
  t.notOk(ajv.validateSchema({ type: 'text' }))
})

t.test('what the contract does not say is found', async (t) => {
  const { call } = await startTestService(t, { courses: [{}] })
  const check = contractCheck(
    (await call('GET', '/api/openapi.json', { token: null })).json() as PublishedContract
  )
  const answer = { status: 200, contentType: 'application/json; charset=utf-8' }
  const course = { id: 1, source_id: 'a', name: 'Physics', term: null, school: null, student_count: 0 }
  t.equal(check('GET', '/api/courses?source_id=a', { ...answer, text: JSON.stringify([course]) }), undefined)
  t.match(
    check('GET', '/api/courses', { ...answer, text: JSON.stringify([{ ...course, secret: 1 }]) }),
    /GET \/api\/courses 200: .*additional properties/
  )
  t.match(
    check('GET', '/api/courses', { ...answer, text: JSON.stringify([{ ...course, id: '1' }]) }),
    /must be integer/
  )
  t.match(check('GET', '/api/courses', { ...answer, status: 418, text: '' }), /does not know this status/)
  t.match(
    check('GET', '/api/courses', { ...answer, contentType: 'text/html', text: '<p>' }),
    /does not know an answer of type text\/html/
  )
  t.equal(check('GET', '/', { ...answer, contentType: 'text/html', text: '<p>' }), undefined)
})

t.test('the readable page loads nothing from other sites', async (t) => {
  const { call } = await startTestService(t)
  const page = await call('GET', '/api/docs', { token: null })
  t.match(page.headers['content-security-policy'], /default-src 'self'/)
  const parts = Array.from(page.text.matchAll(/(?:src|href)="([^"]+)"/g), ([, address]) => address!)
  t.strictSame(parts, ['docs/icon.svg', 'docs/style.css', 'openapi.json'])
  for (const part of parts) {
    t.notMatch(part, /^(https?:)?\/\//)
    t.equal(
      (await call('GET', new URL(part, 'http://x/api/docs').pathname, { token: null })).status,
      200,
      part
    )
  }
})
