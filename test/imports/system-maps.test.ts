// Tables of systems whose column maps ship with the program.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createWorld, showErrors, warningCounts, type World } from './bundles.ts'

const CASES = join(import.meta.dirname, '../fixtures/data-in')

async function taken (world: World, file: string) {
  const outcome = await world.import(file, { course: 'Physics' })
  if (!outcome.ok) throw new Error(`The import failed: ${showErrors(outcome).join('; ')}`)
  return outcome.summary
}

function write (world: World, name: string, text: string): string {
  const file = join(world.folder, name)
  writeFileSync(file, text)
  return file
}

t.test('Gradescope: the maximum, the time and the lateness of each assignment', async (t) => {
  const world = await createWorld(t)
  const summary = await taken(world, join(CASES, 'fmt-gradescope/g.csv'))
  t.strictSame(summary.columns?.map(({ used_as: use }) => use), [
    'identity_first_name', 'identity_last_name', 'identity_student_id', 'identity_email', 'identity_period',
    'task_points', 'task_maximum', 'task_submitted', 'task_lateness',
  ])
  t.match(await world.book(), {
    periods: ['A'],
    tasks: [/Homework 1.*10/],
    students: [{ who: 'Ann Lee', id: '0042', cells: { 'Homework 1': /completed 0\.75/ } }, { who: 'Bob Poe' }],
  })
  t.strictSame(summary.scores.added, 1)
})

t.test('Gradescope: late work, work without a score, other maximums, a file of one assignment', async (t) => {
  const world = await createWorld(t)
  const task = (title: string) =>
    [title, `${title} - Max Points`, `${title} - Submission Time`, `${title} - Lateness (H:M:S)`].join(',')
  await taken(world, write(world, 'g.csv',
    `First Name,Last Name,SID,Email,Sections,${task('HW - Max')},${task('Lab')},Total Lateness (H:M:S)\n` +
    'Ann,Lee,0042,,A,,10.0,2026-01-08 12:00:00 -0700,00:10:00,5,20.0,,,00:10:00\n' +
    'Bob,Poe,0043,,A,5,10.0,2026-01-08 12:00:00 -0700,00:00:00,5,10.0,,,00:00:00\n'))
  t.match(await world.book(), {
    tasks: [/HW - Max.*10/, /Lab.*20/],
    students: [
      { who: 'Ann Lee', cells: { 'HW - Max': /submitted.*late/, Lab: /0\.25/ } },
      { who: 'Bob Poe', cells: { 'HW - Max': /0\.5/, Lab: /0\.5/ } },
    ],
  })
  const one = write(world, 'Quiz_3_scores.csv',
    'First Name,Last Name,SID,Email,Sections,Total Score,Max Points,Status,Submission ID,Submission Time,' +
    'Lateness (H:M:S),View Count,Submission Count,1: A (4.0 pts)\n' +
    'Ann,Lee,0042,,A,3,4.0,Graded,1,2026-01-09 12:00:00 -0700,00:00:00,1,1,3\n')
  t.match(await taken(world, one), { tasks: { added: 1 }, students: { added: 0 } })
  t.match((await world.book()).tasks, [/HW - Max/, /Lab/, /Quiz 3.*4/])
})

t.test('Gradescope: a time that cannot be read is left out, with a warning', async (t) => {
  const world = await createWorld(t)
  const summary = await taken(world, write(world, 'g.csv',
    'First Name,Last Name,SID,Email,HW,HW - Max Points,HW - Submission Time,HW - Lateness (H:M:S)\n' +
    'Ann,Lee,0042,,5,10.0,yesterday at noon,00:00:00\n' +
    'Bob,Poe,0043,,5,10.0,2026-01-08 12:00:00 -0700,00:00:00\nCyd,Ng,0044,,,10.0,,\n'))
  const [warning, ...others] = summary.warnings.filter(({ code }) => code === 'unreadable_time')
  t.match(warning, { count: 1, line: 2, cell: '"yesterday at noon"' })
  t.strictSame(others, [])
  t.match((await world.book()).students.map(({ cells }) => cells['HW']), [
    /^completed 0\.5$/, undefined, /^completed 0\.5 2026-01-08T19/,
  ])
})

