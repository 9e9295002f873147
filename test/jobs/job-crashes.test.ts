// Each way in which a task can go wrong, in a real thread, and what the one who asked sees of it.
import { setTimeout as delay } from 'node:timers/promises'
import { existsSync, readdirSync } from 'node:fs'
import t, { type Test } from 'tap'
import { LOOK_EVERY_MS } from '../../src/jobs/delivery/delivery.ts'
import { exponentialBackoff } from '../../src/jobs/job-kind.ts'
import { createGate } from '../support/gate.ts'
import { createJobService, testKind, type JobService } from '../support/job-service.ts'
import type { TestTaskName } from '../support/jobs.tasks.ts'
import { refuseUpdates } from '../support/refused-updates.ts'

/** Nothing left, and the threads take new work. */
async function isUnharmed (t: Test, service: JobService): Promise<void> {
  await service.runner.drain()
  t.strictSame(readdirSync(service.stagingFolder), [])
  const { job } = await service.request({ kind: 'sound', key: 'sound' })
  t.equal((await service.settled(job.id)).state, 'succeeded', 'the next job finds a thread')
}

const CRASHES: Array<{ task: TestTaskName, code: string, says: string }> = [
  { task: 'throwError', code: 'WORKER_CRASHED', says: 'a bug in the task' },
  { task: 'rejectNothing', code: 'WORKER_CRASHED', says: 'undefined' },
  { task: 'throwLater', code: 'WORKER_CRASHED', says: 'uncaught' },
  { task: 'exit', code: 'WORKER_CRASHED', says: 'exit' },
  { task: 'allocate', code: 'OUT_OF_MEMORY', says: 'memory' },
  { task: 'returnNothing', code: 'WORKER_CRASHED', says: 'not an outcome' },
  { task: 'returnText', code: 'WORKER_CRASHED', says: 'not an outcome' },
  { task: 'returnHalf', code: 'WORKER_CRASHED', says: 'not an outcome' },
  { task: 'returnFunction', code: 'WORKER_CRASHED', says: 'without an error message' },
  { task: 'isNotThere', code: 'WORKER_CRASHED', says: '' },
]

for (const { task, code, says } of CRASHES) {
  t.test(`a task that goes wrong: ${task}`, async (t) => {
    const service = await createJobService(t, {
      threads: 1,
      memoryMb: 32,
      kinds: [testKind({ task, maxAttempts: 2, backoffMs: () => 999.5 }), testKind({ name: 'sound' })],
    })
    await service.runner.start()
    const { job } = await service.request()
    await service.until(job.id, (row) => row.state === 'queued' && row.attempts === 1)
    t.match(await service.row(job.id), {
      started_at: null,
      progress: 0,
      run_after: service.clock.now() + 1000,
    }, 'tried again after the wait')
    service.clock.advance(1000)
    t.match(await service.settled(job.id), { state: 'failed', attempts: 2, error_code: code })
    t.match(
      (service.log.find((line) => line.text === 'a run of a job failed')?.facts.err as Error).message,
      new RegExp(says, 'i')
    )
    await isUnharmed(t, service)
  })
}

t.test('a task that loops forever is ended at its time limit, by the clock of the test', async (t) => {
  const service = await createJobService(t, {
    threads: 1,
    kinds: [
      testKind({ task: 'loop', timeLimitMs: 5000, maxAttempts: 2, backoffMs: () => 700 }),
      testKind({ name: 'sound' }),
    ],
  })
  await service.runner.start()
  const { job } = await service.request()
  for (const attempt of [1, 2]) {
    await service.until(job.id, (row) => row.state === 'started' && row.attempts === attempt)
    await service.clock.asked(5000)
    service.clock.advance(4999)
    t.equal((await service.row(job.id)).state, 'started')
    service.clock.advance(1)
    if (attempt === 1) {
      await service.until(job.id, (row) => row.state === 'queued')
      service.clock.advance(700)
    }
  }
  t.match(await service.settled(job.id), {
    state: 'failed',
    attempts: 2,
    error_code: 'TIMED_OUT',
    error_message: 'This took longer than the server allows.',
  })
  await isUnharmed(t, service)
})

t.test('a crash does not affect tasks in other threads', async (t) => {
  const gate = createGate()
  const service = await createJobService(t, {
    kinds: [
      testKind({ task: 'exit', maxAttempts: 1 }),
      testKind({ name: 'held', extra: { gate: gate.memory } }),
    ],
  })
  await service.runner.start()
  const held = await service.request({ kind: 'held', key: 'held' })
  await gate.arrived()
  const { job } = await service.request()
  t.equal((await service.settled(job.id)).state, 'failed')
  t.equal((await service.row(held.job.id)).state, 'started')
  gate.open()
  t.match(await service.settled(held.job.id), { state: 'succeeded', attempts: 1 })
})

