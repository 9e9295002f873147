// Imports into PostgreSQL beside other writers, each of which holds what the import comes to: nothing is
// half-done, and nobody waits for what is not theirs.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { openDatabase, type Database, type Trx } from '../../db/index.ts'
import { deleteCourse, DELETION_LOCK, lockCourse } from '../../db/queries/courses.ts'
import { ensureErasureSecret, IMPORTS_LOCK, insertErased } from '../../db/queries/erased-people.ts'
import { identifierHash } from '../../src/person-data/identifier-hash.ts'
import { noPostgres, testPostgres } from '../support/postgres.ts'
import { until } from '../support/until.ts'
import {
  bundleTexts, createWorld, result, school, user, writeFolder, type Tables, type World,
} from './bundles.ts'

interface PostgresWorld extends World { db: Database }

async function postgresWorld (t: Test): Promise<PostgresWorld> {
  const world = await createWorld(t, t.testdir(), await testPostgres(t, { mayHaveTables: true }))
  const db = await openDatabase(world.database)
  t.teardown(() => db.close())
  return { ...world, db }
}

interface Held { end: () => Promise<void> }

/** A write that does `work` and ends when `end` is called. */
async function held (t: Test, db: Database, work: (trx: Trx) => Promise<void>): Promise<Held> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
  const write = db.write(async (trx) => {
    await work(trx)
    reach()
    await released
  })
  t.teardown(() => { release() })
  await Promise.race([reached, write])
  return {
    async end () {
      release()
      await write
    },
  }
}

/** Resolves when another connection to this database waits for a lock. Other tests may use the server too. */
async function someoneWaits (world: World): Promise<void> {
  const waiting = `SELECT 1 AS one FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`
  await until('someone waits for a lock', () => world.sql(waiting).length > 0)
}

/** One score of the school is another one, and there is a user more. */
const changed = (): Tables => {
  const tables = school()
  tables.results![0]!.score = 1
  tables.users!.push(user('new', 'Noa', 'New', '9'))
  return tables
}

/** What an import comes to late, when it has written courses and students; others read on. */
const rosterIsLocked = async (trx: Trx) => {
  await sql`LOCK TABLE roster_records IN EXCLUSIVE MODE`.execute(trx)
}

