// Files in a real object store: where they are, links to it, and what still works while it does not respond.
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { EXPORT_CATEGORY } from '../../../src/exports/export.job.ts'
import { storeFile } from '../../support/stored-file.ts'
import {
  keysIn, needsSwift, startSwift, storeOf, type Swift,
} from '../../support/swift.ts'
import { startTestService, type TestService } from '../../support/test-service.ts'
import { upload } from './upload-form.ts'

const COURSE = {
  name: 'Physics I',
  tasks: [{ title: 'HW 1' }],
  students: [{ lastName: 'Ames', cells: [0.5] }],
}

async function fetchBytes (address: string, headers: Record<string, string> = {}) {
  const [response] = await once(get(address, { headers }), 'response') as [IncomingMessage]
  const pieces: Buffer[] = []
  for await (const piece of response) pieces.push(piece as Buffer)
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces) }
}

/** Requests an export and waits for its end. */
async function exportOf ({ call, services, courseIds: [id] }: TestService) {
  const asked = await call('POST', `/api/courses/${id}/performance/export`)
  await services.runner.drain()
  return (await call('GET', asked.json().job)).json()
}

t.test('keys are random and say nothing; an export has the run in its key', needsSwift(), async (t) => {
  const settings = await (await startSwift(t)).settings('schools/north')
  const service = await startTestService(t, { courses: [COURSE], settings })
  const job = await exportOf(service)
  t.equal(job.status, 'succeeded')
  const slides = await storeFile(service, 'slides', { filename: 'Week 1.pdf', contentType: 'text/plain' })
  const keys = (await keysIn(storeOf(settings))).sort()
  t.equal(keys.length, 3)
  t.match(keys[2], /^schools\/north\/installation\/[0-9a-f]{32}$/)
  const token = (await service.services.queue.find(job.id))?.token
  const files = keys.slice(0, 2)
  t.match(files.find((key) => key.includes('-')), new RegExp(
    `^schools/north/files/[0-9a-f]{32}-${job.id}-${token}$`
  ))
  t.match(files.find((key) => !key.includes('-')), /^schools\/north\/files\/[0-9a-f]{32}$/)
  for (const { hex } of [slides, ...await service.services.files.info({ category: EXPORT_CATEGORY })]) {
    t.notOk(keys.some((key) => key.includes(hex)), 'the public address is not in a key')
  }
})

t.test('an upload of an import is under uploads/ until its job is done', needsSwift(), async (t) => {
  const settings = await (await startSwift(t)).settings()
  const service = await startTestService(t, { courses: [COURSE], settings, withoutRunner: true })
  const uploads = async () => (await keysIn(storeOf(settings))).filter((key) => key.startsWith('uploads/'))
  const document = {
    format: 'performance-book/1',
    course: { source_id: 'bio', name: 'Biology' },
    students: [{ source_id: 's1', last_name: 'Ames' }],
  }
  const answer = await service.call('POST', '/api/imports', {
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: [
      '--x', 'content-disposition: form-data; name="file"; filename="book.json"', '',
      JSON.stringify(document), '--x--', '',
    ].join('\r\n'),
  })
  t.equal(answer.status, 202, answer.text)
  t.equal((await uploads()).length, 1)
  await service.services.runner.start()
  await service.services.runner.drain()
  const job = (await service.call('GET', `/api/imports/${answer.json().id}`)).json()
  t.equal(job.status, 'succeeded', JSON.stringify(job.errors))
  t.strictSame(await uploads(), [])
})

t.test('redirect: a link for a minute, with everything signed in', needsSwift(), async (t) => {
  const settings = { ...await (await startSwift(t)).settings('p'), FILE_DELIVERY: 'redirect' }
  const service = await startTestService(t, { courses: [COURSE], settings })
  const file = await storeFile(service, 'some bytes', { filename: '物理 I.txt', contentType: 'text/plain' })
  const answer = await service.call('GET', file.path, { token: null })
  t.equal(answer.status, 302)
  t.match(answer.headers, {
    'cache-control': 'no-store',
    'x-robots-tag': 'noindex',
    'referrer-policy': 'no-referrer',
  })
  t.notOk('etag' in answer.headers)
  const link = new URL(answer.headers.location ?? '')
  t.ok(Number(link.searchParams.get('X-Amz-Expires')) <= 60)
  t.notOk(link.pathname.includes(file.hex))
  const got = await fetchBytes(link.href)
  t.match(got, {
    status: 200,
    headers: {
      'content-type': 'text/plain',
      'content-disposition': 'attachment; filename="?? I.txt"; filename*=UTF-8\'\'%E7%89%A9%E7%90%86%20I.txt',
      'cache-control': 'private, no-cache',
    },
  })
  t.equal(String(got.body), 'some bytes')
  t.match(await fetchBytes(link.href, { range: 'bytes=5-8' }), { status: 206, body: Buffer.from('byte') })
  link.searchParams.set('response-content-type', 'text/html')
  t.equal((await fetchBytes(link.href)).status, 403, 'nothing in it can be changed')
})

