// Exports for other systems, and the table of pseudonyms, through the API.
import t from 'tap'
import { FORMAT_NAMES } from '../../../src/exports/export-names.ts'
import { FORMATS } from '../../../src/exports/formats/all-formats.ts'
import type { CourseDescription } from '../../support/book-database.ts'
import { bookPath, exported } from '../../support/exported.ts'
import { startTestService, TEACHER, type TestService } from '../../support/test-service.ts'

const COURSE: CourseDescription = {
  name: 'Physics I',
  teachers: [{ email: TEACHER, firstName: 'Tea', lastName: 'Cher' }],
  periods: ['1st'],
  tasks: [{ title: 'HW 1', pointsPossible: 30 }],
  students: [
    {
      lastName: '=Ames', firstName: 'Ann', identifier: '0042', email: 'ann@example.edu', period: 0,
      cells: [{ status: 'completed', points: 25.6, isLate: true }],
    },
    { lastName: 'Burr', identifier: '7', droppedOn: '2015-03-02', cells: [3] },
  ],
}

/** What makes the course one of a roster, for formats that need class ids. */
async function addRoster ({ services, courseIds: [courseId = 0] }: TestService): Promise<void> {
  await services.db.write(async (trx) => {
    await trx.updateTable('courses').set({ grouping: '["c1",null,[]]' }).where('id', '=', courseId).execute()
    const record = (kind: 'class' | 'user', id: string, body: string) =>
      ({ kind, source_id: id, parent: null, other: null, body })
    await trx.insertInto('roster_records').values([
      record('class', 'p0', '["1st",[]]'),
      ...['s0', 's1'].map((id) => record('user', id, '[1,null,null,null,null,null]')),
    ]).execute()
  })
}

t.test('each format is a job, with a name of its own and what it cannot express', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  for (const [format, label, head] of [
    ['canvas', 'Canvas', 'Student,ID,SIS User ID,SIS Login ID,Section,HW 1'],
    ['moodle', 'Moodle', 'idnumber,email,HW 1'],
    ['brightspace', 'Brightspace', 'OrgDefinedId,Username,HW 1 Points Grade,End-of-Line Indicator'],
  ] as const) {
    const { job, item, headers, text } = await exported(service, { format })
    t.match(item, { format, options: { format } })
    t.match(item.filename, new RegExp(`^Physics_I_${label}_\\d{8}-\\d{6}\\.csv$`))
    t.match(headers['content-type'], /^text\/csv/)
    t.equal(text.split('\r\n')[0], head)
    t.match(job.result, { students: 2, scores: 2 })
    const codes = job.result.receipts.map(({ code }: { code: string }) => code)
    t.ok(['late', 'dropped', 'will_be_created'].every((code) => codes.includes(code)), format)
    t.equal('choices' in job.result, format === 'moodle', 'what to choose in Moodle')
    const latest = await service.call('GET', bookPath(service, `/exports/latest?format=${format}`))
    t.equal(latest.headers.location, item.url)
  }
  t.equal((await service.call('GET', bookPath(service, '/exports/latest'))).status, 404, 'no workbook')
  await addRoster(service)
  const { job, item, headers } = await exported(service, { format: 'oneroster' })
  t.match(item.filename, /^Physics_I_OneRoster_\d{8}-\d{6}\.zip$/)
  t.match(headers['content-type'], /^application\/zip/)
  t.match(job.result, { students: 2, scores: 2 })
  const older = await exported(service, { format: 'oneroster', oneroster_version: '1.1' })
  t.match(older.item.options, { oneroster_version: '1.1' })
})

t.test('what a format does not have is refused', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const formats = ['canvas', 'moodle', 'brightspace', 'oneroster'] as const
  for (const format of formats) {
    for (const options of [
      { values: 'points' }, { language: 'es' }, { sheets: 'period' }, { compare_with: 'last' },
      { separator: ';' }, { guard: false }, { identity: 'pseudonyms' },
      ...(format === 'oneroster' ? [] : [{ oneroster_version: '1.1' }]),
    ]) {
      const refused = await service.call('POST', bookPath(service, '/export'), {
        body: { format, ...options },
      })
      const [name = ''] = Object.keys(options)
      const message = new RegExp(`${name}: `)
      t.match(refused.json(), { statusCode: 400, code: 'VALIDATION_FAILED', message }, `${format}: ${name}`)
    }
  }
  const noRoster = await service.call('POST', bookPath(service, '/export'), { body: { format: 'oneroster' } })
  t.match(noRoster.json(), { statusCode: 409, code: 'FORMAT_NOT_POSSIBLE', message: /no class ids/ })
  await addRoster(service)
  const { services: { db }, courseIds: [courseId = 0] } = service
  const { id } = await db.write((trx) => trx.insertInto('periods').values({
    course_id: courseId, source_id: 'section', name: 'Added by a grade book', position: 1,
  }).returning('id').executeTakeFirstOrThrow())
  const noClass = await service.call('POST', bookPath(service, '/export'), {
    body: { format: 'oneroster', period_id: id },
  })
  t.match(noClass.json(), { statusCode: 409, code: 'FORMAT_NOT_POSSIBLE' }, 'a period that is no class')
  t.strictSame(await db.reads.selectFrom('jobs').selectAll().execute(), [], 'no job was made')
})

