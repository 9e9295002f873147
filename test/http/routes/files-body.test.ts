// Bytes are sent from buffers that are used again and again: what arrives must never be another download's.
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import t from 'tap'
import { FileBody } from '../../../src/http/downloads/file-body.ts'
import { listenRaw, parse } from '../../support/raw-request.ts'
import { storeFile } from '../../support/stored-file.ts'
import { startTestService } from '../../support/test-service.ts'

/** Every four bytes say whose they are and where they stand. */
function content (file: number, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE(file * 2 ** 24 + at / 4, at)
  return bytes
}

t.test('many downloads at once, slow and fast, more than there are large buffers', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const SIZE = 4_000_000
  const files = []
  for (let i = 0; i < 24; i++) {
    files.push({ ...await storeFile(service, content(i, SIZE)), content: content(i, SIZE) })
  }
  const raw = await listenRaw(service)
  const slow = await Promise.all(files.map(async ({ path }): Promise<Socket> => {
    const socket = connect({ port: raw.port, host: '127.0.0.1' })
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
    await once(socket, 'readable')
    return socket
  }))
  for (const { path, content } of [...files, ...files.slice(0, 6)]) {
    t.ok((await raw.request('GET', path)).body.equals(content))
  }
  const answers = await Promise.all(slow.map((socket) => buffer(socket)))
  for (const [i, answer] of answers.entries()) t.ok(parse(answer).body.equals(files[i]!.content))
  for (const { path, content } of files.slice(0, 4)) {
    t.ok(
      (await raw.request('GET', path, { range: 'bytes=1-3000000' })).body.equals(
        content.subarray(1, 3_000_001)
      )
    )
  }
})

t.test('a client that has gone gives its place back', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const file = await storeFile(service, content(1, 8_000_000))
  const raw = await listenRaw(service)
  for (let i = 0; i < 40; i++) {
    const socket = connect({ port: raw.port, host: '127.0.0.1' })
    socket.write(`GET ${file.path} HTTP/1.1\r\nhost: x\r\n\r\n`)
    await once(socket, 'data')
    socket.destroy()
  }
  t.ok((await raw.request('GET', file.path)).body.equals(content(1, 8_000_000)))
})

t.test('a file that is shorter than it was said to be, or gone, is an error and not a short answer', async (t) => {
  const path = join(t.testdir({}), 'file')
  writeFileSync(path, 'short')
  for (
    const part of [{ path, start: 0, length: 6 }, { path, start: 3, length: 3 }, {
      path: `${path}.none`,
      start: 0,
      length: 1,
    }]
  ) {
    const body = new FileBody(part)
    const sink = new PassThrough()
    const failed = once(body, 'error')
    body.pipe(sink)
    t.match((await failed)[0], { message: /ended after 5 bytes|ENOENT/ })
    t.notOk(sink.writableEnded)
  }
  const whole = new FileBody({ path, start: 1, length: 3 })
  t.equal(String(await buffer(whole.pipe(new PassThrough()))), 'hor')
  await t.rejects(buffer(new FileBody({ path, start: 0, length: 5 })), { message: /only be piped/ })
})
