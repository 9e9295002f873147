// Tables that an office sent, filled in: only the named cells change, and only the requester gets the file.
import t from 'tap'
import { archiveOf, fillIn, fillInPath, OFFICE_COURSE } from '../../fill-in/fill-in-requests.ts'
import { OFFICE_PARTS, partsOf } from '../../fill-in/office.ts'
import { startTestService, TEACHER, type TestService } from '../../support/test-service.ts'

const BY_ID = [{ column: 'ID', by: 'student_identifier' }]
const GRADE = [{ column: 'Grade', with: 'course_average', decimals: 0 }]

const withNumber = (source: string) => ({ column: 'Grade', with: source })

async function filled (service: TestService, given: Parameters<typeof fillIn>[1]) {
  const { answer, job } = await fillIn(service, given)
  if (job?.status !== 'succeeded') throw new Error(JSON.stringify(job ?? answer))
  const token = given.token ?? await service.token('admin')
  const file = job.url === null ? undefined : await service.call('GET', new URL(job.url).pathname, { token })
  return { job, file }
}

t.test('a CSV with semicolons, a mark and quotes: every other byte is the same', async (t) => {
  const service = await startTestService(t, { courses: [OFFICE_COURSE] })
  const before = '\u{feff}Registrar;Spring;;\r\n' +
    'ID;"Name; full";Grade;Remark\r\n' +
    '"0042";"Ames; ""Ann""";;a,b\r\n' +
    '="0007";Burr;"";\n' +
    '\r\n' +
    '0008;Çelik;12,5;kept\r\n' +
    '4711;nobody;;\r\n' +
    '0009'
  const options = {
    match: BY_ID,
    fill: [{ column: 'grade', with: 'course_average', decimals: 1 }],
  }
  const { job, file } = await filled(service, { bytes: before, options })
  t.equal(
    file?.text,
    before.replace('""Ann""";;', '""Ann""";92,5;').replace('Burr;"";', 'Burr;"14,5";')
  )
  t.match(file?.headers, { 'content-type': /^text\/csv/, 'content-disposition': /grades\.csv/ })
  t.strictSame(job.result.counts, {
    matched: 4, only_in_sheet: 1, only_in_course: 0, ambiguous: 0, filled: 2, kept: 1, formulas: 0,
    without_value: 1,
  })
  t.match(job.result, {
    matched: [{ row: 3, name: 'Ann Ames' }, { row: 4 }, { row: 6, name: 'Cem Çelik' }, { row: 8 }],
    only_in_sheet: [{ row: 7 }],
    sheet: null,
    header_row: 2,
    preview: [
      { row: 3, cells: [{ column: 'grade', before: '', after: '92,5' }] },
      { row: 4, cells: [{ before: '', after: '14,5' }] },
    ],
  })
  const exports = await service.call('GET', fillInPath(service).replace('fill-in', 'performance/exports'))
  t.strictSame(exports.json(), [])

  t.test('overwritten, as text and in missing columns', async (t) => {
    const bytes = 'ID\tGrade\tText\n0008\t1.5\n0042\n'
    const { file, job } = await filled(service, {
      bytes,
      options: {
        overwrite: true,
        match: BY_ID,
        fill: [
          { column: 'Text', with: 'course_average', as: 'percent_text', decimals: 1 },
          { column: 'Grade', with: 'course_average', as: 'fraction', decimals: 3 },
        ],
      },
    })
    t.equal(file?.text, 'ID\tGrade\tText\n0008\t1.000\t100.0 %\n0042\t0.925\t92.5 %\n')
    t.match(job.result.counts, { matched: 2, only_in_course: 2, filled: 4 })
  })

  t.test('in UTF-16 and Windows-1252', async (t) => {
    const text = 'ID,Name,Grade\r\n0008,Çelik,\r\n'
    const options = { match: [...BY_ID, { column: 'Name', by: 'name' }], fill: GRADE }
    const named = text.replace('Çelik', '"Çelik, Cem"')
    const utf16 = Buffer.from(`\u{feff}${named}`, 'utf16le')
    const { file } = await filled(service, { bytes: utf16, options })
    t.strictSame(file?.bytes, Buffer.from(`\u{feff}${named.replace('",', '",100')}`, 'utf16le'))
    const latin = Buffer.from(named, 'latin1')
    const { file: other } = await filled(service, { bytes: latin, options })
    t.strictSame(other?.bytes, Buffer.from(named.replace('",', '",100'), 'latin1'))
  })

  t.test('two columns must agree, and a student with two rows is ambiguous', async (t) => {
    const bytes = 'ID,Mail,Grade\n0042,ANN@example.edu,\n0007,ann@example.edu,\n0008,cem@example.edu,\n' +
      '0008,cem@example.edu,\n'
    const match = [...BY_ID, { column: 'Mail', by: 'email' }]
    const { file, job } = await filled(service, { bytes, options: { match, fill: GRADE } })
    t.equal(file?.text, bytes.replace('ANN@example.edu,', 'ANN@example.edu,93'))
    t.match(job.result, {
      counts: { matched: 1, only_in_sheet: 1, ambiguous: 2, only_in_course: 2 },
      only_in_sheet: [{ row: 3 }],
      only_in_course: [{ name: 'Bo Burr' }, { name: 'Di Dunn' }],
      ambiguous: [{ row: 4, students: [{ name: 'Cem Çelik' }] }, { row: 5 }],
    })
  })

  t.test('a dry run makes no file; nothing of an upload is left', async (t) => {
    const { job } = await fillIn(service, {
      bytes: before, options: { ...options, dry_run: true },
    })
    t.match(job, { status: 'succeeded', url: null, result: { counts: { filled: 2 } } })
    t.equal((await service.services.files.info({ category: 'fill-in-source' })).length, 0)
  })
})

