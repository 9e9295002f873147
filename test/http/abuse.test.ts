// Thousands of bad inputs against every route: no 500, no stack trace, always the one shape of errors.
import t from 'tap'
import { ORIGIN } from '../support/browser.ts'
import { startTestService, type TestService } from '../support/test-service.ts'

const deep = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth)
const JSON_TYPE = 'application/json'
const AT_ONCE = 16
/** The ways in from elsewhere are open; the provider is not there. */
const IDENTITY = {
  OIDC_ISSUER: 'http://127.0.0.1:1',
  OIDC_CLIENT_ID: 'x',
  OIDC_CLIENT_SECRET: 'x',
  JWT_SECRET: 'x'.repeat(32),
  JWT_AUDIENCE: 'x',
  JWT_ISSUER: 'x',
}

/** Bodies with the type that they claim to have. */
const BODIES: Array<[type: string | undefined, body: string | Buffer]> = [
  ...[
    '',
    ' ',
    '{',
    '}',
    '{"a":',
    'null',
    'true',
    '0',
    '-0',
    '1e999',
    '"x"',
    '[]',
    '[{}]',
    '{}',
    'undefined',
    'NaN',
    '\u0000',
    '{"a":"\u0000"}',
    '{"a":"\\u0000"}',
    '{"a":"\\ud800"}',
    '\ufeff{}',
    '{"email":"a@b","email":"c@d","password":"x","password":"y"}',
    '{"sheets":"course","sheets":"period"}',
    '{"__proto__":{"role":"admin"}}',
    '{"constructor":{"prototype":{"role":"admin"}}}',
    '{"email":{"$ne":null},"password":{"$ne":null}}',
    '{"email":["a@b"],"password":1e400}',
    '{"email":"\' OR 1=1 --@x","password":"\' OR 1=1 --"}',
    '{"token":"../../x","password":"12345678"}',
    '{"token":"\\u0000","password":"\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"}',
    '{"email":"a@b\\u0000","role":"admin"}',
    '{"email":"a@b","role":"root"}',
    '{"email":"no address","role":"teacher"}',
    '{"missing_counts":"never"}',
    '{"time_zone":"../../etc/passwd"}',
    '{"time_zone":""}',
    '{"categories":[{"id":9e15,"weight":1e308}]}',
    '{"categories":[{"id":-1,"weight":-1}]}',
    '{"categories":{"length":1e9}}',
    '{"sheets":"\\u202e","values":[],"include_dropped":"yes"}',
    '{"unknown":1}',
    `{"a":${deep('[', ']', 20_000)}}`,
    deep('{"a":', '}', 5_000),
    deep('[', ']', 20_000),
    `{"a":"${'x'.repeat(60_000)}"}`,
    `"${'x'.repeat(70_000)}"`,
    `{${Array.from({ length: 5_000 }, (_, i) => `"k${i}":0`).join()}}`,
  ].map((body): [string, string] => [JSON_TYPE, body]),
  [JSON_TYPE, Buffer.from([0x22, 0xff, 0xfe, 0xc0, 0x80, 0x22])],
  [JSON_TYPE, Buffer.from('{"a":"\xc3\x28"}', 'latin1')],
  [JSON_TYPE, Buffer.from('{}', 'utf16le')],
  [`${JSON_TYPE}; charset=utf-7`, '{}'],
  [`${JSON_TYPE}; charset="`, '{}'],
  ['application/x-www-form-urlencoded', 'email=a&password=b'],
  ['text/plain', '{}'],
  ['text/xml', '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>'],
  ['', '{}'],
  ['/', '{}'],
  ['nonsense', '{}'],
  [undefined, '{}'],
  ['multipart/form-data', 'x'],
  ['multipart/form-data; boundary=', 'x'],
  ['multipart/form-data; boundary=b', ''],
  ['multipart/form-data; boundary=b', '--b\r\n'],
  ['multipart/form-data; boundary=b', '--b--\r\n'],
  [
    'multipart/form-data; boundary=b',
    '--b\r\ncontent-disposition: form-data; name="file"; filename="../../x"\r\n\r\nx',
  ],
  [
    'multipart/form-data; boundary=b',
    '--b\r\ncontent-disposition: form-data; name="__proto__"\r\n\r\nx\r\n--b--\r\n',
  ],
  [
    'multipart/form-data; boundary=b',
    `--b\r\ncontent-disposition: form-data; name="${'n'.repeat(5000)}"\r\n\r\nx\r\n--b--\r\n`,
  ],
  [`multipart/form-data; boundary=${'b'.repeat(5000)}`, 'x'],
]

