// Courses that are read for an export and then changed at random, without an import.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import fc from 'fast-check'
import { sql } from 'kysely'
import type { Database, Trx } from '../../db/index.ts'
import { insertExport } from '../../db/queries/exports.ts'
import { insertFile } from '../../db/queries/files.ts'
import { readBook, type Book } from '../../src/courses/book.ts'
import { packCells, STATUSES, type Cell } from '../../src/courses/packed-cells.ts'
import { createSnapshotWriter } from '../../src/snapshots/snapshot-writer.ts'
import { storeSnapshot } from '../../src/snapshots/store-snapshot.ts'
import { describedCell, insertCourse, type CourseDescription } from '../support/book-database.ts'

/** A day on which some tasks are past due and some students are dropped. */
export const NOW = Date.UTC(2026, 2, 10, 12)
const DAY = 86_400_000

/** Reads a course as an export does, and stores what it read; gives the export's id. */
export async function exportCourse (
  db: Database, courseId: number, { folder, now = NOW }: { folder: string, now?: number }
): Promise<number> {
  const path = join(folder, `${randomBytes(8).toString('hex')}.snapshot`)
  const writer = await createSnapshotWriter(path)
  try {
    const book = await readBook(db.reads, courseId, { now, visitor: writer })
    await writer.end(book!, now)
  } finally {
    await writer.close()
  }
  return await db.write(async (trx) => {
    const file = await insertFile(trx, {
      owner_type: 'course',
      owner_id: courseId,
      category: 'teacher-performance',
      filename: 'Book.xlsx',
      hex: randomBytes(16).toString('hex'),
      content_type: 'application/octet-stream',
      size: 1,
      sha256: '',
      created_at: now,
      created_by: null,
      expires_at: null,
      removed_at: null,
      lost_at: null,
    })
    const row = await insertExport(trx, {
      course_id: courseId, file_id: file.id, job_id: null, options: '{}', data_version: 1,
      current_until: null,
    })
    await storeSnapshot(trx, row.id, path)
    return row.id
  })
}

const cell: fc.Arbitrary<Partial<Cell> | undefined> = fc.option(
  fc.record({
    status: fc.constantFrom(...STATUSES),
    points: fc.option(fc.integer({ min: 0, max: 12 })),
    exerciseCount: fc.option(fc.nat({ max: 4 })),
    correctExerciseCount: fc.option(fc.nat({ max: 4 })),
    isLate: fc.boolean(),
    isProvisional: fc.boolean(),
    submittedAt: fc.option(fc.record({ ms: fc.nat({ max: NOW }), isPlainDate: fc.boolean() })),
  }),
  { nil: undefined, freq: 4 }
)
const name = fc.option(fc.constantFrom('Ann', 'Bo', 'Çağ', '李', '=1+1', '\ud800', ''))
const dropped = fc.constantFrom(null, null, '2026-03-01', '2026-03-20')

const TASKS = 4
const PERIODS = 2

export const course: fc.Arbitrary<CourseDescription> = fc.record({
  missingCounts: fc.constantFrom('ignored', 'zero'),
  periods: fc.constant(['1st', '2nd']),
  categories: fc.constant([{ name: 'Homework', weight: 0.6 }, { name: 'Exams', weight: 0.4 }]),
  tasks: fc.array(
    fc.record({
      title: fc.constantFrom('HW', 'Quiz', 'Test'),
      category: fc.nat({ max: 1 }),
      pointsPossible: fc.option(fc.constantFrom(10, 12, 0)),
      dueAt: fc.integer({ min: -3, max: 3 }).map((days) => NOW + days * DAY),
    }),
    { minLength: TASKS, maxLength: TASKS }
  ),
  students: fc.array(
    fc.record({
      lastName: name,
      firstName: name,
      identifier: name,
      period: fc.nat({ max: PERIODS - 1 }),
      droppedOn: dropped,
      cells: fc.array(cell, { maxLength: TASKS }),
    }).map(({ droppedOn, ...student }) => droppedOn === null ? student : { ...student, droppedOn }),
    { maxLength: 6 }
  ),
})

interface ChangedStudent {
  isGone: boolean
  names: [string | null, string | null] | null
  period: number | null
  droppedOn: string | null
  cells: Array<Partial<Cell> | undefined> | null
  position: number
}

/** What happens to a course between an export and the next look. */
export interface Events {
  later: number
  missingCounts: 'ignored' | 'zero' | null
  weight: number | null
  term: string | null
  goneTask: number | null
  newTask: boolean
  possible: number | null
  students: ChangedStudent[]
  joins: CourseDescription['students']
}

export const events: fc.Arbitrary<Events> = fc.record({
  later: fc.constantFrom(0, DAY, 15 * DAY),
  missingCounts: fc.option(fc.constantFrom('ignored', 'zero'), { freq: 1 }),
  weight: fc.option(fc.constantFrom(0.1, 0.6), { freq: 1 }),
  term: fc.option(fc.constant('Spring'), { freq: 1 }),
  goneTask: fc.option(fc.nat({ max: TASKS - 1 }), { freq: 1 }),
  newTask: fc.boolean(),
  possible: fc.option(fc.constantFrom(10, 20), { freq: 1 }),
  students: fc.array(
    fc.record({
      isGone: fc.boolean(),
      names: fc.option(fc.tuple(name, name), { freq: 1 }),
      period: fc.option(fc.nat({ max: PERIODS - 1 }), { freq: 1 }),
      droppedOn: dropped,
      cells: fc.option(fc.array(cell, { maxLength: TASKS + 1 }), { freq: 1 }),
      position: fc.nat({ max: 99 }),
    }),
    { minLength: 6, maxLength: 6 }
  ),
  joins: course.map(({ students }) => students ?? []),
})

