// What is kept of a job: each of its runs with the reason of its end.
import t from 'tap'
import { jobAttempts } from '../../db/queries/job-attempts.ts'
import { deleteOldRows } from '../../db/queries/old-rows.ts'
import { createGate } from '../support/gate.ts'
import { createJobService, testKind, type JobService } from '../support/job-service.ts'
import { testFolder } from '../support/test-folder.ts'

const attempts = async ({ db }: JobService, jobId: number) => await jobAttempts(db.reads, jobId)

t.test('each run of a job is kept with its times and the reason of its end', async (t) => {
  const kind = testKind({ task: 'exit' })
  const service = await createJobService(t, { kinds: [kind] })
  await service.runner.start()
  const start = service.clock.now()
  const { job } = await service.request()
  await service.until(job.id, (row) => row.state === 'queued' && row.attempts === 1)
  service.clock.advance(1000)
  await service.until(job.id, (row) => row.state === 'queued' && row.attempts === 2)
  kind.task = 'work'
  service.clock.advance(2000)
  await service.settled(job.id)
  t.match(await attempts(service, job.id), [
    {
      attempt: 1,
      token: 1,
      started_at: start,
      finished_at: start,
      outcome: 'failed',
      error_code: 'WORKER_CRASHED',
      error_message: /exit/,
    },
    { attempt: 2, token: 2, started_at: start + 1000, outcome: 'failed', error_code: 'WORKER_CRASHED' },
    {
      attempt: 3,
      token: 3,
      started_at: start + 3000,
      finished_at: start + 3000,
      outcome: 'succeeded',
      error_code: null,
      error_message: null,
    },
  ])
})

t.test('no token is given twice, also not after the job of the last one was deleted', async (t) => {
  const service = await createJobService(t)
  await service.runner.start()
  const first = await service.settled((await service.request({ key: 'test:1' })).job.id)
  const second = await service.settled((await service.request({ key: 'test:2' })).job.id)
  t.ok(second.token > first.token)
  const old = { before: service.clock.now() + 1, limit: 10 }
  t.equal(await service.db.write((trx) => deleteOldRows(trx, 'jobs', old)), 2)
  const third = await service.settled((await service.request({ key: 'test:3' })).job.id)
  t.ok(third.token > second.token, `${third.token} after ${second.token}`)
})

t.test('the requester reads a plain sentence, the attempt says exactly what went wrong', async (t) => {
  const service = await createJobService(t, {
    kinds: [testKind({ task: 'loop', timeLimitMs: 5000, maxAttempts: 1 })],
  })
  await service.runner.start()
  const { job } = await service.request()
  await service.clock.asked(5000)
  service.clock.advance(5000)
  t.match(await service.settled(job.id), {
    error_code: 'TIMED_OUT',
    error_message: 'This took longer than the server allows.',
  })
  t.match(await attempts(service, job.id), [{
    outcome: 'failed',
    error_code: 'TIMED_OUT',
    error_message: 'It ran longer than 5000 ms.',
  }])
})

t.test('an error message that quotes a NUL is stored, on PostgreSQL too', async (t) => {
  const service = await createJobService(t, { kinds: [testKind({ task: 'quoteNul', maxAttempts: 1 })] })
  await service.runner.start()
  const { job } = await service.request()
  t.match(await service.settled(job.id), { state: 'failed', error_code: 'WORKER_CRASHED' })
  t.match(await attempts(service, job.id), [{ outcome: 'failed', error_message: 'a bug at "\u{FFFD}"' }])
})

t.test('a known failure, a cancel, a shutdown and the death of the process differ', async (t) => {
  const folder = testFolder(t)
  const gate = createGate()
  const kinds = [
    testKind({ extra: { gate: gate.memory } }),
    testKind({ name: 'known', task: 'knownFailure' }),
  ]
  const service = await createJobService(t, { folder, kinds, threads: 3 })
  await service.runner.start()
  const known = await service.request({ kind: 'known', key: 'known' })
  await service.settled(known.job.id)
  const canceled = await service.request({ key: 'canceled' })
  const stopped = await service.request({ key: 'stopped' })
  await gate.arrived(2)
  t.match(await attempts(service, stopped.job.id), [{ outcome: null, finished_at: null }], 'it runs')
  await service.queue.cancel(canceled.job.id, { userId: null, force: true })
  await service.runner.stop(0)
  t.match(await attempts(service, known.job.id), [{
    outcome: 'failed',
    error_code: 'WORKBOOK_TOO_LARGE',
    error_message: 'too large: hello',
  }])
  t.match(await attempts(service, canceled.job.id), [{
    outcome: 'canceled',
    finished_at: service.clock.now(),
  }])
  t.match(await attempts(service, stopped.job.id), [{
    outcome: 'stopped',
    error_message: 'The server was stopped before this run had ended.',
  }])

  gate.open()
  const dead = await createJobService(t, { folder, kinds })
  await dead.db.write((trx) =>
    trx.updateTable('jobs').set({ state: 'started' }).where('id', '=', stopped.job.id).execute()
  )
  await dead.db.write((trx) =>
    trx.insertInto('job_attempts').values({ job_id: stopped.job.id, token: 99, attempt: 1, started_at: 5 })
      .execute()
  )
  await dead.runner.start()
  await dead.settled(stopped.job.id)
  t.match((await attempts(dead, stopped.job.id)).map((attempt) => attempt.outcome), [
    'stopped',
    'died',
    'succeeded',
  ])
})
