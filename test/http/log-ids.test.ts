// One click can be followed through the log: from the request, by its id, to the job, by its number, to the
// job's end.
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { runService } from '../../src/cli/program/run-service.ts'
import { readConfig } from '../../src/config.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { testFolder } from '../support/test-folder.ts'

interface Line {
  msg: string
  reqId?: string
  job?: number
  kind?: string
  req?: { id: string, url: string }
  res?: { statusCode: number }
}

t.test("the log is JSON lines; a request's lines have its id, a job's lines its number", async (t) => {
  const folder = testFolder(t)
  const env = {
    DATA_DIR: folder,
    PORT: '0',
    MIN_FREE_BYTES: '0',
    WORKER_THREADS: '1',
    OVERLOAD_DELAY_MS: '0',
  }
  const config = readConfig(env)
  await makeBookDatabase(config.databaseFile, {
    name: 'Physics',
    tasks: [{ title: 'HW' }],
    students: [{ lastName: 'Ames', cells: [1] }],
  })
  const stderr = new PassThrough()
  let log = ''
  stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  const service = await runService({ stderr, pid: process.pid }, config)
  const { accounts, runner } = service.services
  await accounts.add({ email: 'admin@example.edu', role: 'admin' })
  const authorization = `Bearer ${await accounts.createToken({ email: 'admin@example.edu', name: 'test' })}`
  const answer = await fetch(`${service.address}/api/courses/1/performance/export`, {
    method: 'POST',
    headers: { authorization },
  })
  const { id } = await answer.json() as { id: number }
  await runner.drain()
  await service.stop()

  const lines = log.trim().split('\n').map((line) => JSON.parse(line) as Line)
  const asked = lines.find((line) => line.msg === 'job requested')
  t.match(asked, { job: id, kind: 'performance-export', reqId: /\w/ })
  const request = lines.filter((line) => line.reqId === asked!.reqId)
  t.match(request.map((line) => line.msg), ['incoming request', 'job requested', 'request completed'])
  t.match(request[0], { req: { url: '/api/courses/1/performance/export' } })
  t.match(request.at(-1), { res: { statusCode: 202 } })
  t.match(lines.find((line) => line.msg === 'job succeeded'), { job: id, kind: 'performance-export' })
})

t.test('a client that leaves in the middle of an upload is no error', async (t) => {
  const folder = testFolder(t)
  const config = readConfig({
    DATA_DIR: folder, PORT: '0', MIN_FREE_BYTES: '0', WORKER_THREADS: '1', OVERLOAD_DELAY_MS: '0',
  })
  await makeBookDatabase(config.databaseFile, { name: 'Physics' })
  const stderr = new PassThrough()
  let log = ''
  const hasLeft = new Promise<void>((resolve) => {
    stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString()
      if (log.includes('the client left before its request was complete')) resolve()
    })
  })
  const service = await runService({ stderr, pid: process.pid }, config)
  const { accounts } = service.services
  await accounts.add({ email: 'admin@example.edu', role: 'admin' })
  const token = await accounts.createToken({ email: 'admin@example.edu', name: 'test' })
  const socket = connect(Number(new URL(service.address).port), '127.0.0.1')
  const part = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
  socket.write(
    `POST /api/imports HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n` +
      `content-type: multipart/form-data; boundary=b\r\ncontent-length: 1000000\r\n\r\n${part}`
  )
  socket.write(Buffer.alloc(300_000, 'x'))
  // The upload has begun once its file is there.
  while (readdirSync(config.stagingFolder).length === 0) await nextTurn()
  socket.destroy()
  await hasLeft
  await service.stop()
  t.notMatch(log, /"level":50/, 'no line of the level error')
})