t.test('a crash that does not recur: the job succeeds at its next attempt', async (t) => {
  const kind = testKind({ task: 'exit' })
  const service = await createJobService(t, { kinds: [kind] })
  await service.runner.start()
  const { job } = await service.request()
  await service.until(job.id, (row) => row.state === 'queued' && row.attempts === 1)
  kind.task = 'work'
  service.clock.advance(1000)
  t.match(await service.settled(job.id), { state: 'succeeded', attempts: 2, error_code: null })
})

t.test('a full disk, seen by the task', {
  skip: existsSync('/dev/full') ? false : 'there is no /dev/full here',
}, async (t) => {
  const service = await createJobService(t, {
    kinds: [testKind({ task: 'fillDisk' }), testKind({ name: 'sound' })],
  })
  await service.runner.start()
  const { job } = await service.request()
  t.match(await service.settled(job.id), {
    state: 'failed',
    attempts: 1,
    error_code: 'DISK_FULL',
    error_message: /ENOSPC/,
  })
  await isUnharmed(t, service)
})

t.test('a full disk, seen when the result is stored', async (t) => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, rename'), { code: 'ENOSPC' })
  const service = await createJobService(t, {
    kinds: [
      testKind({
        complete: async () => {
          throw full
        },
      }),
      testKind({ name: 'sound' }),
    ],
  })
  await service.runner.start()
  const { job } = await service.request()
  t.match(await service.settled(job.id), { state: 'failed', attempts: 1, error_code: 'DISK_FULL' })
  await isUnharmed(t, service)
})

t.test('a full disk when the end of applied work is written: the run waits for space', async (t) => {
  let isFull = true
  const service = await createJobService(t, {
    kinds: [testKind({
      complete: async () => ({
        result: {},
        async commit () {
          if (isFull) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
        },
        async discard () {},
      }),
    })],
  })
  await service.runner.start()
  const { job } = await service.request()
  await service.logged('the end of a run could not be written; trying again')
  t.equal((await service.row(job.id)).state, 'started')
  isFull = false
  service.clock.advance(10_000)
  t.match(await service.settled(job.id), { state: 'succeeded', attempts: 1 }, 'it was done')
})

t.test('while the database cannot be written, the end of a run waits and is not lost', async (t) => {
  const gate = createGate()
  const service = await createJobService(t, { kinds: [testKind({ extra: { gate: gate.memory } })] })
  await service.runner.start()
  const { job } = await service.request()
  await gate.arrived()
  // Every change of a job fails, as on a disk without room for it.
  const allow = await refuseUpdates(service.db)
  gate.open()
  await service.logged('the end of a run could not be written; trying again')
  t.equal((await service.row(job.id)).state, 'started')
  await allow()
  service.clock.advance(10_000)
  await service.until(job.id, ({ state }) => state === 'queued')
  service.clock.advance(10_000)
  t.match(
    await service.settled(job.id),
    { state: 'succeeded', attempts: 2 },
    'the run counts as crashed, the next one is good'
  )
})

t.test('an end that can never be written: the job is found orphaned and does not stay started', async (t) => {
  const service = await createJobService(t, { kinds: [testKind({ task: 'knownFailure' })] })
  await refuseUpdates(
    service.db,
    "OLD.state = 'started' AND NEW.process_deaths = OLD.process_deaths AND OLD.process_deaths < 2"
  )
  await service.runner.start()
  const { job } = await service.request()
  // In each of two runs four waits between five tries to fail, and as many to go back to the queue.
  // A delivery may notice only at its next regular look that the run is over.
  let isOver = false
  const looks = (async () => {
    for (; !isOver; await delay(20)) service.clock.advance(LOOK_EVERY_MS)
  })()
  for (let wait = 1; wait <= 16; wait++) {
    await service.logged('the end of a run could not be written; trying again', wait)
    service.clock.advance(10_000)
  }
  const settled = await service.settled(job.id)
  isOver = true
  await looks
  t.match(settled, { state: 'failed', process_deaths: 2, error_code: 'WORKBOOK_TOO_LARGE' })
})

t.test('the wait before a retry doubles up to a limit, less a random part of at most half', async (t) => {
  const longest = exponentialBackoff(1000, 60_000, () => 0)
  t.strictSame([1, 2, 3, 4, 7, 30].map(longest), [1000, 2000, 4000, 8000, 60_000, 60_000])
  const shortest = exponentialBackoff(1000, 60_000, () => 1)
  t.strictSame([1, 2, 30].map(shortest), [500, 1000, 30_000])
  t.ok(
    [1, 2, 3, 4, 5].map(exponentialBackoff(1000, 60_000)).every(Number.isInteger),
    'whole ms, as the table keeps them'
  )
})