t.test('a workbook: only these cells, and what makes formulas new', async (t) => {
  const service = await startTestService(t, { courses: [OFFICE_COURSE] })
  const task = (await service.call('GET', fillInPath(service).replace('fill-in', 'performance'))).json()
    .data_headings[0].id as number
  const options = {
    sheet: 'Grades',
    header_row: 3,
    match: BY_ID,
    fill: [...GRADE, { column: 'Letter', with: `task:${task}`, as: 'percent_text', decimals: 0 }],
  }
  const { job, file } = await filled(service, {
    name: 'Noten Frühjahr.xlsx', bytes: await archiveOf(t, OFFICE_PARTS), options,
  })
  t.match(file?.headers, { 'content-type': /spreadsheetml\.sheet$/ })
  const expected: Record<string, string> = { ...OFFICE_PARTS }
  const change = (part: string, from: string, to: string) => {
    t.ok(expected[part]?.includes(from), `${part} has ${from}`)
    expected[part] = (expected[part] ?? '').replace(from, () => to)
  }
  const text = (value: string) => `t="inlineStr"><is><t xml:space="preserve">${value}</t></is></c>`
  const sheet = 'xl/worksheets/sheet1.xml'
  change(sheet, '<c r="C4" s="1"/>', `<c r="C4" s="1"><v>93</v></c><c r="D4" s="2" ${text('90 %')}`)
  change(sheet, '<v>old</v></c></row>', `<v>old</v></c><c r="D5" s="2" ${text('25 %')}</row>`)
  change(sheet, 'spans="1:3" ht', 'spans="1:4" ht')
  change(sheet, '<c r="D6"/>', `<c r="D6" ${text('100 %')}`)
  change('xl/workbook.xml', 'calcId="191029"', 'calcId="191029" fullCalcOnLoad="1"')
  for (const [part, element] of [
    ['[Content_Types].xml', /<Override PartName="\/xl\/calcChain[^>]*>/],
    ['xl/_rels/workbook.xml.rels', /<Relationship Id="rId5"[^>]*>/],
  ] as const) change(part, element.exec(OFFICE_PARTS[part]!)![0], '')
  delete expected['xl/calcChain.xml']
  t.strictSame(await partsOf(file!.bytes), expected)
  t.strictSame(Object.keys(await partsOf(file!.bytes)), Object.keys(expected), 'in the same order')
  t.match(job.result, {
    counts: { matched: 3, only_in_sheet: 0, only_in_course: 1, filled: 4, kept: 1, formulas: 1 },
    sheet: 'Grades',
    header_row: 3,
    preview: [
      { row: 4, cells: [{ column: 'Grade', after: '93' }, { column: 'Letter', after: '90 %' }] },
      { row: 5, cells: [{ column: 'Letter', after: '25 %' }] },
      { row: 6, cells: [{ column: 'Letter', after: '100 %' }] },
    ],
  })

  const again = await filled(service, {
    name: 'a.xlsx', bytes: file!.bytes, options: { ...options, fill: [options.fill[1]] },
  })
  t.ok(again.file?.bytes.equals(file!.bytes), 'where nothing is to change, the file is the same')
  const over = await filled(service, {
    name: 'a.xlsx', bytes: file!.bytes, options: { ...options, overwrite: true, dry_run: true },
  })
  t.match(over.job, { url: null, result: { counts: { filled: 5, formulas: 1, kept: 0 } } })
})

t.test('files and options that are refused, with the reason', async (t) => {
  const service = await startTestService(t, {
    courses: [OFFICE_COURSE], settings: { FILL_IN_MAX_BYTES: '60000' },
  })
  const options = { match: BY_ID, fill: GRADE }
  const types = OFFICE_PARTS['[Content_Types].xml']!
  const cases: Array<[what: string, bytes: Buffer | string, options: object, message: RegExp]> = [
    ['macros', await archiveOf(t, { ...OFFICE_PARTS, 'xl/vbaProject.bin': 'x' }), options, /macros/],
    [
      'macros by type',
      await archiveOf(t, {
        ...OFFICE_PARTS, '[Content_Types].xml': types.replace('.main', '.macroEnabled.main'),
      }),
      options,
      /macros/,
    ],
    ['a password', compound('EncryptedPackage'), options, /encrypted with a password/],
    ['an old workbook', compound('Workbook'), options, /old Excel document/],
    [
      'a bomb',
      await archiveOf(t, { ...OFFICE_PARTS, 'xl/media/a.png': Buffer.alloc(70_000) }),
      options,
      /FILL_IN_MAX_BYTES/,
    ],
    ['another archive', await archiveOf(t, { 'a.csv': 'ID' }), options, /not an Excel workbook/],
    [
      'a DOCTYPE',
      await archiveOf(t, {
        ...OFFICE_PARTS,
        'xl/worksheets/sheet1.xml':
          `<!DOCTYPE x [<!ENTITY a "b">]>${OFFICE_PARTS['xl/worksheets/sheet1.xml']}`,
      }),
      { ...options, sheet: 'Grades' },
      /DOCTYPE/,
    ],
    ['a damaged archive', 'PK\u0003\u0004 and no more', options, /damaged/],
    [
      'no such sheet',
      await archiveOf(t, OFFICE_PARTS),
      { ...options, sheet: 'X' },
      /no sheet "X".*Summary, Grades/,
    ],
    ['an empty file', '', options, /empty/],
    ['no such column', 'ID,Mark\n1,2\n', options, /Grade.*ID, Mark/],
    [
      'a column twice',
      'ID,Grade,grade \n1,2,3\n',
      { match: BY_ID, fill: [{ ...GRADE[0], column: 'GRADE' }] },
      /more than once/,
    ],
    ['an open quote', 'ID,Grade\n"1,2\n', options, /never closed/],
    ['no scale', 'ID,Grade\n1,\n', { match: BY_ID, fill: [withNumber('grade')] }, /grading scale/],
    ['no such task', 'ID,Grade\n1,\n', { match: BY_ID, fill: [withNumber('task:99')] }, /no task/],
    ['a sheet of a CSV', 'ID,Grade\n1,\n', { ...options, sheet: 'A' }, /no sheets/],
  ]
  for (const [what, bytes, given, message] of cases) {
    const { job } = await fillIn(service, { bytes, options: given })
    const error = { code: 'FILL_IN_FAILED', message }
    t.match(job, { status: 'failed', error, url: null, result: null }, what)
  }
  t.equal((await service.services.files.info({ category: 'fill-in-source' })).length, 0, 'no upload is kept')

  for (const [given, message] of [
    ['{', /^options: is not JSON/],
    [{ ...options, colour: 1 }, /^options\.colour: there is no such option/],
    [{ fill: GRADE }, /^options\.match: is missing/],
    [{ match: [{ column: 'ID', by: 'shoe' }], fill: GRADE }, /^options\.match\.0\.by: must be one of/],
    [{ match: BY_ID, fill: [{ column: 'id ', with: 'grade' }] }, /already used/],
    [{ match: BY_ID, fill: [{ column: 'G', with: 'grade', as: 'percent' }] }, /is not for grade/],
  ] as const) {
    const { answer } = await fillIn(service, { bytes: 'ID,Grade\n', options: given })
    t.match(answer, { status: 400, json: { code: 'VALIDATION_FAILED', message } })
  }
  const large = await fillIn(service, { bytes: 'x'.repeat(70_000), options })
  t.match(large.answer, { status: 413, json: { code: 'BODY_TOO_LARGE' } })
})

t.test('only the requester has the result, for a day', async (t) => {
  let now = Date.UTC(2015, 3, 1, 12)
  const service = await startTestService(t, { courses: [OFFICE_COURSE], now: () => now })
  const token = await service.token('teacher', { email: TEACHER })
  const { job, file } = await filled(service, {
    bytes: 'ID,Grade\n0042,\n', options: { match: BY_ID, fill: GRADE }, token,
  })
  t.equal(file?.status, 200)
  const address = new URL(job.url).pathname
  const get = async (as: string | null) => (await service.call('GET', address, { token: as })).status
  t.equal(await get(null), 404, 'a link alone is not enough')
  t.equal(await get(await service.token('admin')), 404)
  t.match((await service.call('GET', `/api/jobs/${job.id}`)).json(), {
    status: 'succeeded', requested_by: 'Tea Cher', url: null, result: null,
  })
  t.strictSame((await service.call('GET', fillInPath(service).replace('fill-in', 'files'))).json().files, [])
  const student = await service.token('student')
  t.equal((await service.call('POST', fillInPath(service), { token: student })).status, 403)
  const result = async () => (await service.call('GET', `/api/jobs/${job.id}`, { token })).json()
  t.match(await result(), { url: job.url, result: { counts: { matched: 1 } } })
  const removed = await service.call('PUT', `/api/courses/${service.courseIds[0]}/teachers`, {
    body: { remove: [TEACHER] },
  })
  t.equal(removed.status, 200)
  t.match(await result(), { status: 'succeeded', url: null, result: null }, 'the course is lost')
  t.equal(await get(token), 404, 'and the file with it')
  await service.call('PUT', `/api/courses/${service.courseIds[0]}/teachers`, { body: { add: [TEACHER] } })
  t.equal(await get(token), 200)
  now += 86_400_000 + 1000
  t.equal(await get(token), 410)
})

t.test('the upload of a job that is canceled is deleted', async (t) => {
  const service = await startTestService(t, { courses: [OFFICE_COURSE], withoutRunner: true })
  const { answer } = await fillInQueued(service)
  t.equal((await service.services.files.info({ category: 'fill-in-source' })).length, 1)
  t.equal((await service.call('POST', `${answer.json().job}/cancel`)).status, 202)
  t.equal((await service.services.files.info({ category: 'fill-in-source' })).length, 0)
})

async function fillInQueued (service: TestService) {
  const form = new FormData()
  form.set('file', new File(['ID,Grade\n0042,\n'], 'a.csv'))
  form.set('options', JSON.stringify({ match: BY_ID, fill: GRADE }))
  const body = new Response(form)
  return {
    answer: await service.call('POST', fillInPath(service), {
      body: await body.text(), headers: { 'content-type': body.headers.get('content-type') ?? '' },
    }),
  }
}

/** The beginning of a compound file, with the name of a stream. */
function compound (name: string): Buffer {
  const head = Buffer.from('d0cf11e0a1b11ae1', 'hex')
  return Buffer.concat([head, Buffer.alloc(512), Buffer.from(name, 'utf16le')])
}
