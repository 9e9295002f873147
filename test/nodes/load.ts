// People who use the service all the time: they request exports, poll, download, and change settings. They
// note what they were promised, and every answer that should not be.
import { setTimeout as delay } from 'node:timers/promises'
import type { Promised } from '../crash/clients.ts'
import { within } from '../support/until.ts'
import type { Fleet } from './fleet.ts'
import type { ProxyAnswer } from './proxy.ts'

interface Load {
  /** Answers of 202, which the service has to keep, by job. */
  promised: Map<number, Promised[]>
  complaints: string[]
  /** How many answers of each kind: `poll 200`, `click 503 DATABASE_UNAVAILABLE`, `download cut`. */
  answers: Map<string, number>
  /** Resolves after so many more answers of a kind. */
  more: (answer: string, count: number) => Promise<void>
  /** No new requests; resolves when the last answer is there. */
  stop: () => Promise<void>
}

interface LoadOptions {
  people: number
  /** From 0 up to 1. */
  random: () => number
  /** Error codes that an answer of 503 may have now and then. */
  allowed?: readonly string[]
  /** Whether a connection may be cut after a request was sent: a node is killed. */
  mayCut?: boolean
}

type What = 'click' | 'poll' | 'download' | 'change'

const OPTIONS = [{}, { sheets: 'period' }, { values: 'points' }]
/** How long people wait between two requests, ms. */
const PAUSE_MS = 150

export function startLoad (
  { proxy, courseIds }: Pick<Fleet, 'proxy' | 'courseIds'>,
  { people, random, allowed = [], mayCut = false }: LoadOptions
): Load {
  const promised: Load['promised'] = new Map()
  const complaints: string[] = []
  const answers: Load['answers'] = new Map()
  const waiting = new Set<() => void>()
  let isOver = false
  const pick = <T>(list: readonly [T, ...T[]] | readonly T[]): T => list[Math.floor(random() * list.length)]!

  /** The answer, if it is a good one. */
  async function ask (
    what: What, method: string, path: string, body?: object
  ): Promise<ProxyAnswer | undefined> {
    const answer = await proxy.call(method, path, body === undefined ? {} : { body })
    const code = answer?.status === 503 ? (answer.json() as { code: string }).code : undefined
    const seen = answer === undefined ? 'cut' : code === undefined ? `${answer.status}` : `503 ${code}`
    answers.set(`${what} ${seen}`, (answers.get(`${what} ${seen}`) ?? 0) + 1)
    for (const wake of waiting) wake()
    if (answer === undefined) {
      if (!mayCut) complaints.push(`${method} ${path}: the connection was cut`)
      return undefined
    }
    if (answer.status < 400) return answer
    if (code !== undefined && allowed.includes(code)) {
      if (answer.headers['retry-after'] === undefined) complaints.push(`${code} without Retry-After`)
    } else complaints.push(`${method} ${path} was answered with ${answer.status}: ${answer.bytes.toString()}`)
    return undefined
  }

  const exportsOf = async (courseId: number) =>
    await ask('poll', 'GET', `/api/courses/${courseId}/performance/exports`)

  async function click (courseId: number): Promise<void> {
    const answer = await ask('click', 'POST', `/api/courses/${courseId}/performance/export`, pick(OPTIONS))
    if (answer === undefined) return
    const { id, requested_at: requestedAt } = answer.json() as { id: number, requested_at: string }
    promised.set(id, [...promised.get(id) ?? [], { jobId: id, courseId, requestedAt }])
    for (let polls = 0; polls < 40 && !isOver; polls++) {
      await delay(PAUSE_MS)
      const job = (await ask('poll', 'GET', `/api/jobs/${id}`))?.json() as { status?: string } | undefined
      if (job !== undefined && job.status !== 'queued' && job.status !== 'started') return
    }
  }

  async function download (courseId: number): Promise<void> {
    const listed = (await exportsOf(courseId))?.json() as Array<{ url: string, size: number }> | undefined
    if (listed === undefined || listed.length === 0) return
    const { url, size } = pick(listed)
    const file = await ask('download', 'GET', new URL(url).pathname)
    if (file === undefined) return
    if (file.bytes.length !== size) complaints.push(`${url} has ${file.bytes.length} bytes, not ${size}`)
  }

  async function person (): Promise<void> {
    while (!isOver) {
      const courseId = pick(courseIds)
      const dice = random()
      if (dice < 0.4) await click(courseId)
      else if (dice < 0.7) await exportsOf(courseId)
      else if (dice < 0.9) await download(courseId)
      // The data changes, so that a started export does not serve the next request.
      else {
        const change = { missing_counts: pick(['ignored', 'zero']) }
        await ask('change', 'PATCH', `/api/courses/${courseId}`, change)
      }
      await delay(PAUSE_MS)
    }
  }

  const all = Promise.all(Array.from({ length: people }, person))
  // `stop` reports it.
  all.catch(() => {})
  return {
    promised,
    complaints,
    answers,
    more (answer, count) {
      const enough = (answers.get(answer) ?? 0) + count
      const arrived = new Promise<void>((resolve) => {
        const look = () => {
          if ((answers.get(answer) ?? 0) < enough) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
      })
      return within(`${count} more of "${answer}"`, arrived, () => counts(answers))
    },
    async stop () {
      isOver = true
      await within('the last answers', all, () => counts(answers))
    },
  }
}

/** The answers of a load in one line. */
export function summary ({ answers, promised }: Load): string {
  return `${promised.size} jobs promised; ${counts(answers)}`
}

function counts (answers: Load['answers']): string {
  return Array.from(answers).sort().map(([answer, count]) => `${count} ${answer}`).join(', ')
}