t.test('redirect: the node answers HEAD, conditions and refusals itself', needsSwift(), async (t) => {
  const settings = { ...await (await startSwift(t)).settings(), FILE_DELIVERY: 'redirect' }
  const service = await startTestService(t, { courses: [COURSE], settings })
  const file = await storeFile(service, 'some bytes')
  const old = await storeFile(service, 'old', { expiresAt: 1 })
  const etag = `"${file.sha256}"`
  const ask = (method: 'GET' | 'HEAD', path: string, headers: Record<string, string> = {}) =>
    service.call(method, path, { token: null, headers })
  t.match(await ask('HEAD', file.path), {
    status: 200,
    headers: { etag, 'content-length': '10', 'accept-ranges': 'bytes', 'cache-control': 'private, no-cache' },
  })
  t.match(await ask('GET', file.path, { 'if-none-match': etag }), { status: 304, headers: { etag } })
  t.equal((await ask('GET', file.path, { 'if-match': '"other"' })).status, 412)
  t.equal((await ask('GET', file.path, { range: 'bytes=10-' })).status, 416)
  t.equal((await ask('GET', old.path)).status, 410)
  t.equal((await ask('GET', `/files/${'0'.repeat(32)}/a.bin`)).status, 404)
})

t.test('redirect: the link has the address that browsers reach', needsSwift(), async (t) => {
  const settings = {
    ...await (await startSwift(t)).settings(),
    FILE_DELIVERY: 'redirect',
    S3_PUBLIC_ENDPOINT: 'https://files.school.example',
  }
  const service = await startTestService(t, { courses: [{}], settings })
  const file = await storeFile(service, 'x')
  const { headers } = await service.call('GET', file.path, { token: null })
  t.equal(new URL(headers.location ?? '').origin, 'https://files.school.example')
})

/** A service on a store of its own, with a file in it. */
async function withOwnStore (t: Test): Promise<{ swift: Swift, service: TestService }> {
  const swift = await startSwift(t, { mayShare: false })
  const settings = await swift.settings()
  // One of the nodes: those that live are part of what /readyz says.
  const service = await startTestService(t, { courses: [COURSE], settings, node: { signal: undefined } })
  return { swift, service }
}

t.test('the store does not respond, and responds again', needsSwift(), async (t) => {
  const { swift, service } = await withOwnStore(t)
  const { call, services, courseIds: [id = 0] } = service
  const file = await storeFile(service, 'some bytes')
  const get = () => call('GET', file.path, { token: null })
  const send = () =>
    upload(service, [{ name: 'category', value: 'slides' }, {
      name: 'file',
      value: 'text',
      filename: 'a.txt',
      type: 'text/plain',
    }])
  t.strictSame((await call('GET', '/readyz')).json(), { status: 'ok' })
  await swift.stop()

  for (const answer of [await get(), await send()]) {
    t.equal(answer.status, 503)
    t.match(answer.headers['retry-after'], /^\d+$/)
    t.match('json' in answer && typeof answer.json === 'function' ? answer.json() : answer.json, {
      code: 'STORAGE_UNAVAILABLE',
    })
  }
  t.equal((await call('HEAD', file.path, { token: null })).status, 200, 'the row says it all')
  t.equal((await get()).status, 503)
  t.equal((await services.files.info({ owner: { type: 'course', id } })).length, 1, 'no row without bytes')

  const asked = await call('POST', `/api/courses/${id}/performance/export`)
  t.equal(asked.status, 202)
  // With a timer: nothing else keeps this process alive while the run waits for the store, which it may do
  // for a moment longer than the store is away.
  const whileIt = async (is: string) => {
    while ((await call('GET', asked.json().job)).json().status === is) await delay(20)
  }
  await whileIt('queued')

  await swift.start()
  await whileIt('started')
  t.match((await call('GET', asked.json().job)).json(), { status: 'succeeded', attempts: 1, error: null })
  const found = await get()
  t.match({ status: found.status, text: found.text }, { status: 200, text: 'some bytes' })
  t.equal((await send()).status, 201)
})

t.test('/readyz stays ready and says that it is degraded', needsSwift(), async (t) => {
  const { swift, service: { call } } = await withOwnStore(t)
  await swift.stop()
  const answer = await call('GET', '/readyz')
  t.equal(answer.status, 200)
  t.match(answer.json(), { status: 'degraded', degraded: [{ part: 'storage' }] })
})