/** In the place of an id or a name in the address. */
const SEGMENTS = [
  '0',
  '-1',
  '1.5',
  '1e3',
  '0x1',
  '01',
  '%31',
  '١',
  'NaN',
  'null',
  '__proto__',
  'constructor',
  '..',
  '%2e%2e',
  '%2e%2e%2f',
  '..%2f..%2fetc%2fpasswd',
  '..%5c..',
  '%00',
  '1%00',
  '%0d%0aset-cookie:%20a=b',
  '%ff',
  '%c0%ae',
  '%zz',
  '%',
  "'%20OR%201=1--",
  '1;DROP%20TABLE%20users',
  '9'.repeat(15),
  '9'.repeat(400),
  'a'.repeat(3000),
  '*',
  '?x',
  '#x',
  ';x=1',
  '%E2%80%AE',
  '%F0%9F%92%A5',
  '$%7Bx%7D',
  '{{x}}',
  '<script>',
]

const QUERIES = [
  'limit=0',
  'limit=-1',
  'limit=1e9',
  'limit=x',
  'limit=1&limit=2',
  'limit[]=1',
  'limit[a]=1',
  'cursor=',
  'cursor=-1',
  'cursor=%00',
  `cursor=${'9'.repeat(400)}`,
  'cursor=1&cursor=2',
  'status=x',
  'status[]=queued',
  'period_id=0',
  'period_id=%00',
  'period_id=9007199254740993',
  'dry_run=maybe',
  'dry_run=',
  'source_id=%00',
  'source_id=%ff',
  `source_id=${'x'.repeat(5000)}`,
  'user_id=1.5',
  'action=%00',
  'category=..%2f',
  '__proto__[x]=1',
  'constructor=1',
  '%',
  '%zz=%zz',
  '&&&===',
  `${'a=1&'.repeat(2000)}`,
  '\u0000',
]

