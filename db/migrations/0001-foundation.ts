// Courses with their books, accounts, jobs, files and exports.
export const FOUNDATION = [
  `CREATE TABLE courses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id TEXT NOT NULL UNIQUE,
    "grouping" TEXT,
    name TEXT NOT NULL,
    school TEXT,
    term TEXT,
    starts_on TEXT,
    ends_on TEXT,
    imported_time_zone TEXT NOT NULL,
    set_time_zone TEXT,
    imported_missing_counts TEXT NOT NULL CHECK (imported_missing_counts IN ('ignored', 'zero')),
    set_missing_counts TEXT CHECK (set_missing_counts IN ('ignored', 'zero')),
    data_version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT`,
  'CREATE INDEX courses_grouping ON courses ("grouping")',

  `CREATE TABLE periods (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    course_id INTEGER NOT NULL REFERENCES courses ON DELETE CASCADE,
    source_id TEXT NOT NULL,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    UNIQUE (course_id, source_id)
  ) STRICT`,
  'CREATE INDEX periods_source ON periods (source_id)',

  `CREATE TABLE categories (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    course_id INTEGER NOT NULL REFERENCES courses ON DELETE CASCADE,
    source_id TEXT NOT NULL,
    name TEXT NOT NULL,
    imported_weight REAL,
    set_weight REAL,
    position INTEGER NOT NULL,
    UNIQUE (course_id, name)
  ) STRICT`,

  `CREATE TABLE tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    course_id INTEGER NOT NULL REFERENCES courses ON DELETE CASCADE,
    source_id TEXT NOT NULL,
    title TEXT NOT NULL,
    type TEXT NOT NULL CHECK (type IN ('homework', 'reading', 'external')),
    category_id INTEGER REFERENCES categories ON DELETE SET NULL,
    due_at INTEGER,
    due_on TEXT,
    points_possible REAL,
    slot INTEGER NOT NULL,
    position INTEGER NOT NULL,
    UNIQUE (course_id, source_id),
    CHECK (due_at IS NULL OR due_on IS NULL)
  ) STRICT`,
  'CREATE INDEX tasks_category ON tasks (category_id)',

  `CREATE TABLE task_sources (
    course_id INTEGER NOT NULL REFERENCES courses ON DELETE CASCADE,
    source_id TEXT NOT NULL,
    task_id INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
    minimum REAL NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (course_id, source_id)
  ) STRICT`,
  'CREATE INDEX task_sources_task ON task_sources (task_id)',
  'CREATE INDEX task_sources_source ON task_sources (source_id)',

  `CREATE TABLE students (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    course_id INTEGER NOT NULL REFERENCES courses ON DELETE CASCADE,
    source_id TEXT NOT NULL,
    first_name TEXT,
    last_name TEXT,
    student_identifier TEXT,
    email TEXT,
    period_id INTEGER REFERENCES periods ON DELETE SET NULL,
    dropped_on TEXT,
    is_unenrolled INTEGER NOT NULL DEFAULT 0,
    position INTEGER NOT NULL,
    UNIQUE (course_id, source_id)
  ) STRICT`,
  'CREATE INDEX students_position ON students (course_id, position)',
  'CREATE INDEX students_period ON students (period_id)',

  `CREATE TABLE student_scores (
    student_id INTEGER PRIMARY KEY REFERENCES students ON DELETE CASCADE,
    cells BLOB NOT NULL,
    score_count INTEGER NOT NULL,
    score_sum REAL NOT NULL
  ) STRICT`,

  `CREATE TABLE course_teachers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    course_id INTEGER NOT NULL REFERENCES courses ON DELETE CASCADE,
    source_id TEXT NOT NULL,
    email TEXT,
    email_key TEXT,
    first_name TEXT,
    last_name TEXT,
    is_enabled INTEGER NOT NULL DEFAULT 1,
    position INTEGER NOT NULL,
    UNIQUE (course_id, source_id)
  ) STRICT`,
  'CREATE INDEX course_teachers_email ON course_teachers (email_key, course_id)',

  `CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('admin', 'teacher', 'student')),
    first_name TEXT,
    last_name TEXT,
    password_hash TEXT,
    origin TEXT NOT NULL CHECK (origin IN ('account', 'roster')),
    disabled_at INTEGER,
    created_at INTEGER NOT NULL
  ) STRICT`,

  `CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    scopes TEXT,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    expires_at INTEGER,
    revoked_at INTEGER
  ) STRICT`,
  'CREATE INDEX tokens_user ON tokens (user_id)',

  `CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'started', 'succeeded', 'failed', 'canceled')),
    "key" TEXT NOT NULL,
    unique_key TEXT,
    owner_type TEXT,
    owner_id INTEGER,
    payload TEXT NOT NULL,
    input_version INTEGER,
    token INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    process_deaths INTEGER NOT NULL DEFAULT 0,
    progress REAL NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL DEFAULT 0,
    run_after INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    error_code TEXT,
    error_message TEXT,
    result TEXT
  ) STRICT`,
  'CREATE UNIQUE INDEX jobs_unique_key ON jobs (unique_key) WHERE unique_key IS NOT NULL',
  "CREATE INDEX jobs_waiting ON jobs (priority, id) WHERE state = 'queued'",
  "CREATE INDEX jobs_live_key ON jobs (\"key\") WHERE state IN ('queued', 'started')",
  'CREATE INDEX jobs_state ON jobs (state, id)',
  'CREATE INDEX jobs_owner ON jobs (owner_type, owner_id, token)',
  'CREATE INDEX jobs_token ON jobs (token)',

  `CREATE TABLE job_requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    user_id INTEGER REFERENCES users ON DELETE SET NULL,
    requested_at INTEGER NOT NULL,
    withdrawn_at INTEGER
  ) STRICT`,
  'CREATE INDEX job_requests_job ON job_requests (job_id, user_id)',
  'CREATE INDEX job_requests_user ON job_requests (user_id)',

  `CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_type TEXT NOT NULL,
    owner_id INTEGER NOT NULL,
    category TEXT NOT NULL,
    filename TEXT NOT NULL,
    hex TEXT NOT NULL UNIQUE,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT,
    expires_at INTEGER,
    removed_at INTEGER,
    lost_at INTEGER
  ) STRICT`,
  'CREATE INDEX files_owner ON files (owner_type, owner_id, category, id)',
  'CREATE INDEX files_expiry ON files (expires_at) WHERE expires_at IS NOT NULL',

  `CREATE TABLE file_intents (
    hex TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL
  ) STRICT`,

  `CREATE TABLE exports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    course_id INTEGER NOT NULL REFERENCES courses ON DELETE CASCADE,
    file_id INTEGER NOT NULL UNIQUE REFERENCES files ON DELETE CASCADE,
    job_id INTEGER REFERENCES jobs ON DELETE SET NULL,
    options TEXT NOT NULL,
    data_version INTEGER NOT NULL,
    current_until INTEGER
  ) STRICT`,
  'CREATE INDEX exports_course ON exports (course_id, id)',
  'CREATE INDEX exports_job ON exports (job_id)',
]
