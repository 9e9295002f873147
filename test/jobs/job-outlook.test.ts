import t from 'tap'
import type { Database } from '../../db/index.ts'
import { claimJob, endRun, nextJob } from '../../db/queries/job-claims.ts'
import { queuePositions } from '../../db/queries/job-estimates.ts'
import { insertJob } from '../../db/queries/jobs.ts'
import { createJobOutlook } from '../../src/jobs/job-outlook.ts'
import { median, timeLeft } from '../../src/jobs/time-left.ts'
import { createGate } from '../support/gate.ts'
import { createJobService, testKind } from '../support/job-service.ts'

t.test('time left: what runs usually take at first, then more and more their own pace', async (t) => {
  t.equal(timeLeft({ progress: 0, elapsedMs: 0, usualMs: undefined }), undefined, 'nothing is known')
  t.equal(timeLeft({ progress: 0, elapsedMs: 3000, usualMs: 10_000 }), 7000)
  t.equal(timeLeft({ progress: 0, elapsedMs: 30_000, usualMs: 10_000 }), 0, 'never less than nothing')
  t.equal(timeLeft({ progress: 0.25, elapsedMs: 1000, usualMs: undefined }), 3000, 'by its pace alone')
  const slow = timeLeft({ progress: 0.5, elapsedMs: 20_000, usualMs: 10_000 })!
  t.ok(slow > 5000 && slow < 20_000, 'half way: between both')
  t.equal(timeLeft({ progress: 1, elapsedMs: 20_000, usualMs: 10_000 }), 0)
})

t.test('median', async (t) => {
  t.strictSame([median([]), median([3]), median([4, 1]), median([100, 1, 2])], [undefined, 3, 2.5, 2])
})

t.test('the outlook of a job: jobs ahead of it, past runs of its owner or else of its kind', async (t) => {
  const gate = createGate()
  const service = await createJobService(t, {
    threads: 1,
    // The clock goes on by more than a minute while one of them runs.
    kinds: [testKind({ timeLimitMs: 3_600_000, extra: { gate: gate.memory } })],
  })
  await service.runner.start()
  let capacity = { threads: 1, nodes: 1 }
  const outlook = createJobOutlook({
    db: service.db, now: service.clock.now, capacity: async () => capacity, ownThreads: ['apart'],
  })
  const ask = async (id: number, progress = 0) => {
    const job = await service.row(id)
    const ahead = (await outlook.positions()).get(job.id) ?? 0
    return [ahead, await outlook.secondsLeft(job, {
      progress, ahead, pace: () => outlook.pace(job.kind), usualOfOwner: () => outlook.usualOfOwner(job),
    })]
  }
  let runs = 0
  async function run (course: number, seconds: number): Promise<void> {
    const { job } = await service.request({ key: `run ${course}`, owner: { type: 'course', id: course } })
    await gate.arrived(++runs)
    service.clock.advance(seconds * 1000)
    gate.letOne()
    await service.settled(job.id)
  }

  const first = await service.request({ key: 'first' })
  await gate.arrived(++runs)
  t.strictSame(await ask(first.job.id), [0, null], 'this machine has not seen such a run yet')
  service.clock.advance(1000)
  t.strictSame(await ask(first.job.id, 0.25), [0, 3], 'its own pace')
  service.clock.advance(9000)
  gate.letOne()
  t.equal((await service.settled(first.job.id)).finished_at! - first.job.created_at, 10_000)
  t.strictSame(await ask(first.job.id), [0, null], 'it has ended')
  await run(2, 2)

  const running = await service.request({ key: 'running', owner: { type: 'course', id: 2 } })
  await gate.arrived(++runs)
  t.strictSame(await ask(running.job.id), [0, 2], 'as the last one of this course')
  const next = await service.request({ key: 'next', owner: { type: 'course', id: 1 } })
  const last = await service.request({ key: 'last', owner: { type: 'course', id: 3 } })
  t.strictSame(
    await ask(next.job.id),
    [1, 6 + 10],
    'course 3 was never served, so it comes first; a run of the kind takes 6 s, one of this course 10 s'
  )
  t.strictSame(await ask(last.job.id), [0, 6], 'a course without past runs uses those of the kind')
  const later = await service.request({
    key: 'later',
    owner: { type: 'course', id: 2 },
    runAfter: service.clock.now() + 60_000,
  })
  t.strictSame(await ask(later.job.id), [2, 60 + 2 * 6 + 2])
  t.strictSame(await ask(last.job.id), [0, 6], 'nothing that matters to it has changed')
  service.clock.advance(40_000)
  t.strictSame(await ask(later.job.id), [2, 20 + 2 * 6 + 2])
  service.clock.advance(20_000)
  t.strictSame(
    await ask(later.job.id),
    [2, 2 * 6 + 2],
    'it is due now; the course that was served last comes last all the same'
  )
  await service.queue.cancel(next.job.id, { userId: null, force: true })
  t.strictSame(await ask(later.job.id), [1, 6 + 2], 'one less before it')
  capacity = { threads: 6, nodes: 2 }
  t.strictSame(await ask(later.job.id), [1, 1 + 2], 'the threads of all nodes share what is ahead')
  capacity = { threads: 0, nodes: 0 }
  t.strictSame(await ask(later.job.id), [1, 6 + 2], 'no node is alive: one will come')
  gate.open()
})

