import t from 'tap'
import { jobRequests, insertJob } from '../../db/queries/jobs.ts'
import { createGate } from '../support/gate.ts'
import { createJobService, testKind } from '../support/job-service.ts'

/** Who asks, with their role. job_requests refers to users by id. */
async function addUsers (
  db: Awaited<ReturnType<typeof createJobService>>['db'],
  ...names: string[]
): Promise<number[]> {
  return await db.write(async (trx) => {
    const ids: number[] = []
    for (const name of names) {
      const { id } = await trx.insertInto('users').values({
        email: name,
        email_key: name,
        role: 'teacher',
        origin: 'account',
        created_at: 0,
      }).returning('id').executeTakeFirstOrThrow()
      ids.push(id)
    }
    return ids
  })
}

t.test('requests that wait share one job, each with its own time', async (t) => {
  const service = await createJobService(t)
  const first = await service.request()
  service.clock.advance(1000)
  const second = await service.request()
  t.equal(second.job.id, first.job.id)
  t.strictSame([first.joined, second.joined], [false, true])
  t.equal(second.requestedAt - first.requestedAt, 1000)
  t.strictSame((await jobRequests(service.db.reads, first.job.id)).map((request) => request.requested_at), [
    first.requestedAt,
    second.requestedAt,
  ])
  t.equal(second.job.created_at, first.requestedAt, 'the job is as old as its first request')
})

t.test('another key is another job', async (t) => {
  const service = await createJobService(t)
  const [a, b] = [await service.request(), await service.request({ key: 'test:2' })]
  t.not(a.job.id, b.job.id)
})

t.test('many requests at once: one job', async (t) => {
  const service = await createJobService(t)
  const tickets = await Promise.all(Array.from({ length: 50 }, () => service.request()))
  t.equal(new Set(tickets.map((ticket) => ticket.job.id)).size, 1)
  t.equal(tickets.filter((ticket) => !ticket.joined).length, 1)
})

t.test('the unique index refuses a second waiting job of a key', async (t) => {
  const service = await createJobService(t)
  const { job: { id, ...row } } = await service.request()
  t.equal(await service.db.write((trx) => insertJob(trx, row)), undefined)
  await t.rejects(service.db.write((trx) => trx.insertInto('jobs').values(row).execute()), {
    code: service.db.engine === 'sqlite' ? 'SQLITE_CONSTRAINT_UNIQUE' : '23505',
  })
  t.equal((await service.row(id)).state, 'queued')
})

t.test('a started job serves requests for the input that it started from, and no others', async (t) => {
  const gate = createGate()
  const version = { now: 7 }
  const service = await createJobService(t, {
    kinds: [testKind({ extra: { gate: gate.memory }, inputVersion: async () => version.now })],
  })
  await service.runner.start()
  const first = await service.request({ inputVersion: 7 })
  await gate.arrived()

  const same = await service.request({ inputVersion: 7 })
  t.strictSame([same.joined, same.job.id, same.job.state], [true, first.job.id, 'started'])
  version.now = 8
  const newer = await service.request({ inputVersion: 8 })
  t.strictSame(
    [newer.joined, newer.job.state],
    [false, 'queued'],
    'no request gets data older than itself'
  )
  const again = await service.request({ inputVersion: 8 })
  t.strictSame([again.joined, again.job.id], [true, newer.job.id])
  const unknown = await service.request({ inputVersion: null })
  t.equal(unknown.job.id, newer.job.id, 'a request without an input version joins what waits')

  gate.open()
  await service.runner.drain()
  t.strictSame([(await service.row(first.job.id)).state, (await service.row(newer.job.id)).state], [
    'succeeded',
    'succeeded',
  ])
  t.strictSame([
    (await service.row(first.job.id)).input_version,
    (await service.row(newer.job.id)).input_version,
  ], [7, 8])
})

t.test('an input without a version: a started job serves no one else', async (t) => {
  const gate = createGate()
  const service = await createJobService(t, { kinds: [testKind({ extra: { gate: gate.memory } })] })
  await service.runner.start()
  const first = await service.request()
  await gate.arrived()
  t.equal((await service.request()).joined, false)
  gate.open()
  await service.runner.drain()
  t.not((await service.request()).job.id, first.job.id, 'nor does one that has ended')
})

t.test('a job that went back to the queue is joined again', async (t) => {
  const service = await createJobService(t, { kinds: [testKind({ task: 'throwError' })] })
  await service.runner.start()
  const first = await service.request()
  await service.until(first.job.id, (job) => job.state === 'queued' && job.attempts === 1)
  const second = await service.request()
  t.strictSame([second.joined, second.job.id], [true, first.job.id])
})

