import t from 'tap'
import { createWorld, warningCounts } from './bundles.ts'
import { take, refused, physics } from './physics-document.ts'

t.test('what is wrong is named by its path', async (t) => {
  const world = await createWorld(t)
  const one = async (change: (document: any) => void, expected: string | RegExp | string[], options = {}) => {
    const document = physics()
    change(document)
    const errors = await refused(world, document, options)
    t.match(errors, Array.isArray(expected) ? expected : [expected])
    t.equal(errors.length, Array.isArray(expected) ? expected.length : 1)
  }
  await one((d) => {
    d.format = 'performance-book/2'
  }, '$.format: is "performance-book/2", expected "performance-book/1"')
  await one((d) => {
    delete d.format
  }, '$.format: is missing')
  await one((d) => {
    delete d.course
  }, '$.course: is missing')
  await one((d) => {
    delete d.course.name
  }, '$.course.name: is missing')
  await one((d) => {
    d.course.name = ''
  }, '$.course.name: is "", expected text that is not empty')
  await one((d) => {
    d.course.time_zone = 'Mars/Base'
  }, '$.course.time_zone: is "Mars/Base", expected a time zone such as America/Chicago')
  await one((d) => {
    d.course.starts_on = '2015-02-30'
  }, '$.course.starts_on: is "2015-02-30", expected a date written YYYY-MM-DD')
  await one((d) => {
    d.course.missing_counts = 'half'
  }, '$.course.missing_counts: is "half", expected "ignored" or "zero"')
  const scale = (grading_scale: unknown, expected: string | RegExp) =>
    one((d) => { d.course.grading_scale = grading_scale }, expected)
  const list = 'expected a list of 1 to 40 grades, the highest first'
  await scale([], `$.course.grading_scale: is a list, ${list}`)
  await scale('A', `$.course.grading_scale: is "A", ${list}`)
  await scale(Array.from({ length: 41 }, (_, i) => ({ grade: `G${i}`, from: (40 - i) / 40 })),
    `$.course.grading_scale: is a list, ${list}`)
  await scale([{ grade: 'A', from: 0.9 }, { grade: 'F', from: '0' }],
    /^\$\.course\.grading_scale\[1\]\.from: is "0", expected a fraction from 0 to 1; /)
  await scale([{ grade: 'A', from: 93 }, { grade: 'F', from: 0 }],
    /^\$\.course\.grading_scale\[0\]\.from: is 93, expected a fraction from 0 to 1; /)
  await scale([{ grade: '', from: 0 }],
    '$.course.grading_scale[0].grade: is "", expected text that is not empty')
  await scale([{ grade: ' ', from: 0 }],
    '$.course.grading_scale[0].grade: is not a grade; expected text of 1 to 50 characters')
  await scale([{ grade: 'A\0', from: 0 }], '$.course.grading_scale[0].grade: has a NUL character')
  await scale([{ grade: 'A', from: 0, to: 1 }],
    '$.course.grading_scale[0].to: is not a known property; expected one of grade, from')
  await scale([{ grade: 'B', from: 0.8 }, { grade: 'A', from: 0.9 }, { grade: 'F', from: 0 }],
    '$.course.grading_scale[1].from: is 0.9, expected less than the 0.8 of the grade before it; ' +
      'the highest grade comes first')
  await scale([{ grade: 'A', from: 0.9 }, { grade: 'F', from: 0.1 }],
    '$.course.grading_scale[1].from: is 0.1, expected 0: the lowest grade begins there')
  await one((d) => {
    d.results[2].points = '7'
  }, '$.results[2].points: is "7", expected a number')
  await one((d) => {
    d.results[0].point = 7
  }, /^\$\.results\[0\]\.point: is not a known property; expected one of student, task, status, points,/)
  await one((d) => {
    d.results[0].status = 'done'
  }, /^\$\.results\[0\]\.status: is "done", expected "not_started", /)
  await one((d) => {
    d.results[0].exercise_count = -1
  }, '$.results[0].exercise_count: is -1, expected a whole number that is not below 0')
  await one((d) => {
    d.results[0].last_worked_at = '2015-03-15 around noon'
  }, /^\$\.results\[0\]\.last_worked_at: is "2015-03-15 around noon", expected an instant/)
  await one((d) => {
    d.tasks[0].due_at = '2015-03-15T23:59:00'
  }, /^\$\.tasks\[0\]\.due_at: .* expected an instant with its offset/)
  await one((d) => {
    d.tasks[0].category = 'nope'
  }, '$.tasks[0].category: is "nope", expected the source_id of a category')
  await one((d) => {
    d.categories[0].weight = -1
  }, /^\$\.categories\[0\]\.weight: is -1, expected a number that is not below 0/)
  await one((d) => {
    d.students[1].period = 'p9'
  }, '$.students[1].period: is "p9", expected the source_id of a period')
  await one((d) => {
    delete d.students[2].source_id
  }, [
    '$.students[2].source_id: is missing',
    '$.results[3].student: is "s3", expected the source_id of a student',
    '$.results[4].student: is "s3", expected the source_id of a student',
  ])
  await one((d) => {
    d.students.push({ source_id: 's1' })
  }, /^\$\.students\[3\]\.source_id: is "s1", which appears earlier in the list; ids must be unique/)
  await one((d) => {
    d.tasks.push({ source_id: 'hw1' })
  }, /^\$\.tasks\[3\]\.source_id: is "hw1", which appears earlier in the list; ids must be unique/)
  await one((d) => {
    d.results.push({ student: 's9', task: 'hw1' }, { student: 's1', task: 't9' })
  }, [
    '$.results[5].student: is "s9", expected the source_id of a student',
    '$.results[6].task: is "t9", expected the source_id of a task',
  ])
  await one((d) => {
    d.results.push({ student: 's1', task: 'hw1' })
  }, '$.results[5]: is a second result for the same student and task')
  await one((d) => {
    d.results = {}
  }, '$.results: is not a list')
  await one((d) => {
    d.teachers = 5
  }, '$.teachers: is not a list')
  await one((d) => {
    d.result = []
  }, /^\$\.result: is not a known property; expected one of format, course, teachers/)
  await one(
    (d) => {
      d.students[0] = null
    },
    [
      /^\$\.students\[0\]: is null, expected a student/,
      /^\$\.results\[0\]\.student/,
      /^\$\.results\[1\]\.student/,
    ] as never
  )
  await one((d) => {
    d.course.name = 'A\u0000B'
  }, '$.course.name: has a NUL character')
  t.strictSame(await world.books(), [])
})

