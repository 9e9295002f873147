// The one transaction of an import: it applies the plan to the service's database, table by table. The
// statements are the same for both engines. With SQLite, the tables of the plan are in the staging database;
// with PostgreSQL, they are temporary. Deletions come first, so that no name or id of an old row conflicts
// with a new one.

/** What the engines write differently. */
export interface PlanDialect {
  /** The time of the import, as a value in a statement. */
  at: string
  /** Whether a class of the stored roster (`e`) is in the term that is the record `r`. */
  isTermOfClass: string
}

const PERIOD = '(SELECT x.id FROM periods x WHERE x.course_id = c.live_id AND x.source_id = p.period)'
const CATEGORY = '(SELECT x.id FROM categories x WHERE x.course_id = c.live_id AND x.name = p.category)'
const STUDENT = '(SELECT x.id FROM students x WHERE x.course_id = c.live_id AND x.source_id = p.student)'

/** Between two parts of an id that no source has. */
const SEPARATOR = '\x1f'

/**
 * Courses of the plan that were deleted, archived or created since it was made. Settings of teachers are in
 * columns of their own, and stay.
 */
export const MOVED_COURSES = `SELECT count(*) AS moved FROM plan_courses p WHERE
  (p.live_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM courses c
    WHERE c.id = p.live_id AND c.archived_at IS NULL)) OR
  (p.op = 'insert' AND EXISTS (SELECT 1 FROM courses c WHERE c.source_id = p.source_id))`

/** Only what is in no file of this import can be without use. For the staging database, before the others. */
export const STILL_USED = `DELETE FROM plan_leavers AS p WHERE EXISTS (SELECT 1 FROM records s
  WHERE s.kind = p.kind AND s.source_id = p.source_id AND s.file >= 0 AND s.is_deleted = 0)`

/** Whether the run of a job may still write. Values: the id of the job, and the token of the run. */
export const STILL_RUNS = "SELECT 1 FROM jobs WHERE id = $1 AND token = $2 AND state = 'started'"
export const NOT_OURS = 'another run of this job has begun, or it was canceled'