t.test('Schoology: maximum and category from the header, or a row of points', async (t) => {
  const world = await createWorld(t)
  const summary = await taken(world, join(CASES, 'fmt-schoology/g.csv'))
  t.match(summary.columns?.at(-1), { name: 'Overall Grade', used_as: 'left_out', reason_code: 'total' })
  t.match(await world.book(), {
    categories: { Homework: 0.5, Tests: 0.5 },
    tasks: [/HW 1.*Homework.*10/, /Quiz.*Tests.*20/],
    students: [
      { who: 'Ann Lee', id: '0042', cells: { 'HW 1': /0\.75/, Quiz: /0\.75/ } },
      { who: 'Bob Poe', id: '0043', cells: { 'HW 1': /exempt/, Quiz: /missing/ } },
    ],
  })
  const rows = write(world, 'rows.csv',
    'Last Name,First Name,Unique User ID,Lab 1,Lab 2 - Max Points: 5,Overall\nMax Points,,,4,,\n' +
    'Lee,Ann,0042,3,5,A\n')
  t.match(await taken(world, rows), { tasks: { added: 2 }, students: { added: 0 } })
  t.match((await world.book()).tasks, [/HW 1/, /Quiz/, /Lab 1.*4/, /Lab 2.*5/])
})

t.test('Sakai: the maximum in brackets; comments are left out', async (t) => {
  const world = await createWorld(t)
  const summary = await taken(world, write(world, 's.csv',
    'Student ID,Student Name,Essay [10],* Essay,Test [2.5],# Test,Course Grade\n' +
    '0042,"Lee, Ann",7.5,good,2,"a ""b""",B\n0043,"Poe, Bob",,,,,\n'))
  t.strictSame(summary.columns?.map(({ reason_code: code }) => code), [
    null, null, null, 'feedback', null, 'feedback', 'total',
  ])
  t.match(await world.book(), {
    tasks: [/Essay.*10/, /Test.*2\.5/],
    students: [{ who: 'Ann Lee', id: '0042', cells: { Essay: /0\.75/, Test: /0\.8/ } }, { who: 'Bob Poe' }],
  })
})

t.test('Open edX: fractions; averages and enrollment data are left out', async (t) => {
  const world = await createWorld(t)
  const summary = await taken(world, write(world, 'edx.csv',
    'Student ID,Email,Username,Grade,Homework 1: Forces,Homework 2: Waves,Homework (Avg),Final Exam,' +
    'Cohort Name,Enrollment Track,Verification Status,Certificate Eligible\n' +
    '17,ann@school.example,ann,0.6,0.75,Not Attempted,0.37,Not Available,A,audit,N/A,N\n'))
  t.match(warningCounts(summary), {})
  t.match(await world.book(), {
    periods: ['A'],
    tasks: [/Homework 1: Forces.*Homework.*1/, /Homework 2: Waves/, /Final Exam/],
    students: [{
      id: null,
      cells: { 'Homework 1: Forces': /completed 0\.75/, 'Homework 2: Waves': /not_started/ },
    }],
  })
})

t.test('a file without any assignment says how to export it', async (t) => {
  const world = await createWorld(t)
  for (
    const [header, how] of [
      ['First Name,Unique User ID,Overall', /Gradebook/],
      ['Student ID,Email,Username,Grade,Enrollment Track', /Generate Grade Report/],
    ] as const
  ) {
    const outcome = await world.import(write(world, 'g.csv', `${header}\n1,2,3\n`), { course: 'X' })
    t.equal(outcome.ok, false)
    t.match(showErrors(outcome).join(), how)
  }
})
