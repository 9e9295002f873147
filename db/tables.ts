// The rows as Kysely sees them. Times are integer milliseconds since 1970 UTC, plain dates are `YYYY-MM-DD`,
// flags are 0 or 1, and structured values are JSON text that our code writes and parses: PostgreSQL can store
// all of these.
import type { Generated, Insertable, Selectable } from 'kysely'

export interface Tables {
  courses: CoursesTable
  periods: PeriodsTable
  categories: CategoriesTable
  tasks: TasksTable
  task_sources: TaskSourcesTable
  students: StudentsTable
  student_scores: StudentScoresTable
  course_teachers: CourseTeachersTable
  teachers_by_hand: TeachersByHandTable
  users: UsersTable
  tokens: TokensTable
  sessions: SessionsTable
  password_links: PasswordLinksTable
  sign_in_networks: SignInNetworksTable
  setup: SetupTable
  audit_log: AuditLogTable
  jobs: JobsTable
  job_requests: JobRequestsTable
  job_attempts: JobAttemptsTable
  files: FilesTable
  file_intents: FileIntentsTable
  installation: InstallationTable
  exports: ExportsTable
  export_snapshots: ExportSnapshotsTable
  pseudonyms: PseudonymsTable
  column_maps: ColumnMapsTable
  roster_records: RosterRecordsTable
  student_result_origins: StudentResultOriginsTable
  imports: ImportsTable
  undo_imports: UndoImportsTable
  undo_courses: UndoCoursesTable
  undo_periods: UndoPart<PeriodsTable>
  undo_categories: UndoPart<CategoriesTable>
  undo_tasks: UndoPart<TasksTable>
  undo_task_sources: UndoTaskSourcesTable
  undo_column_maps: UndoColumnMapsTable
  undo_students: UndoPart<StudentsTable> & { pseudonym: Generated<string | null> }
  undo_course_teachers: UndoPart<CourseTeachersTable>
  undo_teachers_by_hand: TeachersByHandTable & { import_id: number }
  undo_scores: UndoScoresTable
  undo_records: UndoRecordsTable
  undo_accounts: UndoAccountsTable
  undo_erased_people: UndoErasedPeopleTable
  erasure_keys: ErasureKeysTable
  erased_people: ErasedPeopleTable
  // Only in PostgreSQL.
  shared_counters: SharedCountersTable
  shared_claims: SharedClaimsTable
  service_keys: ServiceKeysTable
  nodes: NodesTable
}

/**
 * Values from an import (`imported_*`), and values that a teacher set (`set_*`), which win and survive
 * imports.
 */
interface CoursesTable {
  id: Generated<number>
  source_id: string
  /**
   * What classes of a roster bundle must have in common to become periods of this course; null for other
   * formats.
   */
  grouping: string | null
  /** The name that is shown: that of the source, or one that an administrator chose. */
  name: string
  /** The source's name, if an administrator chose another; null: `name` is the source's. */
  roster_name: Generated<string | null>
  school: string | null
  term: string | null
  starts_on: string | null
  ends_on: string | null
  imported_time_zone: string
  set_time_zone: string | null
  imported_missing_counts: 'ignored' | 'zero'
  set_missing_counts: 'ignored' | 'zero' | null
  /** JSON of a `GradingScale`; null: none. `[]` that a teacher set: none, whatever an import brings. */
  imported_grading_scale: Generated<string | null>
  set_grading_scale: Generated<string | null>
  /** Raised by one with every change of the course's book. An export records the version that it read. */
  data_version: Generated<number>
  /** When an import last changed the course, ms; null: before this was recorded. */
  imported_at: Generated<number | null>
  /** Ms. Null: the course is not archived. Imports leave an archived course alone. */
  archived_at: Generated<number | null>
  created_at: number
  updated_at: number
}

interface PeriodsTable {
  id: Generated<number>
  course_id: number
  source_id: string
  name: string
  position: number
}

interface CategoriesTable {
  id: Generated<number>
  course_id: number
  source_id: string
  /** Unique in its course, compared exactly. */
  name: string
  /** A fraction, if the source has one (percentages are divided by 100 at import). */
  imported_weight: number | null
  set_weight: number | null
  position: number
}

interface TasksTable {
  id: Generated<number>
  course_id: number
  source_id: string
  title: string
  type: 'homework' | 'reading' | 'external'
  category_id: number | null
  /**
   * An instant, or else a plain date (`due_on`), which ends with its day in the course's time zone; never
   * both.
   */
  due_at: number | null
  due_on: string | null
  points_possible: number | null
  /**
   * `canvas`, `moodle`: the system whose grade book file brought it, `unknown`: that of an earlier version;
   * null: a roster or document.
   */
  grade_book: Generated<string | null>
  /** The place of this task's cell in each student's packed cells (`student_scores.cells`). */
  slot: number
  position: number
}