t.test('imports into PostgreSQL', { skip: noPostgres }, (t) => {
  t.test('two at once: both are made, one after the other', async (t) => {
    const world = await postgresWorld(t)
    const art = school()
    for (const rows of Object.values(art)) {
      for (const row of rows) {
        for (const [column, value] of Object.entries(row)) {
          if (/sourcedid/i.test(column) && value !== '') {
            row[column] = String(value).split(',').map((id) => `art-${id}`).join(',')
          }
        }
      }
    }
    const summaries = await Promise.all([world.take(school()), world.take(art)])
    t.match(summaries, [{ courses: { added: 1 } }, { courses: { added: 1 } }])
    t.equal((await world.books()).length, 2)
    t.strictSame(world.sql('SELECT count(*) AS n FROM imports'), [{ n: 2 }])
    t.match((await world.take(school())).scores, { unchanged: 4 })
  })

  t.test('clicks, sign-ins and other courses go on while one is being applied', async (t) => {
    const world = await postgresWorld(t)
    await world.take(school())
    world.sql(`INSERT INTO users (email, email_key, role, origin, created_at)
      VALUES ('a@b.example', 'a@b.example', 'teacher', 'account', 1)`)
    const rival = await held(t, world.db, rosterIsLocked)
    const importing = world.take(changed())
    await someoneWaits(world)
    await world.db.write(async (trx) => {
      const session = { user_id: 1, hash: 'h', created_at: 1, last_used_at: 1 }
      await trx.insertInto('sessions').values(session).execute()
      await trx.insertInto('jobs').values({
        kind: 'performance-export', state: 'queued', key: 'export:1', unique_key: 'export:1',
        owner_type: 'course', owner_id: 1, payload: '{}', run_after: 1, created_at: 1,
      }).execute()
    })
    t.equal((await world.book()).students[0]!.cells['HW 1'], 'completed 0.7', 'readers see what was before')
    await rival.end()
    t.match((await importing).scores, { updated: 1 })
    t.equal((await world.book()).students[0]!.cells['HW 1'], 'completed 0.1')
  })

  t.test('an erasure that had its number first and commits last: the person stays away', async (t) => {
    const world = await postgresWorld(t)
    await world.take(school(), { dryRun: true })
    const rival = await held(t, world.db, async (trx) => {
      await trx.lock(IMPORTS_LOCK)
      const secret = await ensureErasureSecret(trx, 'secret')
      await insertErased(trx, [identifierHash(secret, 'source_id', 'ann')], 1)
    })
    const importing = world.take(school())
    await someoneWaits(world)
    await rival.end()
    t.match((await importing).students, { added: 2 })
    t.strictSame((await world.book()).students.map(({ who }) => who), ['Bob Ng', 'Cyd Ortiz'])
  })

  t.test('a course that is deleted while it waits is imported anew', async (t) => {
    const world = await postgresWorld(t)
    await world.take(school())
    const rival = await held(t, world.db, async (trx) => {
      await trx.lock(DELETION_LOCK)
      await lockCourse(trx, 1, 'deletion')
      await deleteCourse(trx, 1)
    })
    const importing = world.take(changed())
    await someoneWaits(world)
    await rival.end()
    t.match((await importing).courses, { added: 1, updated: 0 })
    t.strictSame((await world.book()).id, 2)
  })

  t.test('settings of a course wait for an import of it, and stay', async (t) => {
    const world = await postgresWorld(t)
    await world.take(school())
    const rival = await held(t, world.db, rosterIsLocked)
    const importing = world.take(changed())
    await someoneWaits(world)
    const setting = world.db.write(async (trx) => {
      await lockCourse(trx, 1, 'change')
      await trx.updateTable('courses').set({ set_time_zone: 'Asia/Tokyo' }).where('id', '=', 1).execute()
    })
    await rival.end()
    await importing
    await setting
    t.equal((await world.book()).timeZone, 'Asia/Tokyo')
    t.equal((await world.book()).students[0]!.cells['HW 1'], 'completed 0.1')
  })

  t.test('aborted while it waits: the reason at once, and nothing is changed', async (t) => {
    const world = await postgresWorld(t)
    await world.take(school())
    const rival = await held(t, world.db, (trx) => trx.lock(IMPORTS_LOCK))
    const controller = new AbortController()
    const reason = new Error('enough')
    const importing = t.rejects(world.take(changed(), { signal: controller.signal }), reason)
    await someoneWaits(world)
    controller.abort(reason)
    await importing
    await rival.end()
    t.equal((await world.book()).students[0]!.cells['HW 1'], 'completed 0.7')
  })

  t.test('killed in the middle of applying: nothing is half-done, and the next run makes it', async (t) => {
    const world = await postgresWorld(t)
    await world.take(school())
    const before = await world.books()
    const tables = changed()
    tables.results!.push(result('r-new', 'li2-p2', 'cyd', 2))
    const source = writeFolder(join(world.folder, 'killed'), bundleTexts(tables))
    const rival = await held(t, world.db, rosterIsLocked)
    const child = spawn(process.execPath, [
      join(import.meta.dirname, 'importing-process.ts'), source, join(world.folder, 'other-staging'),
      JSON.stringify(world.database),
    ], { stdio: 'inherit' })
    const exited = once(child, 'exit')
    await someoneWaits(world)
    child.kill('SIGKILL')
    t.strictSame(await exited, [null, 'SIGKILL'])
    await rival.end()
    // The server notices the end of its client, and rolls back.
    t.match((await world.import(source, { dryRun: true })), { ok: true, summary: { scores: { updated: 1 } } })
    t.strictSame(await world.books(), before)
    t.match(await world.import(source), { ok: true, summary: { scores: { updated: 1, added: 1 } } })
  })

  t.test('a run of a job that another run has replaced, or that was canceled, changes nothing', async (t) => {
    const world = await postgresWorld(t)
    await world.take(school())
    world.sql(`INSERT INTO jobs (kind, state, key, payload, token, run_after, created_at)
      VALUES ('import', 'started', 'import:1', '{}', 7, 1, 1)`)
    const fence = { jobId: 1, token: 6 }
    await t.rejects(world.take(changed(), { fence }), /another run of this job/)
    world.sql("UPDATE jobs SET state = 'canceled'")
    await t.rejects(world.take(changed(), { fence: { jobId: 1, token: 7 } }), /another run of this job/)
    t.equal((await world.book()).students[0]!.cells['HW 1'], 'completed 0.7')
    world.sql("UPDATE jobs SET state = 'started'")
    t.match((await world.take(changed(), { fence: { jobId: 1, token: 7 } })).scores, { updated: 1 })
  })
  t.end()
})
