import type { WaitingJob } from '../../db/queries/job-estimates.ts'

/** Any claim that is foreseen comes after any that was made. */
const AFTER_ALL_TOKENS = 2 ** 50

/**
 * In which order waiting jobs will be claimed, as far as it can be told now: what is due before what is not,
 * the higher priority first, owners in turn - first the one who has waited longest since a job of his was
 * claimed - and of one owner the oldest first. The same as `nextJob` does one claim at a time.
 * @param waiting in the order of their ids
 * @returns for each job's id how many are claimed before it
 */
export function claimOrder (waiting: readonly WaitingJob[], now: number): Map<number, number> {
  const order: WaitingJob[] = []
  const served = new Map<string, number>()

  function addInTurn (jobs: readonly WaitingJob[]): void {
    const owners = Array.from(
      Map.groupBy(jobs, ownerOf).entries(),
      ([owner, queue]) => ({ owner, queue, since: served.get(owner) ?? queue[0]!.served })
    )
    owners.sort((a, b) => a.since - b.since || a.queue[0]!.id - b.queue[0]!.id)
    const rounds = Math.max(...owners.map(({ queue }) => queue.length))
    for (let round = 0; round < rounds; round++) {
      for (const { owner, queue } of owners) {
        if (round >= queue.length) continue
        order.push(queue[round]!)
        served.set(owner, AFTER_ALL_TOKENS + order.length)
      }
    }
  }

  const isDue = (job: WaitingJob) => job.run_after <= now
  const levels = Map.groupBy(waiting.filter(isDue), (job) => job.priority)
  for (const priority of Array.from(levels.keys()).sort((a, b) => b - a)) addInTurn(levels.get(priority)!)
  order.push(...waiting.filter((job) => !isDue(job)).sort((a, b) => a.run_after - b.run_after || a.id - b.id))
  return new Map(order.map((job, position) => [job.id, position]))
}

function ownerOf (job: WaitingJob): string {
  return `${job.owner_type}:${job.owner_id}`
}