const HEADERS: Array<Record<string, string>> = [
  { authorization: 'Bearer' },
  { authorization: 'Bearer ' },
  { authorization: `Bearer ${'x'.repeat(5000)}` },
  { authorization: 'Bearer \u00ff\u00fe' },
  { authorization: 'Basic YTpi' },
  { authorization: "Bearer pb_' OR 1=1" },
  { authorization: 'Bearer a.b.c' },
  { authorization: 'Bearer ..' },
  { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' },
  { authorization: 'Bearer eyJhbGciOiJIUzI1NiIsImNyaXQiOlsieCJdfQ.bnVsbA.AA' },
  { authorization: `Bearer ${'eyJh'.repeat(900)}.e30.AA` },
  { cookie: 'perfbook_session=' },
  { cookie: 'perfbook_session=%' },
  { cookie: 'perfbook_session=%00.%00' },
  { cookie: 'perfbook_session=s.s; perfbook_session=t.t' },
  { cookie: `perfbook_session=${'x'.repeat(8000)}` },
  { cookie: '=;;;=; __proto__=1' },
  { cookie: '\u00ff' },
  { host: '' },
  { host: 'a b' },
  { host: '[::' },
  { host: 'evil.example/..' },
  { host: '\'"><script>' },
  { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'gopher', 'x-forwarded-for': 'not an address' },
  { origin: 'http://[' },
  { origin: '\u00ff' },
  { 'if-none-match': '"'.repeat(5000) },
  { 'if-none-match': `W/${'"a", '.repeat(1000)}` },
  { range: 'bytes=-' },
  { range: `bytes=0-${'9'.repeat(400)}` },
  { range: 'bytes=5-1' },
  { 'if-range': '"' },
  { accept: '*/*;q=nonsense' },
  { 'accept-encoding': 'gzip;q=2, *;q=x' },
  { 'content-length': '-1' },
  { 'content-length': '1e3' },
  { 'content-encoding': 'gzip' },
  { expect: 'nonsense' },
  { 'last-event-id': '\u00ff' },
  { 'x-http-method-override': 'DELETE' },
  { 'access-control-request-method': 'X', 'access-control-request-headers': '*' },
  { 'accept-version': '9.9.9' },
  { upgrade: 'websocket', connection: 'upgrade' },
]

interface Tried {
  method: string
  path: string
  headers?: Record<string, string>
  body?: string | Buffer
}

/** What is wrong with the answer; undefined: nothing. A status of 5xx that says to come back is an answer. */
async function complaint (
  { server }: TestService,
  { method, path, headers = {}, body }: Tried
): Promise<string | undefined> {
  const answer = await server.inject({
    method: method as 'GET',
    url: { pathname: path.split('?', 1)[0]!, query: path.slice(path.split('?', 1)[0]!.length + 1) } as never,
    headers,
    ...(body === undefined ? {} : { payload: body }),
  })
  const { statusCode, payload, headers: sent } = answer
  if (statusCode === 500) return '500'
  if (
    !/javascript/.test(String(sent['content-type'])) &&
    /\n\s+at .+:\d+:\d+|node_modules|\/src\/|SQLITE|SqliteError/.test(payload)
  ) return `a trace: ${payload.slice(0, 200)}`
  if (statusCode < 400 || method === 'HEAD' || payload === '') return undefined
  const error = JSON.parse(payload) as Record<string, unknown>
  const keys = Object.keys(error).join()
  return keys === 'statusCode,code,error,message' && error.statusCode === statusCode
    ? undefined
    : `another shape: ${payload.slice(0, 200)}`
}

/** The addresses of a route: ids that exist, so that a bad body meets the code behind them. */
function addressOf (pattern: string, bad?: { name: string, segment: string }): string {
  // The stream of a job that waits does not end: that route is asked of one that has ended.
  const good: Record<string, string> = {
    course_id: '1',
    export_id: '1',
    student_id: '1',
    file_id: '1',
    job_id: pattern.endsWith('/events') ? '2' : '1',
    user_id: '2',
    session_id: '1',
    hex: '0'.repeat(32),
    filename: 'x.xlsx',
  }
  return pattern.replace(/:(\w+)/g, (_, name: string) => name === bad?.name ? bad.segment : good[name]!)
    .replace(/\*$/, bad?.name === '*' ? bad.segment : 'x')
}

function * inputs (routes: string[]): Generator<Tried> {
  for (const [index, key] of routes.entries()) {
    const [method, pattern] = key.split(' ') as [string, string]
    const path = addressOf(pattern)
    if (method !== 'GET') {
      for (const [type, body] of BODIES) {
        yield { method, path, body, headers: type === undefined ? {} : { 'content-type': type } }
      }
    }
    for (const name of [...pattern.matchAll(/:(\w+)|(\*)$/g)].map((match) => match[1] ?? match[2]!)) {
      for (const segment of SEGMENTS) yield { method, path: addressOf(pattern, { name, segment }) }
    }
    // Every query for what reads one; of the headers, which no route looks at alone, a third for each route
    // in turn.
    for (const query of method === 'GET' ? QUERIES : QUERIES.slice(0, 3)) {
      yield { method, path: `${path}?${query}` }
    }
    for (const headers of HEADERS.filter((_, i) => (i + index) % 3 === 0)) yield { method, path, headers }
    for (const other of ['PUT', 'TRACE', 'OPTIONS', 'PROPFIND', 'HEAD', 'SEARCH']) {
      yield { method: other, path }
    }
  }
}

// Thousands of requests, on a machine that may be busy.
t.setTimeout(600_000)

t.test('no input makes the service fail', async (t) => {
  // Nothing is queued that would have to be run; and the course must outlive its deletion being tried.
  const service = await startTestService(t, {
    courses: [{ tasks: [{ title: 'HW' }], students: [{ lastName: 'Ames', cells: [1] }] }],
    withoutRunner: true,
    settings: { EXPORT_RATE_MAX: '1000000', QUEUE_MAX: '100000', BODY_MAX_BYTES: '65536', ...IDENTITY },
  })
  t.setTimeout(600_000)
  await service.token('teacher')
  const admin = await service.token('admin')
  const routes = [...new Set(service.routes.map(({ method, url }) => `${method} ${url}`))]
    .filter((key) => !key.startsWith('HEAD '))
    .toSorted((a, b) => Number(a.startsWith('DELETE')) - Number(b.startsWith('DELETE')))
  await service.services.db.write((trx) =>
    // Their ids are 1 and 2.
    trx.insertInto('jobs').values([1, 2].map(() => (
      {
        kind: 'performance-export',
        state: 'canceled',
        key: 'x',
        owner_type: 'course',
        owner_id: 1,
        payload: '{}',
        run_after: 0,
        created_at: 1,
        finished_at: 1,
      }
    ))).execute()
  )
  const complaints: string[] = []
  let count = 0
  async function attempt (tried: Tried): Promise<void> {
    const wrong = await complaint(service, {
      ...tried,
      headers: { authorization: `Bearer ${admin}`, origin: ORIGIN, ...tried.headers },
    })
    count++
    if (wrong !== undefined) {
      complaints.push(
        `${tried.method} ${tried.path.slice(0, 80)} ${JSON.stringify(tried.headers ?? {}).slice(0, 80)} ${
          String(tried.body ?? '').slice(0, 60)
        }: ${wrong}`
      )
    }
  }
  // Several at once, as clients come.
  const queue = inputs(routes)
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const tried of queue) await attempt(tried)
  }))
  t.strictSame(complaints.slice(0, 20), [])
  t.ok(count > 3000, `${count} were tried`)
  t.equal((await service.call('GET', '/healthz', { token: null })).status, 200)
})
