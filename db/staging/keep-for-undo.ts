// What an import keeps of the rows that it changes, so that it can be undone: copies of them as they were,
// and the ids of those that it adds. They are made in the transaction of the import, table by table. A course
// that the import adds needs only its id, so a first import keeps next to nothing.

/** The columns of the tables of a course's parts that are copied, besides id and course. */
export const PART_COLUMNS = {
  periods: ['source_id', 'name', 'position'],
  categories: ['source_id', 'name', 'imported_weight', 'set_weight', 'position'],
  tasks: [
    'source_id', 'title', 'type', 'category_id', 'due_at', 'due_on', 'points_possible', 'grade_book', 'slot',
    'position',
  ],
  students: [
    'source_id', 'first_name', 'last_name', 'student_identifier', 'email', 'period_id', 'dropped_on',
    'grade_book', 'is_unenrolled', 'position',
  ],
  course_teachers: [
    'source_id', 'email', 'email_key', 'first_name', 'last_name', 'is_enabled', 'position',
  ],
} as const
type Part = keyof typeof PART_COLUMNS

export const COURSE_COLUMNS = [
  'source_id', '"grouping"', 'name', 'roster_name', 'school', 'term', 'starts_on', 'ends_on',
  'imported_time_zone', 'set_time_zone', 'imported_missing_counts', 'set_missing_counts',
  'imported_grading_scale', 'set_grading_scale', 'data_version', 'imported_at', 'archived_at', 'created_at',
  'updated_at',
] as const

const planOf = (part: Part) => `plan_${part === 'course_teachers' ? 'teachers' : part}`
const parts = Object.keys(PART_COLUMNS) as Part[]

/**
 * Statements to run before the plan is applied. `importId`: the import's own row, which is there. `at`: a
 * value of SQL, ms.
 */
export function keepBefore (importId: number, at: string): string[] {
  const removed = `SELECT course_id FROM undo_courses WHERE import_id = ${importId} AND op = 'removed'`
  const columns = COURSE_COLUMNS.join(', ')
  return [
    `INSERT INTO undo_imports (import_id, made_at) VALUES (${importId}, ${at})`,
    `INSERT INTO undo_courses (import_id, course_id, op, ${columns})
      SELECT ${importId}, c.id, CASE p.op WHEN 'delete' THEN 'removed' ELSE 'changed' END,
        ${COURSE_COLUMNS.map((column) => `c.${column}`).join(', ')}
      FROM plan_courses p JOIN courses c ON c.id = p.live_id
      WHERE p.op IN ('delete', 'update') OR p.is_changed = 1
        OR p.course IN (SELECT course FROM plan_scores)
        OR p.course IN (SELECT course FROM plan_task_sources)
        OR p.course IN (SELECT course FROM plan_column_maps)`,
    ...parts.map((part) => {
      const names = ['id', 'course_id', ...PART_COLUMNS[part]].join(', ')
      // A category that goes takes itself out of its tasks.
      const losing = part === 'tasks'
        ? `UNION ALL SELECT x.id FROM tasks x JOIN plan_categories k ON k.live_id = x.category_id
          WHERE k.op = 'delete'`
        : ''
      return `INSERT INTO undo_${part} (import_id, ${names}) SELECT ${importId}, ${names} FROM ${part}
        WHERE id IN (SELECT live_id FROM ${planOf(part)} WHERE op IN ('update', 'delete')
          UNION ALL SELECT x.id FROM ${part} x WHERE x.course_id IN (${removed}) ${losing})`
    }),
    `UPDATE undo_students SET pseudonym = (SELECT p.pseudonym FROM pseudonyms p
        WHERE p.student_id = undo_students.id)
      WHERE import_id = ${importId} AND course_id IN (${removed})`,
    `INSERT INTO undo_teachers_by_hand (import_id, course_id, user_id, is_removed, source_id)
      SELECT ${importId}, course_id, user_id, is_removed, source_id FROM teachers_by_hand
      WHERE course_id IN (${removed})`,
    `INSERT INTO undo_task_sources (import_id, course_id, source_id, task_id, minimum, number)
      SELECT ${importId}, c.live_id, p.source_id, t.task_id, t.minimum, t.number
      FROM plan_task_sources p JOIN plan_courses c USING (course)
      LEFT JOIN task_sources t ON t.course_id = c.live_id AND t.source_id = p.source_id
      WHERE c.live_id IS NOT NULL ON CONFLICT DO NOTHING`,
    `INSERT INTO undo_task_sources (import_id, course_id, source_id, task_id, minimum, number)
      SELECT ${importId}, course_id, source_id, task_id, minimum, number FROM task_sources
      WHERE task_id IN (SELECT live_id FROM plan_tasks WHERE op = 'delete'
        UNION ALL SELECT x.id FROM tasks x WHERE x.course_id IN (${removed}))
      ON CONFLICT DO NOTHING`,
    `INSERT INTO undo_column_maps (import_id, course_id, header_hash, map, at)
      SELECT ${importId}, c.live_id, p.header_hash, m.map, m.at
      FROM plan_column_maps p JOIN plan_courses c USING (course)
      LEFT JOIN column_maps m ON m.course_id = c.live_id AND m.header_hash = p.header_hash
      WHERE c.live_id IS NOT NULL`,
    `INSERT INTO undo_column_maps (import_id, course_id, header_hash, map, at)
      SELECT ${importId}, course_id, header_hash, map, at FROM column_maps WHERE course_id IN (${removed})`,
    `INSERT INTO undo_scores (import_id, student_id, course_id, cells, score_count, score_sum,
        keeps_origins, origins, ids)
      SELECT ${importId}, x.id, x.course_id, s.cells, s.score_count, s.score_sum,
        CASE WHEN o.origins IS NOT DISTINCT FROM p.origins THEN 1 ELSE 0 END,
        CASE WHEN o.origins IS NOT DISTINCT FROM p.origins THEN NULL ELSE o.origins END,
        CASE WHEN o.origins IS NOT DISTINCT FROM p.origins THEN NULL ELSE o.ids END
      FROM plan_scores p JOIN students x ON x.id = p.live_id
      LEFT JOIN student_scores s ON s.student_id = x.id
      LEFT JOIN student_result_origins o ON o.student_id = x.id`,
    `INSERT INTO undo_scores (import_id, student_id, course_id, cells, score_count, score_sum,
        keeps_origins, origins, ids)
      SELECT ${importId}, x.id, x.course_id, s.cells, s.score_count, s.score_sum, 0, o.origins, o.ids
      FROM students x LEFT JOIN student_scores s ON s.student_id = x.id
      LEFT JOIN student_result_origins o ON o.student_id = x.id WHERE x.course_id IN (${removed})`,
    `INSERT INTO undo_records (import_id, kind, source_id, parent, other, body)
      SELECT ${importId}, p.kind, p.source_id, r.parent, r.other, r.body
      FROM (SELECT kind, source_id FROM plan_records UNION SELECT kind, source_id FROM plan_leavers) p
      LEFT JOIN roster_records r ON r.kind = p.kind AND r.source_id = p.source_id`,
    // The whole roster goes with its last course.
    `INSERT INTO undo_records (import_id, kind, source_id, parent, other, body)
      SELECT ${importId}, kind, source_id, parent, other, body FROM roster_records
      WHERE EXISTS (SELECT 1 FROM plan_courses WHERE op = 'delete')
        AND NOT EXISTS (SELECT 1 FROM plan_courses WHERE op <> 'delete' AND "grouping" IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM courses WHERE "grouping" IS NOT NULL
          AND id NOT IN (SELECT live_id FROM plan_courses WHERE op = 'delete'))
      ON CONFLICT DO NOTHING`,
    `INSERT INTO undo_accounts (import_id, user_id, disabled_by, disabled_by_after)
      SELECT ${importId}, u.id, u.roster_disabled_by, p.disabled_by
      FROM plan_accounts p JOIN users u ON u.id = p.user_id`,
    `INSERT INTO undo_erased_people (import_id, hash, erased_at)
      SELECT ${importId}, hash, erased_at FROM erased_people
      WHERE hash IN (SELECT hash FROM plan_readmitted)`,
  ]
}

