// The text of docs/embed.md as it is there, against the real service behind a network that is not always
// there.
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, request as forward, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { startTestService, TEACHER } from '../support/test-service.ts'

type ExportCourse = (
  base: string,
  courseId: number,
  token: string,
  options?: { onProgress?: (job: { status: string }) => void, signal?: AbortSignal },
) => Promise<string>

async function snippet (t: Test): Promise<ExportCourse> {
  const [, code] = /```js\n([\s\S]*?)```/.exec(
    readFileSync(join(import.meta.dirname, '../../docs/embed.md'), 'utf8')
  )!
  const file = join(t.testdir(), 'embed.mjs')
  writeFileSync(file, code!)
  return ((await import(pathToFileURL(file).href)) as { exportCourse: ExportCourse }).exportCourse
}

async function listen (t: Test, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('the snippet for other front ends exports despite a failing network and a busy server', async (t) => {
  const exportCourse = await snippet(t)
  const { server, token } = await startTestService(t, {
    courses: [{
      name: 'Physics',
      teachers: [{ email: TEACHER }],
      tasks: [{ title: 'HW' }],
      students: [{ lastName: 'Ames', cells: [0.5] }],
    }],
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  const troubles = ['lost', 'busy', '', 'lost', 'busy']
  const base = await listen(t, (request, response) => {
    const trouble = troubles.shift()
    if (trouble === 'lost') request.destroy()
    else if (trouble === 'busy') response.writeHead(503, { 'retry-after': '0' }).end('{}')
    else {
      request.pipe(
        forward({
          port,
          host: '127.0.0.1',
          method: request.method,
          path: request.url,
          headers: request.headers,
        }, (answer) => {
          answer.pipe(response.writeHead(answer.statusCode!, answer.headers))
        })
      )
    }
  })
  const teacher = await token('teacher', { email: TEACHER })
  const seen: string[] = []
  const url = await exportCourse(base, 1, teacher, {
    onProgress: ({ status }) => {
      seen.push(status)
    },
  })
  t.strictSame(troubles, [], 'all of it happened')
  t.equal(seen.at(-1), 'succeeded')
  t.equal(Buffer.from(await (await fetch(url)).arrayBuffer()).subarray(0, 2).toString(), 'PK')

  await t.rejects(exportCourse(base, 99, teacher), /course/i, 'an error that waiting cannot fix is reported')
})

t.test('the snippet stops when it is aborted, and says why a job failed', async (t) => {
  const exportCourse = await snippet(t)
  const stop = new AbortController()
  const job = { id: 7, status: 'queued', error: { message: 'Too large.' } as object | null }
  const base = await listen(t, (request, response) => {
    response.end(JSON.stringify(job))
  })
  await t.rejects(
    exportCourse(base, 1, 'x', {
      signal: stop.signal,
      onProgress: () => {
        stop.abort(new Error('enough'))
      },
    }),
    /enough/
  )
  job.status = 'failed'
  await t.rejects(exportCourse(base, 1, 'x'), { message: 'Too large. (job 7)' })
})
