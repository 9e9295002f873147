// A download has the same answer whether the bytes are on the local disk or in another storage.
import { once } from 'node:events'
import { truncateSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import t from 'tap'
import type { FileStorage } from '../../../src/files/storage/file-storage.ts'
import { createMemoryStorage } from '../../files/memory-storage.ts'
import { listenRaw, type RawAnswer } from '../../support/raw-request.ts'
import { storeFile } from '../../support/stored-file.ts'
import { needsSwift, startSwift } from '../../support/swift.ts'
import { startTestService, type TestService } from '../../support/test-service.ts'

const ON_DISK = { FILES_URL: '' }
const COURSE = {
  name: 'Physics I',
  tasks: [{ title: 'HW 1' }],
  students: [{ lastName: 'Ames', cells: [0.5] }],
}
const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251))
const EXPIRED = { expiresAt: 1 }

/** Stores some files and listens. */
async function withFiles (service: TestService) {
  const named = { filename: '物理 #1 100%.txt', contentType: 'text/plain' }
  const files = [
    await storeFile(service, CONTENT),
    await storeFile(service, 'some text', named),
    await storeFile(service, ''),
    await storeFile(service, 'x'),
    await storeFile(service, 'old', EXPIRED),
  ]
  return { ...await listenRaw(service), files }
}

/** An answer without what differs from request to request. */
function shown ({ status, headers: { date, ...headers }, body }: RawAnswer) {
  return { status, headers, body: body.toString('latin1') }
}

const RANGES = [
  'bytes=0-0', 'bytes=0-', 'bytes=7-20', 'bytes=-5', 'bytes=100000-299999', 'bytes=299999-', 'bytes=300000-',
  'bytes=0-9,20-29', 'bytes=-0', 'items=0-1', 'bytes=x',
]
const conditions = (etag: string): Array<Record<string, string>> => [
  {},
  ...RANGES.map((range) => ({ range })),
  ...[etag, `W/${etag}`, '*', '"other"'].map((tags) => ({ 'if-none-match': tags })),
  ...[etag, `W/${etag}`, '*', '"other"'].map((tags) => ({ 'if-match': tags })),
  ...[etag, `W/${etag}`, '"other"', new Date(0).toUTCString()].flatMap((tag) =>
    ['bytes=2-3', 'bytes=900000-'].map((range) => ({ 'if-range': tag, range }))
  ),
  { 'if-modified-since': new Date(Date.UTC(2100, 0)).toUTCString() },
  { 'if-unmodified-since': new Date(0).toUTCString() },
  { 'if-none-match': etag, range: 'bytes=0-1' },
  { 'cache-control': 'no-cache', 'if-none-match': etag },
]

/** The answers to every method, condition and range. */
async function answersOf (service: TestService) {
  const { request, files } = await withFiles(service)
  const answers: Array<{ question: string } & ReturnType<typeof shown>> = []
  for (const file of files) {
    for (const method of ['GET', 'HEAD']) {
      for (const headers of conditions(`"${file.sha256}"`)) {
        const question = `${method} ${file.filename} ${JSON.stringify(headers)}`
        answers.push({ question, ...shown(await request(method, file.path, headers)) })
      }
    }
  }
  return answers
}

t.test('every method, condition and range', async (t) => {
  let disk: Awaited<ReturnType<typeof answersOf>> = []
  await t.test('on disk', async (t) => {
    disk = await answersOf(await startTestService(t, { courses: [{}], settings: ON_DISK }))
    t.strictSame([...new Set(disk.map(({ status }) => status))].sort(), [200, 206, 304, 410, 412, 416])
  })
  await t.test('in an object store', needsSwift(), async (t) => {
    const settings = await (await startSwift(t)).settings()
    const store = await answersOf(await startTestService(t, { courses: [{}], settings }))
    for (const [i, answer] of store.entries()) t.strictSame(answer, disk[i])
    t.equal(store.length, disk.length)
  })
  await t.test('in memory', async (t) => {
    const memory = await answersOf(
      await startTestService(t, { courses: [{}], storage: createMemoryStorage() })
    )
    t.equal(memory.length, disk.length)
    for (const [index, answer] of memory.entries()) t.strictSame(answer, disk[index], answer.question)
  })
})

