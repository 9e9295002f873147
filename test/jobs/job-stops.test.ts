// Cancel and shutdown: what runs is ended from outside.
import { readdirSync } from 'node:fs'
import t from 'tap'
import { cancelJob } from '../../db/queries/jobs.ts'
import { openDatabase } from '../../db/index.ts'
import { LOOK_EVERY_MS } from '../../src/jobs/delivery/delivery.ts'
import { createGate } from '../support/gate.ts'
import { createJobService, testKind } from '../support/job-service.ts'
import { testFolder } from '../support/test-folder.ts'

const force = { userId: null, force: true }

t.test('a started job that is canceled stops: thread back, staging empty, nothing made', async (t) => {
  const gate = createGate()
  let completed = 0
  const service = await createJobService(t, {
    threads: 1,
    kinds: [
      testKind({
        extra: { gate: gate.memory },
        complete: async () => {
          completed++
          return { result: null, commit: async () => {}, discard: async () => {} }
        },
      }),
      testKind({ name: 'sound' }),
    ],
  })
  await service.runner.start()
  const { job } = await service.request()
  await gate.arrived()
  t.equal(await service.queue.cancel(job.id, force), 'canceled')
  await service.runner.drain()
  t.match(await service.row(job.id), {
    state: 'canceled',
    finished_at: service.clock.now(),
    error_code: null,
  })
  t.strictSame(readdirSync(service.stagingFolder), [])
  t.equal(completed, 0)
  const next = await service.request({ kind: 'sound', key: 'sound' })
  t.equal((await service.settled(next.job.id)).state, 'succeeded', 'the one thread is free')
})

t.test('a thread that loops forever is also stopped by a cancel', async (t) => {
  const service = await createJobService(t, {
    threads: 1,
    kinds: [testKind({ task: 'loop' }), testKind({ name: 'sound' })],
  })
  await service.runner.start()
  const { job } = await service.request()
  await service.until(job.id, (row) => row.state === 'started')
  await service.queue.cancel(job.id, force)
  const next = await service.request({ kind: 'sound', key: 'sound' })
  t.equal((await service.settled(next.job.id)).state, 'succeeded')
})

t.test('a cancel that comes while the result is stored: nothing is kept', async (t) => {
  const kept: string[] = []
  const service = await createJobService(t, {
    kinds: [testKind({
      async complete ({ job }) {
        kept.push('file')
        await service.queue.cancel(job.id, force)
        return {
          result: null,
          commit: async () => {},
          discard: async () => {
            kept.pop()
          },
        }
      },
    })],
  })
  await service.runner.start()
  const { job } = await service.request()
  t.match(await service.settled(job.id), { state: 'canceled', result: null })
  await service.runner.drain()
  t.strictSame(kept, [])
})

t.test('a cancel by another process is seen at the next look', async (t) => {
  const gate = createGate()
  const service = await createJobService(t, { kinds: [testKind({ extra: { gate: gate.memory } })] })
  await service.runner.start()
  const { job } = await service.request()
  await gate.arrived()
  const other = await openDatabase(service.db.location)
  t.equal(await other.write((trx) => cancelJob(trx, job.id, 1)), true)
  await other.close()
  service.clock.advance(LOOK_EVERY_MS)
  await service.runner.drain()
  t.equal((await service.row(job.id)).state, 'canceled')
  t.strictSame(readdirSync(service.stagingFolder), [])
})

t.test('canceled and retried at once: the run that ends late changes nothing', async (t) => {
  const gate = createGate()
  const service = await createJobService(t, { kinds: [testKind({ extra: { gate: gate.memory } })] })
  await service.runner.start()
  const { job } = await service.request()
  await gate.arrived()
  await service.queue.cancel(job.id, force)
  await service.queue.retry(job.id)
  await gate.arrived(2)
  t.match(await service.row(job.id), { state: 'started', token: 2, attempts: 1 })
  gate.open()
  t.equal((await service.settled(job.id)).state, 'succeeded')
})

t.test('shutdown: what ends within the grace period ends well', async (t) => {
  const gate = createGate()
  const service = await createJobService(t, {
    threads: 1,
    kinds: [testKind({ extra: { gate: gate.memory } })],
  })
  await service.runner.start()
  const running = await service.request({ key: 'a' })
  await gate.arrived()
  const waiting = await service.request({ key: 'b' })
  const stopped = service.runner.stop(10_000)
  gate.open()
  await stopped
  t.equal((await service.row(running.job.id)).state, 'succeeded')
  t.match(await service.row(waiting.job.id), { state: 'queued', attempts: 0 }, 'nothing is claimed any more')
})

t.test('shutdown: what does not end goes back to the queue without losing the attempt', async (t) => {
  const folder = testFolder(t)
  const gate = createGate()
  const kinds = [testKind({ extra: { gate: gate.memory } })]
  const service = await createJobService(t, { folder, kinds })
  await service.runner.start()
  const { job } = await service.request()
  await gate.arrived()
  const stopped = service.runner.stop(10_000)
  await service.clock.asked(10_000)
  t.equal((await service.row(job.id)).state, 'started')
  service.clock.advance(10_000)
  await stopped
  t.match(await service.row(job.id), {
    state: 'queued',
    attempts: 0,
    process_deaths: 0,
    started_at: null,
    progress: 0,
    run_after: 0,
  })
  t.strictSame(readdirSync(service.stagingFolder), [])
  await service.runner.stop(0)

  gate.open()
  const next = await createJobService(t, { folder, kinds })
  await next.runner.start()
  t.match(await next.settled(job.id), { state: 'succeeded', attempts: 1, process_deaths: 0 })
})

t.test('shutdown: a thread that does not listen is ended too', async (t) => {
  const service = await createJobService(t, { kinds: [testKind({ task: 'loop' })] })
  await service.runner.start()
  const { job } = await service.request()
  await service.until(job.id, (row) => row.state === 'started')
  await service.runner.stop(0)
  t.match(await service.row(job.id), { state: 'queued', attempts: 0 })
})

t.test('a runner that was never started can be stopped; a stopped one claims nothing', async (t) => {
  const service = await createJobService(t)
  await service.runner.stop(0)
  await service.runner.start()
  const { job } = await service.request()
  await service.runner.drain()
  t.equal((await service.row(job.id)).state, 'queued')
})
