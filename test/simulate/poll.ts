// What a client sees of a job, as `src/http/job-view.ts` shows it, and whether that went back.
import type { ServiceProcess } from './service-process.ts'
import type { Poll, World } from './world.ts'

const ENDED = ['succeeded', 'failed', 'canceled']

/** One poll of a client, after its last one was answered. */
export async function pollJob (
  world: World, process: ServiceProcess, { user, job }: { user: number, job: number }
): Promise<string> {
  const name = `${user} ${job}`
  const before = world.polls.get(name)
  const retries = world.retries.get(job) ?? 0
  const row = await process.queue.find(job)
  // Old jobs are deleted. The history shows whether one was deleted too early.
  if (row === undefined) return `job ${job} is gone`
  const progress = row.state === 'started' ? process.runner.progress(row.token) ?? row.progress : row.progress
  const now: Poll = { state: row.state, token: row.token, progress, retries, process }
  // A client polls again when it has its answer: one that another poll has overtaken counts for nothing.
  if (world.polls.get(name) !== before) return 'overtaken'
  const back = before === undefined ? undefined : wentBack(before, now)
  if (back !== undefined) world.blame(`user ${user + 1} sees job ${job} go back: ${back}`)
  world.polls.set(name, now)
  return `job ${job} is ${row.state}, ${progress}`
}

function wentBack (before: Poll, now: Poll): string | undefined {
  const states = `${before.state}, then ${now.state}`
  if (now.token < before.token) return `run ${before.token}, then ${now.token}`
  if (ENDED.includes(before.state)) {
    return now.state !== before.state && now.retries === before.retries ? states : undefined
  }
  if (now.token !== before.token) return undefined
  if (before.token > 0 && before.state === 'queued' && now.state === 'started') return states
  // Another process has only what was written to the row, at most once a second.
  if (before.process !== now.process || before.state !== 'started') return undefined
  if (now.state !== 'started') return undefined
  return now.progress < before.progress
    ? `progress ${before.progress}, then ${now.progress}`
    : undefined
}
