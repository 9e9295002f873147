// An import and its undo: everything is as it was, for each kind of source.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openDatabase } from '../../db/index.ts'
import { insertErased, ensureErasureSecret } from '../../db/queries/erased-people.ts'
import { identifierHash } from '../../src/person-data/identifier-hash.ts'
import { enrollment, NOW, result, school, user, type Tables } from './bundles.ts'
import { physics as physicsDocument } from './physics-document.ts'
import { delta, twoCourseTables } from './two-courses.ts'
import { createUndoWorld, keptRows, type UndoWorld } from './undo-world.ts'

/** Imports, undoes it, and compares everything before and after. */
async function comesBack (world: UndoWorld, run: () => Promise<unknown>) {
  const before = world.state()
  const books = await world.books()
  await run()
  const changed = world.state()
  const summary = await world.undo()
  return { before, changed, after: world.state(), books, booksAfter: await world.books(), summary }
}

const withoutVersion = <T extends { version: number }>(books: T[]) =>
  books.map(({ version: _, ...book }) => book)

type Change = (world: UndoWorld, tables: Tables) => Promise<unknown>

const CHANGES: Record<string, Change> = {
  'results that change, come and go': async (world, tables) => {
    tables.results = [
      result('r1', 'li1-p1', 'ann', 2), result('r5', 'li2-p1', 'bob', 3), result('r4', 'li1-p2', 'cyd', 5),
    ]
    await world.take(tables, { allowRemovals: true })
  },
  'tasks, categories and people that are new, changed and gone': async (world, tables) => {
    tables.categories![0]!.title = 'Labs'
    tables.lineItems![0]!.title = 'HW one'
    tables.lineItems!.splice(1, 1, {
      ...tables.lineItems![1]!, sourcedId: 'li3-p1', title: 'HW 3', categorySourcedId: 'k1',
    })
    tables.results!.splice(1, 1, result('r7', 'li3-p1', 'ann', 4))
    tables.users![1]!.familyName = 'Zimmer'
    tables.users!.push(user('eva', 'Eva', 'Stone', '0050'))
    tables.enrollments!.splice(4, 1)
    tables.enrollments!.push(enrollment('e-e', 'p1', 'eva'), enrollment('e-b2', 'p2', 'bob'))
    await world.take(tables, { allowRemovals: true })
  },
  'a teacher who leaves and one who comes': async (world, tables) => {
    tables.users!.push(user('tim', 'Tim', 'New', 'T-9', { role: 'teacher' }))
    tables.enrollments![0]!.userSourcedId = 'tim'
    tables.enrollments![1]!.userSourcedId = 'tim'
    await world.take(tables)
  },
  'a delta': async (world) => {
    await world.take({
      users: [user('ann', 'Anna', 'Lee', '0042'), user('fay', 'Fay', 'Gray', '0060')],
      enrollments: [
        enrollment('e-f', 'p2', 'fay'), enrollment('e-b', 'p1', 'bob', 'student', { status: 'tobedeleted' }),
      ],
      results: [
        result('r8', 'li2-p2', 'cyd', 9), result('r1', 'li1-p1', 'ann', '', { status: 'tobedeleted' }),
      ],
    }, delta({ users: [], enrollments: [], results: [] }))
  },
  'a delta that removes a course': async (world) => {
    await world.take({
      classes: [{
        sourcedId: 'p9', status: 'tobedeleted', title: '', courseSourcedId: '', schoolSourcedId: '',
        termSourcedIds: '',
      }],
    }, { ...delta({ classes: [] }), allowRemovals: true })
  },
  'a grade book into a rostered course': async (world) => {
    const file = join(world.folder, 'grades.csv')
    writeFileSync(file, 'Student,ID,SIS User ID,SIS Login ID,Section,Quiz (77)\n' +
      'Points Possible,,,,,20\n"Lee, Ann",1,0042,ann,Period 1,15\n"New, Nia",9,0777,nia,Period 1,11\n')
    const options = { course: 'p1', allowNewPeople: true, teacher: 'aide@example.edu' }
    const outcome = await world.import(file, options)
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors))
  },
  'two new courses': async (world) => {
    for (const id of ['phys-8', 'phys-9']) {
      writeFileSync(join(world.folder, `${id}.json`), JSON.stringify({
        ...physicsDocument(), course: { ...physicsDocument().course, source_id: id },
      }))
    }
    await world.import(['phys-8', 'phys-9'].map((id) => join(world.folder, `${id}.json`)))
  },
}

