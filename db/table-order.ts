import type { Tables } from './tables.ts'

/** Every table with original data, each after the tables that it refers to. */
export const TABLES_IN_ORDER = [
  'courses',
  'periods',
  'categories',
  'tasks',
  'task_sources',
  'column_maps',
  'students',
  'student_scores',
  'pseudonyms',
  'student_result_origins',
  'course_teachers',
  'users',
  'teachers_by_hand',
  'tokens',
  'sessions',
  'password_links',
  'sign_in_networks',
  'setup',
  'audit_log',
  'jobs',
  'job_requests',
  'job_attempts',
  'files',
  'file_intents',
  'installation',
  'exports',
  'export_snapshots',
  'roster_records',
  'imports',
  'undo_imports',
  'undo_courses',
  'undo_periods',
  'undo_categories',
  'undo_tasks',
  'undo_task_sources',
  'undo_column_maps',
  'undo_students',
  'undo_course_teachers',
  'undo_teachers_by_hand',
  'undo_scores',
  'undo_records',
  'undo_accounts',
  'undo_erased_people',
  'erasure_keys',
  'erased_people',
] as const satisfies ReadonlyArray<keyof Tables>

export type TableName = (typeof TABLES_IN_ORDER)[number]

/** Tables of PostgreSQL about the nodes that share it. A copy sets their keys and leaves the others empty. */
export const TABLES_OF_NODES: readonly string[] = [
  'job_tickets', 'nodes', 'service_keys', 'shared_claims', 'shared_counters',
]
