// What is watched from outside. Asked for every few seconds, so each is answered from an index, or from few
// rows.
import type { Reads } from '../index.ts'
import { state, type JobRow } from './jobs.ts'

const STATES = ['queued', 'started', 'succeeded', 'failed', 'canceled'] as const

export interface JobCount {
  kind: string
  state: JobRow['state']
  count: number
}

/** How many jobs there are of each kind and state; without those of which there is none. */
export async function countJobs (db: Reads): Promise<JobCount[]> {
  const counts: JobCount[] = []
  for (const name of STATES) {
    const rows = await db.selectFrom('jobs').select((eb) => ['kind', eb.fn.countAll<number>().as('count')])
      .where('state', '=', state(name)).groupBy('kind').execute()
    counts.push(...rows.map((row) => ({ ...row, state: name })))
  }
  return counts
}

/**
 * Since when the job has waited that has waited longest of those that are due at `now`, ms; undefined: none
 * is.
 */
export async function oldestWaiting (db: Reads, now: number): Promise<number | undefined> {
  const row = await db.selectFrom('jobs').select((eb) => eb.fn.min('created_at').as('since'))
    .where('state', '=', state('queued')).where('run_after', '<=', now).executeTakeFirst()
  return row?.since ?? undefined
}

/**
 * The latest time that the database has written down itself, ms; 0: none yet. What a clock that was set back
 * has behind it.
 */
export async function newestTime (db: Reads): Promise<number> {
  const newest = await Promise.all([
    db.selectFrom('jobs').select('created_at as at').orderBy('id', 'desc').limit(1).executeTakeFirst(),
    db.selectFrom('files').select('created_at as at').orderBy('id', 'desc').limit(1).executeTakeFirst(),
    db.selectFrom('courses').select('updated_at as at').orderBy('id', 'desc').limit(1).executeTakeFirst(),
  ])
  return Math.max(0, ...newest.map((row) => row?.at ?? 0))
}