for (const [what, change] of Object.entries(CHANGES)) {
  t.test(`undo of ${what}`, async (t) => {
    const world = await createUndoWorld(t)
    await world.take(twoCourseTables())
    world.sql(`INSERT INTO pseudonyms (student_id, course_id, pseudonym)
      SELECT id, course_id, 'S-' || id FROM students`)
    const { before, changed, after, books, booksAfter } = await comesBack(world, async () => {
      await change(world, twoCourseTables())
    })
    t.notSame(changed, before, 'the import changed something')
    t.strictSame(after, before)
    t.strictSame(withoutVersion(booksAfter), withoutVersion(books))
    // What was kept is no longer needed.
    t.strictSame(Object.keys(keptRows(world, 2)), ['undo_imports', 'undo_courses'])
    t.match(await world.undoFails({ importId: 2 }), /^UNDO_NOT_POSSIBLE: This import was undone 2026-/)
    t.match(await world.undoFails({ importId: 3 }), /^UNDO_NOT_POSSIBLE: This is an undo/)
    await world.undo({ importId: 1 })
    t.strictSame(world.state().courses, [])
    t.strictSame(world.state().roster_records, [])
  })
}

t.test('undo of a document into its course: scores, tasks, categories, the time zone', async (t) => {
  const world = await createUndoWorld(t)
  const document = physicsDocument()
  const file = join(world.folder, 'physics.json')
  const take = async (value: object) => {
    writeFileSync(file, JSON.stringify(value))
    const outcome = await world.import(file, { allowRemovals: true })
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors))
  }
  await take(document)
  const { before, changed, after } = await comesBack(world, () => take({
    ...document,
    course: { ...document.course, name: 'Physics II', time_zone: 'Asia/Tokyo' },
    results: document.results?.slice(1) ?? [],
    tasks: document.tasks,
  }))
  t.notSame(changed, before)
  t.strictSame(after, before)
})

t.test('settings of teachers since the import are kept, and data versions rise', async (t) => {
  const world = await createUndoWorld(t)
  await world.take(school())
  const tables = school()
  tables.results![0]!.score = 1
  tables.categories![0]!.title = 'Labs'
  await world.take(tables)
  world.sql("UPDATE courses SET set_missing_counts = 'zero', set_time_zone = 'Asia/Tokyo'")
  world.sql("UPDATE categories SET set_weight = 0.7 WHERE name = 'Exams'")
  const { version } = await world.book()
  await world.undo()
  const book = await world.book()
  t.ok(book.version > version)
  t.match(book, { timeZone: 'Asia/Tokyo' })
  t.match(world.sql('SELECT name, set_weight FROM categories ORDER BY position'), [
    { name: 'Homework', set_weight: null }, { name: 'Exams', set_weight: 0.7 },
  ])
  t.match(world.sql('SELECT set_missing_counts FROM courses'), [{ set_missing_counts: 'zero' }])
})

t.test('a later import of a course is in the way of that course only', async (t) => {
  const world = await createUndoWorld(t)
  await world.take(twoCourseTables())
  const start = world.state()
  const tables = twoCourseTables()
  tables.results![0]!.score = 1
  tables.results![4]!.score = 9
  await world.take(tables)
  const first = await world.lastImport()
  const between = world.state()
  await world.take({ results: [result('r3', 'li1-p1', 'bob', 4)] }, delta({ results: [] }))
  const message = await world.undoFails({ importId: first })
  t.match(message, /^UNDO_CONFLICT: A later import changed Physics \(course 1\)\. .* other courses only\.$/)
  t.match(await world.undoFails({ importId: first, courses: [1] }), /^UNDO_CONFLICT/)
  t.match(await world.undoFails({ importId: first, courses: [7] }), /^UNDO_NOT_POSSIBLE: .*the course 7,/)
  t.match(await world.undo({ importId: first, courses: [2] }), { restored: 1, remaining: 1 })
  const music = (rows: unknown[]) =>
    (rows as Array<{ course_id?: number }>).filter((row) => row.course_id === 2)
  t.strictSame(music(world.state().students!), music(start.students!))
  t.match(await world.undoFails({ importId: first, courses: [2] }), /undone already/)
  t.match(await world.undo(), { restored: 1, remaining: 0 }, 'the later one')
  t.strictSame(world.state().student_scores!.slice(0, 3), between.student_scores!.slice(0, 3))
  t.match(await world.undo({ importId: first }), { restored: 1, remaining: 0 }, 'then the rest')
  t.strictSame(world.state(), start)
})

t.test('a course that the import made goes; with an export it stays, empty', async (t) => {
  const world = await createUndoWorld(t)
  await world.take(twoCourseTables())
  world.sql(`INSERT INTO files (owner_type, owner_id, category, filename, hex, content_type, size, sha256,
    created_at) VALUES ('course', 2, 'performance-export', 'a.xlsx', 'aa', 'x', 1, 'bb', 1)`)
  world.sql(`INSERT INTO exports (course_id, file_id, options, data_version)
    SELECT 2, id, '{}', 1 FROM files`)
  t.match(await world.undo(), { restored: 0, deleted: 1, emptied: 1, remaining: 0 })
  t.match(world.sql('SELECT id, name FROM courses'), [{ id: 2, name: 'Music' }])
  const { students, tasks, roster_records: records, course_teachers: teachers } = world.state()
  t.strictSame([students, tasks, records, teachers], [[], [], [], []])
  t.equal(world.sql('SELECT id FROM exports').length, 1)
  // The right file fills the course that stayed.
  await world.take(twoCourseTables())
  t.strictSame((await world.books()).map((book) => [book.id, book.students.length]), [[2, 2], [3, 3]])
})

