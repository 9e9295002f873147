import { readdirSync } from 'node:fs'
import t from 'tap'
import type { CourseDescription } from '../../support/book-database.ts'
import { createGate } from '../../support/gate.ts'
import { createHeldPool } from '../../support/held-pool.ts'
import { storedCount } from '../../support/stored-file.ts'
import { startTestService, TEACHER, type TestService } from '../../support/test-service.ts'
import { until } from '../../support/until.ts'

const OTHER = 'other@example.edu'
const COURSES: CourseDescription[] = ['Physics', 'Chemistry'].map((name) => ({
  name,
  sourceId: name,
  teachers: [{ email: TEACHER, firstName: 'Tea', lastName: 'Cher' }],
  tasks: [{ title: 'HW 1' }],
  students: [{ lastName: 'Ames', cells: [0.7] }],
}))

const FIELDS = [
  'id',
  'kind',
  'status',
  'course_id',
  'export_id',
  'progress',
  'queue_position',
  'seconds_left',
  'attempts',
  'requested_by',
  'created_at',
  'started_at',
  'finished_at',
  'error',
  'url',
  'result',
]

/** Presses Export as that person; the job's id. */
async function ask (
  { call, courseIds }: TestService,
  token: string,
  body: unknown = {},
  course = 0
): Promise<number> {
  const answer = await call('POST', `/api/courses/${courseIds[course]}/performance/export`, { token, body })
  if (answer.status !== 202) throw new Error(answer.text)
  return answer.json().id
}

t.test('a job that waits: its position', async (t) => {
  const service = await startTestService(t, { courses: COURSES, withoutRunner: true })
  const token = await service.token('teacher')
  await ask(service, token)
  await ask(service, token, { sheets: 'period' })
  const id = await ask(service, token, {}, 1)
  const answer = await service.call('GET', `/api/jobs/${id}`, { token })
  t.equal(answer.status, 200)
  t.equal(answer.headers['cache-control'], 'private, no-cache')
  const job = answer.json()
  t.strictSame(Object.keys(job), FIELDS)
  t.match(job, {
    id,
    kind: 'performance-export',
    status: 'queued',
    course_id: service.courseIds[1],
    export_id: null,
    progress: 0,
    queue_position: 1,
    seconds_left: null,
    attempts: 0,
    requested_by: 'Tea Cher',
    started_at: null,
    finished_at: null,
    error: null,
    url: null,
  }, 'the second job of the first course comes after the first one of the second')
})

t.test('a job that runs, and one that succeeded', async (t) => {
  const gate = createGate()
  const service = await startTestService(t, {
    courses: COURSES,
    jobPool: createHeldPool(gate, { progress: 0.25 }),
  })
  const token = await service.token('teacher')
  const id = await ask(service, token)
  await gate.arrived()
  // Messages between threads come in their order, but not before the test's next turn.
  await until('the progress is here', () => service.services.runner.progress(id) === 0.25)
  const running = (await service.call('GET', `/api/jobs/${id}`, { token })).json()
  t.match(running, {
    status: 'started',
    progress: 0.25,
    queue_position: 0,
    attempts: 1,
    started_at: String,
    finished_at: null,
    url: null,
  })
  t.type(running.seconds_left, 'number')
  gate.open()
  await service.services.runner.drain()
  const done = (await service.call('GET', `/api/jobs/${id}`, { token })).json()
  t.match(done, { status: 'succeeded', progress: 1, seconds_left: null, finished_at: String, error: null })
  const [item] =
    (await service.call('GET', `/api/courses/${service.courseIds[0]}/performance/exports`, { token })).json()
  t.strictSame([done.export_id, done.url], [item.id, item.url])
  await service.call('DELETE', `/api/courses/${service.courseIds[0]}/performance/exports/${item.id}`, {
    token,
  })
  t.match((await service.call('GET', `/api/jobs/${id}`, { token })).json(), {
    status: 'succeeded',
    export_id: null,
    url: null,
  }, 'its export was deleted since')
})

