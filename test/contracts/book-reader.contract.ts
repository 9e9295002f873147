// What every engine must do when a book is read. Run it with `bookReaderContract(t, make)`. It uses only the
// interface and the queries.
import type { Test } from 'tap'
import { openBookReader, type Database, type Reads } from '../../db/index.ts'
import {
  controlTotals,
  findPeriod,
  findStudent,
  listPeriods,
  listTasks,
  studentBatches,
  type StudentFilter,
} from '../../db/queries/books.ts'
import { listTeachers } from '../../db/queries/course-teachers.ts'
import { findCourse, raiseDataVersion } from '../../db/queries/courses.ts'
import { readBook } from '../../src/courses/book.ts'
import { CellReader } from '../../src/courses/packed-cells.ts'
import { insertCourse, type CourseDescription } from '../support/book-database.ts'

const TODAY = '2015-04-01'
const NOW = Date.UTC(2015, 3, 1, 12)

const COURSE: CourseDescription = {
  periods: ['1st', '2nd'],
  categories: [{ name: 'Homework', weight: 1 }],
  tasks: [
    { title: 'HW 1', category: 0, pointsPossible: 10 },
    { title: 'HW 2', category: 0, pointsPossible: 4 },
  ],
  teachers: [{ email: 'jo@example.edu' }, { email: 'ann@example.edu' }],
  students: [
    { lastName: 'Ames', period: 0, cells: [10, 2] },
    { lastName: 'Burr', period: 1, droppedOn: '2015-03-01', cells: [5] },
    { lastName: 'Cole', droppedOn: '2015-04-02' },
    { lastName: 'Dorn', period: 1, cells: [undefined, 1] },
    { lastName: 'Ende', isUnenrolled: true, period: 0, cells: [0, 0] },
    { lastName: 'Fink', period: 0, droppedOn: '2015-04-01', cells: [1] },
    { lastName: 'Gall', period: 0, droppedOn: '2015-05-01', cells: [{ status: 'missing' }] },
  ],
}

