// The statements that undo an import, for both engines: see `db/staging/keep-for-undo.ts` for what it kept.
// What teachers set since then, in columns of their own, stays.
import type { Engine } from '../database.ts'
import { COURSE_COLUMNS, PART_COLUMNS } from '../staging/keep-for-undo.ts'

export interface UndoStatements {
  engine: Engine
  /** The import that is undone. */
  importId: number
  /** The undo's own row in `imports`. The courses that it undoes have its number. */
  undoId: number
  /** Ms. */
  at: number
}

const PARTS = ['periods', 'categories', 'tasks', 'students', 'course_teachers'] as const
type Part = (typeof PARTS)[number]

/** Columns that teachers set or that belong to the row itself. Only a deleted row gets them back. */
const KEPT: readonly string[] = [
  'set_time_zone', 'set_missing_counts', 'set_grading_scale', 'set_weight', 'data_version', 'archived_at',
  'created_at', 'updated_at',
]
/** Unique in a course, and may have moved from one row to another. */
const UNIQUE: Partial<Record<Part, string>> = {
  categories: 'name', tasks: 'source_id', students: 'source_id',
}
/** Between two parts of an id that no source has. */
const SEPARATOR = '\x1f'

const assignments = (columns: readonly string[]) =>
  columns.filter((column) => !KEPT.includes(column)).map((column) => `${column} = u.${column}`)
    .join(', ')

/** Records that the undo restores, and those whose copies it gives to a later import that changed them. */
const RESTORED = 1
const PASSED_ON = 2

/** The import that changed the same row next, which is not undone. `u` is the copy, `same` compares rows. */
const nextImport = (table: string, importId: number, same: string) => `(SELECT min(n.import_id)
  FROM undo_imports i JOIN ${table} n ON n.import_id = i.import_id
  WHERE i.import_id > ${importId} AND ${same})`
/** The same for all records at once: a query for each of them takes long on PostgreSQL. */
const nextRecords = (importId: number) => `SELECT kind, source_id, min(import_id) AS import_id
  FROM undo_records WHERE import_id > ${importId} GROUP BY kind, source_id`

/**
 * Marks the records of the stored roster that the undo restores, or that a later import changed again: those
 * stay as they are. What courses still need that are not undone is not marked. These statements run first.
 * `isWhole`: no course of the import is left that is not undone.
 */
export function markRecords (
  { importId, undoId, isWhole }: UndoStatements & { isWhole: boolean }
): string[] {
  const undone = `SELECT course_id FROM undo_courses WHERE import_id = ${importId} AND undone_by = ${undoId}`
  const classes = `SELECT source_id FROM periods WHERE course_id IN (${undone}) UNION
    SELECT source_id FROM undo_periods WHERE import_id = ${importId} AND course_id IN (${undone})
      AND source_id IS NOT NULL`
  const keptClasses = `SELECT p.source_id FROM periods p JOIN undo_courses k ON k.course_id = p.course_id
    WHERE k.import_id = ${importId} AND k.undone_by IS NULL`
  const ofClass = `coalesce(parent, (SELECT r.parent FROM roster_records r WHERE r.kind = undo_records.kind
    AND r.source_id = undo_records.source_id))`
  const isUnused = (condition: string) => `NOT EXISTS (SELECT 1 FROM roster_records e
    WHERE ${condition} IN (${keptClasses}))`
  return [
    `UPDATE undo_records SET is_due = ${RESTORED} WHERE import_id = ${importId}${isWhole
      ? ''
      : ` AND CASE kind
      WHEN 'class' THEN source_id IN (${classes})
      WHEN 'enrollment' THEN ${ofClass} IN (${classes})
      WHEN 'lineItem' THEN ${ofClass} IN (${classes})
      WHEN 'user' THEN ${
        isUnused("e.kind = 'enrollment' AND e.other = undo_records.source_id AND e.parent")}
      WHEN 'category' THEN ${
        isUnused("e.kind = 'lineItem' AND e.other = undo_records.source_id AND e.parent")}
      WHEN 'course' THEN ${
        isUnused("e.kind = 'class' AND e.parent = undo_records.source_id AND e.source_id")}
      ELSE body IS NULL OR NOT EXISTS (SELECT 1 FROM roster_records r WHERE r.kind = undo_records.kind
        AND r.source_id = undo_records.source_id) END`}`,
    `UPDATE undo_records SET is_due = ${PASSED_ON} FROM (${nextRecords(importId)}) n
      WHERE undo_records.import_id = ${importId} AND undo_records.is_due = ${RESTORED}
        AND n.kind = undo_records.kind AND n.source_id = undo_records.source_id`,
  ]
}

