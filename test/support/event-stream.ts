// Event streams of jobs as a client sees them: over a socket, block by block, with a clock that the test
// moves.
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import type { CourseDescription } from './book-database.ts'
import { createTestClock, type TestClock } from './clock.ts'
import { createGate, type Gate } from './gate.ts'
import { createHeldPool } from './held-pool.ts'
import { startTestService, TEACHER, type TestService, type TestServiceOptions } from './test-service.ts'

const COURSE: CourseDescription = {
  name: 'Physics',
  teachers: [{ email: TEACHER }],
  tasks: [{ title: 'HW 1' }],
  students: [{ lastName: 'Ames', cells: [0.7] }],
}

export interface EventStream {
  status: number
  headers: Record<string, unknown>
  /** The next block of the stream - an event or a comment - or undefined at its end. */
  next: () => Promise<string | undefined>
  leave: () => void
}

export interface Streaming {
  service: TestService, clock: TestClock, gate: Gate, jobId: number, open: (options?: {
    token?: string | null
    headers?: Record<string, string>
    jobId?: number
  }) => Promise<EventStream>
}

/** A service that listens, with one export that runs and is held. */
export async function startStreaming (t: Test, options: TestServiceOptions = {}): Promise<Streaming> {
  const [clock, gate] = [createTestClock(), createGate()]
  const service = await startTestService(t, {
    courses: [COURSE],
    clock,
    jobPool: createHeldPool(gate, { threads: 1 }),
    ...options,
  })
  await service.server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = service.server.server.address() as AddressInfo
  const jobId = (await service.call('POST', `/api/courses/${service.courseIds[0]}/performance/export`, {
    token: await service.token('teacher'),
  })).json().id
  if (options.withoutRunner !== true) await gate.arrived()
  return {
    service,
    clock,
    gate,
    jobId,
    async open ({ token, headers = {}, jobId: id = jobId } = {}) {
      const bearer = token === null
        ? {}
        : { authorization: `Bearer ${token ?? await service.token('teacher')}` }
      const call = httpRequest({
        port,
        path: `/api/jobs/${id}/events`,
        headers: { ...bearer, ...headers },
        agent: false,
      }).end()
      const response = await new Promise<IncomingMessage>((resolve) => { call.on('response', resolve) })
      response.setEncoding('utf8').on('error', () => {})
      const chunks = response[Symbol.asyncIterator]()
      let text = ''
      return {
        status: response.statusCode!,
        headers: response.headers,
        async next () {
          while (!text.includes('\n\n')) {
            const { done, value } = await chunks.next()
            if (done === true) return undefined
            text += String(value)
          }
          const [block] = text.split('\n\n', 1)
          text = text.slice(block!.length + 2)
          return block
        },
        leave: () => { call.destroy() },
      }
    },
  }
}

/** The job in an event. */
export const jobOf = (block: string | undefined) => JSON.parse(
  /^data: (.*)$/m.exec(block ?? '')?.[1] ?? 'null'
)
