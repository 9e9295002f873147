// A database of version 0.1 with names of megabytes: after the upgrade they are short, and the next import is
// taken.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { connect } from '../../db/sqlite/connection.ts'
import { openDatabase, sqliteFile } from '../../db/index.ts'

const BEFORE = join(import.meta.dirname, '../fixtures/databases/0006_last_sign_in.sqlite.gz')
const LONG = 'ä'.repeat(200_000)
const COLUMNS = {
  courses: ['name', 'school', 'term'],
  periods: ['name'],
  categories: ['name'],
  tasks: ['title'],
  students: ['first_name', 'last_name', 'student_identifier', 'email'],
  course_teachers: ['first_name', 'last_name'],
  users: ['first_name', 'last_name'],
  tokens: ['name'],
}

t.test('names of megabytes', async (t) => {
  const file = join(t.testdir(), 'perfbook.sqlite')
  writeFileSync(file, gunzipSync(readFileSync(BEFORE)))
  const old = connect(file)
  const version = (db: typeof old) =>
    db.prepare<[], number>('SELECT max(data_version) FROM courses').pluck().get() ??
      0
  const courseId = old.prepare<[], number>('SELECT min(id) FROM courses').pluck().get() ?? 0
  const before = version(old)
  const category = old.prepare(
    'INSERT INTO categories (course_id, source_id, name, position) VALUES (?, ?, ?, 90)'
  )
  for (const end of ['a', 'b']) category.run(courseId, `long-${end}`, LONG + end)
  for (const [table, columns] of Object.entries(COLUMNS)) {
    if (table === 'categories') continue
    for (const column of columns) old.prepare(`UPDATE ${table} SET ${column} = ?`).run(LONG)
    t.ok(
      (old.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0) > 0,
      `there are ${table}`
    )
  }
  const record = old.prepare(
    'INSERT INTO roster_records (kind, source_id, parent, other, body) VALUES (?, ?, NULL, NULL, ?)'
  )
  for (let i = 0; i < 1100; i++) {
    record.run(
      'user',
      `long-${i}`,
      JSON.stringify([1, 'ä'.repeat(1001), 'Lee', null, null])
    )
  }
  record.run('class', 'long', JSON.stringify(['x'.repeat(1000), ['y'.repeat(2000)]]))
  old.close()

  await (await openDatabase(sqliteFile(file), { mayUpgrade: true })).close()
  const db = connect(file, { readonly: true })
  t.teardown(() => {
    db.close()
  })
  for (const [table, columns] of Object.entries(COLUMNS)) {
    for (const column of columns) {
      const longest = db.prepare<[], number>(`SELECT max(length(${column})) FROM ${table}`).pluck().get() ?? 0
      t.ok(longest <= 1000 && longest > 900, `${table}.${column}: ${longest} characters`)
    }
  }
  t.ok(version(db) > before, 'books have changed')
  const bodies = db.prepare<[], string>(
    "SELECT body FROM roster_records WHERE source_id LIKE 'long-%'"
  ).pluck().all()
  t.equal(bodies.length, 1100)
  for (const body of bodies) t.strictSame(JSON.parse(body), [1, `${'ä'.repeat(999)}…`, 'Lee', null, null])
  const [title, terms] = JSON.parse(
    db.prepare<[], string>("SELECT body FROM roster_records WHERE source_id = 'long'").pluck().get() ?? '[]'
  )
  t.equal(title, 'x'.repeat(1000), 'what is short enough stays as it is')
  t.strictSame(terms, ['y'.repeat(2000)], 'ids stay')
})
