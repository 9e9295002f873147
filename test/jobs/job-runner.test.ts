import { readdirSync } from 'node:fs'
import t from 'tap'
import { claimJob, updateRun } from '../../db/queries/job-claims.ts'
import { DomainError } from '../../src/errors.ts'
import { MAX_PROCESS_DEATHS, LOOK_EVERY_MS } from '../../src/jobs/delivery/delivery.ts'
import { createGate } from '../support/gate.ts'
import { createJobService, testKind, type TestKind } from '../support/job-service.ts'
import { testFolder } from '../support/test-folder.ts'
import { until } from '../support/until.ts'

t.test('a job from its request to its result', async (t) => {
  const gate = createGate()
  const service = await createJobService(t, { kinds: [testKind({ extra: { gate: gate.memory } })] })
  await service.runner.start()
  const { job } = await service.request()
  await gate.arrived()
  t.match(await service.row(job.id), {
    state: 'started',
    attempts: 1,
    started_at: service.clock.now(),
    unique_key: null,
  })
  t.strictSame(readdirSync(service.stagingFolder), [`${job.id}-1`])
  service.clock.advance(400)
  gate.open()
  const ended = await service.settled(job.id)
  t.match(ended, {
    state: 'succeeded',
    progress: 1,
    attempts: 1,
    finished_at: service.clock.now(),
    result: '{"text":"hello"}',
    error_code: null,
  })
  await service.runner.drain()
  t.strictSame(readdirSync(service.stagingFolder), [])
  t.match(service.log, [{ level: 'info', text: 'job succeeded', facts: { ms: 400 } }])
})

t.test('claims: by priority, then the owner who has waited longest, then the request', async (t) => {
  const order: string[] = []
  const service = await createJobService(t, {
    threads: 1,
    onStep: (step, job) => {
      if (step === 'run: claimed') order.push(job.key)
    },
  })
  const request = (key: string, id: number | null, priority = 0) =>
    service.request({ key, owner: id === null ? null : { type: 'course', id }, priority })
  for (const key of ['a1', 'a2', 'a3']) await request(key, 1)
  for (const key of ['b1', 'b2']) await request(key, 2)
  for (const key of ['none1', 'none2']) await request(key, null)
  await request('c1', 3)
  await request('urgent', 1, 10)
  await request('late', 4, -10)
  await service.runner.start()
  await service.runner.drain()
  // Course 1 was served with its urgent job, so all others come before its next one; those without an
  // owner take turns as one.
  t.strictSame(order, ['urgent', 'b1', 'none1', 'c1', 'a1', 'b2', 'none2', 'a2', 'a3', 'late'])
})

t.test('jobs of one key run one at a time, jobs of different keys on all threads', async (t) => {
  const gate = createGate()
  const service = await createJobService(t, {
    threads: 3,
    kinds: [testKind({ extra: { gate: gate.memory }, inputVersion: async () => 1 })],
  })
  await service.runner.start()
  const first = await service.request({ key: 'a', inputVersion: 1 })
  await gate.arrived()
  const second = await service.request({ key: 'a', inputVersion: 2 })
  const other = await service.request({ key: 'b' })
  await gate.arrived(2)
  t.strictSame([(await service.row(second.job.id)).state, (await service.row(other.job.id)).state], [
    'queued',
    'started',
  ])
  gate.open()
  await service.runner.drain()
  t.ok((await service.row(second.job.id)).token > (await service.row(first.job.id)).token)
  t.equal((await service.row(second.job.id)).state, 'succeeded')
})

t.test('a kind runs at most as many jobs as it declares and leaves the other threads free', async (t) => {
  const gate = createGate()
  const service = await createJobService(t, {
    threads: 3,
    kinds: [
      testKind({ name: 'heavy', concurrency: 1, extra: { gate: gate.memory } }),
      testKind({ extra: { gate: gate.memory } }),
    ],
  })
  await service.runner.start()
  const heavy = [
    await service.request({ kind: 'heavy', key: 'h1' }),
    await service.request({ kind: 'heavy', key: 'h2' }),
  ]
  const light = [await service.request({ key: 'l1' }), await service.request({ key: 'l2' })]
  await gate.arrived(3)
  const states = async (tickets: typeof heavy) =>
    (await Promise.all(tickets.map(({ job }) => service.row(job.id)))).map((job) => job.state)
  t.strictSame(await states(heavy), ['started', 'queued'])
  t.strictSame(await states(light), ['started', 'started'])
  gate.open()
  await service.runner.drain()
  t.strictSame(await states(heavy), ['succeeded', 'succeeded'])
})

t.test('a delayed job starts when its time has come, not before', async (t) => {
  const service = await createJobService(t)
  await service.runner.start()
  const { job } = await service.request({ runAfter: service.clock.now() + 5000 })
  await service.runner.drain()
  service.clock.advance(4999)
  await service.runner.drain()
  t.equal((await service.row(job.id)).state, 'queued')
  service.clock.advance(LOOK_EVERY_MS)
  t.equal((await service.settled(job.id)).state, 'succeeded')
})

