// Rosters of Microsoft School Data Sync and of Clever: read like those of OneRoster.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { ImportSummary } from '../../src/imports/outcome.ts'
import { createWorld, csv, showErrors, warningCounts, writeFolder, writeZip, type World } from './bundles.ts'

const CASES = join(import.meta.dirname, '../fixtures/data-in')

type Texts = Record<string, string>

/** One course in two periods, with one teacher and three students, as each system writes it. */
const clever = (): Texts => ({
  'schools.csv': 'School_id,School_name,School_number,Low_grade\n10,Lakeview,10,9\n',
  'students.csv': csv([
    { School_id: 10, Student_id: 1, Student_number: '0042', Last_name: 'Lee', First_name: 'Ann', Grade: 9 },
    { School_id: 10, Student_id: 2, Student_number: '0043', Last_name: 'Ng', First_name: 'Bob', Grade: 9 },
    { School_id: 10, Student_id: 3, Student_number: '0044', Last_name: 'Ortiz', First_name: 'Cyd', Grade: 9 },
  ]),
  'teachers.csv': 'School_id,Teacher_id,Teacher_email,First_name,Last_name\n10,1,ted@example.edu,Ted,Mayer\n',
  'sections.csv': csv(['p1', 'p2'].map((id) => ({
    School_id: 10,
    Section_id: id,
    Teacher_id: 1,
    Teacher_2_id: '',
    Name: `Period ${id[1]}`,
    Course_name: 'Physics',
    Course_number: 'PH',
    Term_name: 'Spring 2026',
    Term_start: '01/05/2026',
    Term_end: '06/30/2026',
  }))),
  'enrollments.csv': 'School_id,Section_id,Student_id\n10,p1,1\n10,p1,2\n10,p2,3\n',
})

const sdsV1 = (): Texts => ({
  'School.csv': 'SIS ID,Name\n10,Lakeview\n',
  'Section.csv': 'SIS ID,School SIS ID,Section Name,Term SIS ID,Term Name,Term StartDate,Term EndDate,' +
    'Course SIS ID,Course Name\n' +
    'p1,10,Period 1,t1,Spring 2026,2026-01-05,2026-06-30,c1,Physics\n' +
    'p2,10,Period 2,t1,Spring 2026,2026-01-05,2026-06-30,c1,Physics\n',
  'Student.csv': 'SIS ID,School SIS ID,Username,First Name,Last Name,Student Number\n' +
    '1,10,ann@example.edu,Ann,Lee,0042\n2,10,bob,Bob,Ng,0043\n3,10,cyd,Cyd,Ortiz,0044\n',
  'Teacher.csv': 'SIS ID,School SIS ID,Username,First Name,Last Name\n1,10,ted@example.edu,Ted,Mayer\n',
  'StudentEnrollment.csv': 'Section SIS ID,SIS ID\np1,1\np1,2\np2,3\n',
  'TeacherRoster.csv': 'Section SIS ID,SIS ID\np1,1\np2,1\n',
})

const sds = (): Texts => ({
  'orgs.csv': 'sourcedId,name,type\n10,Lakeview,school\n',
  'academicSessions.csv': 'sourcedId,title,type,schoolYear,startDate,endDate\n' +
    't1,Spring 2026,term,2026,2026-01-05,2026-06-30\n',
  'courses.csv': 'sourcedId,orgSourcedId,title\nc1,10,Physics\n',
  'users.csv': 'sourcedId,username,givenName,familyName,password,activeDirectoryMatchId,email\n' +
    '1,ann,Ann,Lee,,,ann@example.edu\n2,bob,Bob,Ng,,,\n3,cyd,Cyd,Ortiz,,,\nT1,ted@example.edu,Ted,Mayer,,,\n',
  'roles.csv': 'userSourcedId,orgSourcedId,role,sessionSourcedId\nT1,10,teacher,\n1,10,student,\n',
  'classes.csv': 'sourcedId,orgSourcedId,title,sessionSourcedIds,courseSourcedId\n' +
    'p1,10,Period 1,t1,c1\np2,10,Period 2,t1,c1\n',
  'enrollments.csv': 'classSourcedId,userSourcedId,role\n' +
    'p1,1,student\np1,2,student\np2,3,student\np1,T1,teacher\np2,T1,teacher\n',
})

const SYSTEMS = { clever, 'sds v1': sdsV1, 'sds v2.1': sds }

let folders = 0

async function take (world: World, texts: Texts, options = {}): Promise<ImportSummary> {
  const folder = writeFolder(join(world.folder, `roster-${++folders}`), texts)
  const outcome = await world.import(folder, options)
  if (!outcome.ok) throw new Error(showErrors(outcome).join('; '))
  return outcome.summary
}

