import type { Job, JobWithAttempts } from '../../http/schemas/common.ts'
import { addressOf, ApiError, call } from '../api.ts'

type JobNews =
  | { kind: 'job', job: JobWithAttempts }
  /** The server does not answer at the moment. It is asked again automatically. */
  | { kind: 'lost' }
  /** The server no longer has the job. */
  | { kind: 'gone' }

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000
/**
 * After this time without an event or an answer, the job is requested again: a connection that a sleeping
 * laptop lost can still look open.
 */
const SILENCE_MS = 20_000

export function hasEnded ({ status }: Pick<Job, 'status'>): boolean {
  return status !== 'queued' && status !== 'started'
}

/**
 * Follows a job until it ends: by its events, and by polling with growing pauses where events do not arrive.
 * It sends no requests after the job has ended. Returns a function that stops it earlier.
 */
export function followJob (jobId: number, onNews: (news: JobNews) => void): () => void {
  const over = new AbortController()
  let source: EventSource | undefined
  let polling: AbortController | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0

  function stop () {
    over.abort()
    polling?.abort()
    clearTimeout(timer)
    source?.close()
  }

  function pollAfter (ms: number) {
    clearTimeout(timer)
    if (over.signal.aborted) return
    timer = setTimeout(() => {
      if (polling !== undefined) onNews({ kind: 'lost' })
      void poll()
    }, ms)
  }

  function report (job: JobWithAttempts) {
    if (over.signal.aborted) return
    if (hasEnded(job)) stop()
    onNews({ kind: 'job', job })
  }

  // Opens a new stream, since the old one may be dead. A hidden tab has none: a browser opens six connections
  // to an HTTP/1.1 server, and waiting tabs would take them all.
  function listen () {
    source?.close()
    source = undefined
    if (document.visibilityState === 'hidden') return
    const stream = source = new EventSource(addressOf(`api/jobs/${jobId}/events`))
    stream.onmessage = ({ data }) => {
      failures = 0
      pollAfter(SILENCE_MS)
      report(JSON.parse(data as string) as JobWithAttempts)
    }
    // EventSource would retry by itself. We poll instead: our pauses grow, and we see a status such as 404.
    stream.onerror = () => {
      stream.close()
      if (source === stream) source = undefined
      pollAfter(pause())
    }
  }

  function pause (): number {
    return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures++)
  }

  async function poll () {
    polling?.abort()
    const turn = polling = new AbortController()
    // A request that a sleeping laptop lost may never get an answer.
    pollAfter(SILENCE_MS)
    try {
      report(await call<JobWithAttempts>('GET', `api/jobs/${jobId}`, { signal: turn.signal }))
      if (turn.signal.aborted) return
      polling = undefined
      listen()
      // Until the stream has sent something, polling continues.
      pollAfter(source !== undefined && failures === 0 ? SILENCE_MS : pause())
    } catch (error) {
      if (turn.signal.aborted) return
      polling = undefined
      const { status = 0, retryAfter } = error instanceof ApiError ? error : {} as Partial<ApiError>
      if (status === 404 || status === 401) {
        stop()
        if (status === 404) onNews({ kind: 'gone' })
        return
      }
      onNews({ kind: 'lost' })
      pollAfter(Math.max(pause(), (retryAfter ?? 0) * 1000))
    }
  }

  const wake = () => {
    failures = 0
    if (document.visibilityState === 'visible') void poll()
    else {
      listen()
      pollAfter(pause())
    }
  }
  for (const name of ['online', 'pageshow']) addEventListener(name, wake, { signal: over.signal })
  for (const name of ['visibilitychange', 'resume']) {
    document.addEventListener(name, wake, { signal: over.signal })
  }
  listen()
  pollAfter(source === undefined ? pause() : SILENCE_MS)
  return stop
}
