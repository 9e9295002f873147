// What a worker reads of one course, over a connection of its own. Synchronous on purpose: a thread that does
// nothing else iterates fastest, and one read transaction is one snapshot.
import { Kysely, SqliteDialect, sql, type CompiledQuery } from 'kysely'
import { connect, preparedOnce } from '../sqlite/connection.ts'
import type { Row, Tables } from '../tables.ts'

export type StudentRow = Row<'students'> & { is_dropped: 0 | 1, cells: Buffer | null }

export interface StudentFilter {
  /** Plain date in the course's zone: who was dropped on it or before is dropped. */
  today: string
  /** Only these students; `null`: those without a period. */
  periodId?: number | null
  isDropped?: boolean
  /** Continue behind this student. */
  after?: { isDropped: boolean, position: number }
}

/** One consistent state of the database; call `end` when done, which does nothing the second time. */
export interface Snapshot {
  course: (id: number) => Row<'courses'> | undefined
  periods: (courseId: number) => Row<'periods'>[]
  categories: (courseId: number) => Row<'categories'>[]
  tasks: (courseId: number) => Row<'tasks'>[]
  teachers: (courseId: number) => Row<'course_teachers'>[]
  student: (courseId: number, id: number) => Row<'students'> | undefined
  /** In the order of the book: not dropped first, then by position. */
  students: (courseId: number, filter: StudentFilter) => IterableIterator<StudentRow>
  /** The earliest day after `today` on which a student is dropped. */
  nextDrop: (courseId: number, today: string) => string | null
  /** Control totals by SQL: students, dropped students, and what the import noted of each student's cells. */
  totals: (
    courseId: number,
    today: string,
  ) => { students: number, dropped: number, scores: number, score_sum: number }
  end: () => void
}

export interface BookReader {
  /** Begins a snapshot; one at a time. */
  snapshot: () => Snapshot
  close: () => void
}

/** Opens a read-only connection. Throws if the file is not there. */
export function openBookReader (file: string): BookReader {
  const sqlite = connect(file, { readonly: true, busyTimeoutMs: 1000 })
  const prepare = preparedOnce(sqlite)
  const kysely = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sqlite }) })
  const all = <T>(query: { compile: () => CompiledQuery<T> }): T[] => {
    const { sql: text, parameters } = query.compile()
    return prepare(text).all(...parameters) as T[]
  }
  const isDropped = (today: string) =>
    sql<
      0 | 1
    >`(students.is_unenrolled = 1 OR (students.dropped_on IS NOT NULL AND students.dropped_on <= ${today}))`

  function * students (courseId: number, filter: StudentFilter): IterableIterator<StudentRow> {
    for (const dropped of [false, true]) {
      if (filter.isDropped !== undefined && filter.isDropped !== dropped) continue
      if (filter.after?.isDropped === true && !dropped) continue
      let query = kysely.selectFrom('students')
        .leftJoin('student_scores', 'student_scores.student_id', 'students.id')
        .selectAll('students')
        .select(['student_scores.cells', sql<0 | 1>`${sql.lit(dropped ? 1 : 0)}`.as('is_dropped')])
        .where('students.course_id', '=', courseId)
        .where(isDropped(filter.today), '=', sql.lit(dropped ? 1 : 0))
        .orderBy('students.position')
      if (filter.periodId !== undefined) {
        query = filter.periodId === null
          ? query.where('students.period_id', 'is', null)
          : query.where('students.period_id', '=', filter.periodId)
      }
      if (filter.after !== undefined && filter.after.isDropped === dropped) {
        query = query.where('students.position', '>', filter.after.position)
      }
      const { sql: text, parameters } = query.compile()
      yield * prepare(text).iterate(...parameters) as IterableIterator<StudentRow>
    }
  }

  return {
    snapshot () {
      sqlite.exec('BEGIN')
      let open = true
      return {
        course: (id) => all(kysely.selectFrom('courses').selectAll().where('id', '=', id))[0],
        periods: (courseId) =>
          all(
            kysely.selectFrom('periods').selectAll().where('course_id', '=', courseId).orderBy('position')
              .orderBy('id')
          ),
        categories: (courseId) =>
          all(
            kysely.selectFrom('categories').selectAll().where('course_id', '=', courseId).orderBy('position')
              .orderBy('id')
          ),
        tasks: (courseId) =>
          all(
            kysely.selectFrom('tasks').selectAll().where('course_id', '=', courseId).orderBy('position')
              .orderBy('id')
          ),
        teachers: (courseId) =>
          all(
            kysely.selectFrom('course_teachers').selectAll().where('course_id', '=', courseId).orderBy(
              'position'
            ).orderBy('id')
          ),
        student: (courseId, id) =>
          all(
            kysely.selectFrom('students').selectAll().where('course_id', '=', courseId).where('id', '=', id)
          )[0],
        students,
        nextDrop: (courseId, today) =>
          all(
            kysely.selectFrom('students').select((eb) => eb.fn.min('dropped_on').as('day'))
              .where('course_id', '=', courseId).where('is_unenrolled', '=', 0).where(
                'dropped_on',
                '>',
                today
              )
          )[0]?.day ?? null,
        totals: (courseId, today) =>
          all(
            kysely.selectFrom('students')
              .leftJoin('student_scores', 'student_scores.student_id', 'students.id')
              .select([
                sql<number>`count(*) FILTER (WHERE NOT ${isDropped(today)})`.as('students'),
                sql<number>`count(*) FILTER (WHERE ${isDropped(today)})`.as('dropped'),
                sql<number>`coalesce(sum(student_scores.score_count), 0)`.as('scores'),
                sql<number>`coalesce(sum(student_scores.score_sum), 0.0)`.as('score_sum'),
              ])
              .where('students.course_id', '=', courseId)
          )[0]!,
        end () {
          if (!open) return
          open = false
          sqlite.exec('COMMIT')
        },
      }
    },
    close: () => {
      sqlite.close()
    },
  }
}