t.test('a full queue refuses new jobs and still lets requests join', async (t) => {
  const service = await createJobService(t, { queueMax: 2 })
  await service.request({ key: 'a' })
  await service.request({ key: 'b' })
  await t.rejects(service.request({ key: 'c' }), { code: 'QUEUE_FULL', retryAfterSeconds: 10 })
  t.equal((await service.request({ key: 'b' })).joined, true)
  await service.runner.start()
  await service.runner.drain()
  t.equal((await service.request({ key: 'c' })).joined, false, 'there is room again')
})

t.test('cancel withdraws one caller; the job ends with its last caller', async (t) => {
  const service = await createJobService(t)
  const [ada, bob] = await addUsers(service.db, 'ada', 'bob')
  const { job } = await service.request({ userId: ada! })
  await service.request({ userId: bob! })
  await service.request({ userId: ada! })
  t.equal(await service.queue.cancel(job.id, { userId: ada!, force: false }), 'withdrawn')
  t.equal((await service.row(job.id)).state, 'queued')
  t.equal(await service.queue.cancel(job.id, { userId: bob!, force: false }), 'canceled')
  t.match(await service.row(job.id), {
    state: 'canceled',
    finished_at: service.clock.now(),
    unique_key: null,
  })
  t.equal(await service.queue.cancel(job.id, { userId: bob!, force: false }), 'finished')
  t.equal((await service.request({ userId: ada! })).joined, false, 'a canceled job serves no request')
})

t.test('a user who did not ask withdraws no one; the command line stays until force', async (t) => {
  const service = await createJobService(t)
  const [ada, bob] = await addUsers(service.db, 'ada', 'bob')
  const { job } = await service.request({ userId: ada! })
  t.equal(await service.queue.cancel(job.id, { userId: bob!, force: false }), 'withdrawn')
  const { job: fromCommandLine } = await service.request({ key: 'test:2', userId: null })
  t.equal(await service.queue.cancel(fromCommandLine.id, { userId: ada!, force: false }), 'withdrawn')
  t.strictSame([(await service.row(job.id)).state, (await service.row(fromCommandLine.id)).state], [
    'queued',
    'queued',
  ])
  t.equal(await service.queue.cancel(fromCommandLine.id, { userId: ada!, force: true }), 'canceled')
})

t.test('all jobs of an owner end with the owner, others stay', async (t) => {
  const gate = createGate()
  const service = await createJobService(t, {
    threads: 1,
    kinds: [testKind({ extra: { gate: gate.memory } })],
  })
  await service.runner.start()
  const running = await service.request({ key: 'a', owner: { type: 'course', id: 1 } })
  await gate.arrived()
  const waiting = await service.request({ key: 'b', owner: { type: 'course', id: 1 } })
  const other = await service.request({ key: 'c', owner: { type: 'course', id: 2 } })
  const ids = await service.db.write((trx) => service.queue.cancelAll(trx, { type: 'course', id: 1 }))
  t.strictSame(ids, [running.job.id, waiting.job.id])
  gate.open()
  await service.runner.drain()
  t.strictSame([
    (await service.row(running.job.id)).state,
    (await service.row(waiting.job.id)).state,
    (await service.row(other.job.id)).state,
  ], ['canceled', 'canceled', 'succeeded'])
})

t.test('retry: only a job that failed or was canceled waits again, with all its attempts', async (t) => {
  const kind = testKind({ task: 'knownFailure' })
  const service = await createJobService(t, { kinds: [kind] })
  await service.runner.start()
  const { job } = await service.request()
  const failed = await service.settled(job.id)
  t.match(failed, { state: 'failed', attempts: 1, error_code: 'WORKBOOK_TOO_LARGE', result: '{"rows":7}' })
  kind.task = 'work'
  t.equal(await service.queue.retry(job.id), true)
  t.match(await service.settled(job.id), {
    state: 'succeeded',
    attempts: 1,
    error_code: null,
    error_message: null,
    result: '{"text":"hello"}',
  })
  t.equal(await service.queue.retry(job.id), false, 'it succeeded')
  t.equal(await service.queue.retry(job.id + 1), false, 'it is not there')
})

t.test('a request in a transaction that is rolled back leaves nothing', async (t) => {
  const service = await createJobService(t)
  await t.rejects(
    service.db.write(async (trx) => {
      await service.queue.request(trx, {
        kind: 'test',
        key: 'k',
        payload: {},
        owner: null,
        userId: null,
        inputVersion: null,
      })
      throw new Error('the caller has changed their mind')
    }),
    { message: 'the caller has changed their mind' }
  )
  t.equal(await service.queue.find(1), undefined)
})

t.test('a queue that is full of one kind accepts the others', async (t) => {
  const service = await createJobService(t, { queueMax: 2, kinds: [testKind(), testKind({ name: 'other' })] })
  await service.request({ key: 'a' })
  await service.request({ key: 'b' })
  await t.rejects(service.request({ key: 'c' }), { code: 'QUEUE_FULL', retryAfterSeconds: 10 })
  t.equal((await service.request({ key: 'd', kind: 'other' })).joined, false)
})
