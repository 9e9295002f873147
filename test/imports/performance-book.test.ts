import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { PERFORMANCE_BOOK_SCHEMA } from '../../src/imports/performance-book/performance-book-1.schema.ts'
import { createWorld, showErrors, warningCounts, type World } from './bundles.ts'

let documents = 0

async function take (world: World, document: unknown, options = {}) {
  const file = join(world.folder, `book-${++documents}.json`)
  writeFileSync(
    file,
    typeof document === 'string' || Buffer.isBuffer(document) ? document : JSON.stringify(document)
  )
  return await world.import(file, options)
}

async function refused (world: World, document: unknown, options = {}): Promise<string[]> {
  return showErrors(await take(world, document, options)).map((text) => text.replace(/^book-\d+\.json:/, ''))
}

function physics () {
  return {
    format: 'performance-book/1',
    course: {
      source_id: 'phys-1',
      name: 'Physics I',
      school: 'Lakeview',
      term: 'Spring 2015',
      time_zone: 'America/Chicago',
      starts_on: '2015-01-12',
      ends_on: '2015-05-29',
      missing_counts: 'ignored',
    },
    teachers: [{ email: 'Ted@Example.edu', first_name: 'Ted', last_name: 'Mayer' }],
    periods: [{ source_id: 'p1', name: '1st' }, { source_id: 'p2', name: '2nd' }],
    categories: [{ source_id: 'hw', name: 'Homework', weight: 0.6 }, {
      source_id: 'rd',
      name: 'Reading',
      weight: 0.4,
    }],
    tasks: [
      {
        source_id: 'hw1',
        title: 'HW 1',
        type: 'homework',
        category: 'hw',
        due_at: '2015-03-15T23:59:00-05:00',
        points_possible: 9,
        withdrawn: false,
      },
      { source_id: 'rd1', title: 'Ch 1', type: 'reading', category: 'rd', due_at: '2015-03-20' },
      { source_id: 'old', title: 'Old', type: 'homework', category: 'hw', withdrawn: true },
    ],
    students: [
      {
        source_id: 's1',
        first_name: 'Ann',
        last_name: 'Lee',
        student_identifier: '0042',
        email: 'ann@example.edu',
        period: 'p1',
        dropped_on: null as string | null,
      },
      {
        source_id: 's2',
        first_name: 'Bob',
        last_name: 'Ng',
        student_identifier: null,
        email: null,
        period: 'p2',
        dropped_on: '2015-02-01',
      },
      { source_id: 's3' },
    ],
    results: [
      {
        student: 's1',
        task: 'hw1',
        status: 'completed',
        points: 7,
        exercise_count: 9,
        correct_exercise_count: 5,
        recovered_exercise_count: 1,
        is_late: true,
        is_provisional: true,
        last_worked_at: '2015-03-15T20:00:00-05:00',
      },
      {
        student: 's1',
        task: 'rd1',
        status: 'in_progress',
        points: 7,
        exercise_count: 8,
        correct_exercise_count: 6,
        last_worked_at: '2015-03-16',
      },
      { student: 's2', task: 'hw1', status: 'exempt', points: 3 },
      { student: 's3', task: 'old', status: 'completed', points: 3 },
      { student: 's3', task: 'hw1', status: 'missing' },
    ] as Array<Record<string, unknown>>,
  }
}

t.test('a document becomes a course', async (t) => {
  const world = await createWorld(t.testdir())
  t.match(await take(world, physics()), {
    ok: true,
    summary: {
      courses: { added: 1 },
      students: { added: 3 },
      tasks: { added: 2 },
      scores: { added: 4 },
      warnings: [],
    },
  })
  const book = await world.book()
  t.match(book, {
    sourceId: 'phys-1',
    name: 'Physics I',
    school: 'Lakeview',
    term: 'Spring 2015',
    timeZone: 'America/Chicago',
  })
  t.strictSame(book.teachers, ['Ted Mayer <ted@example.edu>'])
  t.strictSame(book.categories, { Homework: 0.6, Reading: 0.4 })
  t.strictSame(book.tasks, [
    'HW 1 | Homework | 2015-03-16T04:59:00.000Z | 9',
    'Ch 1 | Reading | 2015-03-21T04:59:59.000Z | -',
  ])
  t.strictSame(book.students, [
    {
      who: 'Ann Lee',
      id: '0042',
      period: '1st',
      isDropped: false,
      cells: {
        'HW 1': 'completed 0.777778 late provisional 2015-03-16T01:00:00.000Z',
        'Ch 1': 'in_progress 0.75 2015-03-16',
      },
    },
    { who: '', id: null, period: null, isDropped: false, cells: { 'HW 1': 'missing' } },
    { who: 'Bob Ng', id: null, period: '2nd', isDropped: true, cells: { 'HW 1': 'exempt' } },
  ])
  t.strictSame(book.totals.stored, book.totals.computed)
  const before = await world.book()
  t.match(await take(world, physics()), {
    summary: {
      courses: { unchanged: 1 },
      students: { unchanged: 3 },
      scores: { unchanged: 4, added: 0, removed: 0 },
    },
  })
  t.strictSame(await world.book(), before)
})

