// What every delivery of jobs must do: run it with `deliveryContract(t, make)`. It asks only the interface,
// with its own workers, and looks at rows.
import type { Test } from 'tap'
import type { Database } from '../../db/index.ts'
import { jobAttempts } from '../../db/queries/job-attempts.ts'
import { claimJob, endRun } from '../../db/queries/job-claims.ts'
import { cancelJob, findJob, insertJob, requeueEnded, type JobRow } from '../../db/queries/jobs.ts'
import {
  LOOK_EVERY_MS, MAX_PROCESS_DEATHS, type JobDelivery, type JobWorker,
} from '../../src/jobs/delivery/delivery.ts'
import type { RunnableKind } from '../../src/jobs/job-kind.ts'
import type { TestClock } from '../support/clock.ts'

/** A database and what delivers its jobs. */
export interface Site {
  db: Database
  clock: TestClock
  /** A process more; closed with the test. */
  open: () => Promise<JobDelivery>
}

/** `make` creates a new site each time. `kinds` are the kinds that it must know. */
export type MakeSite = (t: Test, kinds: readonly RunnableKind[]) => Promise<Site>

export function contractKind (name: string, rules: Partial<RunnableKind> = {}): RunnableKind {
  return {
    name,
    timeLimitMs: 60_000,
    maxAttempts: 3,
    backoffMs: () => 1000,
    work: () => Promise.reject(new Error('the worker of the contract does no work')),
    ...rules,
  }
}

export interface ContractWorker extends JobWorker {
  /** The runs that have begun, in order. */
  begun: JobRow[]
  abandoned: number[]
  /** Resolves with the `count`th run that begins. */
  run: (count?: number) => Promise<JobRow>
  /** This run needs its slot no longer. */
  free: (run: JobRow) => void
  /** Ends a run well. False: the job was no longer its own. */
  end: (run: JobRow) => Promise<boolean>
  /** Resolves when this run is abandoned. */
  givenUp: (run: JobRow) => Promise<void>
}

/** A process that runs jobs for as long as the test wants; `slots` at once of each kind. */
export function contractWorker (
  t: Test, { db, clock }: Site, kinds: readonly RunnableKind[], slots = 1
): ContractWorker {
  t.teardown(() => { for (const token of Array.from(live.keys())) close(token) })
  const live = new Map<number, { job: JobRow, hasSlot: boolean, freed: () => void, ended: () => void }>()
  const waiting = new Set<() => void>()
  const changed = () => { for (const look of waiting) look() }
  const until = (fact: () => boolean) => new Promise<void>((resolve) => {
    const look = () => {
      if (!fact()) return
      waiting.delete(look)
      resolve()
    }
    waiting.add(look)
    look()
  })
  const close = (token: number) => {
    live.get(token)?.ended()
    live.delete(token)
  }
  const worker: ContractWorker = {
    begun: [],
    abandoned: [],
    kind: (name) => kinds.find((kind) => kind.name === name),
    slots: () => new Map(kinds.map(({ name }) => [name, slots])),
    openKinds: () => kinds.map(({ name }) => name).filter((name) =>
      Array.from(live.values()).filter(({ job, hasSlot }) => job.kind === name && hasSlot).length < slots
    ),
    tokens: () => Array.from(live.keys()),
    begin: (job, freed) => new Promise((resolve) => {
      live.set(job.token, { job, hasSlot: true, freed, ended: resolve })
      worker.begun.push(job)
      changed()
    }),
    abandon (token) {
      if (!live.has(token)) return
      worker.abandoned.push(token)
      close(token)
      changed()
    },
    changed: () => {},
    async run (count = 1) {
      await until(() => worker.begun.length >= count)
      return worker.begun[count - 1]!
    },
    free (run) {
      const found = live.get(run.token)
      if (found === undefined) throw new Error(`${run.key} does not run`)
      found.hasSlot = false
      found.freed()
    },
    async end (run) {
      const finishedAt = clock.now()
      const change = { state: 'succeeded' as const, finished_at: finishedAt }
      const isOurs = await db.write((trx) => endRun(trx, run, change, { finishedAt, outcome: 'succeeded' }))
      close(run.token)
      return isOurs
    },
    givenUp: (run) => until(() => worker.abandoned.includes(run.token)),
  }
  return worker
}

