// A data folder with rows in every table and files on disk, made quickly.
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { connect } from '../../db/sqlite/connection.ts'
import { insertCourse } from './book-database.ts'

const AT = Date.UTC(2026, 0, 5, 8)

export interface FilledFolder {
  folder: string
  file: string
  /** Hexes of its files, each with the bytes that are stored. */
  files: Map<string, Buffer>
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

interface FillOptions {
  students?: number
  files?: number
  /** Size of the first file, in bytes. The others are small. */
  firstBytes?: number
}

/** Makes it in a folder that is there or not. */
export async function fillFolder (
  folder: string, { students = 3, files: count = 3, firstBytes = 100_000 }: FillOptions = {}
): Promise<FilledFolder> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'perfbook.sqlite')
  const db = await openDatabase(sqliteFile(file))
  await db.write((trx) => insertCourse(trx, {
    sourceId: 'physics',
    name: 'Physik \u{1F9EA} \\ \t "x"',
    periods: ['1st', ''],
    categories: [{ name: 'Homework', weight: 1 / 3 }],
    teachers: [{ email: 'tea@example.edu' }],
    tasks: [
      { title: 'HW 1', category: 0, pointsPossible: 10.1 },
      { title: 'HW 2', category: 0, dueOn: '2026-01-05' },
    ],
    students: Array.from({ length: students }, (_, i) => ({
      lastName: `Ames ${i}`, period: 0, email: i % 2 === 0 ? null : `s${i}@example.edu`, cells: [i % 11, 8],
    })),
  }))
  await db.close()
  const files = new Map(Array.from({ length: count }, (_, i) =>
    [randomBytes(16).toString('hex'), randomBytes(i === 0 ? firstBytes : i)] as const))
  const sqlite = connect(file)
  const hashes = ['a', 'b', 'c', 'd', 'e', 'f'].map((digit) => digit.repeat(64))
  for (const statement of [
    'INSERT INTO task_sources VALUES (1, \'li-b\', 1, 0.5, 1), (1, \'li-a\', 2, -1e-7, 2)',
    'INSERT INTO student_result_origins VALUES (1, x\'00ff10\', x\'0463\'), (2, x\'\', NULL)',
    `INSERT INTO users (email, email_key, role, origin, created_at) VALUES
      ('Admin@example.edu', 'admin@example.edu', 'admin', 'account', ${AT}),
      ('gone@example.edu', 'gone@example.edu', 'teacher', 'roster', ${AT})`,
    // An id that was given out and is gone.
    `INSERT INTO users (id, email, email_key, role, origin, created_at)
      VALUES (77, 'x', 'x', 'teacher', 'roster', ${AT})`,
    'DELETE FROM users WHERE id = 77',
    "INSERT INTO teachers_by_hand VALUES (1, 1, 0, NULL), (1, 2, 1, 't-2')",
    `INSERT INTO tokens (user_id, name, hash, created_at) VALUES (1, 'scripts', '${hashes[0]!}', ${AT})`,
    `INSERT INTO sessions (user_id, hash, created_at, last_used_at)
      VALUES (1, '${hashes[1]!}', ${AT}, ${AT})`,
    `INSERT INTO password_links (user_id, hash, created_at, expires_at)
      VALUES (1, '${hashes[2]!}', ${AT}, ${AT + 1})`,
    `INSERT INTO sign_in_networks VALUES (1, '10.0.0.1', ${AT}), (1, '10.0.0.0', ${AT})`,
    `INSERT INTO setup VALUES (1, 'Äcker School', '${hashes[5]!}', ${AT})`,
    `INSERT INTO audit_log (at, action, outcome, actor_id, via)
      VALUES (${AT}, 'export.request', 'done', 1, 'token')`,
    `INSERT INTO audit_log (at, action, outcome, via, changes)
      VALUES (${AT}, 'course.set', 'done', 'command', '{"name":["Physik","É"]}')`,
    `UPDATE courses SET roster_name = 'É', imported_at = ${AT}`,
    `INSERT INTO jobs (kind, state, "key", owner_type, owner_id, payload, run_after, created_at, token,
      attempts, started_at, progress)
      VALUES ('performance-export', 'started', 'export:9', 'course', 9, '{}', 0, ${AT}, 41, 1, ${AT}, 0.25)`,
    `INSERT INTO jobs (kind, state, "key", unique_key, owner_type, owner_id, payload, run_after, created_at)
      VALUES ('performance-export', 'queued', 'export:1', 'export:1', 'course', 1,
        '{"courseId":1,"options":{},"requestedBy":"Ad Min"}', 0, ${AT + 1000})`,
    `INSERT INTO job_requests (job_id, user_id, requested_at) VALUES (1, 1, ${AT}), (2, 1, ${AT + 1000})`,
    `INSERT INTO job_attempts (job_id, token, attempt, started_at) VALUES (1, 41, 1, ${AT})`,
    ...[...files].map(([hex, bytes], i) => `INSERT INTO files (owner_type, owner_id, category, filename, hex,
      content_type, size, sha256, created_at) VALUES ('course', 1, 'teacher-performance', 'Physics ${i}.xlsx',
      '${hex}', 'application/octet-stream', ${bytes.length}, '${sha256(bytes)}', ${AT})`),
    `INSERT INTO files (owner_type, owner_id, category, filename, hex, content_type, size, sha256, created_at,
      expires_at, removed_at) VALUES ('course', 1, 'teacher-performance', 'Old.xlsx', '${'0'.repeat(32)}',
      'application/octet-stream', 5, '${hashes[3]!}', ${AT}, ${AT + 1}, ${AT + 2})`,
    `INSERT INTO file_intents (hex, created_at) VALUES ('${'1'.repeat(32)}', ${AT})`,
    `INSERT INTO installation (id, name) VALUES (1, '${randomBytes(16).toString('hex')}')`,
    "INSERT INTO exports (course_id, file_id, job_id, options, data_version) VALUES (1, 1, 1, '{}', 1)",
    `INSERT INTO column_maps VALUES (1, 'b', '{"columns":[{"column":"É","use":"name"}]}', ${AT}),
      (1, 'a', '{}', ${AT + 1})`,
    "INSERT INTO pseudonyms VALUES (1, 1, 'S-AAAAAAAA')",
    "INSERT INTO export_snapshots VALUES (1, 0, x'28b52ffd0020')",
    `INSERT INTO roster_records VALUES ('orgs', 'o1', NULL, NULL, '["School"]'),
      ('orgs', 'É', 'o1', NULL, '[]'), ('classes', 'é', 'o1', 'x', '[]')`,
    `INSERT INTO imports (applied_at, reference, summary) VALUES (${AT}, 'job:7', '{}')`,
    `INSERT INTO undo_imports VALUES (1, ${AT})`,
    `INSERT INTO undo_courses (import_id, course_id, op, source_id, name, imported_time_zone,
      imported_missing_counts, data_version, created_at, updated_at)
      VALUES (1, 1, 'changed', 'physics', 'Physik', 'UTC', 'ignored', 1, ${AT}, ${AT})`,
    "INSERT INTO undo_periods VALUES (1, 1, 1, 'é', 'Before', 0)",
    "INSERT INTO undo_categories VALUES (1, 1, 1, 'hw', 'Work', 0.5, NULL, 0)",
    'INSERT INTO undo_tasks (import_id, id, course_id) VALUES (1, 2, 1)',
    "INSERT INTO undo_task_sources VALUES (1, 1, 'li-b', NULL, NULL, NULL), (1, 1, 'li-a', 2, -1e-7, 2)",
    `INSERT INTO undo_column_maps VALUES (1, 1, 'b', NULL, NULL), (1, 1, 'a', '{}', ${AT})`,
    `INSERT INTO undo_students (import_id, id, course_id, source_id, last_name, pseudonym)
      VALUES (1, 1, 1, 's', 'É', 'S-7')`,
    "INSERT INTO undo_course_teachers (import_id, id, course_id, source_id) VALUES (1, 1, 1, 'tea')",
    "INSERT INTO undo_teachers_by_hand VALUES (1, 1, 2, 1, 't-2')",
    `INSERT INTO undo_scores VALUES (1, 1, 1, x'00ff', 1, 0.1, 0, x'0a', x'0462'),
      (1, 2, 1, NULL, NULL, NULL, 1, NULL, NULL)`,
    `INSERT INTO undo_records VALUES (1, 'user', 'u1', NULL, NULL, '[]', 0),
      (1, 'user', 'é', NULL, NULL, NULL, 0)`,
    "INSERT INTO undo_accounts VALUES (1, 1, NULL, 'u1')",
    `INSERT INTO undo_erased_people VALUES (1, '${hashes[5]!}', ${AT})`,
    `INSERT INTO erasure_keys (id, secret) VALUES (1, '${hashes[4]!}')`,
    `INSERT INTO erased_people (hash, erased_at) VALUES ('${hashes[5]!}', ${AT})`,
  ]) sqlite.exec(statement)
  sqlite.close()
  let i = 0
  for (const [hex, bytes] of files) {
    mkdirSync(join(folder, 'files', hex), { recursive: true })
    writeFileSync(join(folder, 'files', hex, `Physics ${i++}.xlsx`), bytes)
  }
  writeFileSync(join(folder, 'cookie.secret'), `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 })
  return { folder, file, files }
}
