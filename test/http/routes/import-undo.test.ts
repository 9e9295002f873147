// The undo of an import over the API: who may, what is in the way, and the job that does it.
import t, { type Test } from 'tap'
import { result, user, enrollment } from '../../imports/bundles.ts'
import { startTestService, type TestService } from '../../support/test-service.ts'
import { district, startDistrict } from './district.ts'
import { PHYSICS, upload } from './import-upload.ts'

/** Requests an undo, and runs its job to its end. */
async function undo (service: TestService, id: number, options: { token?: string, body?: object } = {}) {
  const answer = await service.call('POST', `/api/imports/${id}/undo`, options)
  await service.services.runner.drain()
  return answer.json()
}
/** The same service on another node, where jobs wait until the test starts its runner. */
async function withWaitingJobs (t: Test, service: TestService): Promise<TestService> {
  await service.services.runner.stop(0)
  return await startTestService(t, { joins: service, withoutRunner: true })
}
const job = async (service: TestService, id: number) => (await service.call('GET', `/api/jobs/${id}`)).json()
/** The book, without its version: an undo is a change, too. */
const book = async (service: TestService) => {
  const { version, ...rest } = (await service.call('GET', '/api/courses/1/performance')).json()
  return rest
}

t.test('an import is undone by a job, once; the list says so, and the audit log', async (t) => {
  const first = await startTestService(t)
  await upload(first, '/api/imports', { name: 'physics.json', bytes: PHYSICS })
  // A job without an import, so that imports and their jobs have different numbers.
  await upload(first, '/api/imports', { name: 'a.json', bytes: PHYSICS }, { dry_run: 'true' })
  const before = await book(first)
  const changed = JSON.parse(String(PHYSICS)) as { results: Array<{ points: number }>, course: object }
  const bytes = JSON.stringify({ ...changed, results: changed.results.slice(0, -5) })
  const second = await upload(first, '/api/imports', { name: 'fewer.json', bytes })
  const service = await withWaitingJobs(t, first)
  t.notSame(await book(service), before)
  const [listed] = (await service.call('GET', '/api/imports')).json().imports
  t.match(listed, { id: second.json.id, undo: { state: 'possible', until: /^\d{4}-/ } })

  const answer = await service.call('POST', `/api/imports/${second.json.id}/undo`)
  t.equal(answer.status, 202)
  t.match(answer.json(), { joined: false })
  t.match((await service.call('POST', `/api/imports/${second.json.id}/undo`)).json(), {
    id: answer.json().id, joined: true,
  })
  await service.services.runner.start()
  await service.services.runner.drain()
  t.match(await job(service, answer.json().id), { kind: 'import-undo', status: 'succeeded', error: null })
  t.strictSame(await book(service), before)
  t.match((await service.call('GET', `/api/imports/${second.json.id}`)).json(), {
    undo: { state: 'undone', until: null },
  })
  t.match(await undo(service, second.json.id), { statusCode: 409, code: 'UNDO_NOT_POSSIBLE' })
  t.equal((await service.call('GET', `/api/imports/${answer.json().id}`)).json().code, 'JOB_NOT_FOUND')
  const { entries } = (await service.call('GET', '/api/audit')).json()
  const actions = entries.map(({ action }: { action: string }) => action)
  t.ok(actions.includes('import.undo') && actions.includes('import.undone'))
  const undone = (await service.call('GET', '/api/audit?action=import.undone')).json().entries[0]
  t.match(undone.subject, new RegExp(`^import (\\d+), job ${answer.json().id}, `))
  t.not(undone.subject.split(',')[0], `import ${second.json.id}`)
  t.match(undone.names, [{ type: 'import', name: 'fewer.json' }])
})

t.test('a later import is in the way; without changes there is nothing to undo', async (t) => {
  const service = await startTestService(t)
  const first = await upload(service, '/api/imports', { name: 'physics.json', bytes: PHYSICS })
  const dry = await upload(service, '/api/imports', { name: 'a.json', bytes: PHYSICS }, { dry_run: 'true' })
  t.match(await undo(service, dry.json.id), { statusCode: 409, code: 'UNDO_NOT_POSSIBLE' })
  const again = await upload(service, '/api/imports', { name: 'again.json', bytes: PHYSICS })
  t.match((await service.call('GET', `/api/imports/${again.json.id}`)).json(), {
    status: 'succeeded', undo: { state: 'not_possible', until: null },
  })
  t.match(await undo(service, again.json.id), { statusCode: 409, message: /changed nothing/ })
  const course = JSON.parse(String(PHYSICS)) as { course: object }
  await upload(service, '/api/imports', {
    name: 'b.json', bytes: JSON.stringify({ ...course, course: { ...course.course, name: 'Renamed' } }),
  })
  t.match(await undo(service, first.json.id), {
    statusCode: 409,
    code: 'UNDO_CONFLICT',
    message: 'A later import changed Renamed (course 1). Undo that import first (b.json).',
  })
  await upload(service, '/api/imports', {
    name: 'c.json', bytes: JSON.stringify({ ...course, course: { ...course.course, name: 'Third' } }),
  })
  t.match(await undo(service, first.json.id), {
    message: 'Later imports changed Third (course 1). Undo these imports first (c.json, b.json).',
  })
  t.match(await undo(service, first.json.id, { body: { courses: [5] } }), { code: 'UNDO_NOT_POSSIBLE' })
  t.match(await undo(service, first.json.id, { body: { course: [1] } }), { code: 'VALIDATION_FAILED' })
  t.match(await undo(service, 999), { code: 'JOB_NOT_FOUND' })
})