t.test('one of two new courses: what the other needs of the roster stays', async (t) => {
  const world = await createUndoWorld(t)
  await world.take(twoCourseTables())
  await world.undo({ courses: [1] })
  const ids = (world.state().roster_records as Array<{ kind: string, source_id: string }>)
    .map((row) => `${row.kind} ${row.source_id}`)
  t.strictSame(ids.sort(), [
    'category k1', 'class p9', 'course c9', 'enrollment e-a9', 'enrollment e-d9', 'enrollment e-u',
    'lineItem li-p9', 'org o1', 'session t1', 'user ann', 'user dan', 'user una',
  ])
  await world.undo({ courses: [2] })
  t.strictSame(world.state().roster_records, [])
})

t.test('accounts: who was disabled by the roster is enabled again; people who were erased stay so',
  async (t) => {
    const world = await createUndoWorld(t)
    await world.take(school())
    world.sql(`INSERT INTO users (email, email_key, role, origin, created_at, is_from_roster)
      VALUES ('ted@example.edu', 'ted@example.edu', 'teacher', 'account', 1, 1)`)
    const db = await openDatabase(world.database)
    await db.write(async (trx) => {
      const secret = await ensureErasureSecret(trx, 'ab'.repeat(32))
      await insertErased(trx, [identifierHash(secret, 'source_id', 'zoe')], NOW)
    })
    await db.close()
    const tables = school()
    tables.users![0]!.enabledUser = 'false'
    tables.users!.push(user('zoe', 'Zoe', 'Back', '0500'))
    tables.enrollments!.push(enrollment('e-z', 'p1', 'zoe'))
    const { before, changed, after } = await comesBack(world, () => world.take(tables, { allowErased: true }))
    t.match(changed.users, [{ roster_disabled_by: 'ted' }])
    t.strictSame(changed.erased_people, [])
    t.strictSame(after, before)
    t.not(after.erased_people?.length, 0)
  })

t.test('accounts that several imports disabled and enabled come back in any order', async (t) => {
  for (const order of [[2, 3, 4], [4, 2, 3]]) {
    const world = await createUndoWorld(t, t.testdir())
    await world.take(school())
    world.sql(`INSERT INTO users (email, email_key, role, origin, created_at, is_from_roster)
      VALUES ('ann@example.edu', 'ann@example.edu', 'student', 'account', 1, 1)`)
    const before = world.state()
    for (const enabled of ['false', 'true', 'false']) {
      const tables = school()
      tables.users![1]!.enabledUser = enabled
      await world.take(tables)
    }
    const disabled = () =>
      (world.state().users as Array<{ roster_disabled_by: string | null }>)[0]!.roster_disabled_by
    t.equal(disabled(), 'ann')
    for (const importId of order) {
      await world.undo({ importId })
      const isLastThere = !order.slice(0, order.indexOf(importId) + 1).includes(4)
      if (isLastThere) t.equal(disabled(), 'ann', 'what the newest import made stays')
    }
    t.strictSame(world.state(), before, `undone in the order ${order.join(', ')}`)
  }
})

t.test('an import that changes nothing cannot be undone; a first import keeps next to nothing', async (t) => {
  const world = await createUndoWorld(t)
  t.match(await world.undoFails({ importId: 5 }), /^UNDO_NOT_POSSIBLE: This import changed nothing/)
  await world.take(school())
  t.strictSame(Object.keys(keptRows(world, 1)), ['undo_imports', 'undo_courses', 'undo_records'])
  await world.take(school())
  t.strictSame(keptRows(world, 2), {})
})

t.test('imports that change the same record of the roster are undone in any order', async (t) => {
  const world = await createUndoWorld(t)
  const nicknames = ['ann', 'annie', 'anna']
  for (const username of nicknames) {
    const tables = school()
    tables.users![1]!.username = username
    await world.take(tables)
  }
  const ann = () => JSON.stringify(world.sql("SELECT body FROM roster_records WHERE source_id = 'ann'"))
  await world.undo({ importId: 2 })
  t.match(ann(), 'anna', 'what the later import changed stays')
  await world.undo({ importId: 3 })
  t.match(ann(), 'ann@example.edu')
  t.notMatch(ann(), /annie|anna/)
  await world.undo({ importId: 1 })
  t.strictSame(world.state().roster_records, [])
})
