// Exports in several formats, and the names that stand for students in files without names.
const COLUMNS = [
  "ALTER TABLE exports ADD COLUMN format TEXT NOT NULL DEFAULT 'xlsx'",
  "ALTER TABLE exports ADD COLUMN series TEXT NOT NULL DEFAULT '{}'",
]

export const OUTLETS = [
  ...COLUMNS,
  "UPDATE exports SET series = json_remove(options, '$.compare_with')",
  `CREATE TABLE pseudonyms (
    student_id INTEGER PRIMARY KEY REFERENCES students ON DELETE CASCADE,
    course_id INTEGER NOT NULL REFERENCES courses ON DELETE CASCADE,
    pseudonym TEXT NOT NULL,
    UNIQUE (course_id, pseudonym)
  ) STRICT`,
]

/** The same on PostgreSQL. `compare_with` is cut out of the text, so that equal options stay equal texts. */
export const OUTLETS_POSTGRES = [
  ...COLUMNS,
  'UPDATE exports SET series = regexp_replace(options, \',?"compare_with":("last"|[0-9]+)\', \'\')',
  `CREATE TABLE pseudonyms (
    student_id BIGINT PRIMARY KEY REFERENCES students ON DELETE CASCADE,
    course_id BIGINT NOT NULL REFERENCES courses ON DELETE CASCADE,
    pseudonym TEXT NOT NULL,
    UNIQUE (course_id, pseudonym)
  )`,
]
