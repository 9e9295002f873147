// What a book is read from, besides the course and its categories (`courses.ts`). All queries of one reading
// get the same snapshot, see `BookReader`.
import { setImmediate as turn } from 'node:timers/promises'
import { sql, type RawBuilder } from 'kysely'
import type { Reads } from '../index.ts'
import type { Row } from '../tables.ts'

export type StudentRow = Row<'students'> & {
  is_dropped: 0 | 1
  /** Packed, see `packed-cells.ts`. */
  cells: Uint8Array | null
  /** Only where they are read in the order of pseudonyms. Null: the student has none yet. */
  pseudonym?: string | null
}

export interface StudentFilter {
  /** Plain date in the course's zone. Students who were dropped on it or before are dropped. */
  today: string
  /** Only these students; `null`: those without a period. */
  periodId?: number | null | undefined
  isDropped?: boolean | undefined
  /** Only students after this one. */
  after?: Place | undefined
}

/** A student's place in the order of the book: not dropped first, then by position. */
export interface Place {
  isDropped: boolean
  position: number
  id: number
}

/** Totals by SQL. Scores and their sum are what the import recorded with each student's cells. */
interface ControlTotals {
  students: number
  dropped: number
  scores: number
  score_sum: number
}

const isDropped = (today: string) =>
  sql<boolean>`(students.is_unenrolled = 1
    OR (students.dropped_on IS NOT NULL AND students.dropped_on <= ${today}))`

const droppedFlag = (today: string) => sql<0 | 1>`CASE WHEN ${isDropped(today)} THEN 1 ELSE 0 END`

export async function listPeriods (db: Reads, courseId: number): Promise<Array<Row<'periods'>>> {
  return await db.selectFrom('periods').selectAll().where('course_id', '=', courseId)
    .orderBy('position').orderBy('id').execute()
}

/** A period by its id; undefined: the course has no such period. */
export async function findPeriod (
  db: Reads,
  courseId: number,
  id: number
): Promise<Row<'periods'> | undefined> {
  return await db.selectFrom('periods').selectAll().where('course_id', '=', courseId).where('id', '=', id)
    .executeTakeFirst()
}

export async function listTasks (db: Reads, courseId: number): Promise<Array<Row<'tasks'>>> {
  return await db.selectFrom('tasks').selectAll().where('course_id', '=', courseId)
    .orderBy('position').orderBy('id').execute()
}

export async function findStudent (
  db: Reads,
  courseId: number,
  id: number
): Promise<Row<'students'> | undefined> {
  return await db.selectFrom('students').selectAll().where('course_id', '=', courseId).where('id', '=', id)
    .executeTakeFirst()
}

/**
 * Students with their cells, in the order of the book, in batches of at most `size`. Each batch is one query
 * that continues after the last student of the batch before.
 */
export function studentBatches (
  db: Reads, courseId: number, filter: StudentFilter, size: number
): AsyncGenerator<StudentRow[], void, void> {
  return isPostgres(db)
    ? readAhead(readBatches(db, courseId, filter, size * BATCHES_AT_ONCE), size)
    : readBatches(db, courseId, filter, size)
}

/** How many batches are read from PostgreSQL with one query, because each round trip takes time. */
const BATCHES_AT_ONCE = 4

const isPostgres = (db: Reads) => 'engine' in db && db.engine === 'postgres'

/** Passes rows on in batches of at most `size`, and reads the next ones while they are used. */
async function * readAhead<T> (
  batches: AsyncGenerator<T[], void, void>, size: number
): AsyncGenerator<T[], void, void> {
  let reading = batches.next()
  try {
    for (;;) {
      const { done, value: rows } = await reading
      if (done === true) return
      reading = batches.next()
      reading.catch(() => {})
      // Otherwise the query would be sent only after the rows are used.
      await turn()
      for (let i = 0; i < rows.length; i += size) yield rows.slice(i, i + size)
    }
  } finally {
    await reading.catch(() => {})
  }
}

async function * readBatches (
  db: Reads,
  courseId: number,
  { after, ...filter }: StudentFilter,
  size: number
): AsyncGenerator<StudentRow[], void, void> {
  for (const dropped of [false, true]) {
    if (filter.isDropped !== undefined && filter.isDropped !== dropped) continue
    if (after?.isDropped === true && !dropped) continue
    let last = after?.isDropped === dropped ? after : undefined
    for (;;) {
      const rows = await listStudents(db, courseId, { ...filter, isDropped: dropped, after: last }, size)
      if (rows.length > 0) yield rows
      const end = rows.at(-1)
      if (end === undefined || rows.length < size) break
      last = { isDropped: dropped, position: end.position, id: end.id }
    }
  }
}

async function listStudents (
  db: Reads,
  courseId: number,
  { today, periodId, isDropped: dropped, after }: StudentFilter & { isDropped: boolean },
  limit: number
): Promise<StudentRow[]> {
  let query = withCells(db, sql<0 | 1>`${sql.lit(dropped ? 1 : 0)}`)
    .where('students.course_id', '=', courseId)
    .where(dropped ? isDropped(today) : sql<boolean>`NOT ${isDropped(today)}`)
    .orderBy('students.position').orderBy('students.id')
    .limit(limit)
  if (periodId === null) query = query.where('students.period_id', 'is', null)
  else if (periodId !== undefined) query = query.where('students.period_id', '=', periodId)
  if (after !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('students.position', 'students.id'), '>', tuple(after.position, after.id))
    )
  }
  return decoded(db, await query.execute())
}