async function refuse (world: World, texts: Texts, options = {}): Promise<string[]> {
  return showErrors(await world.import(writeFolder(join(world.folder, `bad-${++folders}`), texts), options))
}

for (const [name, texts] of Object.entries(SYSTEMS)) {
  t.test(`${name}: courses, periods, teachers and students; a second time changes nothing`, async (t) => {
    const world = await createWorld(t)
    const summary = await take(world, texts())
    t.match(summary, { courses: { added: 1 }, periods: { added: 2 }, students: { added: 3 }, warnings: [] })
    const number = (text: string) => name === 'sds v2.1' ? null : text
    const book = await world.book()
    t.match(book, {
      sourceId: 'p1',
      name: 'Physics',
      school: 'Lakeview',
      term: 'Spring 2026',
      teachers: ['ted@example.edu'],
      periods: ['Period 1', 'Period 2'],
      tasks: [],
      students: [
        { who: 'Ann Lee', id: number('0042'), period: 'Period 1', isDropped: false },
        { who: 'Bob Ng', id: number('0043'), period: 'Period 1', isDropped: false },
        { who: 'Cyd Ortiz', id: number('0044'), period: 'Period 2', isDropped: false },
      ],
    })
    t.match(await take(world, texts()), { courses: { unchanged: 1, updated: 0 }, warnings: [] })
    t.strictSame(await world.book(), book)
  })

  t.test(`${name}: scores of a grade book stay, those who left are dropped, movers move`, async (t) => {
    const world = await createWorld(t)
    await take(world, texts())
    const file = join(world.folder, 'g.csv')
    writeFileSync(file, 'Student,ID,SIS User ID,SIS Login ID,Section,Lab (1)\nPoints Possible,,,,,10\n' +
      '"Lee, Ann",7,1,,P,7\n"Ng, Bob",8,2,,P,8\n"Ortiz, Cyd",9,3,,P,9\n')
    t.match(await world.import(file, { course: 'Physics' }), {
      ok: true, summary: { students: { added: 0 }, scores: { added: 3 } },
    })
    const next = texts()
    const enrollments = name === 'sds v1' ? 'StudentEnrollment.csv' : 'enrollments.csv'
    next[enrollments] = next[enrollments]!.replace(/^.*p1,1\b.*\r?\n/m, '').replace(/p2,3\b/, 'p1,3')
    t.match(await take(world, next), { scores: { removed: 0 }, tasks: { removed: 0 } })
    t.strictSame(
      (await world.book()).students.map(({ who, period, isDropped, cells }) =>
        [who, period, isDropped, cells['Lab']]),
      [
        ['Bob Ng', 'Period 1', false, 'completed 0.8'],
        ['Cyd Ortiz', 'Period 1', false, 'completed 0.9'],
        ['Ann Lee', 'Period 1', true, 'completed 0.7'],
      ]
    )
  })

  t.test(`${name}: after a grade book file, which keeps its tasks and scores`, async (t) => {
    const world = await createWorld(t)
    const file = join(world.folder, 'g.csv')
    writeFileSync(file, 'Student,ID,SIS User ID,SIS Login ID,Section,Lab (1)\nPoints Possible,,,,,10\n' +
      `"Lee, Ann",7,${name === 'sds' ? '1' : '0042'},,P,7\n"Ng, Bob",8,,2,P,8\n"Day, Dee",9,99,,P,9\n`)
    t.match(await world.import(file, { course: 'p1' }), { ok: true, summary: { students: { added: 3 } } })
    const summary = await take(world, texts())
    t.match(summary, { courses: { updated: 1 }, scores: { removed: 0 }, tasks: { removed: 0 } })
    t.match(summary.students, { added: 1, updated: 2, removed: 0 })
    const students = async () => (await world.book()).students.map(({ who, isDropped, cells }) =>
      [who, isDropped, cells['Lab'] ?? null])
    t.strictSame((await students()).sort(), [
      ['Ann Lee', false, 'completed 0.7'], ['Bob Ng', false, 'completed 0.8'], ['Cyd Ortiz', false, null],
      ['Dee Day', false, 'completed 0.9'],
    ])
    t.match(await take(world, texts()), { courses: { unchanged: 1 } })
    t.match(await world.import(file, { course: 'p1' }), { ok: true, summary: { courses: { unchanged: 1 } } })
  })

  t.test(`${name}: in a zip at any depth, as single files, and without a file that it needs`, async (t) => {
    const world = await createWorld(t)
    const files = Object.fromEntries(Object.entries(texts()).map(([file, text]) => [`a/b/${file}`, text]))
    const zip = await writeZip(join(world.folder, 'r.zip'), { ...files, 'log/run.csv': 'a,b\n1,2\n' })
    t.match(await world.import(zip), { ok: true, summary: { students: { added: 3 } } })
    const folder = writeFolder(join(world.folder, 'single'), texts())
    const paths = Object.keys(texts()).map((file) => join(folder, file))
    t.match(await world.import(paths), { ok: true, summary: { courses: { unchanged: 1 } } })
    const format = name === 'clever' ? 'clever' : 'sds'
    t.match(await world.import(folder, { format }), { ok: true, summary: { courses: { unchanged: 1 } } })
    const { [name === 'sds v1' ? 'StudentEnrollment.csv' : 'enrollments.csv']: _, ...rest } = texts()
    t.match(await refuse(world, rest), [
      /looks like a .* roster.*, but has no (StudentEnrollment|enrollments)\.csv; import all of its files/,
    ])
  })
}

