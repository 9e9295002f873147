// Uploads in progress use up disk space and their user's allowance. Over real sockets, with clients that send
// slowly, or announce nothing, or never end. What is free is computed from what lies in the data folder, so
// the test decides the size of its disk.
import { readdirSync, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { listenRaw, parse } from '../support/raw-request.ts'
import { startTestService, TEACHER } from '../support/test-service.ts'

const MB = 1_000_000
const BOUNDARY = 'a-boundary'
const HEAD = Buffer.from(
  `--${BOUNDARY}\r\ncontent-disposition: form-data; name="category"\r\n\r\nslides\r\n--${BOUNDARY}\r\n` +
    'content-disposition: form-data; name="file"; filename="a.pdf"\r\n' +
    'content-type: application/pdf\r\n\r\n%PDF-'
)
const TAIL = Buffer.from(`\r\n--${BOUNDARY}--\r\n`)

function bytesIn (folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false })
    return sum + (stats?.isFile() === true ? stats.size : 0)
  }, 0)
}

/** The connection stays: a client that still sends must not lose the answer. */
function firstAnswer (socket: Socket): Promise<ReturnType<typeof parse>> {
  let all = Buffer.alloc(0)
  return new Promise((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      all = Buffer.concat([all, chunk])
      if (!all.includes('\r\n\r\n')) return
      const answer = parse(all)
      if (answer.body.length >= Number(answer.headers['content-length'])) resolve(answer)
    })
  })
}

interface Slow {
  socket: Socket
  /** What the service answers, if it does. */
  answer: Promise<ReturnType<typeof parse>>
  send: (bytes: number) => void
  end: () => void
}