t.test('a requester, a teacher of the course and an administrator see a job; others get 404', async (t) => {
  const service = await startTestService(t, { courses: COURSES, withoutRunner: true })
  const id = await ask(service, await service.token('admin'))
  const status = async (path: string, token: string | null) => {
    const answer = await service.call('GET', path, { token })
    return [answer.status, answer.json().code]
  }
  t.strictSame(
    await status(`/api/jobs/${id}`, await service.token('teacher')),
    [200, undefined],
    'a teacher of the course, though another user asked'
  )
  t.strictSame(await status(`/api/jobs/${id}`, await service.token('admin')), [200, undefined])
  t.strictSame(await status(`/api/jobs/${id}`, await service.token('teacher', { email: OTHER })), [
    404,
    'JOB_NOT_FOUND',
  ])
  t.strictSame(await status(`/api/jobs/${id}`, await service.token('student')), [404, 'JOB_NOT_FOUND'])
  t.strictSame(await status(`/api/jobs/${id}/events`, await service.token('student')), [404, 'JOB_NOT_FOUND'])
  t.strictSame(await status(`/api/jobs/${id}`, null), [401, 'UNAUTHENTICATED'])
  for (const wrong of ['0', '-1', '1.0', '01', 'x', '1e3', '999999', '9'.repeat(40)]) {
    t.strictSame(
      await status(`/api/jobs/${wrong}`, await service.token('admin')),
      [404, 'JOB_NOT_FOUND'],
      wrong
    )
  }
  const own = await ask(service, await service.token('teacher'))
  await service.services.db.write((trx) => trx.deleteFrom('course_teachers').execute())
  t.strictSame(
    await status(`/api/jobs/${own}`, await service.token('teacher')),
    [200, undefined],
    'who asked for it sees it still'
  )
})

t.test('cancel: the last one who wants a job ends it', async (t) => {
  const service = await startTestService(t, {
    courses: [{ ...COURSES[0]!, teachers: [{ email: TEACHER }, { email: OTHER }] }],
    withoutRunner: true,
  })
  const [teacher, other] = [await service.token('teacher'), await service.token('teacher', { email: OTHER })]
  const id = await ask(service, teacher)
  t.equal(await ask(service, other), id)
  const cancel = (token: string) => service.call('POST', `/api/jobs/${id}/cancel`, { token })
  const first = await cancel(teacher)
  t.strictSame([first.status, first.json().status], [202, 'queued'])
  const second = await cancel(other)
  t.strictSame([second.status, second.json().status], [202, 'canceled'])
  t.match((await cancel(other)).json(), { statusCode: 409, code: 'JOB_FINISHED' })
})

t.test('cancel of a job that runs: it is gone with all it made, and the thread takes the next', async (t) => {
  const gate = createGate()
  const service = await startTestService(t, {
    courses: COURSES,
    jobPool: createHeldPool(gate, { threads: 1 }),
  })
  const token = await service.token('teacher')
  const id = await ask(service, token)
  await gate.arrived()
  t.equal((await service.call('POST', `/api/jobs/${id}/cancel`, { token })).json().status, 'canceled')
  const next = await ask(service, token)
  await gate.arrived(2)
  t.strictSame(readdirSync(service.services.config.stagingFolder), [`${next}-2`])
  gate.open()
  await service.services.runner.drain()
  t.strictSame(readdirSync(service.services.config.stagingFolder), [])
  t.strictSame(
    (await service.call('GET', `/api/courses/${service.courseIds[0]}/performance/exports`, { token })).json()
      .map((item: { job_id: number }) => item.job_id),
    [next]
  )
  t.equal(await storedCount(service), 1)
})

t.test('an administrator ends a job that others want', async (t) => {
  const service = await startTestService(t, { courses: COURSES, withoutRunner: true })
  const id = await ask(service, await service.token('teacher'))
  t.equal((await service.call('POST', `/api/jobs/${id}/cancel`)).json().status, 'canceled')
})

t.test('scopes: reading is not canceling, retrying is for administrators', async (t) => {
  const service = await startTestService(t, { courses: COURSES, withoutRunner: true })
  const id = await ask(service, await service.token('teacher'))
  const code = async (path: string, token: string) => {
    const answer = await service.call('POST', path, { token })
    return [answer.status, answer.json().code]
  }
  t.strictSame(await code(`/api/jobs/${id}/cancel`, await service.token('teacher', { scopes: ['read'] })), [
    403,
    'INSUFFICIENT_SCOPE',
  ])
  t.strictSame(await code(`/api/jobs/${id}/retry`, await service.token('teacher')), [
    403,
    'INSUFFICIENT_SCOPE',
  ])
  t.strictSame(await code(`/api/jobs/${id}/retry`, await service.token('teacher', { email: OTHER })), [
    404,
    'JOB_NOT_FOUND',
  ])
  t.strictSame(
    await code(`/api/jobs/${id}/retry`, await service.token('admin')),
    [409, 'JOB_FINISHED'],
    'it waits already'
  )
  t.equal(
    (await service.call('GET', `/api/jobs/${id}`, {
      token: await service.token('teacher', { scopes: ['export'] }),
    })).json().code,
    'INSUFFICIENT_SCOPE'
  )
})

