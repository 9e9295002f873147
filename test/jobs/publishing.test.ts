// Runs whose work is done and whose output is being stored: their threads do the next jobs.
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import t from 'tap'
import type { Completion } from '../../src/jobs/job-kind.ts'
import { createGate } from '../support/gate.ts'
import { createJobService, testKind, type JobService, type TestKind } from '../support/job-service.ts'

/** Holds runs while they store their outputs. */
function createStore () {
  const waiting = new Set<() => void>()
  const watchers = new Set<() => void>()
  let open = () => {}
  const opened = new Promise<void>((resolve) => { open = resolve })
  const store = {
    /** Keys of the jobs whose outputs were brought here, in order. */
    arrivedKeys: [] as string[],
    discardedKeys: [] as string[],
    open,
    async arrived (count: number): Promise<void> {
      while (store.arrivedKeys.length < count) {
        await new Promise<void>((resolve) => { watchers.add(resolve) })
      }
    },
    /** Lets those through that wait now. */
    letThrough () {
      for (const pass of waiting) pass()
      waiting.clear()
    },
    async complete ({ job }: { job: { key: string } }): Promise<Completion> {
      store.arrivedKeys.push(job.key)
      for (const resolve of watchers) resolve()
      watchers.clear()
      await Promise.race([opened, new Promise<void>((resolve) => { waiting.add(resolve) })])
      return {
        result: null,
        commit: async () => {},
        discard: async () => { store.discardedKeys.push(job.key) },
      }
    },
  }
  return store
}

const states = (service: JobService, tickets: Array<{ job: { id: number } }>) =>
  Promise.all(tickets.map(async ({ job }) => (await service.row(job.id)).state))

t.test('a thread does the next job while the output of the last one is being stored', async (t) => {
  const store = createStore()
  const service = await createJobService(t, {
    threads: 1,
    kinds: [testKind({ complete: store.complete }), testKind({ name: 'other' })],
  })
  await service.runner.start()
  const first = await service.request({ key: 'first' })
  await store.arrived(1)
  const next = await service.request({ key: 'next', kind: 'other' })
  t.match(await service.settled(next.job.id), { state: 'succeeded' })
  t.match(await service.row(first.job.id), { state: 'started', attempts: 1 })
  store.open()
  t.match(await service.settled(first.job.id), { state: 'succeeded', attempts: 1 })
  await service.runner.drain()
  t.equal(service.runner.running(), 0)
  t.strictSame(readdirSync(service.stagingFolder), [])
})

t.test('a job of the same key waits until the output is stored', async (t) => {
  const store = createStore()
  const service = await createJobService(t, { kinds: [testKind({ complete: store.complete })] })
  await service.runner.start()
  const first = await service.request({ key: 'same', inputVersion: 1 })
  await store.arrived(1)
  const second = await service.request({ key: 'same', inputVersion: 2 })
  const other = await service.request({ key: 'other' })
  await store.arrived(2)
  t.strictSame(store.arrivedKeys, ['same', 'other'])
  t.strictSame(await states(service, [first, second, other]), ['started', 'queued', 'started'])
  store.open()
  await service.runner.drain()
  t.strictSame(await states(service, [first, second, other]), ['succeeded', 'succeeded', 'succeeded'])
})

t.test('at most as many runs as threads give theirs away; the others keep them', async (t) => {
  const store = createStore()
  const service = await createJobService(t, { threads: 2, kinds: [testKind({ complete: store.complete })] })
  await service.runner.start()
  const tickets = []
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) tickets.push(await service.request({ key }))
  await store.arrived(4)
  await service.delivery.look()
  t.strictSame((await states(service, tickets)).toSorted(), [
    'queued', 'queued', 'started', 'started', 'started', 'started',
  ])
  t.equal(readdirSync(service.stagingFolder).length, 4)
  // Also those that wait in their threads make room again.
  store.letThrough()
  await store.arrived(6)
  store.open()
  await service.runner.drain()
  t.strictSame(new Set(await states(service, tickets)), new Set(['succeeded']))
})

