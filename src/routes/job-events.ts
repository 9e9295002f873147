import type { JobRunner } from '../jobs/job-runner.ts'

/** A comment line keeps proxies from closing a quiet stream, ms. */
const HEARTBEAT_MS = 15_000
/** What this process does not hear of (the queue before the job, another process) is looked up this often, ms. */
const LOOK_EVERY_MS = 1000
/** A moving progress is told at most this often, ms. */
const TELL_EVERY_MS = 100

export interface JobEventsOptions {
  runner: JobRunner
  jobId: number
  /** The job as the API shows it. */
  read: () => Promise<{ status: string }>
  /** Aborted when the server stops. */
  closing: AbortSignal
}

/** Server-sent events: the job at once and then at each change, until it has ended. The client reconnects by itself if cut off. */
export async function * jobEvents ({ runner, jobId, read, closing }: JobEventsOptions): AsyncGenerator<string, void, void> {
  let last = ''
  let wroteAt = performance.now()
  let wake = () => {}
  const stopWatching = runner.watch(jobId, () => { wake() })
  const onClosing = () => { wake() }
  closing.addEventListener('abort', onClosing)
  try {
    while (!closing.aborted) {
      const woken = new Promise<void>((resolve) => { wake = resolve })
      const job = await read()
      const json = JSON.stringify(job)
      if (json !== last) {
        last = json
        wroteAt = performance.now()
        yield `data: ${json}\n\n`
      } else if (performance.now() - wroteAt >= HEARTBEAT_MS) {
        wroteAt = performance.now()
        yield ': still here\n\n'
      }
      if (job.status !== 'queued' && job.status !== 'started') return
      await orAfter(woken, LOOK_EVERY_MS)
      await orAfter(new Promise(() => {}), TELL_EVERY_MS, closing)
    }
  } finally {
    stopWatching()
    closing.removeEventListener('abort', onClosing)
  }
}

/** Waits for the promise, some ms, or the signal, whichever is first. */
function orAfter (promise: Promise<void>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve()
      return
    }
    const timer = setTimeout(resolve, ms)
    void promise.then(() => { clearTimeout(timer); resolve() })
  })
}