/** Students with their cells, which `decoded` reads; `is` says whether a student is dropped. */
function withCells (db: Reads, is: RawBuilder<0 | 1>) {
  // PostgreSQL's own text for bytes has two characters for each byte.
  const cells = isPostgres(db) ? sql`encode(student_scores.cells, 'base64')` : sql`student_scores.cells`
  return db.selectFrom('students')
    .leftJoin('student_scores', 'student_scores.student_id', 'students.id')
    .selectAll('students')
    .select([cells.$castTo<Uint8Array | null>().as('cells'), is.as('is_dropped')])
}

function decoded (db: Reads, rows: StudentRow[]): StudentRow[] {
  if (isPostgres(db)) for (const row of rows) row.cells &&= Buffer.from(String(row.cells), 'base64')
  return rows
}

/**
 * Students with their cells and their pseudonyms, in the order of these, in batches of at most `size`.
 * Students without a pseudonym come last.
 */
export async function * pseudonymBatches (
  db: Reads,
  courseId: number,
  { today, periodId, isDropped: dropped }: StudentFilter,
  size: number
): AsyncGenerator<StudentRow[], void, void> {
  // All ids at once, 8 bytes each: the order has no other key to continue after.
  let query = db.selectFrom('students').leftJoin('pseudonyms', 'pseudonyms.student_id', 'students.id')
    .select(['students.id', 'pseudonyms.pseudonym']).where('students.course_id', '=', courseId)
  if (dropped !== undefined) {
    query = query.where(dropped ? isDropped(today) : sql<boolean>`NOT ${isDropped(today)}`)
  }
  if (periodId === null) query = query.where('students.period_id', 'is', null)
  else if (periodId !== undefined) query = query.where('students.period_id', '=', periodId)
  const order = await query.orderBy(sql`pseudonyms.pseudonym IS NULL`).orderBy('pseudonyms.pseudonym')
    .orderBy('students.id').execute()
  for (let i = 0; i < order.length; i += size) {
    const batch = order.slice(i, i + size)
    const rows = await withCells(db, droppedFlag(today))
      .where('students.id', 'in', batch.map(({ id }) => id)).execute()
    const byId = new Map(decoded(db, rows).map((row) => [row.id, row]))
    yield batch.flatMap(({ id, pseudonym }) => {
      const row = byId.get(id)
      return row === undefined ? [] : [{ ...row, pseudonym }]
    })
  }
}

/** One student with their cells; undefined: the course has no such student. */
export async function findStudentWithCells (
  db: Reads,
  courseId: number,
  id: number,
  today: string
): Promise<StudentRow | undefined> {
  const rows = await withCells(db, droppedFlag(today))
    .where('students.course_id', '=', courseId).where('students.id', '=', id).execute()
  return decoded(db, rows)[0]
}

type Neighbor = Pick<Row<'students'>, 'id' | 'first_name' | 'last_name'>

/** The student before or after a place in the order of the book; undefined: there is none. */
export async function findNeighbor (
  db: Reads,
  courseId: number,
  { isDropped: dropped, position, id }: Place,
  { today, side }: { today: string, side: 'previous' | 'next' }
): Promise<Neighbor | undefined> {
  const isNext = side === 'next'
  const beside = (among: boolean) => {
    const order = isNext ? 'asc' : 'desc'
    return db.selectFrom('students').select(['id', 'first_name', 'last_name'])
      .where('course_id', '=', courseId)
      .where(among ? isDropped(today) : sql<boolean>`NOT ${isDropped(today)}`)
      .orderBy('position', order).orderBy('id', order).limit(1)
  }
  const found = await beside(dropped)
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple('position', 'id'), isNext ? '>' : '<', tuple(position, id)))
    .executeTakeFirst()
  // The students who are not dropped are followed by those who are.
  return found === undefined && dropped !== isNext ? await beside(isNext).executeTakeFirst() : found
}

/** How many students of a course, or of one period, have a student id and an email address. */
export async function countIdentifiers (
  db: Reads,
  courseId: number,
  periodId?: number
): Promise<{ identifiers: number, emails: number }> {
  let query = db.selectFrom('students')
    .select(({ fn }) => [
      fn.count<number>('student_identifier').as('identifiers'), fn.count<number>('email').as('emails'),
    ])
    .where('course_id', '=', courseId)
  if (periodId !== undefined) query = query.where('period_id', '=', periodId)
  return await query.executeTakeFirstOrThrow()
}

/** Of the course, or of one period. */
export async function controlTotals (
  db: Reads,
  courseId: number,
  { today, periodId }: { today: string, periodId?: number | undefined }
): Promise<ControlTotals> {
  let query = db.selectFrom('students')
    .leftJoin('student_scores', 'student_scores.student_id', 'students.id')
    .select([
      sql<number>`count(*) FILTER (WHERE NOT ${isDropped(today)})`.as('students'),
      sql<number>`count(*) FILTER (WHERE ${isDropped(today)})`.as('dropped'),
      sql<number>`coalesce(sum(student_scores.score_count), 0)`.as('scores'),
      sql<number>`coalesce(sum(student_scores.score_sum), 0.0)`.as('score_sum'),
    ])
    .where('students.course_id', '=', courseId)
  if (periodId !== undefined) query = query.where('students.period_id', '=', periodId)
  return await query.executeTakeFirstOrThrow()
}