t.test('the cases: few columns, no teacher, no names', async (t) => {
  const world = await createWorld(t)
  const named = await world.import(join(CASES, 'fmt-clever-sftp/b.zip'))
  t.match(named, { ok: true, summary: { students: { added: 1 }, warnings: [] } })
  t.match(await world.book(), {
    name: 'Algebra', school: 'North', term: 'Fall', teachers: ['tina@school.example'],
    students: [{ who: 'Ann Lee', id: '0042' }],
  })
  const other = await createWorld(t, join(t.testdir(), 'other'))
  t.match(await other.import(join(CASES, 'fmt-microsoft-sds/b.zip')), {
    ok: true, summary: { courses: { added: 1 }, students: { added: 1 } },
  })
  t.match(await other.book(), { name: 'Algebra', school: 'North', teachers: [], students: [{ id: null }] })
})

t.test('a teacher and a student with one number are two; a person in two schools is one', async (t) => {
  const world = await createWorld(t)
  const texts = clever()
  texts['teachers.csv'] += '11,1,ted@example.edu,Ted,Mayer\n'
  texts['students.csv'] += '11,1,0042,Lee,Ann,9\r\n'
  t.match(await take(world, texts), { students: { added: 3 }, warnings: [] })
  t.match(await world.book(), { teachers: ['ted@example.edu'] })
})

t.test('references to people and sections that are in no file are skipped by name', async (t) => {
  const world = await createWorld(t)
  const texts = clever()
  texts['enrollments.csv'] += Array.from({ length: 18 }, (_, i) => `10,p1,${100 + i}\n`).join('')
  const others = Array.from({ length: 17 }, (_, i) => `10,${100 + i},${i},L${i},F${i},9\r\n`)
  texts['students.csv'] += others.join('')
  const summary = await take(world, texts)
  t.strictSame(warningCounts(summary), { enrollment_skipped: 1 })
  t.match(summary.warnings[0]!.message, /enrollments\.csv:22: the id of the person "117"/)
  const cutOff = clever()
  cutOff['students.csv'] = 'Student_id,First_name\n1,Ann\n'
  t.match(await refuse(world, cutOff), [/enrollments\.csv:3: 2 of 3 rows refer to records that are not in any/])
})

t.test('School Data Sync without courses and sessions, and with none at all', async (t) => {
  const world = await createWorld(t)
  const { 'courses.csv': _, 'academicSessions.csv': __, ...texts } = sds()
  const summary = await take(world, texts)
  t.match(summary, { courses: { added: 2 }, students: { added: 3 } })
  t.strictSame(warningCounts(summary), { term_missing: 2 })
  t.strictSame((await world.books()).map(({ name }) => name), ['Period 1', 'Period 2'])
  const { 'classes.csv': ___, 'enrollments.csv': ____, ...usersOnly } = texts
  t.match(await refuse(world, usersOnly), [/but has no classes\.csv, enrollments\.csv;/])
})

t.test('two systems in one import, and a table without a column that it needs', async (t) => {
  const world = await createWorld(t)
  mkdirSync(join(world.folder, 'x'))
  const paths = [
    writeFolder(join(world.folder, 'x/clever'), clever()), writeFolder(join(world.folder, 'x/sds'), sds()),
  ]
  t.match(showErrors(await world.import(paths)), [/another file of this import is a roster of another format/])
  const texts = clever()
  texts['students.csv'] = texts['students.csv']!.replace('Student_id', 'Pupil_id')
  t.match(await refuse(world, texts), [/^students\.csv:1: has no column Student_id; the first line/])
  t.strictSame(await world.books(), [])
})
