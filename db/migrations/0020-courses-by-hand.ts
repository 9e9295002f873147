// What administrators do to courses by hand, and what rosters leave alone: names, archived courses, and
// teachers who were added or removed. When an import last changed a course. The audit log has the values
// before and after a change.
const COLUMNS = [
  'ALTER TABLE courses ADD COLUMN roster_name TEXT',
  'ALTER TABLE undo_courses ADD COLUMN roster_name TEXT',
  'ALTER TABLE audit_log ADD COLUMN changes TEXT',
]

interface Types { id: string, strict: string }

/** The step, in the types of an engine. */
export function coursesByHand ({ id, strict }: Types): string[] {
  return [
    ...COLUMNS,
    ...['courses', 'undo_courses'].flatMap((table) => [
      `ALTER TABLE ${table} ADD COLUMN archived_at ${id}`,
      `ALTER TABLE ${table} ADD COLUMN imported_at ${id}`,
    ]),
    // As far as it is known.
    `UPDATE courses SET imported_at = (SELECT max(i.applied_at) FROM undo_courses u
      JOIN imports i ON i.id = u.import_id WHERE u.course_id = courses.id)`,
    `CREATE TABLE teachers_by_hand (
      course_id ${id} NOT NULL REFERENCES courses ON DELETE CASCADE,
      user_id ${id} NOT NULL REFERENCES users ON DELETE CASCADE,
      is_removed INTEGER NOT NULL,
      PRIMARY KEY (course_id, user_id))${strict}`,
    'CREATE INDEX teachers_by_hand_user ON teachers_by_hand (user_id)',
    `CREATE TABLE undo_teachers_by_hand (
      import_id ${id} NOT NULL REFERENCES undo_imports ON DELETE CASCADE,
      course_id ${id} NOT NULL, user_id ${id} NOT NULL, is_removed INTEGER NOT NULL,
      PRIMARY KEY (import_id, course_id, user_id))${strict}`,
  ]
}

export const COURSES_BY_HAND = coursesByHand({ id: 'INTEGER', strict: ' STRICT' })
