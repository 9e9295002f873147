// Many downloads of large files at the same time, from disk and from storages that are elsewhere.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import t from 'tap'
import { createMemoryStorage } from '../../files/memory-storage.ts'
import { listenRaw, parse } from '../../support/raw-request.ts'
import { storeFile } from '../../support/stored-file.ts'
import { TEST_STORAGE } from '../../support/test-database.ts'
import { startTestService } from '../../support/test-service.ts'

/** An object store in Python takes its time: it has a few of them. */
const STORAGES = [
  { place: 'on disk', options: () => ({ onDisk: true }), count: 24 },
  { place: 'in memory', options: () => ({ storage: createMemoryStorage() }), count: 24 },
  ...TEST_STORAGE === 's3' ? [{ place: 'in an object store', options: () => ({}), count: 6 }] : [],
]

/** Every four bytes name their file and their position. */
function content (file: number, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE(file * 2 ** 24 + at / 4, at)
  return bytes
}

for (const { place, options, count } of STORAGES) {
  t.test(`${place}: many downloads at once, slow and fast`, async (t) => {
    const service = await startTestService(t, { courses: [{}], ...options() })
    const SIZE = 4_000_000
    const files = []
    for (let i = 0; i < count; i++) {
      files.push({ ...await storeFile(service, content(i, SIZE)), content: content(i, SIZE) })
    }
    const raw = await listenRaw(service)
    const slow = await Promise.all(files.map(async ({ path }): Promise<Socket> => {
      const socket = connect({ port: raw.port, host: '127.0.0.1' })
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
      await once(socket, 'readable')
      return socket
    }))
    for (const { path, content } of [...files, ...files.slice(0, count / 4)]) {
      t.ok((await raw.request('GET', path)).body.equals(content))
    }
    const answers = await Promise.all(slow.map((socket) => buffer(socket)))
    for (const [i, answer] of answers.entries()) t.ok(parse(answer).body.equals(files[i]!.content))
    for (const { path, content } of files.slice(0, count / 6)) {
      t.ok(
        (await raw.request('GET', path, { range: 'bytes=1-3000000' })).body.equals(
          content.subarray(1, 3_000_001)
        )
      )
    }
  })

  t.test(`${place}: clients that leave do not disturb the next download`, async (t) => {
    const service = await startTestService(t, { courses: [{}], ...options() })
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
}