t.test('the requester sees a failure, an administrator all attempts, and it can be retried', async (t) => {
  const service = await startTestService(t, { courses: COURSES, withoutRunner: true })
  const teacher = await service.token('teacher')
  // The course's book cannot be read: its cells are no cells.
  await service.services.db.write((trx) =>
    trx.updateTable('student_scores').set({ cells: Buffer.from('rubbish') }).execute()
  )
  const id = await ask(service, teacher)
  await service.services.db.write((trx) => trx.updateTable('jobs').set({ attempts: 2 }).execute())
  await service.services.runner.start()
  await service.services.runner.drain()
  const seen = (await service.call('GET', `/api/jobs/${id}`, { token: teacher })).json()
  t.match(seen, {
    status: 'failed',
    attempts: 3,
    error: { code: 'WORKER_CRASHED', message: 'The worker that ran this job stopped unexpectedly.' },
    url: null,
  })
  t.notOk('attempt_log' in seen)
  const known = (await service.call('GET', `/api/jobs/${id}`)).json()
  t.strictSame(Object.keys(known), [...FIELDS, 'attempt_log'])
  t.match(known.attempt_log, [{
    attempt: 3,
    started_at: String,
    finished_at: String,
    outcome: 'failed',
    error: { code: 'WORKER_CRASHED', message: String },
  }])
  t.not(known.attempt_log[0].error.message, seen.error.message)

  await service.services.db.write((trx) => trx.deleteFrom('student_scores').execute())
  const again = await service.call('POST', `/api/jobs/${id}/retry`)
  // It waits, or runs already.
  t.match([again.status, again.json()], [202, {
    status: /^(queued|started)$/,
    attempts: Number,
    error: null,
    finished_at: null,
  }])
  await service.services.runner.drain()
  t.match((await service.call('GET', `/api/jobs/${id}`)).json(), {
    status: 'succeeded',
    attempts: 1,
    attempt_log: [{ outcome: 'failed' }, { outcome: 'succeeded', error: null }],
  })
  t.equal((await service.call('POST', `/api/jobs/${id}/retry`)).json().code, 'JOB_FINISHED')
})

t.test('all jobs, for administrators: newest first, by status, page by page', async (t) => {
  const service = await startTestService(t, { courses: COURSES, withoutRunner: true })
  const token = await service.token('teacher')
  const ids = [
    await ask(service, token),
    await ask(service, token, { sheets: 'period' }),
    await ask(service, token, {}, 1),
  ]
  await service.call('POST', `/api/jobs/${ids[1]}/cancel`)
  const list = async (query = '') => (await service.call('GET', `/api/jobs${query}`)).json()
  const whole = await list()
  t.strictSame(whole.jobs.map((job: { id: number }) => job.id), ids.toReversed())
  t.equal(whole.next_cursor, null)
  t.strictSame(Object.keys(whole.jobs[0]), FIELDS)
  t.strictSame(whole.jobs.map((job: { queue_position: number }) => job.queue_position), [1, 0, 0])
  t.strictSame((await list('?status=canceled')).jobs.map((job: { id: number }) => job.id), [ids[1]])
  const page = await list('?limit=2')
  t.equal(page.jobs.length, 2)
  t.strictSame(
    (await list(`?limit=2&cursor=${page.next_cursor}`)).jobs.map((job: { id: number }) => job.id),
    [ids[0]]
  )
  t.equal((await service.call('GET', '/api/jobs', { token })).json().code, 'INSUFFICIENT_SCOPE')
  t.equal((await service.call('GET', '/api/jobs', { token: null })).json().code, 'UNAUTHENTICATED')
  for (const wrong of ['?status=done', '?limit=0', '?limit=1001', '?limit=x', '?cursor=x', '?cursor=0']) {
    t.equal((await service.call('GET', `/api/jobs${wrong}`)).json().code, 'VALIDATION_FAILED', wrong)
  }
})

t.test('a server that is about to stop refuses new exports and says when to come back', async (t) => {
  const service = await startTestService(t, { courses: COURSES, withoutRunner: true })
  const id = await ask(service, await service.token('teacher'))
  service.gate.close()
  const refused = await service.call('POST', `/api/courses/${service.courseIds[0]}/performance/export`)
  t.strictSame([refused.status, refused.json().code], [503, 'SHUTTING_DOWN'])
  t.match(refused.headers['retry-after'], /^[1-9]\d*$/)
  t.equal((await service.call('GET', `/api/jobs/${id}`)).status, 200, 'polls are answered still')
  t.equal((await service.call('GET', '/readyz', { token: null })).status, 503)
})
