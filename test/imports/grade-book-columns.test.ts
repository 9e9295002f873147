// How each column of a grade book file is used.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { storedResult } from '../../db/queries/stored-json.ts'
import type { ImportOptions } from '../../src/imports/import-options.ts'
import type { ImportOutcome } from '../../src/imports/outcome.ts'
import { createWorld, showErrors, warningCounts, type ShownBook, type World } from './bundles.ts'

const CASES = join(import.meta.dirname, '../fixtures/data-in')

async function take (world: World, name: string, text: string, options: Partial<ImportOptions> = {}) {
  const file = join(world.folder, name)
  writeFileSync(file, text)
  return await world.import(file, { course: 'X', ...options })
}

const takeCase = (
  world: World,
  file: string,
  options: Partial<ImportOptions> = {}
) => world.import(join(CASES, file), { course: 'X', ...options })

/** `name: use` of each column. */
function uses (outcome: ImportOutcome): string[] {
  if (!outcome.ok) throw new Error(showErrors(outcome).join('; '))
  return outcome.summary.columns!.map(({
    name,
    used_as: use,
    reason,
  }) => `${name}: ${use}${reason === null ? '' : ` (${reason})`}`)
}

const scores = (book: ShownBook) => book.students.map((student) => [student.who, student.id, student.cells])

t.test('Moodle: two activities of one name are two tasks, also when columns move or are added', async (t) => {
  const world = await createWorld(t)
  t.match(await takeCase(world, 'moodle-same-name/g.csv'), {
    ok: true,
    summary: { tasks: { added: 2 }, scores: { added: 4 }, warnings: [], column_count: 11 },
  })
  const book = await world.book()
  t.strictSame(scores(book), [
    ['Ann Lee', '0042', { 'Quiz: Weekly quiz': 'completed 0.75', 'Quiz: Weekly quiz (2)': 'completed 0.2' }],
    ['Bob Poe', '0043', { 'Quiz: Weekly quiz': 'completed 1', 'Quiz: Weekly quiz (2)': 'completed 0.5' }],
  ])
  t.match(await takeCase(world, 'moodle-same-name/g.csv'), {
    ok: true,
    summary: { courses: { unchanged: 1 }, tasks: { unchanged: 2 }, scores: { unchanged: 4 } },
  })
  t.strictSame(await world.book(), book, 'the same again changes nothing')
  const moved =
    'First name,Last name,ID number,Quiz: Other (Percentage),Quiz: Weekly quiz (Percentage),' +
    'Assignment: A (Percentage),Quiz: Weekly quiz (Percentage),Quiz: Weekly quiz (Real)\n' +
    'Ann,Lee,0042,90 %,75 %,80 %,20 %,7.5\nBob,Poe,0043,90 %,100 %,80 %,50 %,10\n'
  t.match(await take(world, 'moved.csv', moved), {
    ok: true,
    summary: {
      tasks: { added: 2, unchanged: 2, removed: 0 },
      scores: { added: 4, unchanged: 4 },
      warnings: [],
    },
  })

  const added =
    'First name,Last name,ID number,Quiz: Weekly quiz (Percentage),Quiz: Weekly quiz (Percentage),' +
    'Quiz: Weekly quiz (Percentage)\n' +
    'Ann,Lee,0042,75 %,20 %,50 %\nBob,Poe,0043,100 %,50 %,60 %\n'
  const third = await take(world, 'third.csv', added)
  t.match(third, {
    ok: true,
    summary: { tasks: { added: 1, unchanged: 2 }, scores: { added: 2, unchanged: 8 } },
  })
  t.strictSame(
    third.ok && warningCounts(third.summary),
    { tasks_of_earlier_file: 2, same_titles_changed: 1 },
    'which of the three is the new one cannot be known, so it is said'
  )
  const same = await take(world, 'third.csv', added)
  t.strictSame(same.ok && warningCounts(same.summary), { tasks_of_earlier_file: 2 })

  const partly =
    'First name,Last name,ID number,Quiz: P (Real),Quiz: P (Real),Quiz: P (Percentage)\nAnn,Lee,0042,' +
    '1,2,20 %\n'
  const parts = await take(world, 'partly.csv', partly, { course: 'Partly' })
  t.strictSame(uses(parts).slice(3), [
    'Quiz: P (Real): task_points',
    'Quiz: P (Real): left_out (the percentages of the same activity are used)',
    'Quiz: P (Percentage): task_percent',
  ], 'a percentage belongs to the points at its side')
  t.strictSame(scores((await world.books()).find(({ name }) => name === 'Partly')!), [
    ['Ann Lee', '0042', { 'Quiz: P': 'completed', 'Quiz: P (2)': 'completed 0.2' }],
  ])

  const odd =
    'First name,Last name,ID number,Quiz: Q ‹2› (Percentage),Quiz: Q (Percentage),' +
    'Quiz: Q (Percentage)\nAnn,Lee,0042,10 %,20 %,30 %\n'
  t.match(
    await take(world, 'odd.csv', odd, { course: 'Odd' }),
    { ok: true, summary: { tasks: { added: 3 }, scores: { added: 3 } } },
    'a title that looks like the second of another'
  )
})