/** The roster's line items that are one task: one for each class (period) that has it. */
interface TaskSourcesTable {
  course_id: number
  source_id: string
  task_id: number
  /** The line item's `resultValueMin`: a result's points are its score less this. */
  minimum: number
  /** The number of the line item in `student_result_origins`; unique in its course, from 1. */
  number: number
}

/** A person in one course. A person in two courses has two rows with the same `source_id`. */
interface StudentsTable {
  id: Generated<number>
  course_id: number
  source_id: string
  first_name: string | null
  last_name: string | null
  student_identifier: string | null
  email: string | null
  period_id: number | null
  /** Dropped from the beginning of this day in the course's time zone; may be in the future. */
  dropped_on: string | null
  /** As in `tasks`. */
  grade_book: Generated<string | null>
  /** 1: a later roster of the course no longer has this student. */
  is_unenrolled: Generated<number>
  /**
   * Place in the order of the book, dropped students not set apart: last name, first name, student id, id.
   */
  position: number
}

/** One packed row of cells for each student that has any; see `src/courses/packed-cells.ts`. */
interface StudentScoresTable {
  student_id: number
  cells: Buffer
  /**
   * Control totals of the cells at the time of the import: how many have a score, and the sum of those
   * fractions.
   */
  score_count: number
  score_sum: number
}

interface CourseTeachersTable {
  id: Generated<number>
  course_id: number
  source_id: string
  email: string | null
  /** The email address in lower case: it joins a teacher in a roster and an account. */
  email_key: string | null
  first_name: string | null
  last_name: string | null
  is_enabled: Generated<number>
  position: number
}

/**
 * Teachers whom an administrator added or removed. This wins over `course_teachers`, and no import changes
 * it.
 */
interface TeachersByHandTable {
  course_id: number
  user_id: number
  is_removed: 0 | 1
  /** Of the teacher in the roster, if they were removed. */
  source_id: string | null
}

interface UsersTable {
  id: Generated<number>
  email: string
  email_key: string
  role: 'admin' | 'teacher' | 'student'
  first_name: string | null
  last_name: string | null
  password_hash: string | null
  /**
   * `roster`: created for a teacher who is only known from a roster. `account`: created by a person, with a
   * role.
   */
  origin: 'account' | 'roster'
  /** By an administrator. */
  disabled_at: number | null
  created_at: number
  /** When a session of the page last started. */
  last_sign_in_at: Generated<number | null>
  /** 1: a roster had the person when the account was created, so a roster may disable it. */
  is_from_roster: Generated<number>
  /** Source id of the roster's user who is disabled there; see also `course_teachers.is_enabled`. */
  roster_disabled_by: Generated<string | null>
}

interface TokensTable {
  id: Generated<number>
  user_id: number
  name: string
  /** SHA-256 of the token, hex. The token itself is shown once and not stored. */
  hash: string
  /** JSON array of scopes; null: all that the user's role may do. */
  scopes: string | null
  created_at: number
  last_used_at: number | null
  expires_at: number | null
  revoked_at: number | null
}

/** From where a user has signed in: see `networkOf`. */
interface SignInNetworksTable {
  user_id: number
  network: string
  last_at: number
}

interface SessionsTable {
  id: Generated<number>
  user_id: number
  /** SHA-256 of the secret in the cookie, hex. */
  hash: string
  /** Where it was started, and by which browser. */
  address: string | null
  user_agent: string | null
  created_at: number
  last_used_at: number
  /** Signed out, revoked, or replaced by a later sign-in of the same browser. */
  ended_at: number | null
}

/** One-time links with which a person chooses a password: invitations and resets. */
interface PasswordLinksTable {
  id: Generated<number>
  user_id: number
  /** SHA-256 of the secret in the link, hex. */
  hash: string
  created_at: number
  expires_at: number
  /** Used, or replaced by a later link. */
  ended_at: number | null
}

/** One row at most: how the service was set up. */
interface SetupTable {
  id: 1
  /** Of courses whose source names none. */
  school: string | null
  /** SHA-256 of the secret in the setup link, hex. Null: there is none. */
  link_hash: string | null
  link_expires_at: number | null
}