t.test('a file that is deleted at the last moment has the same 404 as one that never existed', async (t) => {
  const storage = createMemoryStorage()
  const service = await startTestService(t, { courses: [{}], storage })
  const { request, files: [file] } = await withFiles(service)
  const path = file?.path ?? ''
  const expected = shown(await request('GET', `/files/${'0'.repeat(32)}/a`))
  const { find } = service.services.files
  service.services.files.find = async (hex) => {
    const row = await find(hex)
    await storage.remove({ hex })
    return row
  }
  t.strictSame(shown(await request('GET', path, { range: 'bytes=0-1' })), expected)
})

/** Files elsewhere, in streams that end with `last`. */
function brokenStorage (last: (stream: Readable) => void): FileStorage & { opened: Readable[] } {
  const opened: Readable[] = []
  return {
    ...createMemoryStorage(),
    opened,
    async open () {
      let sent = 0
      const stream = new Readable({
        read () {
          if (sent++ < 3) this.push(CONTENT.subarray(0, 1000))
          else last(this)
        },
      })
      opened.push(stream)
      return stream
    },
  }
}

/** Downloads a file on a connection of its own and says whether all of it arrived. */
async function isComplete (port: number, path: string, onStart: () => void = () => {}): Promise<boolean> {
  const request = get({ port, path, host: '127.0.0.1', agent: false })
  const [response] = await once(request, 'response') as [IncomingMessage]
  onStart()
  await finished(response.resume()).catch(() => {})
  return response.complete
}

t.test('a stream that fails or ends too early is an error for the client, not a short file', async (t) => {
  for (
    const [name, last] of [
      ['fails', (stream: Readable) => { stream.destroy(new Error('the storage failed')) }],
      ['ends', (stream: Readable) => { stream.push(null) }],
    ] as const
  ) {
    await t.test(name, async (t) => {
      const service = await startTestService(t, { courses: [{}], storage: brokenStorage(last) })
      const { port, files: [file] } = await withFiles(service)
      t.equal(await isComplete(port, file?.path ?? ''), false)
    })
  }
})

t.test('on disk, a file that becomes shorter during the download', async (t) => {
  const service = await startTestService(t, { courses: [{}], settings: ON_DISK })
  const { port } = await listenRaw(service)
  const file = await storeFile(service, Buffer.alloc(20_000_000))
  t.equal(await isComplete(port, file.path), true)
  const path = service.services.files.localPath(file) ?? ''
  t.equal(await isComplete(port, file.path, () => { truncateSync(path, 10_000_000) }), false)
})

t.test('a client that leaves ends the stream from the storage', async (t) => {
  const storage = brokenStorage(() => {})
  const service = await startTestService(t, { courses: [{}], storage })
  const { port, files: [file] } = await withFiles(service)
  const socket = connect(port, '127.0.0.1')
  socket.write(`GET ${file?.path} HTTP/1.1\r\nhost: x\r\n\r\n`)
  await once(socket, 'data')
  const [stream] = storage.opened
  if (stream === undefined) throw new Error('nothing was opened')
  const closed = once(stream, 'close').catch(() => {})
  socket.destroy()
  await closed
  t.equal(stream.destroyed, true)
})

t.test('exports, uploads and imports in another storage', async (t) => {
  const service = await startTestService(t, { courses: [COURSE], storage: createMemoryStorage() })
  const { call, services, courseIds: [courseId] } = service
  const asked = await call('POST', `/api/courses/${courseId}/performance/export`)
  t.equal(asked.status, 202)
  await services.runner.drain()
  const job = (await call('GET', asked.json().job)).json()
  t.equal(job.status, 'succeeded')
  const workbook = await call('GET', new URL(job.url).pathname, { token: null })
  t.equal(workbook.bytes.subarray(0, 2).toString(), 'PK')
  t.equal(Number(workbook.headers['content-length']), workbook.bytes.length)

  const disposition = 'content-disposition: form-data; name="file"; filename="scores.csv"'
  const imported = await call('POST', '/api/imports', {
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: ['--x', disposition, '', 'Student,ID', '--x--', ''].join('\r\n'),
  })
  t.equal(imported.status, 202)
  await services.runner.drain()
  const { status, errors } = (await call('GET', `/api/imports/${imported.json().id}`)).json()
  t.equal(status, 'failed')
  t.equal(errors[0].file, 'scores.csv', 'the worker read the file under its own name')
})
