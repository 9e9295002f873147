import { readdirSync } from 'node:fs'
import t from 'tap'
import { startTestService } from '../../support/test-service.ts'
import { PHYSICS, PHYSICS_TEACHER, upload } from './import-upload.ts'

t.test('past imports are listed, with what became of them', async (t) => {
  const service = await startTestService(t)
  await upload(service, '/api/imports', { name: 'physics.json', bytes: PHYSICS }, { dry_run: 'true' })
  await upload(service, '/api/imports', { name: 'physics.json', bytes: PHYSICS })
  const rubbish = await upload(service, '/api/imports', { name: 'rubbish.zip', bytes: 'not a zip' })
  const { imports, next_cursor: cursor } = (await service.call('GET', '/api/imports?limit=2')).json()
  t.match(imports, [
    {
      id: rubbish.json.id,
      filename: 'rubbish.zip',
      dry_run: false,
      status: 'failed',
      summary: null,
      error_count: 1,
    },
    { filename: 'physics.json', dry_run: false, status: 'succeeded', summary: { courses: { added: 1 } } },
  ])
  t.match((await service.call('GET', `/api/imports?limit=2&cursor=${cursor}`)).json(), {
    imports: [{ dry_run: true, filename: 'physics.json' }],
    next_cursor: null,
  })

  const teacher = await service.token('teacher', { email: PHYSICS_TEACHER })
  t.strictSame((await service.call('GET', '/api/courses/1/imports', { token: teacher })).json(), {
    imports: [],
    next_cursor: null,
  }, "the administrator's are not of the course")
  const own = await upload(
    service,
    '/api/courses/1/imports',
    { name: 'again.json', bytes: PHYSICS },
    {},
    teacher
  )
  t.match((await service.call('GET', '/api/courses/1/imports', { token: teacher })).json().imports, [{
    id: own.json.id,
    filename: 'again.json',
    course_id: 1,
  }])
  t.equal((await service.call('GET', '/api/imports', { token: teacher })).json().code, 'INSUFFICIENT_SCOPE')
  t.strictSame(
    (await service.call('GET', '/api/jobs?kind=import&limit=1')).json().jobs.map((job: { id: number }) =>
      job.id
    ),
    [own.json.id]
  )
  t.strictSame((await service.call('GET', '/api/jobs?kind=housekeeping')).json().jobs, [])
})

t.test('lists have counts instead of reports; a report is short for any file', async (t) => {
  const service = await startTestService(t)
  const long = '#'.repeat(500_000)
  const grades = `First name,Last name,ID number,Email address,HW 1 (Real)\n${
    Array.from({ length: 30 }, (_, i) => `Ann,Lee,${i},a@b.example,${long}`).join('\n')
  }`
  const { json } = await upload(
    service,
    '/api/imports',
    { name: `${'.'.repeat(3000)}g.csv`, bytes: grades },
    { course: 'Physics' }
  )
  const report = await service.call('GET', `/api/imports/${json.id}`)
  t.match(report.json(), { status: 'failed', error_count: 30, errors: { length: 20 } })
  t.ok(report.text.length < 10_000)
  t.notMatch(report.text, /#{61}/)
  const listed = await service.call('GET', '/api/imports')
  t.match(listed.json().imports, [
    { id: json.id, status: 'failed', error_count: 30, warning_count: 0, summary: null },
  ])
  t.notMatch(listed.json().imports[0], { errors: [] })
  t.notMatch(listed.json().imports[0], { warnings: [] })
  t.ok(listed.text.length < 2000)
  const done = await upload(service, '/api/imports', { name: 'physics.json', bytes: PHYSICS })
  t.match((await service.call('GET', '/api/imports?limit=1')).json().imports, [
    { id: done.json.id, summary: { courses: { added: 1 } }, error_count: 0 },
  ])
})

t.test('what a form says is quoted in a few words', async (t) => {
  const service = await startTestService(t)
  const file = { name: 'physics.json', bytes: PHYSICS }
  const forms: Array<Record<string, string>> = [
    { time_zone: '#'.repeat(4000) },
    { course: '#'.repeat(4000) },
    { teacher: '#'.repeat(4000) },
    { strict: '#'.repeat(4000) },
    { ['#'.repeat(90)]: '1' },
  ]
  for (const fields of forms) {
    const { json } = await upload(service, '/api/imports', file, fields)
    t.equal(json.code, 'VALIDATION_FAILED')
    t.notMatch(json.message, /#{61}/)
  }
})

t.test('waiting imports are limited per user; other users and exports are not affected', async (t) => {
  const service = await startTestService(t, {
    courses: [{ teachers: [{ email: 'tea@example.edu' }] }],
    withoutRunner: true,
    settings: { IMPORT_WAITING_MAX: '3', QUEUE_MAX: '4' },
  })
  const post = async (token?: string) => {
    const form = new Response((() => {
      const data = new FormData()
      data.set('file', new File([PHYSICS as Uint8Array<ArrayBuffer>], 'physics.json'))
      return data
    })())
    return await service.server.inject({
      method: 'POST',
      url: '/api/courses/1/imports',
      headers: {
        'content-type': form.headers.get('content-type')!,
        authorization: `Bearer ${token ?? await service.token('admin')}`,
      },
      payload: Buffer.from(await form.arrayBuffer()),
    })
  }
  const answers = []
  for (let i = 0; i < 4; i++) answers.push(await post())
  t.strictSame(answers.map(({ statusCode }) => statusCode), [202, 202, 202, 429])
  t.match(answers[3]!.json(), { code: 'RATE_LIMITED', message: /3 of your imports are already waiting/ })
  t.ok(Number(answers[3]!.headers['retry-after']) > 0)
  const teacher = await service.token('teacher', { email: 'tea@example.edu' })
  t.equal((await post(teacher)).statusCode, 202, 'another user')
  t.equal((await post(teacher)).json().code, 'QUEUE_FULL')
  t.equal(
    (await service.call('POST', '/api/courses/1/performance/export')).status,
    202,
    'exports have a queue of their own'
  )
  await service.call('POST', `/api/jobs/${answers[0]!.json().id}/cancel`)
  t.equal((await post()).statusCode, 202, 'one was canceled')
  t.strictSame(readdirSync(service.services.config.stagingFolder), [], 'no refused upload is left')
})