/** Restores the courses that the import changed or removed. Those that it added are not touched. */
export function restoreCourses ({ importId, undoId, at }: UndoStatements): string[] {
  const undone = `SELECT course_id FROM undo_courses WHERE import_id = ${importId} AND undone_by = ${undoId}`
  const kept = (table: string) => `u.import_id = ${importId} AND u.course_id IN (${undone})
    ${table === 'undo_task_sources' ? '' : 'AND u.source_id IS NOT NULL'}`
  const deleteAdded = (part: Part) => `DELETE FROM ${part} WHERE id IN (SELECT id FROM undo_${part}
    WHERE import_id = ${importId} AND source_id IS NULL AND course_id IN (${undone}))`
  const columnsOf = (part: Part) => ['id', 'course_id', ...PART_COLUMNS[part]]
  const restore = (part: Part): string[] => {
    const unique = UNIQUE[part]
    const columns = columnsOf(part)
    return [
      ...(unique === undefined
        ? []
        : [`UPDATE ${part} SET ${unique} = ${part}.${unique} || '${SEPARATOR}' || ${part}.id
            FROM undo_${part} u WHERE u.id = ${part}.id AND ${kept(`undo_${part}`)}
              AND u.${unique} <> ${part}.${unique}`]),
      `UPDATE ${part} SET ${assignments(PART_COLUMNS[part])} FROM undo_${part} u
        WHERE u.id = ${part}.id AND ${kept(`undo_${part}`)}`,
      `INSERT INTO ${part} (${columns.join(', ')}) SELECT ${columns.map((column) => `u.${column}`).join(', ')}
        FROM undo_${part} u WHERE ${kept(`undo_${part}`)}
          AND NOT EXISTS (SELECT 1 FROM ${part} x WHERE x.id = u.id) ORDER BY u.id`,
    ]
  }
  const removed = `u.import_id = ${importId} AND u.undone_by = ${undoId} AND u.op = 'removed'`
  // An administrator's name for the course, which may be older or newer than the import, stays.
  const sourceName = 'coalesce(u.roster_name, u.name)'
  return [
    ...(['tasks', 'categories', 'course_teachers', 'students'] as const).map(deleteAdded),
    `DELETE FROM task_sources WHERE (course_id, source_id) IN (SELECT course_id, source_id
      FROM undo_task_sources WHERE import_id = ${importId} AND task_id IS NULL AND course_id IN (${undone}))`,
    `INSERT INTO courses (id, ${COURSE_COLUMNS.join(', ')})
      SELECT u.course_id, ${COURSE_COLUMNS.map((column) => `u.${column}`).join(', ')}
      FROM undo_courses u WHERE ${removed}`,
    `UPDATE courses SET ${
      assignments(COURSE_COLUMNS.filter((column) => !['source_id', 'name', 'roster_name'].includes(column)))},
        name = CASE WHEN courses.roster_name IS NULL THEN ${sourceName} ELSE courses.name END,
        roster_name = CASE WHEN courses.roster_name IS NULL THEN NULL ELSE ${sourceName} END
      FROM undo_courses u WHERE u.course_id = courses.id AND u.import_id = ${importId}
        AND u.undone_by = ${undoId} AND u.op = 'changed'`,
    `UPDATE courses SET data_version = data_version + 1, updated_at = ${at} WHERE id IN (${undone})`,
    ...PARTS.flatMap(restore),
    `INSERT INTO pseudonyms (student_id, course_id, pseudonym)
      SELECT s.id, s.course_id, u.pseudonym FROM undo_students u JOIN students s ON s.id = u.id
      WHERE ${kept('undo_students')} AND u.pseudonym IS NOT NULL ON CONFLICT DO NOTHING`,
    `INSERT INTO teachers_by_hand (course_id, user_id, is_removed, source_id)
      SELECT u.course_id, u.user_id, u.is_removed, u.source_id FROM undo_teachers_by_hand u
      WHERE u.import_id = ${importId} AND u.course_id IN (${undone})
        AND EXISTS (SELECT 1 FROM users WHERE users.id = u.user_id) ON CONFLICT DO NOTHING`,
    deleteAdded('periods'),
    `INSERT INTO task_sources (course_id, source_id, task_id, minimum, number)
      SELECT u.course_id, u.source_id, u.task_id, u.minimum, u.number FROM undo_task_sources u
      WHERE ${kept('undo_task_sources')} AND u.task_id IS NOT NULL
      ON CONFLICT (course_id, source_id) DO UPDATE SET task_id = excluded.task_id,
        minimum = excluded.minimum, number = excluded.number`,
    `DELETE FROM column_maps WHERE (course_id, header_hash) IN (SELECT course_id, header_hash
      FROM undo_column_maps WHERE import_id = ${importId} AND map IS NULL AND course_id IN (${undone}))`,
    `INSERT INTO column_maps (course_id, header_hash, map, at)
      SELECT u.course_id, u.header_hash, u.map, u.at FROM undo_column_maps u
      WHERE u.import_id = ${importId} AND u.course_id IN (${undone}) AND u.map IS NOT NULL
      ON CONFLICT (course_id, header_hash) DO UPDATE SET map = excluded.map, at = excluded.at`,
    `DELETE FROM student_scores WHERE student_id IN (SELECT student_id FROM undo_scores
      WHERE import_id = ${importId} AND cells IS NULL AND course_id IN (${undone}))`,
    `INSERT INTO student_scores (student_id, cells, score_count, score_sum)
      SELECT u.student_id, u.cells, u.score_count, u.score_sum FROM undo_scores u
      JOIN students s ON s.id = u.student_id
      WHERE u.import_id = ${importId} AND u.cells IS NOT NULL AND u.course_id IN (${undone})
      ON CONFLICT (student_id) DO UPDATE SET cells = excluded.cells, score_count = excluded.score_count,
        score_sum = excluded.score_sum`,
    `DELETE FROM student_result_origins WHERE student_id IN (SELECT student_id FROM undo_scores
      WHERE import_id = ${importId} AND keeps_origins = 0 AND origins IS NULL AND course_id IN (${undone}))`,
    `INSERT INTO student_result_origins (student_id, origins, ids)
      SELECT u.student_id, u.origins, u.ids FROM undo_scores u JOIN students s ON s.id = u.student_id
      WHERE u.import_id = ${importId} AND u.origins IS NOT NULL AND u.course_id IN (${undone})
      ON CONFLICT (student_id) DO UPDATE SET origins = excluded.origins, ids = excluded.ids`,
  ]
}

