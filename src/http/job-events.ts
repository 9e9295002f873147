import { Readable } from 'node:stream'
import { pause, type Clock } from '../jobs/clock.ts'
import type { JobRunner } from '../jobs/job-runner.ts'

/** A comment line keeps proxies from closing a quiet stream, ms. */
export const HEARTBEAT_MS = 15_000
/**
 * How often the service looks for changes that send no event (the queue ahead of the job, another process)
 * and checks the client's access, ms. The contract gives a stream 5 s to end after access is lost.
 */
const LOOK_EVERY_MS = 1000
/** Progress is sent at most this often, ms. */
const SEND_EVERY_MS = 100

interface JobEventsOptions {
  runner: Pick<JobRunner, 'watch'>
  clock: Clock
  jobId: number
  /**
   * The job as the API shows it to the client now. Undefined: the job is deleted, or the client may no longer
   * see it.
   */
  read: () => Promise<{ status: string } | undefined>
  /** Whether the client may still see the job. */
  mayGoOn: () => Promise<boolean>
  /** Aborted when the server stops. */
  closing: AbortSignal
}

/** Whether a job has ended for good. */
export function hasEnded (status: string): boolean { return status !== 'queued' && status !== 'started' }

/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): the job at once, and
 * then at each change. The stream ends when the job ends, when the client leaves or may no longer see the
 * job, and when the server stops. A slow client gets fewer events, not later ones.
 */
export function jobEvents ({ runner, clock, jobId, read, mayGoOn, closing }: JobEventsOptions): Readable {
  const over = new AbortController()
  let wake = () => {}
  let makeRoom = () => {}
  const stream = new Readable({
    read () { makeRoom() },
    destroy (error, done) {
      over.abort()
      done(error)
    },
  })

  /**
   * Resolves when the client has read the event, or has left. The access of a client that does not read is
   * checked as well.
   */
  async function send (text: string): Promise<void> {
    const room = new AbortController()
    makeRoom = () => { room.abort() }
    if (stream.push(text)) return
    while (!over.signal.aborted && !room.signal.aborted) {
      await pause(clock, LOOK_EVERY_MS, room.signal)
      if (!room.signal.aborted && !await mayGoOn()) stream.destroy()
    }
  }

  let stopBeating = () => {}
  async function follow (): Promise<void> {
    let last = ''
    let isQuiet = false
    const beat = () => {
      isQuiet = false
      stopBeating()
      stopBeating = clock.after(HEARTBEAT_MS, () => { isQuiet = true; wake() })
    }
    beat()
    while (!over.signal.aborted) {
      // This comes before the job is read, so that no change is missed in between.
      const turn = new AbortController()
      wake = () => { turn.abort() }
      const job = await read()
      if (job === undefined) {
        // The client may no longer see what is still buffered.
        if (stream.readableLength > 0) stream.destroy()
        break
      }
      const json = JSON.stringify(job)
      if (json !== last || isQuiet) {
        await send(json === last ? ': still here\n\n' : `id: ${job.status}\ndata: ${json}\n\n`)
        last = json
        beat()
      }
      if (hasEnded(job.status)) break
      await pause(clock, SEND_EVERY_MS, over.signal)
      await pause(clock, LOOK_EVERY_MS, turn.signal)
    }
    if (!stream.destroyed) stream.push(null)
  }

  const stop = () => { over.abort() }
  const stopWatching = runner.watch(jobId, () => { wake() })
  over.signal.addEventListener('abort', () => { wake(); makeRoom() })
  closing.addEventListener('abort', stop)
  if (closing.aborted) stop()
  follow().catch((error: unknown) => { stream.destroy(error as Error) }).finally(() => {
    stopWatching()
    stopBeating()
    closing.removeEventListener('abort', stop)
  })
  return stream
}
