// Databases as earlier versions left them, for `test/db/upgrades.test.ts`: one for each step of the schema,
// with rows in every table. `npx node test/support/make-database-fixtures.ts` adds what is missing; what is
// there was written by the code of its day and stays.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Migrator } from 'kysely/migration'
import { connect, kyselyOver } from '../../db/sqlite/connection.ts'
import { migrationStatus } from '../../db/sqlite/database-copy.ts'
import { migrations } from '../../db/migrations/all.ts'
import type { Tables } from '../../db/tables.ts'
import { insertCourse } from './book-database.ts'
import { FIXTURE_COURSE, FIXTURE_TIME as AT } from './fixture-course.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/databases')

/** What each step's own tables get; the courses come from `insertCourse`. */
const ROWS: Readonly<Record<string, string[]>> = {
  '0001_foundation': [
    `INSERT INTO users (email, email_key, role, origin, created_at)
      VALUES ('admin@example.edu', 'admin@example.edu', 'admin', 'account', ${AT})`,
    `INSERT INTO tokens (user_id, name, hash, created_at) VALUES (1, 'scripts', '${'a'.repeat(64)}', ${AT})`,
    `INSERT INTO jobs (kind, state, "key", unique_key, owner_type, owner_id, payload, run_after, created_at,
      started_at, finished_at, result, token, attempts)
      VALUES ('performance-export', 'succeeded', 'export:1', NULL, 'course', 1,
        '{"courseId":1,"options":{},"requestedBy":"Ad Min"}', 0, ${AT},
          ${AT + 10}, ${AT + 500}, '{"export_id":1}', 1, 1)`,
    `INSERT INTO jobs (kind, state, "key", unique_key, owner_type, owner_id, payload, run_after, created_at)
      VALUES ('performance-export', 'queued', 'export:1', 'export:1', 'course', 1,
        '{"courseId":1,"options":{},"requestedBy":"Ad Min"}', 0, ${AT + 1000})`,
    `INSERT INTO job_requests (job_id, user_id, requested_at) VALUES (1, 1, ${AT}), (2, 1, ${AT + 1000})`,
    `INSERT INTO files (owner_type, owner_id, category, filename, hex, content_type, size, sha256, created_at,
      created_by)
      VALUES ('course', 1, 'teacher-performance', 'Physics.xlsx',
        '${'0'.repeat(32)}', 'application/octet-stream', 3, '${'b'.repeat(64)}', ${AT + 500}, 'Ad Min')`,
    "INSERT INTO exports (course_id, file_id, job_id, options, data_version) VALUES (1, 1, 1, '{}', 1)",
  ],
  '0002_imports': [
    `INSERT INTO roster_records (kind, source_id, parent, other, body)
      VALUES ('orgs', 'o1', NULL, NULL, '["School"]')`,
    `INSERT INTO imports (applied_at, reference, summary) VALUES (${AT}, 'job:7', '{}')`,
  ],
  '0004_job_attempts': [
    `INSERT INTO job_attempts (job_id, token, attempt, started_at, finished_at, outcome) VALUES (1, 1, 1,
      ${AT + 10}, ${AT + 500}, 'succeeded')`,
  ],
  '0005_access': [
    `INSERT INTO sessions (user_id, hash, created_at, last_used_at) VALUES (1,
      '${'c'.repeat(64)}', ${AT}, ${AT})`,
    `INSERT INTO audit_log (at, action, outcome, actor_id, via)
      VALUES (${AT}, 'export.request', 'done', 1, 'token')`,
  ],
  '0008_roster_disabled': [
    `INSERT INTO users (email, email_key, role, origin, created_at, is_from_roster, roster_disabled_by)
      VALUES ('gone@example.edu', 'gone@example.edu', 'teacher', 'roster', ${AT}, 1, 'u-gone')`,
  ],
  '0009_erased_people': [
    `INSERT INTO erasure_keys (id, secret) VALUES (1, '${'d'.repeat(64)}')`,
    `INSERT INTO erased_people (hash, erased_at) VALUES ('${'e'.repeat(64)}', ${AT})`,
  ],
  '0015_object_keys': [
    `INSERT INTO file_intents (hex, created_at, object_key, deleted_at)
      VALUES ('${'9'.repeat(32)}', ${AT}, 'files/${'8'.repeat(32)}', ${AT})`,
    `INSERT INTO installation (id, name) VALUES (1, '${'7'.repeat(32)}')`,
  ],
  '0016_grading_scales': [
    `UPDATE courses SET imported_grading_scale = '[{"grade":"A","from":0.9},{"grade":"F","from":0}]',
      set_grading_scale = '[]'`,
  ],
  '0017_snapshots': [
    "INSERT INTO export_snapshots (export_id, part, bytes) VALUES (1, 0, x'00')",
  ],
  '0018_undo': [
    `INSERT INTO undo_imports (import_id, made_at) SELECT id, ${AT} FROM imports ORDER BY id LIMIT 1`,
    `INSERT INTO undo_courses (import_id, course_id, op, source_id, name, imported_time_zone,
      imported_missing_counts, data_version, created_at, updated_at)
      SELECT import_id, 1, 'changed', 'physics', 'Physics', 'UTC', 'ignored', 1, ${AT}, ${AT}
      FROM undo_imports`,
    "INSERT INTO undo_periods SELECT import_id, 1, 1, 'p1', '1st', 0 FROM undo_imports",
    "INSERT INTO undo_categories SELECT import_id, 1, 1, 'hw', 'Work', 0.5, NULL, 0 FROM undo_imports",
    'INSERT INTO undo_tasks (import_id, id, course_id) SELECT import_id, 1, 1 FROM undo_imports',
    "INSERT INTO undo_task_sources SELECT import_id, 1, 'li', NULL, NULL, NULL FROM undo_imports",
    `INSERT INTO undo_students (import_id, id, course_id, source_id, last_name)
      SELECT import_id, 1, 1, 's1', 'Lee' FROM undo_imports`,
    `INSERT INTO undo_course_teachers (import_id, id, course_id, source_id)
      SELECT import_id, 1, 1, 'ted' FROM undo_imports`,
    `INSERT INTO undo_scores (import_id, student_id, course_id, cells, score_count, score_sum, keeps_origins)
      SELECT import_id, 1, 1, x'00', 1, 0.5, 1 FROM undo_imports`,
    "INSERT INTO undo_records SELECT import_id, 'user', 's1', NULL, NULL, '[]', 0 FROM undo_imports",
    "INSERT INTO undo_accounts SELECT import_id, 1, NULL, 'ted' FROM undo_imports",
    `INSERT INTO undo_erased_people SELECT import_id, '${'e'.repeat(64)}', ${AT} FROM undo_imports`,
  ],
  '0020_courses_by_hand': [
    `UPDATE courses SET roster_name = 'PHY 1', imported_at = ${AT}`,
    'INSERT INTO teachers_by_hand SELECT 1, id, 0, NULL FROM users ORDER BY id LIMIT 1',
    'INSERT INTO undo_teachers_by_hand SELECT import_id, 1, 1, 1, NULL FROM undo_imports',
    `INSERT INTO audit_log (at, action, outcome, via, subject, changes)
      VALUES (${AT}, 'course.set', 'done', 'command', 'course 1', '{"archived":[false,true]}')`,
  ],
  '0022_accounts': [
    `INSERT INTO setup (id, school, link_hash, link_expires_at)
      VALUES (1, 'Hill School', '${'f'.repeat(64)}', ${AT})`,
  ],
  '0025_result_ids': [
    `INSERT INTO student_result_origins (student_id, origins, ids)
      SELECT min(id), zeroblob(12), x'047231' FROM students`,
  ],
  '0010_sign_in_networks': [
    `INSERT INTO sign_in_networks (user_id, network, last_at) VALUES (1, '10.0.0.1', ${AT})`,
  ],
}

