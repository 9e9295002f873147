// Clients that are slow, or do not speak HTTP; over real sockets.
import { connect, type AddressInfo } from 'node:net'
import t from 'tap'
import { readAll, parse } from '../support/raw-request.ts'
import { startTestService, type TestService } from '../support/test-service.ts'

async function listen ({ server }: TestService): Promise<number> {
  await server.listen({ host: '127.0.0.1', port: 0 })
  return (server.server.address() as AddressInfo).port
}

/** Sends bytes and nothing more, and waits until the server has closed. */
async function send (port: number, text: string) {
  const socket = connect(port, '127.0.0.1')
  socket.write(text)
  const bytes = await readAll(socket)
  return bytes.length === 0 ? undefined : parse(bytes)
}

const code = (answer: Awaited<ReturnType<typeof send>>) =>
  (JSON.parse(answer!.body.toString()) as { code: string }).code

t.test('input that is not HTTP gets the usual error shape, and the connection is closed', async (t) => {
  const port = await listen(await startTestService(t))
  for (
    const text of [
      'hello\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'GET /\u0001 HTTP/1.1\r\nhost: x\r\n\r\n',
      'GET / HTTP/1.1\r\nhost: x\r\nbad header: y\r\n\r\n',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n',
    ]
  ) {
    const answer = await send(port, text)
    t.equal(answer!.status, 400, JSON.stringify(text))
    t.equal(code(answer), 'VALIDATION_FAILED')
  }
  const large = await send(port, `GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(20_000)}\r\n\r\n`)
  t.equal(large!.status, 431)
  t.equal(code(large), 'HEADERS_TOO_LARGE')
})

t.test('a client that does not finish the headers or the body is cut off', async (t) => {
  const port = await listen(
    await startTestService(t, { settings: { HEADERS_TIMEOUT_MS: '100', REQUEST_TIMEOUT_MS: '200' } })
  )
  for (
    const text of [
      'GET / HTTP/1.1\r\nhost: x\r\n',
      'POST /api/session HTTP/1.1\r\nhost: x\r\norigin: http://x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
    ]
  ) {
    const answer = await send(port, text)
    t.equal(answer!.status, 408, text.slice(0, 4))
    t.equal(code(answer), 'REQUEST_TIMEOUT')
  }
})

t.test('a connection where nothing moves is closed', async (t) => {
  const port = await listen(await startTestService(t, { settings: { CONNECTION_TIMEOUT_MS: '100' } }))
  t.equal(await send(port, ''), undefined)
})
