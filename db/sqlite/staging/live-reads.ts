// What an import reads from the service's database: one snapshot, through the staging connection, which calls
// it `live`. What `LiveLoads` loads must be loaded before it is read.
import type { SqliteConnection } from '../connection.ts'
import type { Row } from '../../tables.ts'

export type LiveScores = Pick<Row<'student_scores'>, 'cells' | 'score_count' | 'score_sum'> & {
  origins: Buffer | null,
  ids: Buffer | null,
}
export type LiveRecord = Row<'roster_records'>

interface LiveOriginRow { course_id: number, source_id: string, origins: Buffer }
export type LiveOrigins = Iterable<LiveOriginRow> | AsyncIterable<LiveOriginRow>

export interface LiveReads {
  /** The key and the hashes of erased people. Undefined: there are none. */
  erased: () => { secret: string, hashes: string[] } | undefined
  /** The school of courses whose source names none. */
  school: () => string | null
  course: (id: number) => Row<'courses'> | undefined
  courseBySource: (sourceId: string) => Row<'courses'> | undefined
  coursesByName: (name: string) => Array<Row<'courses'>>
  /** The course of a roster to which a class belongs. */
  courseOfClass: (classId: string) => Row<'courses'> | undefined
  /** The courses of a roster with this grouping. */
  coursesByGrouping: (grouping: string) => Array<Row<'courses'>>
  periods: (courseId: number) => Array<Row<'periods'>>
  categories: (courseId: number) => Array<Row<'categories'>>
  tasks: (courseId: number) => Array<Row<'tasks'>>
  taskSources: (courseId: number) => Array<Row<'task_sources'>>
  /** The newest first. */
  columnMaps: (courseId: number) => Array<Row<'column_maps'>>
  /** Those of all courses, the newest first, at most `COLUMN_MAPS_READ`. */
  newestColumnMaps: () => Array<Row<'column_maps'>>
  students: (courseId: number) => Array<Row<'students'>>
  /**
   * The users of the roster among the students of a course, if the roster enrolled them: source id and body.
   */
  enrolledUsers: (courseId: number) => Array<{ source_id: string, body: string }>
  teachers: (courseId: number) => Array<Row<'course_teachers'>>
  /** Accounts that a roster may disable. */
  accounts: () => Array<Pick<Row<'users'>, 'id' | 'email_key' | 'roster_disabled_by'>>
  scores: (studentId: number) => LiveScores | undefined
  record: (kind: string, sourceId: string) => LiveRecord | undefined
  recordsOfKind: (kind: string) => LiveRecord[]
  recordsOfParent: (kind: string, parent: string) => LiveRecord[]
  recordsOfOther: (kind: string, other: string) => LiveRecord[]
  /**
   * Every student, of all courses or of one, whose results can be distinguished. Nothing can be written while
   * this is read. Needs no loading.
   */
  origins: (courseId?: number) => LiveOrigins
}

/** Most column maps of all courses that are read to find out whose a table is. */
export const COLUMN_MAPS_READ = 200