t.test('Moodle: totals are left out, an activity called total is not', async (t) => {
  const world = await createWorld(t)
  const outcome = await takeCase(world, 'moodle-total-title/g.csv')
  t.strictSame(uses(outcome).slice(4), [
    'Quiz: Sum total (Real): left_out (the percentages of the same activity are used)',
    'Quiz: Sum total (Percentage): task_percent',
    'Assignment: Essay (Real): left_out (the percentages of the same activity are used)',
    'Assignment: Essay (Percentage): task_percent',
    'Course total (Real): left_out (it is a total)',
    'Course total (Percentage): left_out (it is a total)',
  ])
  t.strictSame(scores(await world.book()), [
    ['Ann Lee', '0042', { 'Quiz: Sum total': 'completed 0.75', 'Assignment: Essay': 'completed 0.5' }],
  ])

  const file = (titles: string[]) =>
    `First name,Last name,ID number,${
      titles.map((title) => `${title} (Percentage)`).join(',')
    }\nAnn,Lee,0042,${titles.map(() => '50 %').join(',')}\n`
  const tasks = async (...titles: string[]) =>
    uses(
      await take(world, 'm.csv', file(titles), { course: 'Y', dryRun: true })
    ).filter((use) => use.includes('task_percent'))
  t.strictSame(
    await tasks('Assignment: A', 'Unit 1: Intro total', 'Homework total', 'Course total'),
    ['Assignment: A (Percentage): task_percent'],
    'totals of categories'
  )
  t.strictSame(
    await tasks('Assignment: A', 'Participation', 'Course total'),
    ['Assignment: A (Percentage): task_percent', 'Participation (Percentage): task_percent'],
    'an item that a teacher added'
  )
})

t.test('Moodle: what may be a renamed course total is said', async (t) => {
  const world = await createWorld(t)
  const outcome = await takeCase(world, 'moodle-renamed-total/g.csv')
  t.strictSame(outcome.ok && warningCounts(outcome.summary), { renamed_total_left_out: 1 })
  t.ok(
    uses(outcome).includes(
      'Final grade (Percentage): left_out (its name looks like a renamed course total)'
    )
  )
  t.strictSame((await world.book()).tasks, ['Assignment: Essay | Tasks | - | 100'])

  const text =
    'First name,Last name,ID number,Assignment: A (Percentage),Term 1 (Percentage)\nAnn,Lee,0042,50 %,60 %\n'
  const other = await take(world, 'm.csv', text, { course: 'Y' })
  t.strictSame(other.ok && warningCounts(other.summary), { renamed_total_taken: 1 })
  t.ok(uses(other).includes('Term 1 (Percentage): task_percent (it may be a renamed course total)'))
  t.match(showErrors(await take(world, 'm.csv', text, { course: 'Z', strict: true })), [
    /see the list of columns; once; warnings are errors with --strict/,
  ])
})

t.test('Moodle: columns without a suffix beside columns that have one are no tasks', async (t) => {
  const world = await createWorld(t)
  const outcome = await takeCase(world, 'moodle-custom-field/g.csv')
  t.strictSame(
    uses(outcome).filter((use) => use.includes('suffix')),
    [
      'Student card no.',
      'House',
    ].map((name) => `${name}: left_out (other columns have a suffix such as (Real), and this one does not)`)
  )
  t.strictSame((await world.book()).tasks, ['Assignment: Essay | Tasks | - | 100'])
  t.match(await takeCase(world, 'moodle-suspended/g.csv', { course: 'Y' }), {
    ok: true,
    summary: { students: { added: 2 }, tasks: { added: 1 } },
  })

  const bare =
    'First name,Surname,ID number,Suspended,Quiz: A,Course total,' +
    'Last downloaded from this course\nAnn,Lee,0042,,7,7,1700000000\n'
  const old = await take(world, 'old.csv', bare, { course: 'Z' })
  t.strictSame(old.ok && warningCounts(old.summary), {
    grade_columns_without_suffix: 1,
    points_without_possible: 1,
  })
  t.strictSame(uses(old).slice(3), [
    'Suspended: left_out (Perfbook does not use it)',
    'Quiz: A: task_points',
    'Course total: left_out (it is a total)',
    'Last downloaded from this course: left_out (Perfbook does not use it)',
  ])
})

