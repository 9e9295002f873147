// Databases for tests of what reads a book: courses written straight into the tables, without an import.
import { sql } from 'kysely'
import { openDatabase, sqliteFile, type DatabaseLocation, type Reads } from '../../db/index.ts'
import type { NewRow } from '../../db/tables.ts'
import type { GradingScale } from '../../src/courses/grading-scale.ts'
import { CellReader, packCells, type Cell } from '../../src/courses/packed-cells.ts'
import { ensureSqlite } from './empty-database.ts'

export interface CourseDescription {
  sourceId?: string
  name?: string
  school?: string | null
  term?: string | null
  /** `UTC` where left out. */
  timeZone?: string
  missingCounts?: 'ignored' | 'zero'
  periods?: string[]
  categories?: Array<{ name: string, weight?: number | null, setWeight?: number | null }>
  tasks?: TaskDescription[]
  /** Read once, in the order of import; the book's own order is worked out. */
  students?: Iterable<StudentDescription>
  gradingScale?: GradingScale
  teachers?: Array<{ email?: string | null, firstName?: string | null, lastName?: string | null }>
}

export interface TaskDescription {
  title: string
  type?: 'homework' | 'reading' | 'external'
  /** Index into `categories`. */
  category?: number
  /** Ms. */
  dueAt?: number
  /** `YYYY-MM-DD`. */
  dueOn?: string
  pointsPossible?: number | null
}

export interface StudentDescription {
  firstName?: string | null
  lastName?: string | null
  identifier?: string | null
  email?: string | null
  /** Index into `periods`. */
  period?: number
  droppedOn?: string
  isUnenrolled?: boolean
  /** By task: points of a completed task, a cell, or undefined where the task was not given. */
  cells?: ReadonlyArray<number | Partial<Cell> | undefined>
}

const CREATED = Date.UTC(2015, 0, 1)
const ROWS_AT_ONCE = 500
const EMPTY_CELL: Cell = {
  status: 'not_started',
  points: null,
  exerciseCount: null,
  correctExerciseCount: null,
  recoveredExerciseCount: null,
  isLate: false,
  isProvisional: false,
  submittedAt: null,
}

/** A cell of which only some is said: completed where it has points or exercises, else not started. */
export function describedCell (cell: number | Partial<Cell>): Cell {
  const said = typeof cell === 'number' ? { points: cell } : cell
  const hasScore = (said.points ?? null) !== null || (said.correctExerciseCount ?? null) !== null
  return { ...EMPTY_CELL, ...(hasScore ? { status: 'completed' as const } : {}), ...said }
}

/** Makes (or adds to) a database, or an SQLite file; gives the courses' ids. */
export async function makeBookDatabase (
  place: DatabaseLocation | string, ...courses: CourseDescription[]
): Promise<number[]> {
  const location = typeof place === 'string' ? sqliteFile(place) : place
  if (location.engine === 'sqlite') await ensureSqlite(location.connection.file)
  const database = await openDatabase(location)
  try {
    const ids: number[] = []
    for (const course of courses) ids.push(await database.write((trx) => insertCourse(trx, course)))
    // As an import does.
    if (database.engine === 'postgres') await sql`ANALYZE students, student_scores`.execute(database.reads)
    return ids
  } finally {
    await database.close()
  }
}

/** Writes one course in the caller's transaction; gives its id. */
export async function insertCourse (trx: Reads, course: CourseDescription): Promise<number> {
  const courseId = (await trx.insertInto('courses').values({
    source_id: course.sourceId ??
      `course-${course.name ?? ''}-${
        (await trx.selectFrom('courses').select((eb) => eb.fn.countAll<number>().as('n'))
          .executeTakeFirstOrThrow()).n
      }`,
    grouping: null,
    name: course.name ?? 'Physics I',
    school: course.school ?? null,
    term: course.term ?? null,
    starts_on: null,
    ends_on: null,
    imported_time_zone: course.timeZone ?? 'UTC',
    set_time_zone: null,
    imported_missing_counts: course.missingCounts ?? 'ignored',
    set_missing_counts: null,
    // Not for databases of earlier versions, which have no such column.
    ...(course.gradingScale === undefined
      ? {}
      : { imported_grading_scale: JSON.stringify(course.gradingScale) }),
    created_at: CREATED,
    updated_at: CREATED,
  }).returning('id').executeTakeFirstOrThrow()).id

  const periodIds = await insertAll(
    trx,
    'periods',
    (course.periods ?? []).map((name, i) => ({ course_id: courseId, source_id: `p${i}`, name, position: i }))
  )
  const categoryIds = await insertAll(
    trx,
    'categories',
    (course.categories ?? []).map(({ name, weight, setWeight }, i) => ({
      course_id: courseId,
      source_id: `c${i}`,
      name,
      imported_weight: weight ?? null,
      set_weight: setWeight ?? null,
      position: i,
    }))
  )
  const tasks = course.tasks ?? []
  await insertAll(
    trx,
    'tasks',
    tasks.map((task, i) => ({
      course_id: courseId,
      source_id: `t${i}`,
      title: task.title,
      type: task.type ?? 'external',
      category_id: task.category === undefined ? null : categoryIds[task.category]!,
      due_at: task.dueAt ?? null,
      due_on: task.dueOn ?? null,
      points_possible: task.pointsPossible ?? null,
      slot: i,
      position: i,
    }))
  )
  await insertAll(
    trx,
    'course_teachers',
    (course.teachers ?? []).map(({ email, firstName, lastName }, i) => ({
      course_id: courseId,
      source_id: `teacher${i}`,
      email: email ?? null,
      email_key: email?.toLowerCase() ?? null,
      first_name: firstName ?? null,
      last_name: lastName ?? null,
      is_enabled: 1,
      position: i,
    }))
  )
  await insertStudents(trx, courseId, periodIds, tasks, course.students ?? [])
  return courseId
}