const NOW = 1000

interface Waiting { course?: number, priority?: number, runAfter?: number, kind?: string }

/** Puts waiting jobs into the queue; returns their ids. */
async function queueJobs (db: Database, jobs: readonly Waiting[]): Promise<number[]> {
  return await db.write(async (trx) => {
    const ids: number[] = []
    for (const { course, priority = 0, runAfter = 0, kind = 'test' } of jobs) {
      const job = await insertJob(trx, {
        kind,
        key: `key ${Math.random()}`,
        unique_key: null,
        state: 'queued',
        payload: '{}',
        owner_type: course === undefined ? null : 'course',
        owner_id: course ?? null,
        priority,
        run_after: runAfter,
        created_at: 0,
      })
      if (job !== undefined) ids.push(job.id)
    }
    return ids
  })
}

/** Claims and ends the next job; returns its id. */
async function runNext (db: Database): Promise<number> {
  return await db.write(async (trx) => {
    const next = await nextJob(trx, { now: NOW, kinds: ['test'] })
    const run = next === undefined ? undefined : await claimJob(trx, next.id, NOW, null)
    if (run === undefined) return 0
    const end = { finishedAt: NOW, outcome: 'succeeded' } as const
    await endRun(trx, run, { state: 'succeeded', finished_at: NOW }, end)
    return run.id
  })
}

t.test('positions are in the order of the claims: by priority, then owners in turn', async (t) => {
  const { db } = await createJobService(t)
  t.strictSame(await queuePositions(db.reads, { now: NOW, ownThreads: [] }), new Map(), 'an empty queue')
  await queueJobs(db, [{ course: 1 }, { course: 2 }])
  for (let i = 0; i < 2; i++) await runNext(db)
  const ids = await queueJobs(db, [
    { course: 1 }, { course: 1 }, { course: 2 }, {}, { course: 3, priority: -10 },
    { course: 2, priority: 10 }, { course: 4 }, {}, { course: 1 }, { course: 2 }, { course: 4 },
  ])
  const positions = await queuePositions(db.reads, { now: NOW, ownThreads: ['other'] })
  const claimed: number[] = []
  while (claimed.length < ids.length) claimed.push(await runNext(db))
  t.strictSame([...positions].toSorted(([, a], [, b]) => a - b).map(([id]) => id), claimed)
  t.strictSame(claimed.toSorted((a, b) => a - b), ids)
  t.strictSame([...positions.values()].sort((a, b) => a - b), ids.map((_, i) => i))
})

t.test('jobs that are not due yet come last, by their time', async (t) => {
  const { db } = await createJobService(t)
  const [late = 0, first = 0, sooner = 0, second = 0] = await queueJobs(db, [
    { course: 1, runAfter: 5000, priority: 99 }, { course: 2 }, { course: 3, runAfter: 3000 },
    { course: 4, runAfter: NOW },
  ])
  t.strictSame(
    await queuePositions(db.reads, { now: NOW, ownThreads: [] }),
    new Map([[first, 0], [second, 1], [sooner, 2], [late, 3]])
  )
})

t.test('a job waits only for jobs that use the same threads', async (t) => {
  const { db } = await createJobService(t)
  const ids = await queueJobs(db, [
    { kind: 'import' }, { kind: 'test' }, { kind: 'import' }, { kind: 'sweep' }, { kind: 'other' },
  ])
  const positions = await queuePositions(db.reads, { now: NOW, ownThreads: ['import', 'sweep'] })
  t.strictSame(ids.map((id) => positions.get(id)), [0, 0, 1, 0, 1])
})
