import type { SqliteConnection } from '../connection.ts'

type Op = 'insert' | 'update' | 'delete'

interface PlannedCourse {
  course: number
  live_id: number | null
  /** `none`: the row of the course stays as it is. */
  op: Op | 'none'
  source_id: string
  grouping: string | null
  name: string
  school: string | null
  term: string | null
  starts_on: string | null
  ends_on: string | null
  time_zone: string
  missing_counts: 'ignored' | 'zero'
  /** JSON of a `GradingScale`. */
  grading_scale: string | null
  /** 1: the data version of the course is raised. */
  is_changed: 0 | 1
}

interface PlannedPart {
  course: number
  live_id: number | null
  op: Op
  source_id: string
  position: number
}

type PlannedPeriod = PlannedPart & { name: string }
type PlannedCategory = PlannedPart & { name: string, weight: number | null }
type PlannedTask = PlannedPart & {
  title: string,
  type: string,
  category: string | null,
  due_at: number | null,
  due_on: string | null,
  points_possible: number | null,
  grade_book: string | null,
  slot: number,
}
type PlannedStudent = PlannedPart & {
  first_name: string | null,
  last_name: string | null,
  student_identifier: string | null,
  email: string | null,
  /** Source id of the period. */
  period: string | null,
  dropped_on: string | null,
  grade_book: string | null,
  is_unenrolled: 0 | 1,
}
type PlannedTeacher = PlannedPart & {
  email: string | null,
  email_key: string | null,
  first_name: string | null,
  last_name: string | null,
  is_enabled: 0 | 1,
}

/** A line item of a task; `task` is the task's source id. */
interface PlannedTaskSource {
  course: number
  op: 'upsert' | 'delete'
  source_id: string
  task: string | null
  minimum: number | null
  number: number | null
}

/** A column map to remember; `map` null: it is forgotten. */
interface PlannedColumnMap {
  course: number
  header_hash: string
  map: string | null
}

interface PlannedScores {
  course: number
  live_id: number | null
  /** The student's source id. */
  student: string
  cells: Buffer | null
  score_count: number
  score_sum: number
  origins: Buffer | null
  ids: Buffer | null
}

/** Ids of the results of a stored student of whom nothing else changes: no undo needs to know. */
interface PlannedResultIds {
  live_id: number
  ids: Buffer | null
}

/** `body` null: the record is deleted. */
interface PlannedRecord {
  kind: string
  source_id: string
  parent: string | null
  other: string | null
  body: string | null
}

export interface PlanWrites {
  course: (row: PlannedCourse) => void
  period: (row: PlannedPeriod) => void
  category: (row: PlannedCategory) => void
  task: (row: PlannedTask) => void
  taskSource: (row: PlannedTaskSource) => void
  columnMap: (row: PlannedColumnMap) => void
  student: (row: PlannedStudent) => void
  teacher: (row: PlannedTeacher) => void
  scores: (row: PlannedScores) => void
  resultIds: (row: PlannedResultIds) => void
  record: (row: PlannedRecord) => void
  /**
   * What a roster says about an account: the source id of the user who is disabled there; null: enabled
   * again.
   */
  account: (row: { user_id: number, disabled_by: string | null }) => void
  /** A stored record that is deleted unless something still refers to it. Null is ignored. */
  leaver: (kind: string, sourceId: string | null) => void
  /** Forgets that the person with this hash was erased. */
  readmit: (hash: string) => void
  /** Whether there is anything to write. */
  isEmpty: () => boolean
}

export function planWrites (sqlite: SqliteConnection): PlanWrites {
  const insert = (table: string, columns: string) => {
    const names = columns.split(' ')
    const statement = sqlite.prepare(
      `INSERT INTO plan_${table} (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${
        names.map((name) => `:${name}`).join(', ')
      })`
    )
    return (row: object) => {
      statement.run(row)
    }
  }
  const readmit = sqlite.prepare('INSERT OR IGNORE INTO plan_readmitted (hash) VALUES (?)')
  const leaver = sqlite.prepare('INSERT OR IGNORE INTO plan_leavers (kind, source_id) VALUES (?, ?)')
  const part = 'course live_id op source_id position'
  const empty = sqlite.prepare(
    `SELECT NOT EXISTS (SELECT 1 FROM plan_courses WHERE op <> 'none' OR is_changed = 1)
    AND NOT EXISTS (SELECT 1 FROM plan_scores) AND NOT EXISTS (SELECT 1 FROM plan_result_ids)
    AND NOT EXISTS (SELECT 1 FROM plan_task_sources) AND NOT EXISTS (SELECT 1 FROM plan_records)
    AND NOT EXISTS (SELECT 1 FROM plan_readmitted)
    AND NOT EXISTS (SELECT 1 FROM plan_column_maps)
    AND NOT EXISTS (SELECT 1 FROM plan_accounts)`
  ).pluck()
  return {
    course: insert(
      'courses',
      'course live_id op source_id grouping name school term starts_on ends_on time_zone missing_counts ' +
        'grading_scale is_changed'
    ),
    period: insert('periods', `${part} name`),
    category: insert('categories', `${part} name weight`),
    task: insert('tasks', `${part} title type category due_at due_on points_possible grade_book slot`),
    taskSource: insert('task_sources', 'course op source_id task minimum number'),
    columnMap: insert('column_maps', 'course header_hash map'),
    student: insert(
      'students',
      `${part} first_name last_name student_identifier email period dropped_on grade_book is_unenrolled`
    ),
    teacher: insert('teachers', `${part} email email_key first_name last_name is_enabled`),
    scores: insert('scores', 'course live_id student cells score_count score_sum origins ids'),
    resultIds: insert('result_ids', 'live_id ids'),
    record: insert('records', 'kind source_id parent other body'),
    account: insert('accounts', 'user_id disabled_by'),
    leaver: (kind, sourceId) => {
      if (sourceId !== null) leaver.run(kind, sourceId)
    },
    readmit: (hash) => {
      readmit.run(hash)
    },
    isEmpty: () => empty.get() === 1,
  }
}
