// An object store that accepts connections and requests, and never answers.
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import t from 'tap'
import { openS3Store } from '../../../src/files/storage/s3-client.ts'

t.test('a store that never answers is unavailable after the limit of the call', async (t) => {
  const sockets = new Set<Socket>()
  // It reads everything, so that an upload is complete and only the answer is missing.
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).resume())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const credentials = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }
  const former = Object.keys(credentials).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, credentials)
  t.teardown(() => {
    for (const [name, value] of former) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
  const store = openS3Store({
    bucket: 'books',
    prefix: '',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    publicEndpoint: '',
    region: 'us-east-1',
    pathStyle: true,
  })
  t.teardown(() => { store.client.destroy() })

  const unavailable = { code: 'STORAGE_UNAVAILABLE' }
  await t.rejects(store.call(new HeadObjectCommand(store.at('x')), { timeoutMs: 300 }), unavailable)
  t.ok(sockets.size > 0, 'it was asked')
  const upload = () => new PutObjectCommand({ ...store.at('x'), Body: Buffer.alloc(3_000_000) })
  await t.rejects(store.call(upload(), { timeoutMs: 300 }), unavailable)
  const stop = new AbortController()
  const stopped = store.call(upload(), { timeoutMs: 3_600_000, signal: stop.signal })
  stop.abort(new Error('canceled'))
  await t.rejects(stopped, { message: 'canceled' }, 'a job that is canceled does not wait for it')
})