export function liveReads (sqlite: SqliteConnection): LiveReads {
  const secret = sqlite.prepare('SELECT secret FROM live.erasure_keys').pluck()
  const erased = sqlite.prepare('SELECT hash FROM live.erased_people').pluck()
  const school = sqlite.prepare('SELECT school FROM live.setup').pluck()
  const course = sqlite.prepare('SELECT * FROM live.courses WHERE id = ?')
  const courseBySource = sqlite.prepare('SELECT * FROM live.courses WHERE source_id = ?')
  const coursesByName = sqlite.prepare(
    'SELECT * FROM live.courses WHERE ? IN (name, roster_name) ORDER BY id'
  )
  const courseOfClass = sqlite.prepare(
    `SELECT c.* FROM live.periods p JOIN live.courses c ON c.id = p.course_id
    WHERE p.source_id = ? AND c."grouping" IS NOT NULL ORDER BY c.id LIMIT 1`
  )
  const coursesByGrouping = sqlite.prepare('SELECT * FROM live.courses WHERE "grouping" = ? ORDER BY id')
  const ofCourse = (table: string) =>
    sqlite.prepare(`SELECT * FROM live.${table} WHERE course_id = ? ORDER BY position, id`)
  const periods = ofCourse('periods')
  const categories = ofCourse('categories')
  const tasks = ofCourse('tasks')
  const students = ofCourse('students')
  const teachers = ofCourse('course_teachers')
  const taskSources = sqlite.prepare('SELECT * FROM live.task_sources WHERE course_id = ? ORDER BY number')
  const columnMaps = sqlite.prepare(
    'SELECT * FROM live.column_maps WHERE course_id = ? ORDER BY at DESC, header_hash'
  )
  const newestColumnMaps = sqlite.prepare(
    `SELECT m.* FROM (SELECT course_id, header_hash FROM live.column_maps
      ORDER BY at DESC, course_id, header_hash LIMIT ${COLUMN_MAPS_READ}) n
    JOIN live.column_maps m USING (course_id, header_hash) ORDER BY m.at DESC, course_id, header_hash`
  )
  const enrolledUsers = sqlite.prepare(
    `SELECT s.source_id, u.body FROM live.students s
    JOIN live.roster_records u ON u.kind = 'user' AND u.source_id = s.source_id
    WHERE s.course_id = ? AND EXISTS (SELECT 1 FROM live.roster_records e
      JOIN live.periods p ON p.course_id = s.course_id AND p.source_id = e.parent
      WHERE e.kind = 'enrollment' AND e.other = s.source_id)`
  )
  const scores = sqlite.prepare(
    `SELECT s.cells, s.score_count, s.score_sum, o.origins, o.ids FROM live.student_scores s
    LEFT JOIN live.student_result_origins o ON o.student_id = s.student_id WHERE s.student_id = ?`
  )
  const accounts = sqlite.prepare(`SELECT id, email_key, roster_disabled_by FROM live.users
    WHERE is_from_roster = 1 AND role <> 'admin'`)
  const record = sqlite.prepare('SELECT * FROM live.roster_records WHERE kind = ? AND source_id = ?')
  const recordsOfKind = sqlite.prepare('SELECT * FROM live.roster_records WHERE kind = ? ORDER BY source_id')
  const recordsOfParent = sqlite.prepare(
    'SELECT * FROM live.roster_records WHERE parent = ? AND kind = ? ORDER BY source_id'
  )
  const recordsOfOther = sqlite.prepare(
    'SELECT * FROM live.roster_records WHERE other = ? AND kind = ? ORDER BY source_id'
  )
  const originsOf = `SELECT s.course_id, s.source_id, o.origins
    FROM live.student_result_origins o JOIN live.students s ON s.id = o.student_id`
  const origins = sqlite.prepare(originsOf)
  const originsOfCourse = sqlite.prepare(`${originsOf} WHERE s.course_id = ?`)
  type Course = Row<'courses'>
  return {
    erased () {
      const hashes = erased.all() as string[]
      return hashes.length === 0 ? undefined : { secret: secret.get() as string, hashes }
    },
    school: () => school.get() as string | null | undefined ?? null,
    course: (id) => course.get(id) as Course | undefined,
    courseBySource: (sourceId) => courseBySource.get(sourceId) as Course | undefined,
    coursesByName: (name) => coursesByName.all(name) as Course[],
    courseOfClass: (classId) => courseOfClass.get(classId) as Course | undefined,
    coursesByGrouping: (grouping) => coursesByGrouping.all(grouping) as Course[],
    periods: (id) => periods.all(id) as Array<Row<'periods'>>,
    categories: (id) => categories.all(id) as Array<Row<'categories'>>,
    tasks: (id) => tasks.all(id) as Array<Row<'tasks'>>,
    taskSources: (id) => taskSources.all(id) as Array<Row<'task_sources'>>,
    columnMaps: (id) => columnMaps.all(id) as Array<Row<'column_maps'>>,
    newestColumnMaps: () => newestColumnMaps.all() as Array<Row<'column_maps'>>,
    students: (id) => students.all(id) as Array<Row<'students'>>,
    enrolledUsers: (id) => enrolledUsers.all(id) as ReturnType<LiveReads['enrolledUsers']>,
    teachers: (id) => teachers.all(id) as Array<Row<'course_teachers'>>,
    accounts: () => accounts.all() as ReturnType<LiveReads['accounts']>,
    scores: (id) => scores.get(id) as LiveScores | undefined,
    record: (kind, sourceId) => record.get(kind, sourceId) as LiveRecord | undefined,
    recordsOfKind: (kind) => recordsOfKind.all(kind) as LiveRecord[],
    recordsOfParent: (kind, parent) => recordsOfParent.all(parent, kind) as LiveRecord[],
    recordsOfOther: (kind, other) => recordsOfOther.all(other, kind) as LiveRecord[],
    origins: (courseId) => (courseId === undefined
      ? origins.iterate()
      : originsOfCourse.iterate(courseId)) as LiveOrigins,
  }
}