/** `make` gives a new, empty database each time and closes it with the test. */
export async function bookReaderContract (t: Test, make: (t: Test) => Promise<Database>): Promise<void> {
  async function start (t: Test, course = COURSE) {
    const db = await make(t)
    const id = await db.write((trx) => insertCourse(trx, course))
    // Another course, of which nothing may be seen.
    await db.write((trx) => insertCourse(trx, { ...COURSE, name: 'Other', sourceId: 'other' }))
    const reader = openBookReader(db.location)
    t.teardown(() => reader.close())
    return { db, reader, id }
  }

  async function names (
    snapshot: Reads,
    courseId: number,
    filter: Partial<StudentFilter> = {},
    size = 3
  ): Promise<Array<string | null>> {
    const found: Array<string | null> = []
    for await (const batch of studentBatches(snapshot, courseId, { today: TODAY, ...filter }, size)) {
      found.push(...batch.map((student) => student.last_name))
    }
    return found
  }

  await t.test('students come once each, dropped ones last, in batches of any size', async (t) => {
    const { reader, id } = await start(t)
    const order = ['Ames', 'Cole', 'Dorn', 'Gall', 'Burr', 'Ende', 'Fink']
    await reader.read(async (snapshot) => {
      for (const size of [1, 2, 3, 4, 7, 100]) {
        t.strictSame(await names(snapshot, id, {}, size), order, `${size} at a time`)
        for await (const batch of studentBatches(snapshot, id, { today: TODAY }, size)) {
          t.ok(batch.length >= 1 && batch.length <= size)
        }
      }
    })
  })

  await t.test('students with the same position are not lost between two batches', async (t) => {
    const { db, reader, id } = await start(t)
    await db.write(async (trx) => {
      await trx.updateTable('students').set({ position: 1 }).where('course_id', '=', id).execute()
    })
    await reader.read(async (snapshot) => {
      for (const size of [1, 2, 3]) t.equal(new Set(await names(snapshot, id, {}, size)).size, 7)
    })
  })

  await t.test('a period, the students without one, the dropped ones', async (t) => {
    const { reader, id } = await start(t)
    await reader.read(async (snapshot) => {
      const [first, second] = await listPeriods(snapshot, id)
      t.strictSame([first?.name, second?.name], ['1st', '2nd'])
      t.strictSame(await names(snapshot, id, { periodId: first!.id }), ['Ames', 'Gall', 'Ende', 'Fink'])
      t.strictSame(await names(snapshot, id, { periodId: second!.id }), ['Dorn', 'Burr'])
      t.strictSame(await names(snapshot, id, { periodId: null }), ['Cole'])
      t.strictSame(await names(snapshot, id, { isDropped: true }), ['Burr', 'Ende', 'Fink'])
      t.strictSame(await names(snapshot, id, { isDropped: false, periodId: first!.id }), ['Ames', 'Gall'])
      t.strictSame(await names(snapshot, id, { today: '2015-02-01', isDropped: true }), ['Ende'])
    })
  })

  await t.test('reading continues after any student', async (t) => {
    const { reader, id } = await start(t)
    await reader.read(async (snapshot) => {
      const all = await names(snapshot, id)
      let n = 0
      for await (const batch of studentBatches(snapshot, id, { today: TODAY }, 2)) {
        for (const { id: studentId, position, is_dropped: isDropped } of batch) {
          const after = { isDropped: isDropped === 1, position, id: studentId }
          n++
          t.strictSame(await names(snapshot, id, { after }), all.slice(n))
          t.equal((await findStudent(snapshot, id, studentId))?.last_name, all[n - 1])
        }
      }
      t.equal(n, 7)
    })
  })

  await t.test('cells come as they were packed', async (t) => {
    const { reader, id } = await start(t)
    await reader.read(async (snapshot) => {
      const cells = new CellReader()
      const points: Record<string, Array<number | null>> = {}
      for await (const batch of studentBatches(snapshot, id, { today: TODAY }, 100)) {
        for (const student of batch) {
          cells.load(student.cells)
          points[student.last_name!] = [0, 1].map((slot) => cells.cell(slot)?.points ?? null)
        }
      }
      t.match(points, { Ames: [10, 2], Burr: [5, null], Cole: [null, null], Dorn: [null, 1] })
    })
  })

  await t.test('columns, teachers and totals of this course alone', async (t) => {
    const { reader, id } = await start(t)
    await reader.read(async (snapshot) => {
      t.strictSame((await listTasks(snapshot, id)).map(({ title }) => title), ['HW 1', 'HW 2'])
      t.strictSame((await listTeachers(snapshot, id)).map(({ email }) => email), [
        'jo@example.edu',
        'ann@example.edu',
      ])
      t.strictSame({ ...await controlTotals(snapshot, id, { today: TODAY }) }, {
        students: 4,
        dropped: 3,
        scores: 7,
        score_sum: 1 + 0.5 + 0.5 + 0.25 + 0 + 0 + 0.1,
      })
      t.strictSame({ ...await controlTotals(snapshot, 999, { today: TODAY }) }, {
        students: 0,
        dropped: 0,
        scores: 0,
        score_sum: 0,
      })
      t.strictSame(await names(snapshot, 999), [])
    })
  })

  await t.test('totals and the next drop of one period', async (t) => {
    const { reader, id } = await start(t)
    await reader.read(async (snapshot) => {
      const [first, second] = (await listPeriods(snapshot, id)).map((period) => period.id)
      const [other] = (await listPeriods(snapshot, id + 1)).map((period) => period.id)
      t.equal((await findPeriod(snapshot, id, second!))?.name, '2nd')
      t.equal(await findPeriod(snapshot, id, other!), undefined)
      const totals = async (periodId?: number) =>
        ({ ...await controlTotals(snapshot, id, { today: TODAY, periodId }) })
      t.strictSame(await totals(first), { students: 2, dropped: 2, scores: 5, score_sum: 1.5 + 0.1 })
      t.strictSame(await totals(second), { students: 1, dropped: 1, scores: 2, score_sum: 0.5 + 0.25 })
      t.strictSame(await totals(other), { students: 0, dropped: 0, scores: 0, score_sum: 0 })
    })
    await reader.read(async (snapshot) => {
      const [period, other] = await listPeriods(snapshot, id)
      const book = (await readBook(snapshot, id, { now: NOW, periodId: period!.id }))!
      t.strictSame(book.period, { id: period!.id, sourceId: 'p0', name: '1st' })
      t.equal(book.periods.length, 2)
      const names = (await Array.fromAsync(book.batches(), (batch) =>
        Array.from(batch, ({ student }) => student.last_name))).flat()
      t.strictSame(names, ['Ames', 'Gall', 'Ende', 'Fink'])
      const whole = (await readBook(snapshot, id, { now: NOW }))!
      t.strictSame(book.averages(), whole.averages(period!.id))
      t.not(book.averages().course.average, whole.averages().course.average)
      t.equal(book.currentUntil, Date.UTC(2015, 4, 1), 'when Gall is dropped, not when Cole is')
      t.equal(whole.currentUntil, Date.UTC(2015, 3, 2))
      const second = (await readBook(snapshot, id, { now: NOW, periodId: other!.id }))!
      t.equal(second.currentUntil, null, 'Burr was dropped before')
      await t.rejects(readBook(snapshot, id, { now: NOW, periodId: 999_999 }), {
        code: 'VALIDATION_FAILED', message: 'period_id: the course has no period with id 999999',
      })
    })
  })

  await t.test('one read sees one state, and a write does not wait for it', async (t) => {
    const { db, reader, id } = await start(t)
    await reader.read(async (snapshot) => {
      const before = (await findCourse(snapshot, id))?.data_version
      const found: Array<string | null> = []
      for await (const batch of studentBatches(snapshot, id, { today: TODAY }, 2)) {
        found.push(...batch.map((student) => student.last_name))
        await db.write(async (trx) => {
          await trx.deleteFrom('students').where('course_id', '=', id).where('last_name', '>', 'Ames')
            .execute()
          await raiseDataVersion(trx, id, 1)
        })
      }
      t.equal(found.length, 7)
      t.equal((await findCourse(snapshot, id))?.data_version, before)
    })
    const next = await reader.read((snapshot) => names(snapshot, id))
    t.strictSame(next, ['Ames'], 'the next read sees the new state')
  })

  await t.test('reads take turns', async (t) => {
    const { reader, id } = await start(t)
    const over = Promise.withResolvers<void>()
    const first = reader.read(async (snapshot) => {
      await over.promise
      return await names(snapshot, id)
    })
    const second = reader.read((snapshot) => names(snapshot, id))
    over.resolve()
    t.strictSame(await second, await first)
  })

  await t.test('an error ends the read, not the reader', async (t) => {
    const { reader, id } = await start(t)
    const failing = reader.read(async () => { throw new Error('in the middle') })
    await t.rejects(failing, { message: 'in the middle' })
    t.equal((await reader.read((snapshot) => names(snapshot, id))).length, 7)
  })

  await t.test('nothing is written', async (t) => {
    const { reader, id } = await start(t)
    await t.rejects(reader.read((snapshot) => snapshot.deleteFrom('students').execute()))
    t.equal((await reader.read((snapshot) => names(snapshot, id))).length, 7)
  })
}