t.test('jobs of a kind that this program does not know wait for one that does', async (t) => {
  const service = await createJobService(t)
  await service.runner.start()
  const { job } = await service.request({ kind: 'of-a-later-version' })
  await service.runner.drain()
  t.equal((await service.row(job.id)).state, 'queued')
})

t.test('fencing: a late run changes nothing', async (t) => {
  const service = await createJobService(t)
  const { job } = await service.request()
  const claim = async () => await service.db.write((trx) => claimJob(trx, job.id, 1, null))
  const first = await claim()
  t.equal(await claim(), undefined, 'a job is claimed once')
  await service.db.write((trx) => updateRun(trx, first!, { state: 'queued' }))
  const second = await claim()
  t.ok(second!.token > first!.token)
  t.equal(await service.db.write((trx) => updateRun(trx, first!, { state: 'succeeded', progress: 1 })), false)
  t.match(await service.row(job.id), { state: 'started', progress: 0, token: second!.token })
})

t.test('fencing: what a late run has made is removed', async (t) => {
  const gate = createGate()
  const made = new Set<string>()
  let tookBack = (_: string) => {}
  const takenBack = new Promise<string>((resolve) => {
    tookBack = resolve
  })
  const service = await createJobService(t, {
    kinds: [testKind({
      extra: { gate: gate.memory },
      async complete ({ job }, { text }) {
        const name = `${text} ${job.token}`
        made.add(name)
        return {
          result: name,
          commit: async () => {},
          discard: async () => {
            made.delete(name)
            tookBack(name)
          },
        }
      },
    })],
  })
  await service.runner.start()
  const { job } = await service.request()
  await gate.arrived()
  // No look is under way that would notice, and end the first run.
  await service.delivery.look()
  // The job was claimed elsewhere meanwhile and runs there.
  await service.db.write(async (trx) => {
    await updateRun(trx, { id: job.id, token: 1 }, { state: 'queued' })
    await claimJob(trx, job.id, 2, null)
  })
  gate.open()
  t.equal(await takenBack, 'hello 1')
  await service.runner.drain()
  t.match(
    await service.row(job.id),
    { state: 'succeeded', result: '"hello 3"' },
    'the other claim was orphaned, so the job came back'
  )
  t.strictSame([...made], ['hello 3'])
})

t.test('progress only rises, is reported at once, and ends with 1', async (t) => {
  const gate = createGate()
  let token = 0
  const service = await createJobService(t, {
    kinds: [testKind({ extra: { gate: gate.memory, progress: [0.5, 0.2, NaN, 7, -1, 0.75] } })],
    onStep (step, job) { if (step === 'run: claimed') token = job.token },
  })
  await service.runner.start()
  const { job } = await service.request()
  const reported: number[] = []
  const all = new Promise<void>((resolve) => {
    service.runner.watch(job.id, () => {
      reported.push(service.runner.progress(token) ?? 0)
      if (reported.at(-1) === 0.75) resolve()
    })
  })
  await all
  // A watcher is called at every change, also at those of the row.
  t.strictSame(Array.from(new Set(reported)).filter((fraction) => fraction > 0), [0.5, 0.75])
  t.strictSame(reported, reported.toSorted((a, b) => a - b))
  gate.open()
  t.equal((await service.settled(job.id)).progress, 1)
  await service.runner.drain()
  t.equal(service.runner.progress(token), 0.75, 'a poll that read the row before the end sees no less')
  t.equal(service.runner.progress(token + 1), undefined)
})

t.test('progress reaches the row, for other processes', async (t) => {
  const gate = createGate()
  const service = await createJobService(t, {
    kinds: [testKind({ extra: { gate: gate.memory, progress: [0.5] } })],
  })
  const { job } = await service.request()
  // At the claim: the clock moves on before the first progress.
  service.runner.watch(job.id, () => { service.clock.set(service.clock.now() + 1000) })
  await service.runner.start()
  await until('the row has the progress', async () => (await service.row(job.id)).progress === 0.5)
  t.equal((await service.row(job.id)).state, 'started')
  gate.open()
  await service.runner.drain()
})

t.test('a known failure fails the job with its code and is not tried again', async (t) => {
  const service = await createJobService(t, { kinds: [testKind({ task: 'knownFailure' })] })
  await service.runner.start()
  const { job } = await service.request()
  t.match(await service.settled(job.id), {
    state: 'failed',
    attempts: 1,
    error_code: 'WORKBOOK_TOO_LARGE',
    error_message: 'too large: hello',
    result: '{"rows":7}',
    finished_at: service.clock.now(),
  })
})

t.test('a failure at the end: a known one fails the job, and the output is removed', async (t) => {
  const discarded: number[] = []
  const complete: TestKind['complete'] = async ({ job }) => ({
    result: 'half done',
    async commit () {
      throw new DomainError('FILE_QUOTA_EXCEEDED', { detail: 'no room' })
    },
    discard: async () => {
      discarded.push(job.id)
    },
  })
  const service = await createJobService(t, { kinds: [testKind({ complete })] })
  await service.runner.start()
  const { job } = await service.request()
  t.match(await service.settled(job.id), {
    state: 'failed',
    attempts: 1,
    error_code: 'FILE_QUOTA_EXCEEDED',
    error_message: 'no room',
    result: null,
  })
  await service.runner.drain()
  t.strictSame(discarded, [job.id])
})

