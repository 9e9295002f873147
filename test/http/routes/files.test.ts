import { once } from 'node:events'
import { connect } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { readdirSync, readlinkSync } from 'node:fs'
import t from 'tap'
import { listenRaw } from '../../support/raw-request.ts'
import { storedCount, storeFile } from '../../support/stored-file.ts'
import { startTestService } from '../../support/test-service.ts'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

t.test('the bytes, with all that a file comes with', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const content = Buffer.from(Array.from({ length: 3000 }, (_, i) => i % 251))
  const file = await storeFile(service, content, {
    filename: 'Physics_I_Performance_20150430-193402.xlsx',
    contentType: XLSX,
  })
  const answer = await service.call('GET', file.path, { token: null })
  t.equal(answer.status, 200)
  t.ok(answer.bytes.equals(content))
  t.match(answer.headers, {
    'content-type': XLSX,
    'content-length': 3000,
    'content-disposition': 'attachment; filename=Physics_I_Performance_20150430-193402.xlsx',
    etag: `"${file.sha256}"`,
    'cache-control': 'private, no-cache',
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    'x-robots-tag': 'noindex',
    'referrer-policy': 'no-referrer',
  })
  t.notOk('last-modified' in answer.headers)
  t.equal((await service.call('GET', `${file.path}?download=1`, { token: null })).status, 200)
})

t.test('names of any script, by RFC 6266', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  for (
    const [filename, disposition] of [
      ['物理 I.xlsx', 'attachment; filename="?? I.xlsx"; filename*=UTF-8\'\'%E7%89%A9%E7%90%86%20I.xlsx'],
      ['été 100%.txt', 'attachment; filename="?t? 100%.txt"; filename*=UTF-8\'\'%C3%A9t%C3%A9%20100%25.txt'],
      ["it's #1 & more (draft).txt", 'attachment; filename="it\'s #1 & more (draft).txt"'],
      ['a%2Fb.txt', "attachment; filename=a%2Fb.txt; filename*=UTF-8''a%252Fb.txt"],
    ] as const
  ) {
    const file = await storeFile(service, filename, { filename })
    const answer = await service.call('GET', file.path, { token: null })
    t.equal(answer.text, filename)
    t.equal(answer.headers['content-disposition'], disposition)
  }
})

t.test('HEAD is GET without the bytes', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const file = await storeFile(service, 'some bytes')
  const raw = await listenRaw(service)
  const [head, get] = [await raw.request('HEAD', file.path), await raw.request('GET', file.path)]
  t.equal(head.status, 200)
  t.equal(head.body.length, 0)
  const { date, ...headers } = head.headers
  t.strictSame(headers, (({ date, ...rest }) => rest)(get.headers))
  t.equal(headers['content-length'], '10')
  t.equal((await raw.request('HEAD', file.path, { 'if-none-match': headers.etag! })).status, 304)
  t.equal((await raw.request('HEAD', `/files/${'0'.repeat(32)}/a`)).status, 404)
  t.match(await raw.request('HEAD', file.path, { range: 'bytes=2-3' }), {
    status: 200,
    headers: { 'content-length': '10' },
  }, 'a range is for GET')
})

t.test('an empty file', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const file = await storeFile(service, '')
  const raw = await listenRaw(service)
  t.match(await raw.request('GET', file.path), { status: 200, headers: { 'content-length': '0' } })
  t.match(await raw.request('GET', file.path, { range: 'bytes=0-' }), {
    status: 416,
    headers: { 'content-range': 'bytes */0' },
  })
})

t.test('a client that already has the file gets 304', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const file = await storeFile(service, 'some bytes')
  const same = await storeFile(service, 'some bytes')
  const status = async (tags: string) =>
    (await service.call('GET', file.path, { token: null, headers: { 'if-none-match': tags } })).status
  const etag = `"${file.sha256}"`
  t.equal(`"${same.sha256}"`, etag, 'the tag is of the content')
  for (const tags of [etag, `W/${etag}`, '*', `"other", ${etag}`, `"other",W/${etag}`]) {
    t.equal(await status(tags), 304, tags)
  }
  for (const tags of ['"other"', file.sha256, `"${file.sha256.slice(1)}"`]) {
    t.equal(await status(tags), 200, tags)
  }
  const answer = await service.call('GET', file.path, {
    token: null,
    headers: { 'if-none-match': etag, 'cache-control': 'no-cache' },
  })
  t.equal(answer.status, 304)
  t.equal(answer.bytes.length, 0)
  t.match(answer.headers, { etag, 'cache-control': 'private, no-cache' })
  t.notOk('content-disposition' in answer.headers)
})

t.test('conditions that this service cannot know, and one that it can', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const file = await storeFile(service, 'some bytes')
  const get = (headers: Record<string, string>) => service.call('GET', file.path, { token: null, headers })
  // There is no date that it was changed: these must be ignored (RFC 9110, 13.1.3 and 13.1.4).
  t.equal((await get({ 'if-modified-since': new Date().toUTCString() })).status, 200)
  t.equal((await get({ 'if-unmodified-since': new Date(0).toUTCString() })).status, 200)
  t.equal((await get({ 'if-match': `"${file.sha256}"` })).status, 200)
  t.equal((await get({ 'if-match': '*' })).status, 200)
  const other = await get({ 'if-match': `"other", W/"${file.sha256}"` })
  t.equal(other.status, 412)
  t.strictSame(Object.keys(other.json()), ['statusCode', 'code', 'error', 'message'])
})

t.test('an expired file is 410, first with its bytes and then without, until it is forgotten', async (t) => {
  const clock = { now: Date.now() }
  const service = await startTestService(t, { courses: [{}], now: () => clock.now })
  const file = await storeFile(service, 'x', { expiresAt: clock.now + 1000 })
  const get = () => service.call('GET', file.path, { token: null })
  t.equal((await get()).status, 200)
  clock.now += 1000
  const expired = await get()
  t.equal(expired.status, 410)
  t.match(expired.json(), { statusCode: 410, code: 'FILE_EXPIRED', error: 'Gone' })
  await service.services.housekeeping.sweepFiles()
  t.equal(await storedCount(service), 0)
  t.strictSame((await get()).text, expired.text)
  t.equal(
    (await service.call('GET', `/files/${file.hex}/other`, { token: null })).status,
    404,
    'only for who knows its name'
  )
  clock.now += 90 * 86_400_000
  await service.services.housekeeping.sweepFiles()
  t.equal((await get()).status, 404)
})

t.test('a client that disconnects midway leaves nothing open', {
  skip: process.platform === 'linux' ? false : 'reads /proc',
}, async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const file = await storeFile(service, Buffer.alloc(20_000_000))
  const raw = await listenRaw(service)
  const closed = new Promise<void>((resolve) => {
    service.server.server.once('connection', (connection) => {
      connection.once('close', resolve)
    })
  })
  const socket = connect(raw.port, '127.0.0.1')
  socket.write(`GET ${file.path} HTTP/1.1\r\nhost: x\r\n\r\n`)
  await once(socket, 'data')
  socket.destroy()
  await closed
  // Closed in the background; if it never were, the test would run into its time limit.
  while (
    readdirSync('/proc/self/fd').some((fd) => linkOf(fd).startsWith(service.services.config.filesFolder))
  ) await nextTurn()
  t.equal((await raw.request('GET', file.path)).body.length, 20_000_000, 'the next one is served')
})

function linkOf (fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}
