// A finished run whose output cannot be stored, because the file store does not respond.
import { existsSync, readdirSync } from 'node:fs'
import t, { type Test } from 'tap'
import { DomainError } from '../../src/errors.ts'
import { createJobService, testKind, type JobService } from '../support/job-service.ts'

const AGAIN = 'the file store does not respond; trying again'
const HOUR_MS = 3_600_000

/** A kind whose output can be stored once `store.works`. Counts how often the work and its end were begun. */
function unstored () {
  const store = { works: false, tries: 0, inputs: 0, paths: [] as string[] }
  const kind = testKind({
    async input ({ job, stagingPath }) {
      store.inputs++
      return { stagingPath, text: (JSON.parse(job.payload) as { text: string }).text }
    },
    async complete ({ stagingPath }, { text }) {
      store.tries++
      store.paths.push(stagingPath)
      if (!store.works) throw new DomainError('STORAGE_UNAVAILABLE')
      return { result: { text }, commit: async () => {}, discard: async () => {} }
    },
  })
  return { store, kind }
}

async function startUnstored (t: Test) {
  const { store, kind } = unstored()
  const service = await createJobService(t, { kinds: [kind], threads: 1 })
  await service.runner.start()
  const { job } = await service.request()
  await service.clock.asked(1000)
  return { store, service, id: job.id }
}

/** Lets the run try as often as the waits say. */
async function pass (service: JobService, waits: readonly number[]): Promise<void> {
  for (const [index, ms] of waits.entries()) {
    service.clock.advance(ms)
    const next = waits[index + 1]
    if (next !== undefined) await service.clock.asked(next)
  }
}

t.test('it waits with its output staged, stays started, and uses no attempt', async (t) => {
  const { store, service, id } = await startUnstored(t)
  t.match(await service.row(id), { state: 'started', attempts: 1 })
  await pass(service, [1000, 2000, 4000, 8000])
  await service.logged(AGAIN, 5)
  t.match(await service.row(id), { state: 'started', attempts: 1 })
  t.equal(readdirSync(service.stagingFolder).length, 1)
  store.works = true
  await service.clock.asked(16_000)
  service.clock.advance(16_000)
  t.match(await service.settled(id), { state: 'succeeded', attempts: 1, error_code: null })
  t.match(store, { tries: 6, inputs: 1 }, 'the work was done once')
  t.equal(new Set(store.paths).size, 1)
})

t.test('input is tried again as well', async (t) => {
  let tries = 0
  const service = await createJobService(t, {
    kinds: [testKind({
      async input ({ job, stagingPath }) {
        if (++tries === 1) throw new DomainError('STORAGE_UNAVAILABLE')
        return { stagingPath, text: (JSON.parse(job.payload) as { text: string }).text }
      },
    })],
  })
  await service.runner.start()
  const { job } = await service.request()
  await service.clock.asked(1000)
  service.clock.advance(1000)
  t.match(await service.settled(job.id), { state: 'succeeded', attempts: 1 })
  t.equal(tries, 2)
})

t.test('a cancel ends the wait at once', async (t) => {
  const { store, service, id } = await startUnstored(t)
  t.equal(await service.queue.cancel(id, { userId: null, force: true }), 'canceled')
  await service.runner.drain()
  t.match(await service.row(id), { state: 'canceled', error_code: null })
  t.strictSame(readdirSync(service.stagingFolder), [])
  t.equal(store.tries, 1)
})

t.test('a shutdown ends the wait; the job goes back without losing the attempt', async (t) => {
  const { service, id, store } = await startUnstored(t)
  await service.runner.stop(0)
  t.match(await service.row(id), { state: 'queued', attempts: 0 })
  t.ok(existsSync(service.stagingFolder))
  t.equal(store.tries, 1)
})

t.test('after an hour the job fails with the reason', async (t) => {
  const { service, id } = await startUnstored(t)
  service.clock.set(service.clock.now() + HOUR_MS)
  service.clock.advance(1000)
  t.match(await service.settled(id), {
    state: 'failed',
    attempts: 1,
    error_code: 'STORAGE_UNAVAILABLE',
    error_message: 'The file store is not responding. Try again in a moment.',
  })
})