for (const rules of [{ concurrency: 1 }, { hasOwnThread: true }] satisfies Array<Partial<TestKind>>) {
  t.test(`${Object.keys(rules)[0]}: the next run starts after the commit of the last one`, async (t) => {
    const store = createStore()
    const service = await createJobService(t, {
      threads: 2,
      extraThreads: 1,
      kinds: [testKind({ ...rules, complete: store.complete }), testKind({ name: 'other' })],
    })
    await service.runner.start()
    const tickets = [await service.request({ key: 'a' }), await service.request({ key: 'b' })]
    await store.arrived(1)
    const other = await service.request({ key: 'other', kind: 'other' })
    t.match(await service.settled(other.job.id), { state: 'succeeded' })
    await service.delivery.look()
    t.strictSame(await states(service, tickets), ['started', 'queued'])
    store.letThrough()
    t.match(await service.settled(tickets[0]!.job.id), { state: 'succeeded' })
    await store.arrived(2)
    store.open()
    t.match(await service.settled(tickets[1]!.job.id), { state: 'succeeded' })
  })
}

t.test('a cancel while the output is being stored ends this run alone; nothing is kept', async (t) => {
  const store = createStore()
  const gate = createGate()
  const service = await createJobService(t, {
    threads: 1,
    kinds: [
      testKind({ complete: store.complete }),
      testKind({ name: 'working', extra: { gate: gate.memory } }),
    ],
  })
  await service.runner.start()
  const canceled = await service.request({ key: 'canceled' })
  await store.arrived(1)
  const working = await service.request({ key: 'working', kind: 'working' })
  await gate.arrived()
  t.equal(await service.queue.cancel(canceled.job.id, { userId: null, force: true }), 'canceled')
  store.open()
  gate.open()
  t.match(await service.settled(working.job.id), { state: 'succeeded', attempts: 1 })
  await service.runner.drain()
  t.match(await service.row(canceled.job.id), { state: 'canceled' })
  t.strictSame(store.discardedKeys, ['canceled'])
})

t.test('a shutdown waits for outputs that are being stored and starts nothing meanwhile', async (t) => {
  const store = createStore()
  const gate = createGate()
  const service = await createJobService(t, {
    threads: 1,
    kinds: [testKind({ complete: store.complete, extra: { gate: gate.memory } })],
  })
  await service.runner.start()
  const tickets = [await service.request({ key: 'a' })]
  await gate.arrived(1)
  gate.letOne()
  await store.arrived(1)
  for (const key of ['b', 'c']) tickets.push(await service.request({ key }))
  await gate.arrived(2)
  const stopped = service.runner.stop(10_000)
  gate.open()
  await store.arrived(2)
  store.open()
  await stopped
  t.strictSame(await states(service, tickets), ['succeeded', 'succeeded', 'queued'])
  t.match(await service.row(tickets[2]!.job.id), { attempts: 0, process_deaths: 0 })
})

t.test('a shutdown without time to store an output: the job keeps its attempt', async (t) => {
  const gate = createGate()
  let arrived = () => {}
  const isStoring = new Promise<void>((resolve) => { arrived = resolve })
  const service = await createJobService(t, {
    threads: 1,
    kinds: [
      testKind({
        async complete ({ signal }) {
          arrived()
          await once(signal, 'abort')
          throw signal.reason
        },
      }),
      testKind({ name: 'working', extra: { gate: gate.memory } }),
    ],
  })
  await service.runner.start()
  const storing = await service.request({ key: 'storing' })
  await isStoring
  const working = await service.request({ key: 'working', kind: 'working' })
  await gate.arrived()
  await service.runner.stop(0)
  for (const { job } of [storing, working]) {
    t.match(await service.row(job.id), { state: 'queued', attempts: 0, process_deaths: 0 })
  }
  t.strictSame(readdirSync(service.stagingFolder), [])
})
