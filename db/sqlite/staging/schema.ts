// Tables of the staging database. `records` and `results` hold what a source says; `plan_*` what has to
// change. Courses go by `course`, the number that this import gave them.
export const STAGING_SCHEMA = [
  `CREATE TABLE records (
    kind TEXT NOT NULL,
    source_id TEXT NOT NULL,
    parent TEXT,
    other TEXT,
    body TEXT NOT NULL,
    is_deleted INTEGER NOT NULL,
    modified REAL NOT NULL,
    file INTEGER NOT NULL,
    line INTEGER NOT NULL,
    ord REAL NOT NULL,
    PRIMARY KEY (kind, source_id)
  ) STRICT, WITHOUT ROWID`,

  // Some of a student's results in one course: how many, the place of the first, the values of StagedResult
  // as float64, and their ids (see `db/packed-ids.ts`), if they have any.
  `CREATE TABLE results (course INTEGER NOT NULL, person INTEGER NOT NULL, results INTEGER NOT NULL,
    place REAL NOT NULL, data BLOB NOT NULL, ids BLOB) STRICT`,

  // op: 'insert', 'update', 'delete', or 'none' for a course that only changes inside
  `CREATE TABLE plan_courses (
    course INTEGER PRIMARY KEY,
    live_id INTEGER,
    op TEXT NOT NULL,
    source_id TEXT NOT NULL,
    "grouping" TEXT,
    name TEXT NOT NULL,
    school TEXT,
    term TEXT,
    starts_on TEXT,
    ends_on TEXT,
    time_zone TEXT NOT NULL,
    missing_counts TEXT NOT NULL,
    grading_scale TEXT,
    is_changed INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE plan_periods (
    course INTEGER NOT NULL, live_id INTEGER, op TEXT NOT NULL, source_id TEXT NOT NULL, name TEXT NOT NULL,
      position INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE plan_categories (
    course INTEGER NOT NULL, live_id INTEGER, op TEXT NOT NULL, source_id TEXT NOT NULL, name TEXT NOT NULL,
      weight REAL, position INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE plan_tasks (
    course INTEGER NOT NULL, live_id INTEGER, op TEXT NOT NULL, source_id TEXT NOT NULL, title TEXT NOT NULL,
      type TEXT NOT NULL,
    category TEXT, due_at INTEGER, due_on TEXT, points_possible REAL, grade_book TEXT, slot INTEGER NOT NULL,
      position INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE plan_task_sources (
    course INTEGER NOT NULL, op TEXT NOT NULL, source_id TEXT NOT NULL, task TEXT, minimum REAL,
      number INTEGER
  ) STRICT`,
  // map: NULL: it is forgotten
  `CREATE TABLE plan_column_maps (
    course INTEGER NOT NULL, header_hash TEXT NOT NULL, map TEXT
  ) STRICT`,
  // ord: rises in the order of the source
  `CREATE TABLE plan_students (
    ord INTEGER PRIMARY KEY,
    course INTEGER NOT NULL, live_id INTEGER, op TEXT NOT NULL, source_id TEXT NOT NULL, first_name TEXT,
      last_name TEXT,
    student_identifier TEXT, email TEXT, period TEXT, dropped_on TEXT, grade_book TEXT,
      is_unenrolled INTEGER NOT NULL, position INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE plan_teachers (
    course INTEGER NOT NULL, live_id INTEGER, op TEXT NOT NULL, source_id TEXT NOT NULL, email TEXT,
      email_key TEXT,
    first_name TEXT, last_name TEXT, is_enabled INTEGER NOT NULL, position INTEGER NOT NULL
  ) STRICT`,
  // cells, origins: NULL for none (a row that there is goes); ids: of the results in origins
  `CREATE TABLE plan_scores (
    course INTEGER NOT NULL, live_id INTEGER, student TEXT NOT NULL, cells BLOB, score_count INTEGER NOT NULL,
      score_sum REAL NOT NULL, origins BLOB, ids BLOB
  ) STRICT`,
  // Ids of results whose scores and origins stay as they are.
  'CREATE TABLE plan_result_ids (live_id INTEGER NOT NULL, ids BLOB) STRICT',
  // disabled_by: source id of the roster's user, NULL: enabled again
  'CREATE TABLE plan_accounts (user_id INTEGER NOT NULL, disabled_by TEXT) STRICT',
  `CREATE TABLE plan_records (kind TEXT NOT NULL, source_id TEXT NOT NULL, parent TEXT, other TEXT,
    body TEXT) STRICT`,
  // Erased people who may be imported again: these hashes are forgotten.
  'CREATE TABLE plan_readmitted (hash TEXT PRIMARY KEY) STRICT, WITHOUT ROWID',
  // Stored records that a removed class, enrollment or line item referred to. They are deleted if nothing
  // else refers to them.
  `CREATE TABLE plan_leavers (kind TEXT NOT NULL, source_id TEXT NOT NULL, PRIMARY KEY (kind,
    source_id)) STRICT, WITHOUT ROWID`,
]