/** Restores the marked records. What the import added stays if it is still referred to. */
export function restoreRecords ({ importId, engine }: UndoStatements): string[] {
  const due = `u.import_id = ${importId} AND u.is_due = ${RESTORED}`
  const isTermOfClass = engine === 'sqlite'
    ? "EXISTS (SELECT 1 FROM json_each(e.body, '$[1]') t WHERE t.value = r.source_id)"
    : 'jsonb_exists(e.body::jsonb -> 1, r.source_id)'
  return [
    // When that one is undone as well, the record is what it was before this one.
    `UPDATE undo_records AS l SET parent = u.parent, other = u.other, body = u.body
      FROM undo_records u, (${nextRecords(importId)}) n
      WHERE u.import_id = ${importId} AND u.is_due = ${PASSED_ON} AND n.kind = u.kind
        AND n.source_id = u.source_id AND l.import_id = n.import_id AND l.kind = n.kind
        AND l.source_id = n.source_id`,
    `INSERT INTO roster_records (kind, source_id, parent, other, body)
      SELECT u.kind, u.source_id, u.parent, u.other, u.body FROM undo_records u
      WHERE ${due} AND u.body IS NOT NULL
      ON CONFLICT (kind, source_id) DO UPDATE SET parent = excluded.parent, other = excluded.other,
        body = excluded.body`,
    // What refers before what is referred to.
    ...([
      ['enrollment', undefined],
      ['lineItem', undefined],
      ['class', "e.kind IN ('enrollment', 'lineItem') AND e.parent = r.source_id"],
      ['user', "e.kind = 'enrollment' AND e.other = r.source_id"],
      ['category', "e.kind = 'lineItem' AND e.other = r.source_id"],
      ['course', "e.kind = 'class' AND e.parent = r.source_id"],
      ['org', "e.kind IN ('class', 'course') AND e.other = r.source_id"],
      ['session', `e.kind = 'class' AND ${isTermOfClass}`],
    ] as const).map(([kind, refers]) => `DELETE FROM roster_records AS r WHERE r.kind = '${kind}'
      AND r.source_id IN (SELECT u.source_id FROM undo_records u
        WHERE ${due} AND u.kind = '${kind}' AND u.body IS NULL)
      ${refers === undefined ? '' : `AND NOT EXISTS (SELECT 1 FROM roster_records e WHERE ${refers})`}`),
  ]
}

