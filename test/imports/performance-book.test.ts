import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { openDatabase } from '../../db/index.ts'
import { PERFORMANCE_BOOK_SCHEMA } from '../../src/imports/performance-book/performance-book-1.schema.ts'
import { createWorld, showErrors, warningCounts } from './bundles.ts'
import { take, refused, physics } from './physics-document.ts'

t.test('a document becomes a course', async (t) => {
  const world = await createWorld(t)
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
  const world = await createWorld(t)
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

t.test('a grading scale is added, changed and removed with the document', async (t) => {
  const world = await createWorld(t)
  const document = physics()
  const withScale = async (scale?: unknown) => {
    return await take(world, { ...document, course: { ...document.course, grading_scale: scale } })
  }
  const scale = [{ grade: 'A', from: 0.9 }, { grade: 'F', from: 0 }]
  t.match(await withScale(scale), { summary: { courses: { added: 1 } } })
  t.strictSame((await world.book()).gradingScale, scale)
  t.match(await withScale(scale.map(({ grade, from }) => ({ from, grade }))), {
    summary: { courses: { unchanged: 1 } },
  })
  t.match(await withScale([{ grade: 'A', from: 0.8 }, { grade: '\ud800', from: 0 }]), {
    summary: { courses: { updated: 1 }, warnings: [{ code: 'lone_surrogate', count: 1 }] },
  })
  t.strictSame((await world.book()).gradingScale, [{ grade: 'A', from: 0.8 }, { grade: '\ufffd', from: 0 }])

  const db = await openDatabase(world.database)
  await db.write((trx) => trx.updateTable('courses').set({ set_grading_scale: '[]' }).execute())
  await db.close()
  await withScale(scale)
  t.strictSame((await world.book()).gradingScale, [], 'what a teacher set stays')
  t.match(await withScale(null), { summary: { courses: { updated: 1 } } })
  t.match(await withScale(), { summary: { courses: { unchanged: 1 } } })
})

t.test('without categories: one for each type in use; with an empty list: none', async (t) => {
  const world = await createWorld(t)
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
  const world = await createWorld(t)
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

t.test('several documents, and one course twice', async (t) => {
  const world = await createWorld(t)
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
  const world = await createWorld(t)
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
