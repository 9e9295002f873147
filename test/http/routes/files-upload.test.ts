import t from 'tap'
import { storeFile } from '../../support/stored-file.ts'
import { startTestService, TEACHER } from '../../support/test-service.ts'
import { BOUNDARY, type Part, form, pdf, category, upload, left } from './upload-form.ts'

t.test('a part without a name is refused like one with an unknown name', async (t) => {
  const service = await startTestService(t, { courses: [{ teachers: [{ email: TEACHER }] }] })
  const partWith = (disposition: string) =>
    Buffer.from(`--${BOUNDARY}\r\ncontent-disposition: ${disposition}\r\n\r\nhi\r\n--${BOUNDARY}--\r\n`)
  const dispositions = ['form-data', 'form-data; filename="a.pdf"', `form-data; ${'..'.repeat(10_000)}`]
  for (const disposition of dispositions) {
    const { status, json } = await upload(service, partWith(disposition))
    t.match({ status, ...json }, {
      status: 400,
      code: 'VALIDATION_FAILED',
      message: '(no name): there is no such field in the form',
    }, disposition.slice(0, 30))
  }
  t.strictSame(await left(service), { kept: 0, staged: [] })
})

t.test('a teacher uploads, lists, hands on and deletes', async (t) => {
  const service = await startTestService(t, { courses: [{ teachers: [{ email: TEACHER }] }] })
  const token = await service.token('teacher')
  const made = await upload(service, [category, pdf('1.7', 'Sýllabus ☺.pdf')], { token })
  t.equal(made.status, 201)
  t.match(made.json, {
    category: 'syllabus',
    filename: 'Sýllabus ☺.pdf',
    content_type: 'application/pdf',
    size: 8,
    sha256: /^[0-9a-f]{64}$/,
    created_at: /Z$/,
    created_by: TEACHER,
    expires_at: null,
    url: /^http:.*\/files\/[0-9a-f]{32}\/S%C3%BDllabus%20%E2%98%BA\.pdf$/,
  })
  t.equal(made.headers.location, made.json.url)
  t.strictSame(await left(service), { kept: 1, staged: [] })

  const path = `/api/courses/${service.courseIds[0]}/files`
  const list = await service.call('GET', path, { token })
  t.strictSame(list.json(), { files: [made.json], next_cursor: null })
  t.equal(
    (await service.call('GET', path, { token, headers: { 'if-none-match': list.headers.etag! } })).status,
    304
  )
  const file = await service.call('GET', new URL(made.json.url).pathname, { token: null })
  t.equal(file.text, '%PDF-1.7')
  t.equal(file.headers['content-type'], 'application/pdf')
  t.match(file.headers['content-disposition'], /^attachment/)

  t.equal((await service.call('DELETE', `${path}/${made.json.id}`, { token })).status, 204)
  t.match((await service.call('DELETE', `${path}/${made.json.id}`, { token })).json(), {
    statusCode: 404,
    code: 'FILE_NOT_FOUND',
  })
  t.equal((await service.call('GET', new URL(made.json.url).pathname)).status, 404)
  t.strictSame(await left(service), { kept: 0, staged: [] })
})

t.test('who may', async (t) => {
  const service = await startTestService(t, {
    courses: [{ sourceId: 'a', teachers: [{ email: TEACHER }] }, { sourceId: 'b' }],
  })
  const [teacher, student] = [await service.token('teacher'), await service.token('student')]
  const reader = await service.token('teacher', { scopes: ['read'] })
  const code = async (options: Parameters<typeof upload>[2]) =>
    (await upload(service, [category, pdf('x')], options)).json.code
  t.equal(await code({ token: null }), 'UNAUTHENTICATED')
  t.equal(await code({ token: teacher, course: 1 }), 'NOT_A_TEACHER')
  t.equal(await code({ token: student }), 'NOT_A_TEACHER')
  t.equal(await code({ token: reader }), 'INSUFFICIENT_SCOPE')
  t.equal(await code({ course: 7 }), 'COURSE_NOT_FOUND')
  t.equal(
    (await upload(service, [category, pdf('x')], { course: 1 })).status,
    201,
    'an administrator any course'
  )
  const theirs = (await service.call('GET', `/api/courses/${service.courseIds[1]}/files`)).json().files[0]
  t.equal(
    (await service.call('GET', `/api/courses/${service.courseIds[1]}/files`, { token: teacher })).json().code,
    'NOT_A_TEACHER'
  )
  t.equal(
    (await service.call('DELETE', `/api/courses/${service.courseIds[0]}/files/${theirs.id}`, {
      token: teacher,
    })).json().code,
    'FILE_NOT_FOUND',
    'not by way of their own course'
  )
  t.equal(
    (await service.call('DELETE', `/api/courses/${service.courseIds[1]}/files/${theirs.id}`, {
      token: reader,
    })).json().code,
    'NOT_A_TEACHER'
  )
  for (const id of ['0', 'x', '1.0', '99999999999999999999']) {
    t.equal(
      (await service.call('DELETE', `/api/courses/${service.courseIds[0]}/files/${id}`)).json().code,
      'FILE_NOT_FOUND'
    )
  }
  t.equal((await left(service)).kept, 1)
})