/** Append-only. Has the numbers of people, never their names or email addresses. */
interface AuditLogTable {
  id: Generated<number>
  at: number
  action: string
  outcome: 'done' | 'refused'
  actor_id: number | null
  via: 'session' | 'token' | 'link' | 'nobody' | 'command'
  /** The network address of the request. */
  address: string | null
  /** The subject of the entry: `course 3`. */
  subject: string | null
  /** How often it happened. Repeats within a minute are one row. */
  count: Generated<number>
  /** JSON: by the name of each changed field, its value before and after. People are numbers here too. */
  changes: Generated<string | null>
}

interface JobsTable {
  id: Generated<number>
  kind: string
  state: 'queued' | 'started' | 'succeeded' | 'failed' | 'canceled'
  /** Jobs with one key run one at a time. A request finds the job that serves it by its key. */
  key: string
  /** The key until the first claim, then NULL, so that the job can be requeued. */
  unique_key: string | null
  owner_type: string | null
  owner_id: number | null
  payload: string
  /** The version of the input when the job was claimed (of an export: the course's data version). */
  input_version: number | null
  /**
   * Fencing: a number that rises with every claim of any job. A run with an older one may not write. Also the
   * order of claims.
   */
  token: Generated<number>
  attempts: Generated<number>
  process_deaths: Generated<number>
  progress: Generated<number>
  priority: Generated<number>
  run_after: number
  created_at: number
  started_at: number | null
  finished_at: number | null
  error_code: string | null
  error_message: string | null
  result: string | null
}

/** Who requested a job, and when. The command line has no user. */
interface JobRequestsTable {
  id: Generated<number>
  job_id: number
  user_id: number | null
  requested_at: number
  withdrawn_at: number | null
}

/** One row for each claim of a job: how that run ended, and why. */
interface JobAttemptsTable {
  id: Generated<number>
  job_id: number
  /** The token of the claim. */
  token: number
  /** The value of `jobs.attempts` in this run. */
  attempt: number
  started_at: number
  finished_at: number | null
  /**
   * `stopped`: the server shut down. `died`: its process died. Neither counts as an attempt. NULL: the run
   * has not ended.
   */
  outcome: 'succeeded' | 'failed' | 'canceled' | 'stopped' | 'died' | null
  error_code: string | null
  error_message: string | null
}

interface FilesTable {
  id: Generated<number>
  owner_type: string
  owner_id: number
  category: string
  filename: string
  hex: string
  content_type: string
  size: number
  sha256: string
  created_at: number
  created_by: string | null
  expires_at: number | null
  /** When the bytes were removed. The row is a tombstone for a while: requests get 410. */
  removed_at: number | null
  /** When the bytes were found missing. The file is hidden until they are back. */
  lost_at: number | null
  /** Where an object store has the bytes, below its prefix; null: on the local disk. */
  object_key: Generated<string | null>
}

/** Bytes without a row: noted before they are stored or their row is deleted, removed at the next start. */
interface FileIntentsTable {
  hex: string
  created_at: number
  object_key: Generated<string | null>
  /**
   * When the row was deleted; an object store may keep the bytes for a while after it. 0: they must go at
   * once. Null: they are on their way in.
   */
  deleted_at: Generated<number | null>
}

/** One row. */
interface InstallationTable {
  id: 1
  /** Random; an object store has it in the name of a marker. */
  name: string
  /** When the object store was last searched for what no row knows, ms. */
  store_swept_at: Generated<number>
}

interface ExportsTable {
  id: Generated<number>
  course_id: number
  file_id: number
  job_id: number | null
  /** JSON of the options that differ from the defaults. */
  options: string
  /** See `src/exports/formats/all-formats.ts`. */
  format: Generated<string>
  /** Exports of a course with the same value replace each other: the newest is kept. See `seriesOf`. */
  series: Generated<string>
  data_version: number
  /** From this time on the export is out of date although no data changed: a due or drop date has passed. */
  current_until: number | null
}

/** What stands for a student in files without names. The same in all files of the course. */
interface PseudonymsTable {
  student_id: number
  course_id: number
  /** Unique in its course. */
  pseudonym: string
}

/** Columns of tables, as they were chosen for a course; see `src/imports/column-maps/remembered-map.ts`. */
interface ColumnMapsTable {
  course_id: number
  /** Of the header that the map is for. */
  header_hash: string
  /** JSON of a `ColumnMap`. */
  map: string
  /** When it was chosen, ms. */
  at: number
}

/** What an export read, in parts; see `src/snapshots/snapshot-format.ts`. */
interface ExportSnapshotsTable {
  export_id: number
  /** 0: the settings of the book; from 1 on: its students. */
  part: number
  /** Compressed. */
  bytes: Buffer
}

