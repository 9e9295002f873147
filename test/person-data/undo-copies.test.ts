// What undos keep about people: exported with them, erased with them, and deleted with their course.
import t from 'tap'
import { openDatabase } from '../../db/index.ts'
import { createCourses } from '../../src/courses/courses.ts'
import { erasePerson } from '../../src/person-data/erase-person.ts'
import { findPeople } from '../../src/person-data/person.ts'
import { UNDO_DATA } from '../../src/person-data/undo-data.ts'
import { NOW, school } from '../imports/bundles.ts'
import { delta } from '../imports/two-courses.ts'
import { createUndoWorld, type UndoWorld } from '../imports/undo-world.ts'

async function erase (world: UndoWorld, who: string): Promise<void> {
  const db = await openDatabase(world.database)
  try {
    const [person] = await findPeople(db.reads, who)
    if (person === undefined) throw new Error(`${who} is not known`)
    await erasePerson(person, { db, files: { deleteIn: async () => {} } as never, now: () => NOW })
  } finally {
    await db.close()
  }
}

const remove = { sourcedId: 'p1', status: 'tobedeleted', title: '', courseSourcedId: '', schoolSourcedId: '' }

t.test('an erased person does not come back, and the others keep their order', async (t) => {
  const world = await createUndoWorld(t)
  await world.take(school())
  const tables = school()
  tables.users![1]!.familyName = 'Zimmer'
  tables.results!.forEach((row) => { row.score = 1 })
  await world.take(tables)
  await erase(world, 'bob')
  await world.undo()
  const { students, roster_records: records } = world.state()
  t.match(students, [{ source_id: 'ann', position: 0 }, { source_id: 'cyd', position: 1 }])
  t.notMatch(JSON.stringify(records), /bob/)
  t.equal((await world.take(school())).scores.removed, 0)
})

t.test('a person of a removed course is found, exported and erased', async (t) => {
  const world = await createUndoWorld(t)
  await world.take(school())
  await world.take({
    classes: [remove, { ...remove, sourcedId: 'p2' }].map((row) => ({ ...row, termSourcedIds: '' })),
  }, { ...delta({ classes: [] }), allowRemovals: true })
  t.strictSame(world.sql('SELECT id FROM courses'), [])
  const exported = await world.reads(async (db) => {
    const [person] = await findPeople(db, '0042')
    return await UNDO_DATA.read(person!, { db } as never)
  })
  t.match(exported, {
    students: [{ import_id: 2, source_id: 'ann', last_name: 'Lee' }],
    scores: [{ import_id: 2, tasks: [{ task: 'HW 1', points: 7 }, { task: 'HW 2', points: 8 }] }],
  })
  await erase(world, '0042')
  await world.undo()
  t.strictSame((await world.book()).students.map((student) => student.who), ['Bob Ng', 'Cyd Ortiz'])
  t.notMatch(JSON.stringify(world.state()), /Lee/)
})

t.test('nothing is kept about a course that was deleted', async (t) => {
  const world = await createUndoWorld(t)
  await world.take(school())
  const tables = school()
  tables.users!.pop()
  tables.enrollments!.pop()
  tables.results!.pop()
  await world.take(tables, { allowRemovals: true })
  const db = await openDatabase(world.database)
  await createCourses({
    db, now: () => NOW, files: { deleteAllOf: async () => {}, deleteIn: async () => {} },
    queue: { cancelAll: async () => [] },
  } as never).delete(1)
  await db.close()
  for (const table of ['undo_students', 'undo_scores', 'undo_courses', 'undo_course_teachers']) {
    t.strictSame(world.sql(`SELECT import_id FROM ${table}`), [], table)
  }
  const left = world.sql("SELECT source_id FROM undo_records WHERE body IS NOT NULL AND kind <> 'category'")
  t.strictSame(left, [])
})
