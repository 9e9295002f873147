import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { bundleTexts, school as bundleSchool, writeZip } from '../../imports/bundles.ts'
import { startTestService } from '../../support/test-service.ts'
import { BUNDLE, PHYSICS, PHYSICS_TEACHER, upload, result } from './import-upload.ts'

t.test('an upload becomes a job, the job a course', async (t) => {
  const service = await startTestService(t)
  const answer = await upload(service, '/api/imports', { name: 'roster.zip', bytes: BUNDLE }, {
    time_zone: 'Europe/London',
  })
  t.equal(answer.status, 202)
  t.match(answer.json, { job: `/api/jobs/${answer.json.id}`, joined: false })
  t.equal(answer.headers.location, answer.json.job)
  t.match(await result(service, answer.json.id), {
    kind: 'import',
    status: 'succeeded',
    progress: 1,
    error: null,
    export_id: null,
    course_id: null,
    summary: {
      courses: { added: 2, updated: 0, unchanged: 0, removed: 0 },
      students: { added: 1335 },
      scores: { added: 7583 },
    },
    errors: [],
    error_count: 0,
    warnings: [],
  })
  t.strictSame(
    (await service.call('GET', '/api/courses')).json().map((course: { student_count: number }) =>
      course.student_count
    ),
    [383, 952]
  )
  t.match((await service.call('GET', '/api/courses/1/performance?limit=1')).json().course, {
    time_zone: 'Europe/London',
  })

  await service.call('POST', '/api/courses/1/performance/export')
  await service.services.runner.drain()
  const again = await upload(service, '/api/imports', { name: 'roster.zip', bytes: BUNDLE }, {
    time_zone: 'Europe/London',
  })
  t.match((await result(service, again.json.id)).summary, {
    courses: { added: 0, updated: 0, unchanged: 2 },
    scores: { unchanged: 7583 },
  })
  t.equal(
    (await service.call('GET', '/api/courses/1/performance/exports')).json()[0].is_current,
    true,
    'the same again changes nothing'
  )
  t.strictSame(readdirSync(service.services.config.stagingFolder), [], 'no upload is left lying about')
})

t.test('what is wrong with a file is said line by line, and nothing has changed', async (t) => {
  const service = await startTestService(t)
  const { json } = await upload(service, '/api/imports', {
    name: 'physics.json',
    bytes: JSON.stringify({
      ...JSON.parse(PHYSICS.toString()),
      results: [{ student: 'nobody', task: 'nothing', status: 'completed' }],
    }),
  })
  const failed = await result(service, json.id)
  t.match(failed, { status: 'failed', summary: null, error: { code: 'IMPORT_FAILED' } })
  t.ok(failed.error_count >= 1)
  t.match(failed.errors[0], { path: /results/, message: /nobody|nothing/ })
  t.match(failed.error.message, failed.errors[0].message.slice(0, 20))
  t.strictSame((await service.call('GET', '/api/courses')).json(), [])
  const rubbish = await upload(service, '/api/imports', { name: 'rubbish.zip', bytes: 'not a zip' })
  t.match(await result(service, rubbish.json.id), { status: 'failed', error: { code: 'IMPORT_FAILED' } })
})

t.test('a dry run reports and writes nothing', async (t) => {
  const service = await startTestService(t)
  const { json } = await upload(service, '/api/imports', { name: 'physics.json', bytes: PHYSICS }, {
    dry_run: 'true',
  })
  t.match(await result(service, json.id), { status: 'succeeded', summary: { courses: { added: 1 } } })
  t.strictSame((await service.call('GET', '/api/courses')).json(), [])
})

