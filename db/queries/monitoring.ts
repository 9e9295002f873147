// What monitoring reads every few seconds: each query uses an index or reads few rows.
import type { Reads } from '../index.ts'
import { isDue } from './job-due.ts'
import { state, type JobRow } from './jobs.ts'

const STATES = ['queued', 'started', 'succeeded', 'failed', 'canceled'] as const

interface JobCount {
  kind: string
  state: JobRow['state']
  count: number
}

/** How many jobs there are of each kind and state. Combinations without jobs are left out. */
export async function countJobs (db: Reads): Promise<JobCount[]> {
  const counts: JobCount[] = []
  for (const name of STATES) {
    const rows = await db.selectFrom('jobs').select((eb) => ['kind', eb.fn.countAll<number>().as('count')])
      .where('state', '=', state(name)).groupBy('kind').execute()
    counts.push(...rows.map((row) => ({ ...row, state: name })))
  }
  return counts
}

/** When the oldest of the waiting jobs that are due at `now` was created, ms. Undefined: none is due. */
export async function oldestWaiting (db: Reads, now: number): Promise<number | undefined> {
  const row = await db.selectFrom('jobs').select((eb) => eb.fn.min('created_at').as('since'))
    .where('state', '=', state('queued')).where(isDue(now)).executeTakeFirst()
  return row?.since ?? undefined
}

/** The latest time in the database, ms; 0 if there is none. It is in the future if the clock was set back. */
export async function newestTime (db: Reads): Promise<number> {
  const newest = await Promise.all([
    db.selectFrom('jobs').select('created_at as at').orderBy('id', 'desc').limit(1).executeTakeFirst(),
    db.selectFrom('files').select('created_at as at').orderBy('id', 'desc').limit(1).executeTakeFirst(),
    db.selectFrom('courses').select('updated_at as at').orderBy('id', 'desc').limit(1).executeTakeFirst(),
  ])
  return Math.max(0, ...newest.map((row) => row?.at ?? 0))
}