/** Makes the events happen. */
export async function changeCourse (trx: Trx, courseId: number, happened: Events): Promise<void> {
  const set = {
    ...(happened.missingCounts === null ? {} : { set_missing_counts: happened.missingCounts }),
    ...(happened.term === null ? {} : { term: happened.term }),
  }
  if (Object.keys(set).length > 0) {
    await trx.updateTable('courses').set(set).where('id', '=', courseId).execute()
  }
  const ids = async (table: 'categories' | 'periods' | 'students' | 'tasks'): Promise<number[]> =>
    (await trx.selectFrom(table).select('id').where('course_id', '=', courseId).orderBy('id').execute())
      .map(({ id }) => id)
  const [categories, periods, students, tasks] = [
    await ids('categories'), await ids('periods'), await ids('students'), await ids('tasks'),
  ]
  if (happened.weight !== null) {
    await trx.updateTable('categories').set({ set_weight: happened.weight })
      .where('id', '=', categories[0]!).execute()
  }
  if (happened.possible !== null) {
    await trx.updateTable('tasks').set({ points_possible: happened.possible })
      .where('id', '=', tasks[0]!).execute()
  }
  if (happened.goneTask !== null) {
    await trx.deleteFrom('tasks').where('id', '=', tasks[happened.goneTask]!).execute()
  }
  if (happened.newTask) {
    await trx.insertInto('tasks').values({
      course_id: courseId,
      source_id: 'new',
      title: 'New',
      type: 'external',
      category_id: categories[1]!,
      due_at: NOW,
      due_on: null,
      points_possible: 10,
      slot: TASKS,
      position: TASKS,
    }).execute()
  }
  for (const [i, id] of students.entries()) {
    const change = happened.students[i]!
    if (change.isGone) {
      await trx.deleteFrom('students').where('id', '=', id).execute()
      continue
    }
    await trx.updateTable('students').set({
      position: change.position,
      dropped_on: change.droppedOn,
      ...(change.period === null ? {} : { period_id: periods[change.period]! }),
      ...(change.names === null ? {} : { last_name: change.names[0], first_name: change.names[1] }),
    }).where('id', '=', id).execute()
    if (change.cells === null) continue
    await trx.updateTable('student_scores').set({
      cells: packCells(change.cells.map((each) => each === undefined ? undefined : describedCell(each))),
    }).where('student_id', '=', id).execute()
  }
  // The simplest way to add students is to move those of another course.
  const other = await insertCourse(trx, { periods: [], tasks: [], students: withoutPeriods(happened.joins) })
  await trx.updateTable('students')
    .set({ course_id: courseId, period_id: periods[0]!, source_id: sql`'new-' || id` })
    .where('course_id', '=', other).execute()
}

function withoutPeriods (students: CourseDescription['students']): CourseDescription['students'] {
  return [...students ?? []].map(({ period, ...student }) => student)
}

export interface CellModel {
  score: number | null
  points: number | null
  status: string | null
  is_late: boolean
  is_provisional: boolean
}

/** Everything about a book that changes report. */
export interface BookModel {
  settings: Map<string, unknown>
  /** Students who are not dropped, and their period. */
  here: Map<number, string | null>
  students: Map<number, Map<string, unknown>>
  /** By the ids of student and task. */
  cells: Map<string, CellModel>
  tasks: Set<number>
}

export async function modelOf (book: Book): Promise<BookModel> {
  const { course, categories, periods, tasks } = book
  const { course: average, categories: averages } = book.averages()
  const settings = new Map<string, unknown>([
    ['missing_counts', course.missingCounts], ['term', course.term], ['average', average.average],
    ...categories.flatMap(({ id, weight }, i) => [
      [`weight ${id}`, weight] as const, [`average ${id}`, averages[i]!.average] as const,
    ]),
    ...tasks.map(({ id, pointsPossible }) => [`points_possible ${id}`, pointsPossible] as const),
  ])
  const model: BookModel = {
    settings, here: new Map(), students: new Map(), cells: new Map(),
    tasks: new Set(tasks.map(({ id }) => id)),
  }
  for await (const batch of book.batches()) {
    for (const { student, isDropped, cells, scores, courseAverage } of batch) {
      const period = periods.find(({ id }) => id === student.period_id)?.name ?? null
      if (!isDropped) model.here.set(student.id, period)
      model.students.set(student.id, new Map<string, unknown>([
        ['last_name', student.last_name], ['first_name', student.first_name],
        ['student_identifier', student.student_identifier], ['email', student.email],
        ['period', period], ['average', Number.isNaN(courseAverage) ? null : courseAverage],
      ]))
      for (const [j, { id, slot }] of tasks.entries()) {
        const found = cells.cell(slot)
        if (found === undefined) continue
        model.cells.set(`${student.id} ${id}`, {
          score: Number.isNaN(scores[j]!) ? null : scores[j]!,
          points: found.points,
          status: found.status,
          is_late: found.isLate,
          is_provisional: found.isProvisional,
        })
      }
    }
  }
  return model
}