t.test('the form in any order, of any size up to the limit', async (t) => {
  const service = await startTestService(t, {
    courses: [{}],
    settings: { FILE_MAX_BYTES: '3000000', BODY_MAX_BYTES: '1000' },
  })
  t.equal((await upload(service, [pdf('x'), category])).status, 201)
  const large = await upload(service, [category, pdf(Buffer.alloc(2_999_995, 7))])
  t.equal(large.status, 201)
  t.equal(large.json.size, 3_000_000)
  t.equal(
    (await upload(service, [category, { ...pdf(''), value: '' }])).json.size,
    0,
    'an empty one is of any type'
  )
  const over = await upload(service, [category, pdf(Buffer.alloc(3_000_001))])
  t.match(over.json, {
    statusCode: 413,
    code: 'BODY_TOO_LARGE',
    message: 'The file is larger than 3,000,000 bytes.',
  })
  const farOver = await upload(service, [category, pdf(Buffer.alloc(3_100_000))])
  t.match(farOver.json, { statusCode: 413, code: 'BODY_TOO_LARGE' })
  t.strictSame(await left(service), { kept: 3, staged: [] })
})

t.test('a form that is wrong is refused with its field, and nothing of it stays', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const truncated = form([category, pdf('x'.repeat(5000))]).subarray(0, 3000)
  for (
    const [parts, message] of [
      [[category], 'file: is missing from the form'],
      [[pdf('x')], 'category: is missing from the form'],
      [[], 'file: is missing from the form'],
      [[category, pdf('x'), pdf('y')], 'file: send one file at a time'],
      [[category, category, pdf('x')], 'category: is in the form twice'],
      [[category, { name: 'colour', value: 'red' }, pdf('x')], 'colour: there is no such field in the form'],
      [[pdf('x'), { ...pdf('y'), name: 'other' }], 'other: there is no such field in the form'],
      [[{ name: 'category', value: 'Slides & more' }, pdf('x')], /^category: must be small letters/],
      [[{ name: 'category', value: 'a'.repeat(65) }, pdf('x')], /^category: must be small letters/],
      [
        [{ name: 'category', value: 'a'.repeat(5000) }, pdf('x')],
        'category: must be text of at most 4096 bytes',
      ],
      [
        [{ name: 'category', value: '{"a":1}', type: 'application/json' }, pdf('x')],
        'category: must be text of at most 4096 bytes',
      ],
      [[{ name: 'category', value: 'teacher-performance' }, pdf('x')], /is reserved for exports/],
      [[{ name: '__proto__', value: 'x' }, category, pdf('x')], /./],
      [truncated, /^the form cannot be read/],
      [Buffer.from('no form at all'), /./],
      [Buffer.alloc(0), /./],
    ] as const
  ) {
    const answer = await upload(service, parts as Part[] | Buffer)
    t.match(answer.json, { statusCode: 400, code: 'VALIDATION_FAILED', message }, String(message))
    t.strictSame(await left(service), { kept: 0, staged: [] })
  }
  const noBoundary = await upload(service, form([category, pdf('x')]), {
    headers: { 'content-type': 'multipart/form-data' },
  })
  t.match(noBoundary.json, { statusCode: 400, code: 'VALIDATION_FAILED' })
  for (
    const type of ['application/json', 'application/octet-stream', 'application/x-www-form-urlencoded', '']
  ) {
    const answer = await upload(service, Buffer.from('{}'), { headers: { 'content-type': type } })
    t.match(answer.json, { statusCode: 415, code: 'UNSUPPORTED_MEDIA_TYPE' }, type)
  }
  t.strictSame(await left(service), { kept: 0, staged: [] })
})

t.test('the list by category, in pages', async (t) => {
  const service = await startTestService(t, { courses: [{ sourceId: 'a' }, { sourceId: 'b' }] })
  const ids: number[] = []
  for (let i = 0; i < 5; i++) {
    ids.push((await storeFile(service, `${i}`, { category: i < 4 ? 'slides' : 'syllabus' })).id)
  }
  await storeFile(service, 'other', { owner: { type: 'course', id: service.courseIds[1]! } })
  await storeFile(service, 'expired', { expiresAt: 1 })
  const get = async (query: string) =>
    (await service.call('GET', `/api/courses/${service.courseIds[0]}/files${query}`)).json()
  const shown = (
    page: { files: Array<{ id: number }>, next_cursor: string | null }
  ) => [page.files.map(({ id }) => id), page.next_cursor]
  const first = await get('?limit=2')
  t.strictSame(shown(first), [[ids[4], ids[3]], String(ids[3])])
  t.strictSame(shown(await get(`?limit=3&cursor=${first.next_cursor}`)), [[ids[2], ids[1], ids[0]], null])
  t.strictSame(shown(await get('?category=slides&limit=3')), [[ids[3], ids[2], ids[1]], String(ids[1])])
  t.strictSame(shown(await get('?category=nothing')), [[], null])
  for (const query of ['?limit=0', '?limit=1001', '?cursor=x', '?cursor=-1', '?category=A%20b']) {
    t.equal((await get(query)).code, 'VALIDATION_FAILED', query)
  }
})