/**
 * The stored roster, to which a delta refers. `parent`, `other` and `body` by kind: see
 * `src/imports/oneroster/`.
 */
interface RosterRecordsTable {
  kind: string
  source_id: string
  parent: string | null
  other: string | null
  /** JSON array of the columns that are used. */
  body: string
}

/**
 * The origin of each of a student's cells: which result, of which line item. See
 * `src/imports/result-origins.ts`.
 */
interface StudentResultOriginsTable {
  student_id: number
  origins: Buffer
  /** The ids of the results: see `packed-ids.ts`. Null: not known. */
  ids: Buffer | null
}

/** One row for each import that changed something. */
interface ImportsTable {
  id: Generated<number>
  applied_at: number
  /** Identifies the import, so that it is not made twice when its job runs again. */
  reference: string | null
  /** JSON, in the form that `import --json` prints. */
  summary: string
  /** This import is the undo of that one. */
  undoes: Generated<number | null>
  /** When it was undone for all of its courses, ms. */
  undone_at: Generated<number | null>
}

/** One row for each import that can be undone: see `db/staging/keep-for-undo.ts`. */
interface UndoImportsTable {
  import_id: number
  made_at: number
}

/** A course of an import, as it was before. If the import added the course: as it became. */
type PlainCourse = { [Column in keyof Omit<CoursesTable, 'id'>]: Plain<CoursesTable[Column]> }
interface UndoCoursesTable extends PlainCourse {
  import_id: number
  course_id: number
  op: 'added' | 'changed' | 'removed'
  /** The import that undid it. */
  undone_by: number | null
}

type Plain<T> = T extends Generated<infer Value> ? Value : T

/** A row of a table as it was before. Without a source id: the import added it. */
type UndoPart<T> = { import_id: number, id: number, course_id: number } & {
  [Column in Exclude<keyof T, 'id' | 'course_id'>]: Plain<T[Column]> | null
}

/** Without a task: the import added it. */
interface UndoTaskSourcesTable {
  import_id: number
  course_id: number
  source_id: string
  task_id: number | null
  minimum: number | null
  number: number | null
}

/** Without a map: the import added it. */
interface UndoColumnMapsTable {
  import_id: number
  course_id: number
  header_hash: string
  map: string | null
  at: number | null
}

/** Without cells: the student had none. The same for origins. */
interface UndoScoresTable {
  import_id: number
  student_id: number
  course_id: number
  cells: Buffer | null
  score_count: number | null
  score_sum: number | null
  /** 1: the import did not change the origins, and they are not here, nor are the ids. */
  keeps_origins: number
  origins: Buffer | null
  ids: Buffer | null
}

/** Without a body: the import added it. */
interface UndoRecordsTable {
  import_id: number
  kind: string
  source_id: string
  parent: string | null
  other: string | null
  body: string | null
  /** 1: inside an undo, a record that it restores. */
  is_due: Generated<number>
}

/** `users.roster_disabled_by` before and after. */
interface UndoAccountsTable {
  import_id: number
  user_id: number
  disabled_by: string | null
  disabled_by_after: string | null
}

/** Erased people whom an import brought back. */
interface UndoErasedPeopleTable {
  import_id: number
  hash: string
  erased_at: number
}

/**
 * One row, created at the first erasure: the key of the hashes in `erased_people`, 256 random bits as hex.
 */
interface ErasureKeysTable {
  id: number
  secret: string
}

/** Identifiers of erased people, as keyed hashes; see `src/person-data/identifier-hash.ts`. */
interface ErasedPeopleTable {
  id: Generated<number>
  hash: string
  erased_at: number
}

/** What is counted over all nodes. */
interface SharedCountersTable {
  /** A hash of what is counted, and for whom. */
  key: string
  /** How full a bucket was at `at`, or the count of a window that began then. */
  level: number
  at: number
  expires_at: number
}

/** Values that one request of all nodes may use. */
interface SharedClaimsTable {
  /** A hash of the value. */
  key: string
  holder: string
  expires_at: number
}

/** Keys of the service, which all nodes need. */
interface ServiceKeysTable {
  name: string
  secret: string
  created_at: number
}

/** One row for each process that lives, or that died not long ago. */
interface NodesTable {
  /** Random. */
  id: string
  name: string
  role: 'all' | 'web' | 'worker'
  version: string
  threads: number
  started_at: number
  /** The last sign of life; by the clock of the database, as all times are. */
  seen_at: number
  running_jobs: number
}

export type Row<T extends keyof Tables> = Selectable<Tables[T]>
export type NewRow<T extends keyof Tables> = Insertable<Tables[T]>