t.test('what is no JSON of ours is refused', async (t) => {
  const world = await createWorld(t)
  const text = JSON.stringify(physics())
  t.strictSame(await refused(world, ''), ['$: is empty'])
  t.strictSame(await refused(world, '[]'), ['$: is not an object; expected one performance-book/1 document'])
  t.strictSame(await refused(world, '"text"'), [
    '$: is not an object; expected one performance-book/1 document',
  ])
  t.match(await refused(world, text.slice(0, text.indexOf('"rd1","status"') + 9)), [
    '$.results[1]: ends in the middle of the document',
  ])
  t.match(await refused(world, text + text), [/is not JSON/])
  t.match(await refused(world, text.replace('"points":7', '"points":07')), [
    /^\$\.results\[0\]: is not JSON: Unexpected/,
  ])
  t.match(await refused(world, text.replace('"results":', '"results":[],"results":')), [
    '$.results: appears twice',
  ])
  t.match(await refused(world, Buffer.from(text.replace('Ann', 'Ann\u00ff'), 'latin1')), [
    /^\$\.students\[0\]: is not UTF-8/,
  ])
  t.match(await refused(world, text.replace('"Physics I"', '['.repeat(100_000))), [
    /^\$\.course: is nested deeper than 16 levels/,
  ])
  t.match(await refused(world, `{"format":"${'x'.repeat(5_000_000)}"}`), [/^\$\.format: is longer than/])
  t.match(
    await refused(world, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)])),
    [],
    'a byte order mark is fine'
  )
})

t.test('halves of characters become U+FFFD, with a warning', async (t) => {
  const world = await createWorld(t)
  const outcome = await take(
    world,
    JSON.stringify(physics()).replace('"Ann"', '"A\\ud800n"').replace(
      '"HW 1"',
      '"HW \\ude00 \\ud83d\\ude00"'
    )
  )
  t.strictSame(outcome.ok && warningCounts(outcome.summary), { lone_surrogate: 2 })
  const book = await world.book()
  t.equal(book.students[0]!.who, 'A\ufffdn Lee')
  t.match(book.tasks[0], /^HW \ufffd 😀 /)
})