t.test('rows that refer to nothing: a tenth is the limit unless the form allows more', async (t) => {
  const tables = bundleSchool()
  tables.users = tables.users!.slice(0, 2)
  // Read before the service takes the folder.
  const bytes = readFileSync(await writeZip(join(t.testdir(), 'roster.zip'), bundleTexts(tables)))
  const service = await startTestService(t)
  const refused = await upload(service, '/api/imports', { name: 'roster.zip', bytes })
  t.match(await result(service, refused.json.id), {
    status: 'failed',
    errors: [{ file: 'enrollments.csv', line: 5, message: /^2 of 5 rows/ }, { file: 'results.csv' }],
  })
  t.strictSame((await service.call('GET', '/api/courses')).json(), [])
  const taken = await upload(service, '/api/imports', { name: 'roster.zip', bytes }, { allow_skips: 'true' })
  t.match(await result(service, taken.json.id), {
    status: 'succeeded',
    summary: {
      students: { added: 1 },
      warnings: [
        {
          code: 'enrollment_skipped',
          count: 2,
          file: 'enrollments.csv',
          line: 5,
          path: null,
          cell: /^userSourcedId "/,
        },
        { code: 'result_skipped', count: 2, file: 'results.csv' },
      ],
    },
  })
})

t.test('a report says in fields where a warning was met and why a column is left out', async (t) => {
  const service = await startTestService(t)
  const grades = 'First name,Last name,ID number,Institution,HW 1 (Real)\nAnn,Lee,0042,Northfield,7\n'
  const { json } = await upload(
    service,
    '/api/imports',
    { name: 'grades.csv', bytes: grades },
    { course: 'Physics' }
  )
  const { warnings, summary } = await result(service, json.id)
  t.match(warnings, [
    { code: 'points_without_possible', file: 'grades.csv', line: 1, path: null, cell: 'HW 1' },
  ])
  t.match(summary.columns.find(({ name }: { name: string }) => name === 'Institution'), {
    used_as: 'left_out',
    reason: 'Perfbook does not use it',
    reason_code: 'not_used',
  })

  // Versions up to 0.1 stored neither.
  const older = {
    ...summary,
    warnings: [{ code: 'title_missing', message: 'A title is blank (in a.csv:2).', count: 1 }],
    columns: [{ name: 'Institution', used_as: 'left_out', reason: 'Perfbook does not use it' }],
  }
  await service.services.db.write((trx) =>
    trx.updateTable('jobs').set({ result: JSON.stringify({ summary: older }) })
      .where('id', '=', json.id).execute()
  )
  t.match(await result(service, json.id), {
    warnings: [{ ...older.warnings[0], file: null, line: null, path: null, cell: null }],
    summary: { columns: [{ ...older.columns[0], reason_code: null }] },
  })
})

t.test('a teacher imports into their own course and no other', async (t) => {
  const service = await startTestService(t)
  await upload(service, '/api/imports', { name: 'physics.json', bytes: PHYSICS })
  await upload(service, '/api/imports', { name: 'roster.zip', bytes: BUNDLE })
  const teacher = await service.token('teacher', { email: PHYSICS_TEACHER })
  const [course] = (await service.call('GET', '/api/courses', { token: teacher })).json()
  const changed = JSON.parse(PHYSICS.toString()) as {
    course: { name: string },
    tasks: Array<{ title: string }>,
  }
  changed.course.name = 'Physics One'
  changed.tasks[0]!.title = 'Another title'
  const own = await upload(
    service,
    `/api/courses/${course.id}/imports`,
    { name: 'physics.json', bytes: JSON.stringify(changed) },
    {},
    teacher
  )
  t.equal(own.status, 202)
  t.match(await result(service, own.json.id, teacher), {
    status: 'succeeded',
    course_id: course.id,
    summary: { courses: { updated: 1 }, warnings: [{ code: 'left_out', count: 1 }] },
  })
  t.not(
    (await service.call('GET', `/api/courses/${course.id}/performance`)).json().course.name,
    'Physics One'
  )
  const other = await upload(
    service,
    `/api/courses/${course.id}/imports`,
    { name: 'roster.zip', bytes: BUNDLE },
    {},
    teacher
  )
  t.match(await result(service, other.json.id, teacher), {
    status: 'failed',
    error: { code: 'IMPORT_FAILED' },
  })
  t.equal(
    (await upload(service, '/api/imports', { name: 'physics.json', bytes: PHYSICS }, {}, teacher)).json.code,
    'INSUFFICIENT_SCOPE'
  )
  const elsewhere = (await service.call('GET', '/api/courses')).json().find((one: { id: number }) =>
    one.id !== course.id
  )
  t.equal(
    (await upload(
      service,
      `/api/courses/${elsewhere.id}/imports`,
      { name: 'physics.json', bytes: PHYSICS },
      {},
      teacher
    )).json.code,
    'NOT_A_TEACHER'
  )
  t.equal(
    (await upload(service, '/api/courses/999/imports', { name: 'physics.json', bytes: PHYSICS }, {}, teacher))
      .json.code,
    'COURSE_NOT_FOUND'
  )
})