t.test('the formats of a course have their options, and say why they are not possible', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const list = async () => (await service.call('GET', bookPath(service, '/formats'))).json()
  const formats = await list()
  t.strictSame(formats.map(({ name }: { name: string }) => name), FORMAT_NAMES)
  const { description } = FORMATS.canvas
  t.strictSame(formats[2], {
    name: 'canvas', description, reason: null,
    options: [{ name: 'identity', values: ['names', 'ids'], default: 'names' }],
  })
  t.match(formats[0].options, [
    { name: 'sheets', values: ['course', 'period'], default: 'course' }, {}, {},
    { name: 'compare_with', values: ['last'], default: null },
    { name: 'identity', values: ['names', 'ids', 'pseudonyms'], default: 'names' },
  ])
  t.match(formats[1].options.at(-1), { name: 'guard', values: [false, true], default: true })
  const impossible = ({ reason }: { reason: object | null }) => reason !== null
  t.match(formats.filter(impossible), [
    { name: 'oneroster', reason: { code: 'FORMAT_NOT_POSSIBLE', message: /no class ids/ } },
  ])
  t.equal(formats.filter(impossible).length, 1)
  await addRoster(service)
  t.strictSame((await list()).filter(impossible), [])
  t.equal((await service.call('GET', '/api/courses/99/performance/formats')).status, 404)
})

t.test('a book with very many long titles leaves room in the result of a job', async (t) => {
  const long = 'x'.repeat(900)
  const tasks = Array.from({ length: 700 }, (_, i) => ({ title: `${i} ${long}`, pointsPossible: 9 }))
  const service = await startTestService(t, { courses: [{ ...COURSE, tasks }] })
  const { job: { result } } = await exported(service, { format: 'moodle' })
  t.match(result, { students: 2, receipts: [{ code: 'will_be_created', tasks: 700 }] })
  t.match(result.choices[0], { field: 'Map from', choice: 'idnumber' })
  t.ok(result.choices.length > 100 && result.choices.length < 700)
})

t.test('the table of pseudonyms is for administrators, audited, and stored nowhere', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const table = `/api/courses/${service.courseIds[0]}/pseudonyms`
  t.strictSame((await service.call('GET', table)).json(), [], 'before the first export')
  const { text } = await exported(service, { format: 'csv', identity: 'pseudonyms' })
  const files = await service.services.db.reads.selectFrom('files').select('id').execute()
  const { headers, ...answer } = await service.call('GET', table)
  t.match(headers, { 'cache-control': 'no-store', vary: /accept/ })
  const rows = answer.json() as Array<{ pseudonym: string, last_name: string }>
  t.strictSame(rows.map(({ pseudonym }) => pseudonym),
    text.split('\r\n').slice(1, -1).map((line) => line.split(',')[0]), 'in their order')
  t.strictSame(rows.find(({ last_name: name }) => name === '=Ames'), {
    pseudonym: rows.find(({ last_name: name }) => name === '=Ames')?.pseudonym,
    student_id: 1, source_id: 's0', last_name: '=Ames', first_name: 'Ann', student_identifier: '0042',
    email: 'ann@example.edu',
  })
  const csv = await service.call('GET', table, { headers: { accept: 'text/csv' } })
  t.match(csv.headers, { 'content-type': /^text\/csv/, 'content-disposition': /pseudonyms\.csv/ })
  t.match(csv.text, /^\u{feff}pseudonym,student_id,last_name,first_name,student_identifier,email,source_id\r\n/u)
  t.match(csv.text, /,1,'=Ames,Ann,0042,ann@example\.edu,s0\r\n/)
  t.strictSame(await service.services.db.reads.selectFrom('files').select('id').execute(), files)

  for (const token of [
    await service.token('teacher', { email: TEACHER }), await service.token('admin', { scopes: ['read'] }),
  ]) {
    t.match((await service.call('GET', table, { token })).json(), { statusCode: 403 })
  }
  t.equal((await service.call('GET', table, { token: null })).status, 401)
  t.equal((await service.call('GET', '/api/courses/99/pseudonyms')).status, 404)
  const { entries } = (await service.call('GET', '/api/audit?action=pseudonyms.read')).json()
  const seen = entries.map(({ outcome, subject }: { outcome: string, subject: string }) => [outcome, subject])
  t.ok(seen.some(([outcome, subject]: string[]) => outcome === 'done' && subject === 'course 1'))
  t.ok(seen.some(([outcome]: string[]) => outcome === 'refused'))
})

t.test('more pseudonyms than are read at a time', async (t) => {
  const students = Array.from({ length: 1001 }, (_, i) => ({ lastName: `L${i}` }))
  const service = await startTestService(t, { courses: [{ students }] })
  await exported(service, { format: 'csv', identity: 'pseudonyms' })
  const rows = (await service.call('GET', `/api/courses/${service.courseIds[0]}/pseudonyms`)).json()
  t.equal(new Set(rows.map(({ last_name: name }: { last_name: string }) => name)).size, 1001)
})
