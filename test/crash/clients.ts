// Clients that want exports all the time and know that the server may die under their hands.
import { request as httpRequest, type IncomingMessage } from 'node:http'

/** An answer of 202, which the server has to keep. */
export interface Promised {
  jobId: number
  courseId: number
  requestedAt: string
}

export interface Clients {
  /** By job. */
  promised: Map<number, Promised[]>
  /** Answers that should not be. */
  complaints: string[]
  /** Tells where the server answers now; undefined: it is dead. */
  serverIs: (address: string | undefined) => void
  /** No new wishes; resolves when the last answer is there. */
  stop: () => Promise<void>
}

export interface ClientsOptions {
  count: number
  token: string
  courseIds: readonly number[]
  /** From 0 up to 1. */
  random: () => number
}

const OPTIONS = [{}, { sheets: 'period' }, { values: 'points' }]

export function startClients ({ count, token, courseIds, random }: ClientsOptions): Clients {
  const promised: Clients['promised'] = new Map()
  const complaints: string[] = []
  const authorization = `Bearer ${token}`
  let over = false
  let waiting: Array<() => void> = []
  let server: string | undefined
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!

  async function up (): Promise<string | undefined> {
    while (server === undefined && !over) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve)
      })
    }
    return server
  }

  /** Null: the connection was cut. */
  async function call (
    address: string,
    method: string,
    path: string,
    body: unknown
  ): Promise<{ status: number, json: Record<string, unknown> } | null> {
    try {
      const answer = await fetch(`${address}${path}`, {
        method,
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return { status: answer.status, json: await answer.json() as Record<string, unknown> }
    } catch {
      return null
    }
  }

  async function client (): Promise<void> {
    while (!over) {
      const address = await up()
      if (address === undefined) return
      const courseId = pick(courseIds)
      // Now and then the data changes, so that a started export does not serve the next wish.
      if (random() < 0.3) {
        await call(address, 'PATCH', `/api/courses/${courseId}`, {
          missing_counts: pick(['ignored', 'zero']),
        })
      }
      const answer = await call(address, 'POST', `/api/courses/${courseId}/performance/export`, pick(OPTIONS))
      if (answer?.status === 202) {
        const jobId = answer.json.id as number
        promised.set(jobId, [...promised.get(jobId) ?? [], {
          jobId,
          courseId,
          requestedAt: answer.json.requested_at as string,
        }])
        await jobEnd(address, token, jobId)
      } else if (answer !== null) {
        complaints.push(`POST answered ${answer.status}: ${JSON.stringify(answer.json)}`)
      }
      // Dead or about to be: the code that restarts it says so.
      if (answer === null && server === address) server = undefined
    }
  }

  const all = Promise.all(Array.from({ length: count }, client))
  return {
    promised,
    complaints,
    serverIs (address) {
      server = address
      const woken = waiting
      waiting = []
      for (const wake of woken) wake()
    },
    async stop () {
      over = true
      this.serverIs(server)
      await all
    },
  }
}

/**
 * Follows a job's events to their end; the last state that was sent, or undefined where the connection was
 * cut.
 */
export async function jobEnd (address: string, token: string, jobId: number): Promise<string | undefined> {
  let last: string | undefined
  try {
    const call = httpRequest(`${address}/api/jobs/${jobId}/events`, {
      headers: { authorization: `Bearer ${token}` },
      agent: false,
    }).end()
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      call.on('response', resolve).on('error', reject)
    })
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk)
    last = /"status":"(\w+)"/.exec(text.trimEnd().split('\n').at(-1) ?? '')?.[1]
  } catch {
    return undefined
  }
  return last
}