async function insertStudents (
  trx: Reads,
  courseId: number,
  periodIds: number[],
  tasks: TaskDescription[],
  described: Iterable<StudentDescription>
): Promise<void> {
  const reader = new CellReader()
  const order: Array<
    { id: number, lastName: string | null, firstName: string | null, identifier: string | null }
  > = []
  let students: Array<NewRow<'students'>> = []
  let rows: Array<Omit<NewRow<'student_scores'>, 'student_id'> | undefined> = []
  const flush = async (): Promise<void> => {
    const ids = await insertAll(trx, 'students', students)
    students.forEach((student, i) =>
      order.push({
        id: ids[i]!,
        lastName: student.last_name ?? null,
        firstName: student.first_name ?? null,
        identifier: student.student_identifier ?? null,
      })
    )
    await insertAll(
      trx,
      'student_scores',
      rows.flatMap((row, i) => row === undefined ? [] : [{ ...row, student_id: ids[i]! }])
    )
    students = []
    rows = []
  }
  let n = 0
  for (const student of described) {
    students.push({
      course_id: courseId,
      source_id: `s${n++}`,
      first_name: student.firstName ?? null,
      last_name: student.lastName ?? null,
      student_identifier: student.identifier ?? null,
      email: student.email ?? null,
      period_id: student.period === undefined ? null : periodIds[student.period]!,
      dropped_on: student.droppedOn ?? null,
      is_unenrolled: student.isUnenrolled === true ? 1 : 0,
      position: n,
    })
    const cells = packCells(
      (student.cells ?? []).map((cell) => cell === undefined ? undefined : describedCell(cell))
    )
    reader.load(cells)
    let count = 0
    let sum = 0
    tasks.forEach((task, slot) => {
      const score = reader.score(slot, task.pointsPossible ?? NaN)
      if (Number.isNaN(score)) return
      count++
      sum += score
    })
    rows.push(student.cells === undefined ? undefined : { cells, score_count: count, score_sum: sum })
    if (students.length === ROWS_AT_ONCE) await flush()
  }
  await flush()
  const compare = new Intl.Collator('en').compare
  const text = (a: string | null, b: string | null): number =>
    a === null || b === null ? Number(a === null) - Number(b === null) : compare(a, b)
  order.sort((a, b) =>
    text(a.lastName, b.lastName) || text(a.firstName, b.firstName) || text(a.identifier, b.identifier) ||
    a.id - b.id
  )
  for (const [position, { id }] of order.entries()) {
    await trx.updateTable('students').set({ position }).where('id', '=', id).execute()
  }
}

/** Inserts rows in order and gives their ids, for tables that have one. */
async function insertAll<
  T extends 'periods' | 'categories' | 'tasks' | 'course_teachers' | 'students' | 'student_scores'
> (trx: Reads, table: T, rows: Array<NewRow<T>>): Promise<number[]> {
  const ids: number[] = []
  for (let i = 0; i < rows.length; i += ROWS_AT_ONCE) {
    const query = trx.insertInto(table).values(rows.slice(i, i + ROWS_AT_ONCE) as never)
    if (table === 'student_scores') await query.execute()
    else {
      const inserted = await query.returning('id' as never).execute() as unknown as Array<{ id: number }>
      ids.push(...inserted.map((row) => row.id))
    }
  }
  return ids
}
