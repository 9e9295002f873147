// What an import changed, as it was before: rows of the tables of courses and of the stored roster, with
// which the import can be undone for a while. In the tables of parts, a row without a source id (in
// `undo_task_sources` without a task, in `undo_records` without a body) is one that the import added.

interface Types { id: string, number: string, bytes: string, strict: string }

/** The tables, in the types of an engine. */
export function undoTables ({ id, number, bytes, strict }: Types): string[] {
  const ofImport = `import_id ${id} NOT NULL REFERENCES undo_imports ON DELETE CASCADE`
  const table = (name: string, columns: string, key: string) =>
    `CREATE TABLE ${name} (${ofImport}, ${columns}, PRIMARY KEY (import_id, ${key}))${strict}`
  const part = (name: string, columns: string) =>
    table(name, `id ${id} NOT NULL, course_id ${id} NOT NULL, source_id TEXT, ${columns}`, 'id')
  return [
    // The import that it undoes, and when this import was undone, for all of its courses.
    `ALTER TABLE imports ADD COLUMN undoes ${id}`,
    `ALTER TABLE imports ADD COLUMN undone_at ${id}`,
    `CREATE TABLE undo_imports (
      import_id ${id} PRIMARY KEY REFERENCES imports ON DELETE CASCADE, made_at ${id} NOT NULL)${strict}`,
    // op: what the import did with the course. undone_by: the import that undid it.
    table(
      'undo_courses',
      `course_id ${id} NOT NULL, op TEXT NOT NULL CHECK (op IN ('added', 'changed', 'removed')),
        undone_by ${id}, source_id TEXT NOT NULL, "grouping" TEXT, name TEXT NOT NULL, school TEXT, term TEXT,
        starts_on TEXT, ends_on TEXT, imported_time_zone TEXT NOT NULL, set_time_zone TEXT,
        imported_missing_counts TEXT NOT NULL, set_missing_counts TEXT, imported_grading_scale TEXT,
        set_grading_scale TEXT, data_version ${id} NOT NULL, created_at ${id} NOT NULL,
        updated_at ${id} NOT NULL`,
      'course_id'
    ),
    'CREATE INDEX undo_courses_course ON undo_courses (course_id)',
    part('undo_periods', 'name TEXT, position INTEGER'),
    part('undo_categories', `name TEXT, imported_weight ${number}, set_weight ${number}, position INTEGER`),
    part('undo_tasks', `title TEXT, type TEXT, category_id ${id}, due_at ${id}, due_on TEXT,
      points_possible ${number}, grade_book TEXT, slot INTEGER, position INTEGER`),
    table(
      'undo_task_sources',
      `course_id ${id} NOT NULL, source_id TEXT NOT NULL, task_id ${id}, minimum ${number}, number INTEGER`,
      'course_id, source_id'
    ),
    part('undo_students', `first_name TEXT, last_name TEXT, student_identifier TEXT, email TEXT,
      period_id ${id}, dropped_on TEXT, grade_book TEXT, is_unenrolled INTEGER, position INTEGER`),
    part('undo_course_teachers', `email TEXT, email_key TEXT, first_name TEXT, last_name TEXT,
      is_enabled INTEGER, position INTEGER`),
    // Without cells: the student had none. keeps_origins: the import did not change the origins.
    table(
      'undo_scores',
      `student_id ${id} NOT NULL, course_id ${id} NOT NULL, cells ${bytes}, score_count INTEGER,
        score_sum ${number}, keeps_origins INTEGER NOT NULL, origins ${bytes}`,
      'student_id'
    ),
    table(
      'undo_records',
      'kind TEXT NOT NULL, source_id TEXT NOT NULL, parent TEXT, other TEXT, body TEXT, ' +
        'is_due INTEGER NOT NULL DEFAULT 0',
      'kind, source_id'
    ),
    // Who was disabled by which user of the roster, before the import and after it.
    table('undo_accounts', `user_id ${id} NOT NULL, disabled_by TEXT, disabled_by_after TEXT`, 'user_id'),
    // Erased people whom the import brought back.
    table('undo_erased_people', `hash TEXT NOT NULL, erased_at ${id} NOT NULL`, 'hash'),
  ]
}

export const UNDO = undoTables({ id: 'INTEGER', number: 'REAL', bytes: 'BLOB', strict: ' STRICT' })