t.test('Canvas: its own columns are never read, whatever a grading period is called', async (t) => {
  const world = await createWorld(t)
  const outcome = await takeCase(world, 'canvas-numeric-grading-period/g.csv')
  t.match(outcome, { ok: true, summary: { tasks: { added: 1 }, scores: { added: 2 }, warnings: [] } })
  t.equal(
    uses(outcome).filter((use) => use.endsWith('left_out (the other system computes it (read only))')).length,
    8
  )
  t.strictSame(scores(await world.book()), [
    ['Ann Lee', 'S1', { 'Essay 1': 'completed 0.75' }],
    ['Bob Poe', 'S2', { 'Essay 1': 'completed 1' }],
  ])

  const header =
    'Student,ID,SIS User ID,SIS Login ID,Section,Final Score (77),Notes,HW Current Score (1),' +
    'Override Grade (Q 1),Unposted Final Points,Essay (501)'
  const other = await take(
    world,
    'c.csv',
    `${header}\nPoints Possible,,,,,5,,10,100,,10\n"Lee, Ann",101,S1,ann,A,4,x,9,9,9,8\n`,
    { course: 'Y' }
  )
  t.strictSame(uses(other).slice(5), [
    'Final Score (77): task_points',
    'Notes: left_out (Perfbook does not use it)',
    'HW Current Score (1): task_points',
    'Override Grade (Q 1): left_out (it is a total)',
    'Unposted Final Points: left_out (it is a total)',
    'Essay (501): task_points',
  ], 'an assignment has an id and points possible')
})

t.test('Canvas: custom columns, names in two columns, files without the id', async (t) => {
  const world = await createWorld(t)
  t.strictSame(uses(await takeCase(world, 'canvas-custom-column-paren/g.csv')).slice(5), [
    'Lab bench (2026): left_out (it is a custom column, not an assignment)',
    'Locker: left_out (it has no points possible)',
    'Essay (501): task_points',
    'Override Score: left_out (it is a total)',
  ])
  t.match(await takeCase(world, 'canvas-split-names/g.csv', { course: 'Y' }), {
    ok: true,
    summary: { students: { added: 2 }, tasks: { added: 1 }, scores: { added: 2 } },
  })
  t.match(await takeCase(world, 'canvas-no-id/g.csv', { course: 'Z' }), {
    ok: true,
    summary: { students: { added: 2 }, tasks: { added: 2 }, scores: { added: 3 } },
  })
})

t.test('ids that a spreadsheet has touched', async (t) => {
  const world = await createWorld(t)
  t.match(await takeCase(world, 'canvas-excel-formula-id/g.csv'), { ok: true })
  t.equal((await world.book()).students[0]!.id, '0042')
  t.match(showErrors(await takeCase(world, 'canvas-excel-ids-sci/g.csv', { course: 'Y' })), [
    /^g\.csv:3: id is "1\.0E\+13": a spreadsheet changed the ids into rounded numbers/,
    /^g\.csv:4: /,
  ])
})

t.test('a long list of columns is cut and counted', async (t) => {
  const world = await createWorld(t)
  const many = Array.from({ length: 1200 }, (_, i) => `Field ${i} ${'x'.repeat(300)}`)
  const outcome = await take(
    world,
    'm.csv',
    `First name,ID number,Quiz: A (Percentage),${many.join(',')}\nAnn,0042,50 %${','.repeat(1200)}\n`
  )
  if (!outcome.ok) throw new Error(showErrors(outcome).join('; '))
  t.not(storedResult({ summary: outcome.summary }), 'null', 'a job keeps the summary')
  t.ok(outcome.summary.columns!.length > 250)
  t.equal(outcome.summary.column_count, 1203)
  t.ok(outcome.summary.columns!.every(({ name }) => name.length <= 200))
  const short = await take(
    world,
    's.csv',
    `First name,ID number,Quiz: A (Percentage),${
      Array.from({ length: 1200 }, () => 'Group').join(',')
    }\nAnn,0042,50 %${','.repeat(1200)}\n`
  )
  t.equal(short.ok && short.summary.columns!.length, 1000)
})