t.test('invalid forms', async (t) => {
  const service = await startTestService(t)
  const refused = async (file: Parameters<typeof upload>[2], fields?: Record<string, string>, token?: null) =>
    (await upload(service, '/api/imports', file, fields, token)).json
  const file = { name: 'physics.json', bytes: PHYSICS }
  t.match(await refused(undefined), { code: 'VALIDATION_FAILED', message: /^file: / })
  t.match(await refused(file, { format: 'xml' }), { code: 'VALIDATION_FAILED', message: /^format: / })
  t.match(await refused(file, { dates: 'ymd' }), { code: 'VALIDATION_FAILED', message: /^dates: / })
  t.match(await refused(file, { time_zone: 'Mars' }), { code: 'VALIDATION_FAILED', message: /^time_zone: / })
  t.match(await refused(file, { strict: 'yes' }), { code: 'VALIDATION_FAILED', message: /^strict: / })
  t.match(await refused(file, { colour: 'red' }), { code: 'VALIDATION_FAILED', message: /^colour: / })
  t.match(await refused(file, {}, null), { code: 'UNAUTHENTICATED' })
  t.match((await service.call('POST', '/api/imports', { body: {} })).json(), {
    code: 'UNSUPPORTED_MEDIA_TYPE',
  })
  t.equal((await service.call('GET', '/api/imports/1')).json().code, 'JOB_NOT_FOUND')
  t.strictSame((await service.call('GET', '/api/jobs')).json().jobs, [])
  t.strictSame(readdirSync(service.services.config.stagingFolder), [])
})

t.test('the schema of a document is published, and the sample keeps to it', async (t) => {
  const { call } = await startTestService(t)
  const answer = await call('GET', '/api/schemas/performance-book-1.json', { token: null })
  t.equal(answer.status, 200)
  const validate = new Ajv2020({ validateFormats: false }).compile(answer.json())
  t.equal(validate(JSON.parse(PHYSICS.toString())), true)
  t.equal(validate({ format: 'performance-book/1' }), false)
  t.equal(
    (await call('GET', '/api/schemas/performance-book-1.json', {
      token: null,
      headers: { 'if-none-match': answer.headers.etag! },
    })).status,
    304
  )
})

t.test('templates: a file for each format, for staff', async (t) => {
  const service = await startTestService(t)
  const answer = await service.call('GET', '/api/import-templates/moodle')
  t.equal(answer.status, 200)
  t.equal(answer.headers['content-type'], 'text/csv; charset=utf-8')
  t.equal(answer.headers['content-disposition'], 'attachment; filename="moodle.csv"')
  t.match(answer.text, /^First name,/)
  const zip = await service.call('GET', '/api/import-templates/clever')
  t.equal(zip.headers['content-type'], 'application/zip')
  t.equal(zip.bytes.subarray(0, 2).toString(), 'PK')
  t.equal((await service.call('GET', '/api/import-templates/unknown')).status, 400)
})
