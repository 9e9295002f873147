// Reports as PDF, read by pdftotext.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { partsOf } from '../../fill-in/office.ts'
import type { CourseDescription } from '../../support/book-database.ts'
import { exported } from '../../support/exported.ts'
import { pdfObjects } from '../../support/pdf-objects.ts'
import { startTestService, TEACHER, type TestService } from '../../support/test-service.ts'

const NAMES = [
  ['Ann', 'Ames-Ørsted'], ['Νίκος', 'Παππάς'], ['Ольга', 'Чехова'], ['דוד', 'בן גוריון'], ['محمد', 'حسن'],
] as const
const COURSE: CourseDescription = {
  name: 'Physics I',
  teachers: [{ email: TEACHER }],
  categories: [{ name: 'Homework' }, { name: 'Tests' }],
  tasks: [
    { title: 'Motion', category: 0, pointsPossible: 30 },
    { title: 'Midterm', category: 1, pointsPossible: 8 },
  ],
  students: [
    ...NAMES.map(([firstName, lastName]) => ({
      firstName, lastName, cells: [25.6, { status: 'completed', points: 5, isLate: true }] as const,
    })),
    { firstName: '漢', lastName: 'Li', cells: [{ status: 'missing' }] as const },
  ] as NonNullable<CourseDescription['students']>,
}

const reports = (service: TestService, options: object) => exported(service, { format: 'pdf', ...options })

function textOf (t: Test, pdf: Buffer): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'reports-'))
  t.teardown(() => { rmSync(folder, { recursive: true }) })
  writeFileSync(join(folder, 'a.pdf'), pdf)
  const { error, status, stdout, stderr } =
    spawnSync('pdftotext', ['-layout', join(folder, 'a.pdf'), '-'], { encoding: 'utf8' })
  if (error !== undefined) return undefined
  if (status !== 0 || stderr !== '') throw new Error(`pdftotext: ${stderr}`)
  return stdout.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').normalize('NFKC')
}

t.test('a report for each student, in one PDF', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const { job, bytes, headers } = await reports(service, { class_average: true })
  t.match(headers, { 'content-type': 'application/pdf', 'content-disposition': /Physics_I_Reports_.*\.pdf/ })
  t.match(job.result, {
    students: 6, scores: 10, receipts: [{ code: 'missing_glyphs', count: 1, students: 1 }],
  })
  t.match(bytes.toString('latin1'), /^%PDF-1\.7/)
  const objects = Array.from(pdfObjects(bytes).values(), ({ text }) => text)
  for (const part of [
    '/MarkInfo', '/StructTreeRoot', '/Outlines', '/Lang (en)', '/PageMode /UseOutlines', '/S /Document',
    '/Scope/Column', '/Scope/Row',
  ]) {
    t.ok(objects.some((text) => text.includes(part)), part)
  }
  t.equal(objects.filter((text) => text.includes('/Type /Page\n')).length, 6, 'a page each')
  const text = textOf(t, bytes)
  t.test('as pdftotext reads it', {
    skip: text === undefined && process.env['CI'] !== 'true' ? 'there is no pdftotext here' : false,
  }, async (t) => {
    for (const [first, last] of NAMES) t.ok(text?.includes(`${first} ${last}`), `${first} ${last}`)
    for (const part of [
      'Course average: 73.92%', 'Class average: 73.92%', 'Motion', '85.33%', '25.6/30', '62.5%', 'Late',
      'Missing work', 'Contributes 42.67%',
    ]) t.ok(text?.includes(part), part)
  })
})

t.test('a zip with a PDF for each student, in Spanish and without names', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const { bytes, headers } = await reports(service, { split: true, language: 'es', identity: 'pseudonyms' })
  t.match(headers, { 'content-type': 'application/zip' })
  const parts = await partsOf(bytes)
  t.equal(Object.keys(parts).length, 6)
  t.match(Object.keys(parts)[0], /^1_S-[A-Z0-9]+\.pdf$/)
  for (const text of Object.values(parts)) t.match(text, /^%PDF-1\.7/)
})

t.test('texts that a page cannot take as they are', async (t) => {
  const long = 'Essay '.repeat(160).trim()
  const service = await startTestService(t, {
    courses: [{
      name: 'فيزياء \u202e1\u0007',
      term: 'Term A',
      school: 'School B',
      tasks: [{ title: long, pointsPossible: 8 }, { title: 'Plan', pointsPossible: 8 }],
      students: [
        { firstName: '../Ann', lastName: 'Ames/Burr', identifier: 'ann@example.edu', cells: [5] },
        { firstName: 'Ann\u200b\u0007', lastName: 'Ames\n/Burr', identifier: '7', cells: [5, 5] },
      ],
    }],
  })
  const { job, bytes } = await reports(service, {})
  t.strictSame(job.result.receipts, [], 'control characters are no missing glyphs')
  const text = textOf(t, bytes)
  t.test('as pdftotext reads it', {
    skip: text === undefined && process.env['CI'] !== 'true' ? 'there is no pdftotext here' : false,
  }, async (t) => {
    t.match(text, /Term A · School B · .* · Made on/, 'a course from right to left does not turn its line around')
    t.equal(text?.match(/Essay/g)?.length, 2 * 160, 'a long title is complete')
  })
  const named = await reports(service, { split: true })
  t.strictSame(Object.keys(await partsOf(named.bytes)), [
    '1_Ann\u200b Ames _Burr.pdf', '2_.._Ann Ames_Burr.pdf',
  ])
  const ids = await reports(service, { split: true, identity: 'ids' })
  t.strictSame(Object.keys(await partsOf(ids.bytes)).map((name) => name.slice(2)).sort(), ['7.pdf', 's0.pdf'],
    'an email address is no id')
})

t.test('a font that cannot be used', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fonts-'))
  t.teardown(() => { rmSync(folder, { recursive: true }) })
  const font = join(folder, 'font')
  const service = await startTestService(t, { courses: [COURSE], settings: { REPORT_FONT: font } })
  const refused = /FORMAT_NOT_POSSIBLE.*REPORT_FONT/
  await t.rejects(reports(service, {}), refused, 'no file')
  for (const bytes of ['', 'import t', 'wOF2\u0000\u0001', '\u0000\u0001\u0000\u0000\u0000']) {
    writeFileSync(font, bytes)
    await t.rejects(reports(service, {}), refused, JSON.stringify(bytes))
  }
})