/** Restores accounts and erased people. For an undo after which no course of the import is left. */
export function restoreAccounts ({ importId, at }: UndoStatements): string[] {
  const next = nextImport('undo_accounts', importId, 'n.user_id = u.user_id')
  return [
    `UPDATE users SET roster_disabled_by = u.disabled_by FROM undo_accounts u
      WHERE u.import_id = ${importId} AND u.user_id = users.id AND ${next} IS NULL
        AND users.roster_disabled_by IS NOT DISTINCT FROM u.disabled_by_after`,
    `UPDATE undo_accounts AS l SET disabled_by = u.disabled_by FROM undo_accounts u
      WHERE u.import_id = ${importId} AND l.user_id = u.user_id AND l.import_id = ${next}`,
    `UPDATE sessions SET ended_at = ${at} WHERE ended_at IS NULL AND user_id IN (
      SELECT u.id FROM users u WHERE u.is_from_roster = 1 AND u.role <> 'admin'
        AND (u.roster_disabled_by IS NOT NULL OR EXISTS (SELECT 1 FROM course_teachers t
          WHERE t.email_key = u.email_key AND t.is_enabled = 0)))`,
    `INSERT INTO erased_people (hash, erased_at) SELECT u.hash, u.erased_at FROM undo_erased_people u
      WHERE u.import_id = ${importId} AND u.hash NOT IN (SELECT hash FROM erased_people)
        AND ${nextImport('undo_erased_people', importId, 'n.hash = u.hash')} IS NULL`,
    ...['accounts', 'erased_people', 'records'].map((table) =>
      `DELETE FROM undo_${table} WHERE import_id = ${importId}`
    ),
    `UPDATE imports SET undone_at = ${at} WHERE id = ${importId}`,
  ]
}

/** Deletes what was kept and is restored now. */
export function forgetRestored ({ importId, undoId }: UndoStatements): string[] {
  return [
    // What is still referred to may go when the courses that refer to it are undone.
    `DELETE FROM undo_records WHERE import_id = ${importId} AND (is_due = ${PASSED_ON} OR is_due = ${RESTORED}
      AND (body IS NOT NULL OR NOT EXISTS (SELECT 1 FROM roster_records r WHERE r.kind = undo_records.kind
        AND r.source_id = undo_records.source_id)))`,
    `UPDATE undo_records SET is_due = 0 WHERE import_id = ${importId} AND is_due <> 0`,
    ...[...PARTS, 'teachers_by_hand', 'task_sources', 'column_maps', 'scores'].map((table) =>
      `DELETE FROM undo_${table} WHERE import_id = ${importId} AND course_id IN (SELECT course_id
        FROM undo_courses WHERE import_id = ${importId} AND undone_by = ${undoId})`
    ),
  ]
}

/** Empties the courses `ids`, whose rows stay. */
export function emptyCourses (ids: readonly number[]): string[] {
  // Tasks take their line items with them, and students their scores.
  return ([
    'tasks', 'categories', 'students', 'periods', 'course_teachers', 'column_maps',
  ] as const).map((part) =>
    `DELETE FROM ${part} WHERE course_id IN (${ids.join(', ')})`
  )
}
