// Large pages of books: how many bytes one may have, and what clients that do not read them cost.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { startTestService, type TestService } from '../../support/test-service.ts'

const MIB = 1024 ** 2
const NAME = 'ä'.repeat(1000)
const students = (count: number) =>
  Array.from(
    { length: count },
    (_, i) => ({ firstName: `${i} ${NAME}`.slice(0, 1000), lastName: NAME, identifier: NAME, email: NAME })
  )

t.test('a page has a size limit, at least one student, and continues on the next one', async (t) => {
  const service = await startTestService(t, {
    courses: [{ students: students(40) }],
    settings: { BOOK_PAGE_MAX_BYTES: '100000' },
  })
  const page = async (cursor: string | null) =>
    await service.call(
      'GET',
      `/api/courses/1/performance?limit=500${cursor === null ? '' : `&cursor=${cursor}`}`
    )
  const ids: number[] = []
  let pages = 0
  for (let cursor: string | null = null; ;) {
    const answer = await page(cursor)
    t.ok(answer.bytes.length <= 100_000)
    pages++
    ids.push(...answer.json().students.map((student: { id: number }) => student.id))
    cursor = answer.json().next_cursor
    if (cursor === null) break
  }
  t.equal(new Set(ids).size, 40)
  t.ok(pages > 3 && pages < 8, `${pages} pages`)

  const tiny = await startTestService(t, {
    courses: [{ students: students(3) }],
    settings: { BOOK_PAGE_MAX_BYTES: '10' },
  })
  const first = (await tiny.call('GET', '/api/courses/1/performance')).json()
  t.equal(first.students.length, 1)
  t.type(first.next_cursor, 'string')
})

/** Asks for a book and reads no more than the first bytes of the answer, until the test reads on. */
async function slowReader (
  t: Test,
  service: TestService,
  token: string
): Promise<{ socket: Socket, status: number }> {
  const { port } = service.server.server.address() as { port: number }
  const socket = connect(port, '127.0.0.1')
  t.teardown(() => {
    socket.destroy()
  })
  socket.on('error', () => {})
  socket.write(
    'GET /api/courses/1/performance?limit=100000 HTTP/1.1\r\n' +
      `Host: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n\r\n`
  )
  await once(socket, 'readable')
  const head = (socket.read() as Buffer).subarray(0, 20).toString('latin1')
  return { socket, status: Number(head.split(' ')[1]) }
}

t.test('pages that no client reads have a limit for one user and for all', async (t) => {
  const service = await startTestService(t, {
    courses: [{ students: students(3000) }],
    settings: { BOOK_PAGE_MAX_BYTES: String(16 * MIB), BOOKS_MAX_BYTES: String(40 * MIB) },
  })
  await service.server.listen({ host: '127.0.0.1', port: 0 })
  const tokens = await Promise.all([
    'a',
    'b',
    'c',
  ].map((name) => service.token('admin', { email: `${name}@example.edu` })))
  const first = await slowReader(t, service, tokens[0]!)
  const status = async (token: string) => {
    const reader = await slowReader(t, service, token)
    if (reader.status !== 200) reader.socket.destroy()
    return reader.status
  }
  t.equal(first.status, 200)
  t.equal(await status(tokens[0]!), 429, 'a second one of that user')
  t.equal(await status(tokens[1]!), 200, 'another user')
  t.equal(await status(tokens[2]!), 503, 'no room for a third')
  t.equal(
    (await service.call('GET', '/api/courses/1/performance?limit=1')).status,
    200,
    'a small page has room'
  )

  first.socket.destroy()
  const statuses: number[] = []
  while (statuses.at(-1) !== 200) statuses.push(await status(tokens[2]!))
  t.strictSame(
    statuses.filter((one) => one !== 503),
    [200],
    'a client that has gone frees its room'
  )
})
