// What a client sees of a job, as `src/http/job-view.ts` shows it, and whether that went back.
import type { ServiceProcess } from './service-process.ts'
import type { World } from './world.ts'

const ENDED = ['succeeded', 'failed', 'canceled']

/** What a client saw of a job. */
export interface Seen {
  state: string
  progress: number
  /** What names the run that the client saw: its token if `isNumber`, else the time of its start; 0: none. */
  run: number
  isNumber: boolean
}

/** What the client saw the last time. */
export interface Poll extends Seen {
  /** How many retries of the job had been answered when the client asked. */
  answeredRetries: number
  process: ServiceProcess | undefined
}

interface Asked extends Pick<Poll, 'answeredRetries' | 'process'> {
  user: number
  job: number
  /** What the client had seen when it asked. */
  before: Poll | undefined
}

/** One poll of a client that calls the parts of the process. */
export async function pollJob (
  world: World, process: ServiceProcess, { user, job }: { user: number, job: number }
): Promise<string> {
  const before = world.polls.get(`${user} ${job}`)
  const answeredRetries = world.answeredRetries.get(job) ?? 0
  const row = await process.queue.find(job)
  // Old jobs are deleted. The history shows whether one was deleted too early.
  if (row === undefined) return `job ${job} is gone`
  const { state, token: run } = row
  const progress = state === 'started' ? process.runner.progress(run) ?? row.progress : row.progress
  return notePoll(
    world, { user, job, before, answeredRetries, process }, { state, progress, run, isNumber: true }
  )
}

/** Compares an answer with what the client saw before it asked. Returns it in words. */
export function notePoll (
  world: World, { user, job, before, answeredRetries, process }: Asked, seen: Seen
): string {
  const now: Poll = { ...seen, answeredRetries, process }
  const name = `${user} ${job}`
  // A client polls again when it has its answer: one that another poll has overtaken counts for nothing.
  if (world.polls.get(name) !== before) return 'overtaken'
  const mayBeRetried = (world.retries.get(job) ?? 0) > (before?.answeredRetries ?? 0)
  const back = before === undefined ? undefined : wentBack(before, now, mayBeRetried)
  if (back !== undefined) world.blame(`user ${user + 1} sees job ${job} go back: ${back}`)
  world.polls.set(name, now)
  return `job ${job} is ${seen.state}, ${seen.progress}`
}

/** `mayBeRetried`: a retry was requested since the client's last answer, or was not answered by then. */
function wentBack (before: Poll, now: Poll, mayBeRetried: boolean): string | undefined {
  const states = `${before.state}, then ${now.state}`
  if (now.isNumber && now.run < before.run) return `run ${before.run}, then ${now.run}`
  if (ENDED.includes(before.state)) {
    return now.state !== before.state && !mayBeRetried ? states : undefined
  }
  if (now.run !== before.run) return undefined
  if (now.isNumber && before.run > 0 && before.state === 'queued' && now.state === 'started') return states
  // Another process has only what was written to the row, at most once a second.
  if (before.process !== now.process) return undefined
  if (before.state !== 'started' || now.state !== 'started') return undefined
  return now.progress < before.progress
    ? `progress ${before.progress}, then ${now.progress}`
    : undefined
}