t.test('a conflict that comes between the request and its job fails the job', async (t) => {
  const earlier = await startTestService(t)
  const first = await upload(earlier, '/api/imports', { name: 'physics.json', bytes: PHYSICS })
  const service = await withWaitingJobs(t, earlier)
  const { id } = (await service.call('POST', `/api/imports/${first.json.id}/undo`)).json()
  // As if another import had come first.
  const { db } = service.services
  await db.write(async (trx) => {
    const row = await trx.insertInto('imports').values({ applied_at: 1, reference: 'x', summary: '{}' })
      .returning('id').executeTakeFirstOrThrow()
    await trx.insertInto('undo_imports').values({ import_id: row.id, made_at: 1 }).execute()
    const known = await trx.selectFrom('undo_courses').selectAll().executeTakeFirstOrThrow()
    await trx.insertInto('undo_courses').values({ ...known, import_id: row.id, op: 'changed' }).execute()
  })
  await service.services.runner.start()
  await service.services.runner.drain()
  t.match(await job(service, id), { status: 'failed', error: { code: 'UNDO_CONFLICT' } })
  t.equal((await service.call('GET', '/api/courses/1/performance')).status, 200)
})

t.test('courses that a later import changed are skipped on request', async (t) => {
  const service = await startDistrict(t)
  const { admin: token } = service
  const both = await service.take('/api/imports', {
    lineItems: district().lineItems!.map((item) => ({ ...item, resultValueMax: 20 })),
  }, { token })
  t.match(both, { status: 'succeeded', summary: { courses: { updated: 2 } } })
  await service.take('/api/imports', { results: [result('r1', 'li1-p1', 'ann', 3)] }, { token })
  t.match(await undo(service, both.id, { token }), { code: 'UNDO_CONFLICT', message: /Physics .* other courses/ })
  const skips = { token, body: { skip_conflicts: true } }
  const first = await undo(service, both.id, { token, body: { courses: [1], skip_conflicts: true } })
  t.match(first, { code: 'UNDO_CONFLICT' }, 'no other course is named')
  const { id } = await undo(service, both.id, skips)
  t.match(await job(service, id), { status: 'succeeded' })
  t.match((await service.call('GET', `/api/imports/${both.id}`, { token })).json(), {
    undo: { state: 'partly_undone' },
  })
  t.match(await undo(service, both.id, skips), { code: 'UNDO_CONFLICT' }, 'nothing else is left')
})

t.test('an undo of many courses is one job, whose key fits into an index', async (t) => {
  const earlier = await startTestService(t)
  const first = await upload(earlier, '/api/imports', { name: 'physics.json', bytes: PHYSICS })
  const service = await withWaitingJobs(t, earlier)
  const { db } = service.services
  const ids = Array.from({ length: 2000 }, (_, i) => 100_000 + i * 7)
  await db.write(async (trx) => {
    const known = await trx.selectFrom('undo_courses').selectAll().executeTakeFirstOrThrow()
    for (let i = 0; i < ids.length; i += 500) {
      await trx.insertInto('undo_courses')
        .values(ids.slice(i, i + 500).map((id) => ({ ...known, course_id: id }))).execute()
    }
  })
  const ask = async (courses: number[]) =>
    (await service.call('POST', `/api/imports/${first.json.id}/undo`, { body: { courses } })).json()
  const { id, joined } = await ask(ids)
  t.equal(joined, false)
  t.match(await ask(ids.toReversed()), { id, joined: true }, 'the same courses')
  t.match(await ask(ids.slice(1)), { joined: false })
  const { key } = await db.reads.selectFrom('jobs').select('key').where('id', '=', id)
    .executeTakeFirstOrThrow()
  t.ok(key.length < 200, key.slice(0, 200))
})

t.test('teachers undo imports into their own course, and no others', async (t) => {
  const service = await startDistrict(t)
  const own = await service.take('/api/courses/1/imports', {
    users: [user('new', 'Nia', 'New', '0900')],
    enrollments: [enrollment('e-n', 'p1', 'new')],
    results: [result('r1', 'li1-p1', 'ann', 3)],
  }, { token: service.ted })
  t.equal(own.status, 'succeeded')
  const administrators = (await service.call('GET', '/api/imports?limit=50')).json().imports
    .find((one: { course_id: number | null, status: string }) =>
      one.course_id === null && one.status === 'succeeded')
  if (administrators !== undefined) {
    t.equal((await undo(service, administrators.id, { token: service.ted })).code, 'JOB_NOT_FOUND')
  }
  const answer = await undo(service, own.id, { token: service.ted })
  t.equal((await job(service, answer.id)).status, 'succeeded')
  const { students } = await book(service)
  t.notOk(students.some((student: { source_id: string }) => student.source_id === 'new'))
})