/** Statements to run after the plan was applied. */
export function keepAfter (importId: number): string[] {
  return [
    `INSERT INTO undo_courses (import_id, course_id, op, ${COURSE_COLUMNS.join(', ')})
      SELECT ${importId}, c.id, 'added', ${COURSE_COLUMNS.map((column) => `c.${column}`).join(', ')}
      FROM plan_courses p JOIN courses c ON c.id = p.live_id WHERE p.op = 'insert'`,
    ...parts.map((part) => {
      // Categories are the same if their names are.
      const name = part === 'categories' ? 'name' : 'source_id'
      return `INSERT INTO undo_${part} (import_id, id, course_id) SELECT ${importId}, x.id, x.course_id
        FROM ${planOf(part)} p JOIN plan_courses c USING (course)
        JOIN ${part} x ON x.course_id = c.live_id AND x.${name} = p.${name}
        WHERE p.op = 'insert' AND c.op <> 'insert'`
    }),
    // Records that nothing seemed to need, but that are still in use.
    `DELETE FROM undo_records WHERE import_id = ${importId}
      AND (kind, source_id) IN (SELECT kind, source_id FROM plan_leavers)
      AND EXISTS (SELECT 1 FROM roster_records r WHERE r.kind = undo_records.kind
        AND r.source_id = undo_records.source_id AND r.body = undo_records.body
        AND r.parent IS NOT DISTINCT FROM undo_records.parent
        AND r.other IS NOT DISTINCT FROM undo_records.other)`,
    // An import that changed nothing cannot be undone.
    `DELETE FROM undo_imports WHERE import_id = ${importId}${
      ['courses', 'records', 'accounts', 'erased_people'].map((table) =>
        ` AND NOT EXISTS (SELECT 1 FROM undo_${table} WHERE import_id = ${importId})`
      ).join('')
    }`,
  ]
}