async function makeFixture (step: string): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-fixture-'))
  const file = join(folder, 'perfbook.sqlite')
  const db = kyselyOver<Tables>(connect(file))
  try {
    const { error } = await new Migrator({ db, provider: { getMigrations: async () => migrations } })
      .migrateTo(step)
    if (error !== undefined) throw error
    await db.transaction().execute((trx) =>
      insertCourse(trx, FIXTURE_COURSE)
    )
  } finally {
    await db.destroy()
  }
  const sqlite = connect(file)
  for (const [name, statements] of Object.entries(ROWS)) {
    if (name <= step) {
      for (const statement of statements) sqlite.exec(statement)
    }
  }
  sqlite.pragma('journal_mode = DELETE')
  sqlite.exec('VACUUM')
  sqlite.close()
  const bytes = gzipSync(readFileSync(file), { level: 9 })
  rmSync(folder, { recursive: true })
  return bytes
}

/**
 * Whether a database had all steps before its own. One that lacks some was made before they were added: it
 * was never released.
 */
function isWhole (target: string, step: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-fixture-'))
  const file = join(folder, 'perfbook.sqlite')
  writeFileSync(file, gunzipSync(readFileSync(target)))
  const { applied } = migrationStatus(file)
  rmSync(folder, { recursive: true })
  return applied.join() === Object.keys(migrations).filter((name) => name <= step).join()
}

for (const step of Object.keys(migrations)) {
  const target = join(FIXTURES, `${step}.sqlite.gz`)
  if (!existsSync(target) || !isWhole(target, step)) writeFileSync(target, await makeFixture(step))
}
