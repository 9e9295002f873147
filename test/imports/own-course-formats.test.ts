// A teacher's import changes one course and sees nothing else, also not through what courses have in common.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  school,
  showErrors,
  warningCounts,
  type Tables,
} from './bundles.ts'
import { delta, twoCourses } from './two-courses.ts'

t.test('a bundle of another course, or for a course without a roster, is refused', async (t) => {
  const { world, una, ted } = await twoCourses(t)
  t.match(await world.refuse(school(), { onlyCourseId: una }), [
    'classes.csv:2: This bundle has no class of "Music". Choose the bundle of this course, ' +
      'or ask an administrator to import it.',
  ])
  t.match(await world.refuse(school(), { onlyCourseId: 99 }), ['this course no longer exists'])
  const tables: Tables = { lineItems: [{ ...school().lineItems![0]!, sourcedId: 'x', classSourcedId: 'p9' }] }
  t.match(await world.refuse(tables, { onlyCourseId: ted, ...delta(tables) }), [
    /^lineItems\.csv:2: This bundle has no class of "Physics"/,
  ])
})

t.test('a document: teachers, names, periods of a roster, and students it does not name stay', async (t) => {
  const { world, ted, others } = await twoCourses(t)
  const before = await others()
  const file = join(world.folder, 'mine.json')
  const document = {
    format: 'performance-book/1',
    course: { source_id: 'p1', name: 'Mine now', school: 'Mine', term: 'For ever' },
    teachers: [{ email: 'spy@example.edu', first_name: 'The', last_name: 'Spy' }],
    // The second is a class of the other course: a later roster of it must not come here.
    periods: [{ source_id: 'p1', name: 'Mine' }, { source_id: 'p9', name: 'Music' }],
    tasks: [{ source_id: 'hw1', title: 'HW 1', type: 'homework', points_possible: 10 }],
    students: [
      { source_id: 'ann', first_name: 'Ann', last_name: 'Own', period: 'p9' },
      { source_id: 'dan', first_name: 'Some', last_name: 'Body', period: 'p1' },
    ],
    results: [{ student: 'ann', task: 'hw1', points: 5 }],
  }
  writeFileSync(file, JSON.stringify(document))
  const outcome = await world.import(file, { onlyCourseId: ted, allowRemovals: true })
  t.match(outcome, {
    ok: true,
    summary: {
      tasks: { added: 1 },
      students: { added: 1, updated: 1 },
      periods: { added: 0, updated: 0, removed: 0 },
    },
  })
  t.match(outcome.ok && warningCounts(outcome.summary), { left_out: 4 })
  t.strictSame(await others(), before)
  const [book] = await world.books()
  t.match(book, {
    name: 'Physics',
    school: 'Lakeview',
    teachers: ['Ted Mayer <ted@example.edu>'],
    periods: ['Period 1', 'Period 2'],
  })
  t.strictSame(book!.students.map(({ who, period, isDropped }) => [who, period, isDropped]), [
    ['Some Body', 'Period 1', false],
    ['Bob Ng', 'Period 1', false],
    ['Cyd Ortiz', 'Period 2', false],
    ['Ann Own', 'Period 1', false],
  ])
  // The roster finds its classes where they were.
  await world.take(school(), { allowRemovals: true })
  t.strictSame((await world.books()).map(({ name }) => name), ['Physics', 'Music'])
  t.strictSame(((await others()) as { book: unknown }).book, (before as { book: unknown }).book)

  writeFileSync(file, JSON.stringify({ ...document, course: { source_id: 'p9', name: 'x' } }))
  const known = showErrors(await world.import(file, { onlyCourseId: ted }))
  writeFileSync(file, JSON.stringify({ ...document, course: { source_id: 'p0', name: 'x' } }))
  t.strictSame(known, [
    'mine.json:$.course: is for the course "x" (p9), not "Physics". ' +
    'Choose the file of this course, or ask an administrator to import it.',
  ])
  t.strictSame(
    showErrors(await world.import(file, { onlyCourseId: ted })),
    [known[0]!.replace('p9', 'p0')],
    'the same, whether there is such a course or not'
  )
})

t.test('a grade book: students of other courses are not found, and no class is added', async (t) => {
  const { world, ted, others } = await twoCourses(t)
  const before = await others()
  const file = join(world.folder, 'grades.csv')
  writeFileSync(
    file,
    `Student,ID,SIS User ID,SIS Login ID,Section,Essay (7)
    Points Possible,,,,,10
"Nobody, Some",1,0099,dan,p9,5
"Lee, Ann",2,0042,ann,Music,6
`
  )
  t.match(
    await world.import(file, {
      onlyCourseId: ted,
      course: 'p1',
      teacher: 'spy@example.edu',
      allowNewPeople: true,
    }),
    { ok: true, summary: { students: { added: 1, unchanged: 1 }, scores: { added: 2 } } }
  )
  const [book] = await world.books()
  t.strictSame(book!.students.map(({ who, cells }) => [who, cells.Essay]), [
    ['Ann Lee', 'completed 0.6'],
    ['Bob Ng', undefined],
    ['Some Nobody', 'completed 0.5'],
    ['Cyd Ortiz', undefined],
  ])
  t.strictSame(book!.periods, ['Period 1', 'Period 2'])
  t.notMatch(JSON.stringify(book), /Secret|dan@/)
  t.strictSame(await others(), before)
})