async function setUp (
  t: Test,
  { diskMb, settings = {} }: { diskMb: number, settings?: Record<string, string> }
) {
  let folders: string[] = []
  const used = () => folders.reduce((sum, folder) => sum + bytesIn(folder), 0)
  const service = await startTestService(t, {
    courses: [{ teachers: [{ email: TEACHER }] }],
    settings: { MIN_FREE_BYTES: String(4 * MB), ...settings },
    freeBytes: async () => diskMb * MB - used(),
    withoutRunner: true,
    onDisk: true,
  })
  folders = [service.services.config.filesFolder, service.services.config.stagingFolder]
  const { port } = await listenRaw(service)
  /** Begins an upload; without `length` it is chunked. */
  const begin = async (
    role: 'admin' | 'teacher',
    length?: number,
    path = '/api/courses/1/files'
  ): Promise<Slow> => {
    const socket = connect(port, '127.0.0.1')
    t.teardown(() => {
      socket.destroy()
    })
    socket.on('error', () => {})
    const answer = firstAnswer(socket)
    const framing = length === undefined
      ? 'transfer-encoding: chunked'
      : `content-length: ${length + HEAD.length + TAIL.length}`
    const write = (bytes: Buffer) => {
      if (length === undefined) socket.write(`${bytes.length.toString(16)}\r\n`)
      socket.write(bytes)
      if (length === undefined) socket.write('\r\n')
    }
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${await service.token(role)}\r\n` +
        `content-type: multipart/form-data; boundary=${BOUNDARY}\r\n${framing}\r\n\r\n`
    )
    write(HEAD)
    return {
      socket,
      answer,
      send (bytes) {
        write(Buffer.alloc(bytes, 7))
      },
      end () {
        write(TAIL)
        if (length === undefined) socket.write('0\r\n\r\n')
      },
    }
  }
  const until = async (fact: () => boolean) => {
    while (!fact()) await nextTurn()
  }
  const staged = () => bytesIn(service.services.config.stagingFolder)
  return { service, begin, until, staged, used }
}

t.test('uploads that are held open never pass the reserve, announced or not', async (t) => {
  for (const announced of [false, true]) {
    const { begin, until, staged, used } = await setUp(t, { diskMb: 16.5 })
    const open: Slow[] = []
    const answers: Array<{ status: number, body: Buffer }> = []
    for (let i = 0; i < 20; i++) {
      const upload = await begin('admin', announced ? 2 * MB : undefined)
      const [before, answered] = [staged(), answers.length]
      void upload.answer.then((answer) => {
        answers.push(answer)
      })
      upload.send(MB)
      open.push(upload)
      await until(() => staged() >= before + MB || answers.length > answered)
    }
    const fitting = announced ? 6 : 12
    t.equal(answers.length, 20 - fitting, 'room is kept for the next megabytes that were announced')
    t.ok(staged() >= fitting * MB)
    t.ok(16.5 * MB - used() >= 4 * MB, 'the reserve is there')
    for (const { status, body } of answers) {
      t.match({ status, ...JSON.parse(body.toString()) as object }, {
        status: 507,
        code: 'DISK_LOW',
      })
    }
    for (const { socket } of open) socket.destroy()
    await until(() => staged() === 0)
    const after = await begin('admin', MB)
    after.send(MB)
    after.end()
    t.equal((await after.answer).status, 201, 'their room is free again')
  }
})

t.test('a client that announces the whole disk and sends nothing blocks no one else', async (t) => {
  const { begin, until, staged, used } = await setUp(t, { diskMb: 64 })
  const idle = await begin('teacher', 59 * MB)
  // It has its room before the others come.
  await until(() => staged() > 0)
  const other = await begin('admin', 40 * MB)
  other.send(40 * MB)
  other.end()
  t.equal((await other.answer).status, 201, 'only a bounded part of the announcement is reserved')
  const tooLarge = await (await begin('admin', 40 * MB)).answer
  t.equal(tooLarge.status, 507, 'what does not fit is refused before it is sent')
  idle.send(10 * MB)
  await until(() => staged() >= 10 * MB)
  let isAnswered = false
  void idle.answer.then(() => {
    isAnswered = true
  })
  for (let sent = 10; sent < 59 && !isAnswered; sent++) {
    idle.send(MB)
    await until(() => idle.socket.writableLength === 0 || isAnswered)
    t.ok(64 * MB - used() >= 4 * MB, 'the reserve is there')
  }
  t.equal((await idle.answer).status, 507, 'the announcement itself is not a promise')
  await until(() => staged() === 0)
})

t.test('a long upload without a length is refused on the way, before it uses the reserve', async (t) => {
  const { begin, until, staged, used } = await setUp(t, { diskMb: 30 })
  const upload = await begin('admin')
  let isAnswered = false
  void upload.answer.then(() => {
    isAnswered = true
  })
  for (let sent = 0; sent < 60 && !isAnswered; sent++) {
    upload.send(MB)
    await until(() => upload.socket.writableLength === 0 || isAnswered)
    t.ok(30 * MB - used() >= 4 * MB)
  }
  const { status, body } = await upload.answer
  t.match({ status, ...JSON.parse(body.toString()) as object }, { status: 507, code: 'DISK_LOW' })
  await until(() => staged() === 0)
})

t.test('a user has a limited number of uploads at once; others continue', async (t) => {
  const { begin, until, staged } = await setUp(t, { diskMb: 100, settings: { UPLOADS_MAX: '2' } })
  const first = await begin('teacher', MB)
  const second = await begin('teacher')
  for (const upload of [first, second]) upload.send(MB / 2)
  await until(() => staged() >= MB)
  const third = await (await begin('teacher', MB)).answer
  t.match({ status: third.status, ...JSON.parse(third.body.toString()) as object }, {
    status: 429,
    code: 'RATE_LIMITED',
    message: /You have 2 uploads in progress/,
  })
  t.equal(third.headers['retry-after'], '10')
  const imported = await (await begin('teacher', MB, '/api/courses/1/imports')).answer
  t.equal(imported.status, 429, 'imports count as well')
  const other = await begin('admin', MB)
  other.send(MB)
  other.end()
  t.equal((await other.answer).status, 201)
  second.socket.destroy()
  await until(() => staged() < MB)
  const next = await begin('teacher', MB)
  next.send(MB)
  next.end()
  t.equal((await next.answer).status, 201)
  first.send(MB / 2)
  first.end()
  t.equal((await first.answer).status, 201, 'what was under way is not disturbed')
})

t.test('bytes in progress are limited per user; a single upload may have more', async (t) => {
  const {
    begin,
    until,
    staged,
  } = await setUp(t, { diskMb: 100, settings: { UPLOADS_MAX_BYTES: String(3 * MB) } })
  const alone = await begin('teacher', 5 * MB)
  alone.send(5 * MB)
  alone.end()
  t.equal((await alone.answer).status, 201)
  const chunked = await begin('teacher')
  chunked.send(MB)
  await until(() => staged() >= MB)
  const large = await (await begin('teacher', 2.5 * MB)).answer
  t.match({ status: large.status, ...JSON.parse(large.body.toString()) as object }, {
    status: 429,
    code: 'RATE_LIMITED',
    message: /in progress have 4 MB in total/,
  })
  const second = await begin('teacher', MB)
  second.send(MB / 2)
  await until(() => staged() >= MB)
  chunked.send(2.5 * MB)
  t.equal((await chunked.answer).status, 429)
  await until(() => staged() < MB)
})

t.test('an import with too little room to unpack fails with DISK_FULL and leaves nothing', async (t) => {
  const service = await startTestService(t, {
    courses: [{ sourceId: 'c' }],
    // The reserve of the disk that the thread asks is more than any disk has.
    settings: { MIN_FREE_BYTES: String(2 ** 52) },
    freeBytes: async () => 2 ** 53 - 1,
  })
  const form = new FormData()
  form.append(
    'file',
    new Blob([
      JSON.stringify({
        format: 'performance-book/1',
        course: { source_id: 'c', name: 'C' },
        tasks: [],
        students: [],
        results: [],
      }),
    ]),
    'c.json'
  )
  const body = new Response(form)
  const response = await service.server.inject({
    method: 'POST',
    url: '/api/imports',
    headers: {
      authorization: `Bearer ${await service.token('admin')}`,
      'content-type': body.headers.get('content-type')!,
    },
    payload: Buffer.from(await body.arrayBuffer()),
  })
  t.equal(response.statusCode, 202)
  await service.services.runner.drain()
  t.match((await service.call('GET', response.json().job)).json(), {
    status: 'failed',
    error: { code: 'DISK_FULL' },
    attempts: 1,
  })
  t.strictSame(readdirSync(service.services.config.stagingFolder), [])
})