interface Wanted { key: string, kind?: string, owner?: number, priority?: number, runAfter?: number }

/** Queues jobs as requests do; returns their rows. */
export async function queueJobs (
  { db }: Pick<Site, 'db'>, delivery: JobDelivery, jobs: readonly Wanted[]
): Promise<JobRow[]> {
  const rows: JobRow[] = []
  for (const { key, kind = 'a', owner, priority = 0, runAfter = 0 } of jobs) {
    rows.push(await db.write(async (trx) => {
      const job = await insertJob(trx, {
        kind,
        key,
        unique_key: null,
        state: 'queued',
        payload: '{}',
        owner_type: owner === undefined ? null : 'course',
        owner_id: owner ?? null,
        input_version: null,
        priority,
        run_after: runAfter,
        created_at: 1,
      })
      if (job === undefined) throw new Error('the job was not inserted')
      await delivery.announce(trx, job)
      return job
    }))
  }
  return rows
}

export async function deliveryContract (t: Test, make: MakeSite): Promise<void> {
  const a = contractKind('a')
  const state = async ({ db }: Site, { id }: JobRow) => (await findJob(db.reads, id))?.state

  await t.test('a job begins after its commit, and never if it was rolled back', async (t) => {
    const site = await make(t, [a])
    const delivery = await site.open()
    const worker = contractWorker(t, site, [a])
    await delivery.start(worker)
    await t.rejects(site.db.write(async (trx) => {
      await delivery.announce(trx, { kind: 'a', run_after: 0 })
      throw new Error('rolled back')
    }), { message: 'rolled back' })
    const [job] = await queueJobs(site, delivery, [{ key: 'x' }])
    t.match(await worker.run(), { id: job!.id, state: 'started', attempts: 1, unique_key: null })
    await worker.end(worker.begun[0]!)
    await delivery.look()
    t.equal(worker.begun.length, 1)
    t.match(await jobAttempts(site.db.reads, job!.id), [{ outcome: 'succeeded', attempt: 1 }])
  })

  await t.test('the order: priority, then the owner who has waited longest, then the request', async (t) => {
    const site = await make(t, [a])
    const delivery = await site.open()
    await queueJobs(site, delivery, [
      { key: 'a1', owner: 1 }, { key: 'a2', owner: 1 }, { key: 'b1', owner: 2 }, { key: 'none1' },
      { key: 'none2' }, { key: 'urgent', owner: 1, priority: 5 }, { key: 'late', owner: 3, priority: -1 },
    ])
    const worker = contractWorker(t, site, [a])
    await delivery.start(worker)
    for (let count = 1; count <= 7; count++) {
      await worker.end(await worker.run(count))
      void delivery.look()
    }
    t.strictSame(worker.begun.map(({ key }) => key), ['urgent', 'b1', 'none1', 'a1', 'none2', 'a2', 'late'])
    const tokens = worker.begun.map(({ token }) => token)
    t.strictSame(tokens, tokens.toSorted((one, other) => one - other), 'tokens rise with each claim')
    t.equal(new Set(tokens).size, 7)
  })

  await t.test('no more jobs than slots, counted for each kind', async (t) => {
    const kinds = [contractKind('a', { hasOwnThread: true }), contractKind('b', { hasOwnThread: true })]
    const site = await make(t, kinds)
    const delivery = await site.open()
    const worker = contractWorker(t, site, kinds)
    await delivery.start(worker)
    const [, a2, , b2] = await queueJobs(site, delivery, [
      { key: 'a1' }, { key: 'a2' }, { key: 'b1', kind: 'b' }, { key: 'b2', kind: 'b' },
    ])
    await worker.run(2)
    t.strictSame(new Set(worker.begun.map(({ key }) => key)), new Set(['a1', 'b1']))
    t.strictSame([await state(site, a2!), await state(site, b2!)], ['queued', 'queued'])
    for (let count = 1; count <= 4; count++) {
      await worker.end(await worker.run(count))
      void delivery.look()
    }
    t.strictSame([await state(site, a2!), await state(site, b2!)], ['succeeded', 'succeeded'])
  })

  await t.test('jobs with the same key run one at a time; others run at the same time', async (t) => {
    const site = await make(t, [a])
    const delivery = await site.open()
    const worker = contractWorker(t, site, [a], 3)
    await delivery.start(worker)
    const [first] = await queueJobs(site, delivery, [{ key: 'same' }])
    await worker.run()
    const [second] = await queueJobs(site, delivery, [{ key: 'same' }, { key: 'other' }])
    t.equal((await worker.run(2)).key, 'other')
    await delivery.look()
    t.equal(await state(site, second!), 'queued')
    await worker.end(worker.begun[0]!)
    void delivery.look()
    t.match(await worker.run(3), { id: second!.id })
    t.equal(await state(site, first!), 'succeeded')
  })

  await t.test('a run that needs its slot no longer makes room for one job, until its own end', async (t) => {
    const site = await make(t, [a])
    const delivery = await site.open()
    const worker = contractWorker(t, site, [a])
    await delivery.start(worker)
    const jobs = await queueJobs(site, delivery, ['1', '2', '3', '4'].map((key) => ({ key })))
    const first = await worker.run()
    worker.free(first)
    const second = await worker.run(2)
    await delivery.look()
    t.equal(worker.begun.length, 2, 'one slot for one job')
    t.equal(await worker.end(first), true, 'it is still its own')
    await delivery.look()
    t.equal(worker.begun.length, 2, 'its end frees nothing twice')
    worker.free(second)
    const third = await worker.run(3)
    t.equal(await worker.end(third), true)
    void delivery.look()
    await worker.end(await worker.run(4))
    await worker.end(second)
    for (const job of jobs) t.equal(await state(site, job), 'succeeded')
  })

  await t.test('a run that needs its slot no longer is abandoned like others', async (t) => {
    const site = await make(t, [a])
    const delivery = await site.open()
    const worker = contractWorker(t, site, [a])
    await delivery.start(worker)
    const [job] = await queueJobs(site, delivery, [{ key: 'x' }, { key: 'y' }])
    const run = await worker.run()
    worker.free(run)
    await worker.run(2)
    await site.db.write((trx) => cancelJob(trx, job!.id, 1))
    site.clock.advance(LOOK_EVERY_MS)
    await worker.givenUp(run)
    t.equal(await worker.end(run), false)
    t.strictSame(worker.abandoned, [run.token], 'and no other one')
  })

  await t.test('a delayed job starts when its delay is over', async (t) => {
    const site = await make(t, [a])
    const delivery = await site.open()
    const worker = contractWorker(t, site, [a])
    await delivery.start(worker)
    const [job] = await queueJobs(site, delivery, [{ key: 'x', runAfter: site.clock.now() + 5000 }])
    await delivery.look()
    site.clock.advance(4999)
    await delivery.look()
    t.equal(await state(site, job!), 'queued')
    site.clock.advance(LOOK_EVERY_MS)
    t.equal((await worker.run()).id, job!.id)
  })

  await t.test('a job that was delayed before the clock was set back is due', async (t) => {
    const site = await make(t, [a])
    const delivery = await site.open()
    const worker = contractWorker(t, site, [a])
    const [job] = await queueJobs(site, delivery, [{ key: 'x', runAfter: site.clock.now() + 5000 }])
    site.clock.set(site.clock.now() - 3_600_000)
    await delivery.start(worker)
    const run = await worker.run()
    t.equal(run.id, job!.id)
    site.clock.set(site.clock.now() - 3_600_000)
    t.equal(await worker.end(run), true)
    const [attempt] = await jobAttempts(site.db.reads, job!.id)
    t.equal(attempt?.finished_at, attempt?.started_at, 'no run ends before its start')
  })

  await t.test('a job of a kind that this process does not know waits', async (t) => {
    const site = await make(t, [a])
    const delivery = await site.open()
    const worker = contractWorker(t, site, [a])
    await delivery.start(worker)
    const [job] = await queueJobs(site, delivery, [{ key: 'x', kind: 'of-a-later-version' }, { key: 'y' }])
    t.equal((await worker.run()).key, 'y')
    t.equal(await state(site, job!), 'queued')
  })

  await t.test('a run is abandoned when any process cancels its job', async (t) => {
    const site = await make(t, [a])
    const delivery = await site.open()
    const worker = contractWorker(t, site, [a])
    await delivery.start(worker)
    const [job] = await queueJobs(site, delivery, [{ key: 'x' }])
    const run = await worker.run()
    await site.db.write((trx) => cancelJob(trx, job!.id, 1))
    site.clock.advance(LOOK_EVERY_MS)
    await worker.givenUp(run)
    t.equal(await worker.end(run), false, 'its end changes nothing')
    await site.db.write(async (trx) => {
      const again = await requeueEnded(trx, job!.id)
      await delivery.announce(trx, again!)
    })
    t.ok((await worker.run(2)).token > run.token, 'a retry is a later claim')
  })

  await t.test('orphans are requeued at the start and later', async (t) => {
    const site = await make(t, [a])
    const delivery = await site.open()
    const [before] = await queueJobs(site, delivery, [{ key: 'before' }])
    await site.db.write((trx) => claimJob(trx, before!.id, 1, null))
    const worker = contractWorker(t, site, [a], 2)
    await delivery.start(worker)
    t.match(await worker.run(), { id: before!.id, attempts: 1, process_deaths: 1 })
    const [later] = await queueJobs(site, delivery, [{ key: 'later', runAfter: site.clock.now() + 60_000 }])
    await site.db.write((trx) => claimJob(trx, later!.id, 1, null))
    site.clock.advance(LOOK_EVERY_MS)
    t.match(await worker.run(2), { id: later!.id, attempts: 1, process_deaths: 1 })
    t.match((await jobAttempts(site.db.reads, later!.id)).map(({ outcome }) => outcome), ['died', null])
    t.match(await findJob(site.db.reads, before!.id), { state: 'started', process_deaths: 1 }, 'runs on')
  })

  await t.test('a job during which the process died too often fails, and its kind is notified', async (t) => {
    const failed: number[] = []
    const kind = contractKind('a', { failed: async (trx, { id }) => { failed.push(id) } })
    const site = await make(t, [kind])
    const delivery = await site.open()
    const [job] = await queueJobs(site, delivery, [{ key: 'x' }])
    await site.db.write(async (trx) => {
      await claimJob(trx, job!.id, 1, null)
      await trx.updateTable('jobs').set({ process_deaths: MAX_PROCESS_DEATHS - 1 }).execute()
    })
    await delivery.start(contractWorker(t, site, [kind]))
    t.match(await findJob(site.db.reads, job!.id), {
      state: 'failed', error_code: 'WORKER_CRASHED', process_deaths: MAX_PROCESS_DEATHS,
    })
    t.strictSame(failed, [job!.id])
  })

  await t.test('after a stop nothing is claimed; the next process gets the waiting jobs', async (t) => {
    const site = await make(t, [a])
    const delivery = await site.open()
    const worker = contractWorker(t, site, [a])
    await delivery.start(worker)
    await queueJobs(site, delivery, [{ key: 'x' }])
    const run = await worker.run()
    await delivery.stop()
    const [waiting] = await queueJobs(site, delivery, [{ key: 'y' }])
    await delivery.look()
    worker.free(run)
    await delivery.look()
    t.equal(await worker.end(run), true, 'what runs may end')
    await delivery.look()
    await delivery.close()
    t.equal(worker.begun.length, 1)
    t.equal(await state(site, waiting!), 'queued')
    const other = await site.open()
    const next = contractWorker(t, site, [a])
    await other.start(next)
    t.equal((await next.run()).id, waiting!.id)
  })

  await t.test('a look before the start and a stop without one are harmless', async (t) => {
    const site = await make(t, [a])
    const delivery = await site.open()
    await delivery.look()
    const [job] = await queueJobs(site, delivery, [{ key: 'x' }])
    await delivery.stop()
    await delivery.start(contractWorker(t, site, [a]))
    await delivery.look()
    await delivery.close()
    t.equal(await state(site, job!), 'queued')
  })
}