t.test('the lists may come in any order, and be left out', async (t) => {
  const world = await createWorld(t.testdir())
  const { format, course, ...lists } = physics()
  const backwards = Object.fromEntries([...Object.entries(lists).reverse(), ['course', course], [
    'format',
    format,
  ]])
  t.match(await take(world, backwards), { ok: true, summary: { scores: { added: 4 } } })
  t.match(await take(world, physics()), { summary: { courses: { unchanged: 1 } } })

  t.match(
    await take(world, { format, course: { source_id: 'x', name: 'X' } }, {
      timeZone: undefined,
      defaultTimeZone: 'Asia/Tokyo',
    }),
    { ok: true }
  )
  t.match(
    await take(world, { format, course: { source_id: 'y', name: 'Y' }, teachers: null, results: null }),
    { ok: true }
  )
  t.match((await world.books())[1], { timeZone: 'Asia/Tokyo', students: [] })
})

t.test('without categories: one for each type in use; with an empty list: none', async (t) => {
  const world = await createWorld(t.testdir())
  const document = {
    format: 'performance-book/1',
    course: { source_id: 'x', name: 'X' },
    tasks: [{ source_id: 'a', type: 'reading' }, { source_id: 'b' }, {
      source_id: 'c',
      type: 'homework',
      withdrawn: true,
    }],
  }
  await take(world, document)
  t.strictSame((await world.book()).categories, { Reading: 0.5, External: 0.5 })
  t.strictSame((await world.book()).tasks.map((task) => task.split(' | ', 2)), [['a', 'Reading'], [
    'b',
    'External',
  ]])
  await take(world, { ...document, categories: [] })
  t.strictSame((await world.book()).categories, {})
  t.strictSame((await world.book()).tasks.map((task) => task.split(' | ', 2)), [['a', '-'], ['b', '-']])
})

t.test('percentages are fractions; categories of one title are one', async (t) => {
  const world = await createWorld(t.testdir())
  const document = physics()
  document.categories = [{ source_id: 'hw', name: 'Work', weight: 60 }, {
    source_id: 'rd',
    name: 'Work',
    weight: 40,
  }, { source_id: 'ex', name: 'Exam', weight: 1 }]
  const outcome = await take(world, document)
  t.strictSame(outcome.ok && warningCounts(outcome.summary), { category_weights_differ: 1 })
  t.strictSame((await world.book()).categories, { Work: 0.6, Exam: 0.01 })
})

t.test('what is wrong is named by its path', async (t) => {
  const world = await createWorld(t.testdir())
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
  }, '$.students[3].source_id: is "s1", which appears earlier in the list; ids must be unique within their list')
  await one((d) => {
    d.tasks.push({ source_id: 'hw1' })
  }, '$.tasks[3].source_id: is "hw1", which appears earlier in the list; ids must be unique within their list')
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
  const world = await createWorld(t.testdir())
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
  const world = await createWorld(t.testdir())
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

t.test('several documents, and one course twice', async (t) => {
  const world = await createWorld(t.testdir())
  const other = physics()
  other.course.source_id = 'phys-2'
  const files = [physics(), other, physics()].map((document, i) => {
    const file = join(world.folder, `many-${i}.json`)
    writeFileSync(file, JSON.stringify(document))
    return file
  })
  t.match(showErrors(await world.import(files)), [
    'many-2.json:$.course: is for the course phys-1, which is in another part of this import too',
  ])
  t.match(await world.import(files.slice(0, 2)), { ok: true, summary: { courses: { added: 2 } } })
})

t.test("a teacher's import is about the teacher's own course", async (t) => {
  const world = await createWorld(t.testdir())
  await take(world, physics())
  const other = physics()
  other.course.source_id = 'phys-2'
  const [book] = await world.books()
  t.match(await refused(world, other, { onlyCourseId: book!.id }), [
    /^\$\.course: is for the course "Physics I" \(phys-2\), not "Physics I" \(phys-1\)\. Choose the file of this course/,
  ])
  t.match(await take(world, physics(), { onlyCourseId: book!.id }), { ok: true })
})

t.test('the published schema is complete and agrees with the import', async (t) => {
  const ajv = new Ajv2020({ allowUnionTypes: true, validateFormats: false })
  const validate = ajv.compile(PERFORMANCE_BOOK_SCHEMA)
  t.ok(validate(physics()))
  t.ok(
    validate(JSON.parse(readFileSync(join(import.meta.dirname, '../../data/sample/physics-1.json'), 'utf8')))
  )
  t.notOk(validate({ ...physics(), results: [{ student: 's1', task: 'hw1', point: 1 }] }))
  t.notOk(validate({ ...physics(), course: { source_id: 'x' } }))
})
