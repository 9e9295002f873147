// A database in which jobs and imports quote megabytes, as version 0.1 left it after an attack, becomes one
// that is read in a moment.
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { connect } from '../../db/sqlite/connection.ts'
import { openDatabase, sqliteFile } from '../../db/index.ts'

const BEFORE = join(import.meta.dirname, '../fixtures/databases/0006_last_sign_in.sqlite.gz')
const LONG = 'ä'.repeat(200_000)
const ATTACKS = 6

t.test('reports of megabytes', async (t) => {
  const file = join(t.testdir(), 'perfbook.sqlite')
  writeFileSync(file, gunzipSync(readFileSync(BEFORE)))
  const old = connect(file)
  const job = old.prepare(
    `INSERT INTO jobs (kind, state, "key", unique_key, payload, run_after, created_at, started_at,
      finished_at, error_code, error_message, result, token, attempts)
    VALUES ('import', 'failed', ?, NULL, ?, 0, 1, 2, 3, 'IMPORT_FAILED', ?, ?, ?, 1)`
  )
  const attempt = old.prepare(
    `INSERT INTO job_attempts (job_id, token, attempt, started_at, finished_at, outcome, error_message)
      VALUES (?, ?, 1, 2, 3, 'failed', ?)`
  )
  const error = (message: string) => ({ file: 'g.csv', line: 2, path: null, message })
  const payload = (requestedBy: string) =>
    JSON.stringify({
      hex: 'x',
      filename: 'g.csv',
      choices: { dryRun: false },
      requestedBy,
    })
  const add = (name: string, result: unknown, message: string, by = 'Ad Min') => {
    const id = Number(job.run(name, payload(by), message, JSON.stringify(result), 1000).lastInsertRowid)
    attempt.run(id, 1000, message)
    return id
  }
  for (let i = 0; i < ATTACKS; i++) {
    add(
      `attack ${i}`,
      { errors: Array.from({ length: 20 }, () => error(LONG)), error_count: 1000 + i },
      `g.csv:2: ${LONG}`
    )
  }
  const middling = add(
    'middling',
    { errors: [error('short'), error('b'.repeat(5000)), error(LONG)], error_count: 3 },
    'short',
    LONG
  )
  const fine = add('fine', { errors: [error('c'.repeat(1000))], error_count: 1 }, 'd'.repeat(1000))
  const summary = old.prepare('INSERT INTO imports (applied_at, reference, summary) VALUES (1, ?, ?)')
  summary.run(
    'long',
    JSON.stringify({ courses: { added: 1 }, warnings: [{ code: 'blank_lines', message: LONG, count: 7 }] })
  )
  old.prepare('UPDATE files SET created_by = ?').run(LONG)
  old.close()
  t.ok(statSync(file).size > 40_000_000, 'the fixture is large')

  const started = performance.now()
  await (await openDatabase(sqliteFile(file), { mayUpgrade: true })).close()
  t.ok(performance.now() - started < 60_000, 'linear: tens of seconds would be a square')

  const db = connect(file, { readonly: true })
  t.teardown(() => {
    db.close()
  })
  const longest = (
    table: string,
    column: string
  ) => db.prepare<[], number>(`SELECT max(length(${column})) FROM ${table}`).pluck().get()!
  t.ok(longest('jobs', 'error_message') <= 1000)
  t.ok(longest('job_attempts', 'error_message') <= 1000)
  t.ok(longest('jobs', 'result') <= 131_072)
  t.ok(longest('jobs', 'payload') <= 2000)
  t.ok(longest('imports', 'summary') <= 131_072)
  t.ok(longest('files', 'created_by') <= 200)
  const results = db.prepare<[], { id: number, result: string }>(
    "SELECT id, result FROM jobs WHERE kind = 'import' ORDER BY id"
  ).all()
    .map(({
      id,
      result,
    }) => ({ id, report: JSON.parse(result) as { errors: Array<{ message: string }>, error_count: number } }))
  t.equal(results.length, ATTACKS + 2, 'none is lost')
  results.slice(0, ATTACKS).forEach((
    { report },
    i
  ) => {
    t.strictSame(report, { errors: [], error_count: 1000 + i })
  })
  const report = (id: number) => results.find((one) => one.id === id)!.report
  t.strictSame(report(middling).errors.map(({ message }) => message.length), [5, 1000, 1000])
  t.equal(report(middling).error_count, 3)
  t.strictSame(
    report(fine),
    { errors: [error('c'.repeat(1000))], error_count: 1 },
    'what is short enough stays as it is'
  )
  t.match(db.prepare('SELECT error_message FROM jobs WHERE id = ?').pluck().get(fine), /^d{1000}$/)
  t.match(
    JSON.parse(
      db.prepare<[string], string>('SELECT summary FROM imports WHERE reference = ?').pluck().get('long')!
    ),
    { courses: { added: 1 }, warnings: [{ code: 'blank_lines', count: 7 }] }
  )
})