t.test('an input that cannot be judged or made fails its own job and stops no other', async (t) => {
  const service = await createJobService(t, {
    kinds: [
      testKind({
        name: 'broken',
        maxAttempts: 1,
        inputVersion: async () => {
          throw new Error('no such thing')
        },
        input: async () => {
          throw new Error('not this either')
        },
      }),
      testKind(),
    ],
    threads: 1,
  })
  await service.runner.start()
  const broken = await service.request({ kind: 'broken', key: 'broken' })
  const fine = await service.request()
  t.match(await service.settled(broken.job.id), { state: 'failed', error_code: 'WORKER_CRASHED' })
  t.equal((await service.settled(fine.job.id)).state, 'succeeded')
})

t.test('boot: a job of a dead process is requeued at once, without losing the attempt', async (t) => {
  const folder = testFolder(t, { staging: { '1-1': { staged: 'half a file' }, upload: "another user's" } })
  const service = await createJobService(t, { folder })
  const { job } = await service.request()
  await service.db.write((trx) => claimJob(trx, job.id, 1, 7))
  await service.runner.start()
  t.match(await service.settled(job.id), { state: 'succeeded', attempts: 1, process_deaths: 1, token: 2 })
  await service.runner.drain()
  t.strictSame(readdirSync(service.stagingFolder), ['upload'])
})

t.test('boot: a job that ran at too many deaths of the process counts as their cause', async (t) => {
  const folder = testFolder(t)
  // Boots that know no kind: they repair what they find and claim nothing.
  const boot = async () => await createJobService(t, { folder, kinds: [] })
  const { job } = await (await boot()).request()
  for (let death = 1; death <= MAX_PROCESS_DEATHS; death++) {
    const service = await boot()
    t.match(await service.row(job.id), { state: 'queued', attempts: 0, process_deaths: death - 1 })
    await service.db.write((trx) => claimJob(trx, job.id, 1, null))
    await service.runner.start()
    await service.runner.stop(0)
  }
  t.match(await (await boot()).row(job.id), {
    state: 'failed',
    error_code: 'WORKER_CRASHED',
    error_message: 'The server stopped 10 times while this job ran.',
    process_deaths: MAX_PROCESS_DEATHS,
  })
})

t.test('an orphaned job that says started comes back at the next look', async (t) => {
  const gate = createGate()
  const service = await createJobService(t, { kinds: [testKind({ extra: { gate: gate.memory } })] })
  await service.runner.start()
  const running = await service.request({ key: 'runs' })
  await gate.arrived()
  const { job } = await service.request({ key: 'lost', runAfter: service.clock.now() + 60_000 })
  await service.db.write((trx) => claimJob(trx, job.id, 1, null))
  service.clock.advance(LOOK_EVERY_MS)
  await gate.arrived(2)
  t.match(await service.row(running.job.id), { state: 'started', process_deaths: 0, attempts: 1 })
  gate.open()
  t.match(await service.settled(job.id), { state: 'succeeded', process_deaths: 1, attempts: 1 })
})

t.test('a wake before the start is harmless, a second start too', async (t) => {
  const service = await createJobService(t)
  await service.delivery.look()
  const { job } = await service.request()
  await service.runner.drain()
  t.equal((await service.row(job.id)).state, 'queued')
  await service.runner.start()
  await service.runner.start()
  t.equal((await service.settled(job.id)).state, 'succeeded')
})

t.test('drain waits for what runs and what may start, not for what is delayed', async (t) => {
  const service = await createJobService(t, { threads: 1 })
  await service.runner.start()
  const later = await service.request({ key: 'later', runAfter: service.clock.now() + 1 })
  const tickets = await Promise.all(['a', 'b', 'c', 'd'].map((key) => service.request({ key })))
  await service.runner.drain()
  for (const { job } of tickets) t.equal((await service.row(job.id)).state, 'succeeded')
  t.equal((await service.row(later.job.id)).state, 'queued')
})

t.test('a kind with a thread of its own never keeps the others from starting, nor they it', async (t) => {
  const gate = createGate()
  const held = { extra: { gate: gate.memory } }
  const service = await createJobService(t, {
    threads: 1,
    extraThreads: 1,
    kinds: [testKind({ name: 'slow', hasOwnThread: true, ...held }), testKind(held)],
  })
  await service.runner.start()
  const slow = [
    await service.request({ key: 'slow 1', kind: 'slow' }),
    await service.request({ key: 'slow 2', kind: 'slow' }),
  ]
  await gate.arrived(1)
  const other = [await service.request({ key: 'a' }), await service.request({ key: 'b' })]
  await gate.arrived(2)
  t.strictSame(
    await Promise.all([...slow, ...other].map(async ({ job }) => (await service.row(job.id)).state)),
    ['started', 'queued', 'started', 'queued']
  )
  gate.open()
  for (const { job } of [...slow, ...other]) t.equal((await service.settled(job.id)).state, 'succeeded')
})
