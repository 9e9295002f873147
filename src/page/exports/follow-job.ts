import type { Job } from '../../http/schemas/common.ts'
import { addressOf, ApiError, call } from '../api.ts'

export type JobNews =
  | { kind: 'job', job: Job }
  /** No answer just now; it is asked again by itself. */
  | { kind: 'lost' }
  /** The server does not know the job any more. */
  | { kind: 'gone' }

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000
/**
 * A connection that a sleeping laptop lost can look alive: after so long without news or answer the job
 * itself is asked for (again).
 */
const SILENCE_MS = 20_000

export function hasEnded ({ status }: Job): boolean {
  return status !== 'queued' && status !== 'started'
}

/**
 * Tells of a job until it has ended: by events, and by asking with growing pauses where events do not come
 * through. It goes on as long as the job lives, and asks for nothing once it has ended. Returns what stops it
 * before.
 */
export function followJob (jobId: number, tell: (news: JobNews) => void): () => void {
  const over = new AbortController()
  let source: EventSource | undefined
  let asking: AbortController | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0

  function stop () {
    over.abort()
    asking?.abort()
    clearTimeout(timer)
    source?.close()
  }

  function later (ms: number) {
    clearTimeout(timer)
    if (over.signal.aborted) return
    timer = setTimeout(() => {
      if (asking !== undefined) tell({ kind: 'lost' })
      void look()
    }, ms)
  }

  function hear (job: Job) {
    if (over.signal.aborted) return
    if (hasEnded(job)) stop()
    tell({ kind: 'job', job })
  }

  // Anew, since the old stream may be dead. Not in a tab that nobody looks at: a browser opens six
  // connections to a server that speaks HTTP/1.1, and waiting tabs would hold them all.
  function listen () {
    source?.close()
    source = undefined
    if (document.visibilityState === 'hidden') return
    const stream = source = new EventSource(addressOf(`api/jobs/${jobId}/events`))
    stream.onmessage = ({ data }) => {
      failures = 0
      later(SILENCE_MS)
      hear(JSON.parse(data as string) as Job)
    }
    // Also what EventSource would try again by itself: our pauses grow, and an answer like 404 is understood.
    stream.onerror = () => {
      stream.close()
      if (source === stream) source = undefined
      later(pause())
    }
  }

  function pause (): number {
    return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures++)
  }

  async function look () {
    asking?.abort()
    const turn = asking = new AbortController()
    // A request that a sleeping laptop lost may never be answered.
    later(SILENCE_MS)
    try {
      hear(await call<Job>('GET', `api/jobs/${jobId}`, undefined, turn.signal))
      if (turn.signal.aborted) return
      asking = undefined
      listen()
      // Until a stream has said something, go on asking.
      later(source !== undefined && failures === 0 ? SILENCE_MS : pause())
    } catch (error) {
      if (turn.signal.aborted) return
      asking = undefined
      const { status = 0, retryAfter } = error instanceof ApiError ? error : {} as Partial<ApiError>
      if (status === 404 || status === 401) {
        stop()
        if (status === 404) tell({ kind: 'gone' })
        return
      }
      tell({ kind: 'lost' })
      later(Math.max(pause(), (retryAfter ?? 0) * 1000))
    }
  }

  const wake = () => {
    failures = 0
    if (document.visibilityState === 'visible') void look()
    else {
      listen()
      later(pause())
    }
  }
  for (const name of ['online', 'pageshow']) addEventListener(name, wake, { signal: over.signal })
  for (const name of ['visibilitychange', 'resume']) {
    document.addEventListener(name, wake, { signal: over.signal })
  }
  listen()
  later(source === undefined ? pause() : SILENCE_MS)
  return stop
}