/** In the order in which they run. They read and write the service's tables and those of the plan. */
export function applyStatements ({ at, isTermOfClass }: PlanDialect): string[] {
  return [
    "DELETE FROM courses WHERE id IN (SELECT live_id FROM plan_courses WHERE op = 'delete')",
    ...['categories', 'tasks', 'teachers'].map((table) =>
      `DELETE FROM ${table === 'teachers' ? 'course_teachers' : table}
      WHERE id IN (SELECT live_id FROM plan_${table} WHERE op = 'delete')`
    ),
    `DELETE FROM task_sources WHERE (course_id, source_id) IN (
      SELECT c.live_id, p.source_id FROM plan_task_sources p JOIN plan_courses c USING (course)
        WHERE p.op = 'delete')`,

    `INSERT INTO courses (source_id, "grouping", name, school, term, starts_on, ends_on,
        imported_time_zone, imported_missing_counts, imported_grading_scale, data_version, imported_at,
        created_at, updated_at)
      SELECT source_id, "grouping", name, school, term, starts_on, ends_on, time_zone, missing_counts,
        grading_scale, 1, ${at}, ${at}, ${at} FROM plan_courses WHERE op = 'insert' ORDER BY course`,
    // A name that an administrator chose stays.
    `UPDATE courses SET "grouping" = p."grouping",
        name = CASE WHEN courses.roster_name IS NULL THEN p.name ELSE courses.name END,
        roster_name = CASE WHEN courses.roster_name IS NULL THEN NULL ELSE p.name END,
        school = p.school, term = p.term,
        starts_on = p.starts_on, ends_on = p.ends_on,
      imported_time_zone = p.time_zone, imported_missing_counts = p.missing_counts,
      imported_grading_scale = p.grading_scale FROM plan_courses p
        WHERE p.live_id = courses.id AND p.op = 'update'`,
    `UPDATE courses SET data_version = data_version + 1, imported_at = ${at}, updated_at = ${at}
      WHERE id IN (SELECT live_id FROM plan_courses WHERE op IN ('update', 'none') AND is_changed = 1)`,
    `UPDATE plan_courses SET live_id = (SELECT id FROM courses l
        WHERE l.source_id = plan_courses.source_id) WHERE op = 'insert'`,

    `INSERT INTO periods (course_id, source_id, name, position)
      SELECT c.live_id, p.source_id, p.name, p.position FROM plan_periods p JOIN plan_courses c USING (course)
        WHERE p.op = 'insert' ORDER BY course, p.position`,
    `UPDATE periods SET name = p.name, position = p.position FROM plan_periods p
        WHERE p.live_id = periods.id AND p.op = 'update'`,

    `INSERT INTO categories (course_id, source_id, name, imported_weight, position)
      SELECT c.live_id, p.source_id, p.name, p.weight, p.position FROM plan_categories p
        JOIN plan_courses c USING (course) WHERE p.op = 'insert' ORDER BY course, p.position`,
    `UPDATE categories SET source_id = p.source_id, name = p.name, imported_weight = p.weight,
        position = p.position
      FROM plan_categories p WHERE p.live_id = categories.id AND p.op = 'update'`,

    `UPDATE tasks SET source_id = p.source_id, title = p.title, type = p.type, category_id = ${CATEGORY},
        due_at = p.due_at, due_on = p.due_on,
      points_possible = p.points_possible, grade_book = p.grade_book, slot = p.slot, position = p.position
      FROM plan_tasks p JOIN plan_courses c USING (course) WHERE p.live_id = tasks.id AND p.op = 'update'`,
    `INSERT INTO tasks (course_id, source_id, title, type, category_id, due_at, due_on, points_possible,
        grade_book, slot, position)
      SELECT c.live_id, p.source_id, p.title, p.type, ${CATEGORY}, p.due_at, p.due_on, p.points_possible,
        p.grade_book, p.slot, p.position
      FROM plan_tasks p JOIN plan_courses c USING (course) WHERE p.op = 'insert' ORDER BY course, p.position`,
    `INSERT INTO task_sources (course_id, source_id, task_id, minimum, number)
      SELECT c.live_id, p.source_id, t.id, p.minimum, p.number FROM plan_task_sources p
        JOIN plan_courses c USING (course)
      JOIN tasks t ON t.course_id = c.live_id AND t.source_id = p.task WHERE p.op = 'upsert'
      ON CONFLICT (course_id, source_id) DO UPDATE SET task_id = excluded.task_id, minimum = excluded.minimum,
        number = excluded.number`,

    `DELETE FROM column_maps WHERE (course_id, header_hash) IN (
      SELECT c.live_id, p.header_hash FROM plan_column_maps p JOIN plan_courses c USING (course)
        WHERE p.map IS NULL)`,
    `INSERT INTO column_maps (course_id, header_hash, map, at)
      SELECT c.live_id, p.header_hash, p.map, ${at} FROM plan_column_maps p
        JOIN plan_courses c USING (course) WHERE p.map IS NOT NULL
      ON CONFLICT (course_id, header_hash) DO UPDATE SET map = excluded.map, at = excluded.at`,

    // Ids may move from one student to another, so all of them are moved out of the way first.
    `UPDATE students SET source_id = p.source_id || '${SEPARATOR}' || students.id
      FROM plan_students p WHERE p.live_id = students.id AND p.op = 'update'
        AND p.source_id <> students.source_id`,
    `UPDATE students SET source_id = p.source_id, first_name = p.first_name, last_name = p.last_name,
        student_identifier = p.student_identifier, email = p.email, period_id = ${PERIOD},
      dropped_on = p.dropped_on, grade_book = p.grade_book, is_unenrolled = p.is_unenrolled,
        position = p.position
      FROM plan_students p JOIN plan_courses c USING (course) WHERE p.live_id = students.id
        AND p.op = 'update'`,
    // In the order of the source: the book falls back to ids.
    `INSERT INTO students (course_id, source_id, first_name, last_name, student_identifier, email,
        period_id, dropped_on, grade_book, is_unenrolled, position)
      SELECT c.live_id, p.source_id, p.first_name, p.last_name, p.student_identifier, p.email, ${PERIOD},
        p.dropped_on, p.grade_book, p.is_unenrolled, p.position
      FROM plan_students p JOIN plan_courses c USING (course) WHERE p.op = 'insert' ORDER BY p.ord`,
    // Only now is no student in them.
    "DELETE FROM periods WHERE id IN (SELECT live_id FROM plan_periods WHERE op = 'delete')",

    `UPDATE course_teachers SET email = p.email, email_key = p.email_key, first_name = p.first_name,
        last_name = p.last_name, is_enabled = p.is_enabled, position = p.position
      FROM plan_teachers p WHERE p.live_id = course_teachers.id AND p.op = 'update'`,
    `INSERT INTO course_teachers (course_id, source_id, email, email_key, first_name, last_name,
        is_enabled, position)
      SELECT c.live_id, p.source_id, p.email, p.email_key, p.first_name, p.last_name, p.is_enabled, p.position
      FROM plan_teachers p JOIN plan_courses c USING (course) WHERE p.op = 'insert' ORDER BY course,
        p.position`,

    'UPDATE users SET roster_disabled_by = p.disabled_by FROM plan_accounts p WHERE p.user_id = users.id',
    // An account that a roster disables is signed out. When it is enabled again, it starts new sessions.
    `UPDATE sessions SET ended_at = ${at} WHERE ended_at IS NULL AND user_id IN (
      SELECT u.id FROM users u WHERE u.is_from_roster = 1 AND u.role <> 'admin'
        AND (u.roster_disabled_by IS NOT NULL
        OR EXISTS (SELECT 1 FROM course_teachers t WHERE t.email_key = u.email_key
          AND t.is_enabled = 0)))`,

    'DELETE FROM student_scores WHERE student_id IN (SELECT live_id FROM plan_scores WHERE cells IS NULL)',
    `DELETE FROM student_result_origins
      WHERE student_id IN (SELECT live_id FROM plan_scores WHERE origins IS NULL)`,
    `INSERT INTO student_scores (student_id, cells, score_count, score_sum)
      SELECT coalesce(p.live_id, ${STUDENT}), p.cells, p.score_count, p.score_sum FROM plan_scores p
        JOIN plan_courses c USING (course) WHERE p.cells IS NOT NULL
      ON CONFLICT (student_id) DO UPDATE SET cells = excluded.cells, score_count = excluded.score_count,
        score_sum = excluded.score_sum`,
    `INSERT INTO student_result_origins (student_id, origins, ids)
      SELECT coalesce(p.live_id, ${STUDENT}), p.origins, p.ids FROM plan_scores p
        JOIN plan_courses c USING (course) WHERE p.origins IS NOT NULL
      ON CONFLICT (student_id) DO UPDATE SET origins = excluded.origins, ids = excluded.ids`,
    `UPDATE student_result_origins SET ids = p.ids FROM plan_result_ids p
      WHERE p.live_id = student_result_origins.student_id`,

    `DELETE FROM roster_records
      WHERE (kind, source_id) IN (SELECT kind, source_id FROM plan_records WHERE body IS NULL)`,
    `INSERT INTO roster_records (kind, source_id, parent, other, body) SELECT kind, source_id, parent,
        other, body FROM plan_records WHERE body IS NOT NULL
      ON CONFLICT (kind, source_id) DO UPDATE SET parent = excluded.parent, other = excluded.other,
        body = excluded.body`,

    'DELETE FROM erased_people WHERE hash IN (SELECT hash FROM plan_readmitted)',

    // Courses before orgs, which they refer to.
    ...([
      ['user', "e.kind = 'enrollment' AND e.other = r.source_id"],
      ['category', "e.kind = 'lineItem' AND e.other = r.source_id"],
      ['course', "e.kind = 'class' AND e.parent = r.source_id"],
      ['org', "e.kind IN ('class', 'course') AND e.other = r.source_id"],
      ['session', `e.kind = 'class' AND ${isTermOfClass}`],
    ] as const).map(([kind, refers]) =>
      `DELETE FROM roster_records AS r WHERE r.kind = '${kind}'
      AND r.source_id IN (SELECT source_id FROM plan_leavers WHERE kind = '${kind}')
      AND NOT EXISTS (SELECT 1 FROM roster_records e WHERE ${refers})`
    ),

    // Without any course of a roster, nothing needs the roster.
    `DELETE FROM roster_records WHERE EXISTS (SELECT 1 FROM plan_courses WHERE op = 'delete')
      AND NOT EXISTS (SELECT 1 FROM courses WHERE "grouping" IS NOT NULL)`,
  ]
}
