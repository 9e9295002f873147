// What imports store besides the books: the roster, to which a delta refers; which result is in which cell;
// and which imports were made.
export const IMPORTS = [
  `CREATE TABLE roster_records (
    kind TEXT NOT NULL,
    source_id TEXT NOT NULL,
    parent TEXT,
    other TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, source_id)
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX roster_records_parent ON roster_records (parent, kind) WHERE parent IS NOT NULL',
  'CREATE INDEX roster_records_other ON roster_records (other, kind) WHERE other IS NOT NULL',

  `CREATE TABLE student_result_origins (
    student_id INTEGER PRIMARY KEY REFERENCES students ON DELETE CASCADE,
    origins BLOB NOT NULL
  ) STRICT`,

  `CREATE TABLE imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    applied_at INTEGER NOT NULL,
    reference TEXT UNIQUE,
    summary TEXT NOT NULL
  ) STRICT`,
]
