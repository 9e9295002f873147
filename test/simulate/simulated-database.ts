// One real SQLite database in memory for all stories of a process. It is opened once. Each story is one
// transaction, which is rolled back before the next one; the transactions of the story are savepoints in it.
// Triggers keep a history of what was committed, so that no state goes unseen.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import BetterSqlite3, { type Statement } from 'better-sqlite3'
import { Kysely, SqliteDialect, type SqliteDatabase } from 'kysely'
import { throwUncaught, type Database } from '../../db/database.ts'
import { sqliteFile } from '../../db/index.ts'
import type { SqliteConnection } from '../../db/sqlite/connection.ts'
import { groupCommit } from '../../db/sqlite/group-commit.ts'
import { STAGING_SCHEMA } from '../../db/sqlite/staging/schema.ts'
import type { Tables } from '../../db/tables.ts'
import type { Clock } from '../../src/jobs/clock.ts'
import type { JobDelivery } from '../../src/jobs/delivery/delivery.ts'
import { createLocalDelivery } from '../../src/jobs/delivery/local.ts'
import type { RunnableKind } from '../../src/jobs/job-kind.ts'
import type { Log } from '../../src/log.ts'
import { makeBookDatabase, type CourseDescription } from '../support/book-database.ts'
import { bindDatabase } from './bound-database.ts'
import type { Life } from './life.ts'
import { withinOneTransaction } from './one-transaction.ts'

/** Something that was committed, in its order. */
export interface HistoryLine {
  id: number
  what:
    | 'queued' | 'state' | 'request' | 'export' | 'file' | 'import' | 'deleted'
    | 'progress back' | 'version back'
  /** The id of the job; 0: a file that no job or an export made. */
  job: number
  /** The key of a new job, the old state, the course of an export or an import, the category of a file. */
  a: string | null
  /** The new state. */
  b: string | null
  token: number | null
  /**
   * The version of the course at a request, or that an export read. All bytes of the owner of a file. The id
   * of an import or undo.
   */
  version: number | null
  /** The time of a request or an export, ms. How long a file is kept, ms. What an undo undoes. */
  at: number | null
}

export interface SimulatedDatabase {
  /** SQLite's one connection, for code that needs no Kysely. PostgreSQL has none. */
  sqlite?: SqliteConnection
  courseIds: readonly number[]
  userIds: readonly number[]
  /** The database as a process or a thread has it. With `isFar`, the answers of reads come late. */
  bind: (life: Life, options: { isFar: boolean }) => Database
  /** The delivery that belongs to the database, in one process. */
  deliver: (options: DeliverOptions) => JobDelivery
  /** Runs a step of the scheduler, and all that follows from it without another step. */
  act: (step: () => Promise<unknown>) => Promise<void>
  /** Resolves when nothing happens any more without another step. */
  settled: () => Promise<void>
  /** Sets all rows back, and the clock of the database. */
  reset: (now: () => number) => Promise<void>
  history: () => Promise<HistoryLine[]>
  /** The version of a course as it is committed. */
  versionOf: (courseId: number) => Promise<number | undefined>
  /** Reads committed rows. */
  rows: <T>(text: string) => Promise<T[]>
  close: () => Promise<void>
}

export interface DeliverOptions {
  life: Life
  db: Database
  kinds: readonly RunnableKind[]
  clock: Clock
  /** Counts what passes, whatever the clock says. */
  steady: Clock
  log: Log
}

/** The database in memory, where routes can read and write it before a story begins. */
export interface SimulatedSqlite extends SimulatedDatabase {
  db: Database
  sqlite: SqliteConnection
  /** Remembers all rows as they are now: each story begins with them. */
  keepRows: () => void
}

const HISTORY = `
CREATE TABLE live.sim_history (
  id INTEGER PRIMARY KEY, what TEXT, job INTEGER, a TEXT, b TEXT, token INTEGER, version INTEGER, at INTEGER
);
CREATE TRIGGER live.sim_queued AFTER INSERT ON jobs BEGIN
  INSERT INTO sim_history (what, job, a, token) VALUES ('queued', NEW.id, NEW.key, NEW.token);
END;
CREATE TRIGGER live.sim_state AFTER UPDATE OF state ON jobs WHEN OLD.state IS NOT NEW.state BEGIN
  INSERT INTO sim_history (what, job, a, b, token) VALUES ('state', NEW.id, OLD.state, NEW.state, NEW.token);
END;
CREATE TRIGGER live.sim_progress AFTER UPDATE OF progress ON jobs
WHEN NEW.progress < OLD.progress AND OLD.state = 'started' AND NEW.state = 'started' AND OLD.token = NEW.token
BEGIN
  INSERT INTO sim_history (what, job) VALUES ('progress back', NEW.id);
END;
CREATE TRIGGER live.sim_deleted AFTER DELETE ON jobs BEGIN
  INSERT INTO sim_history (what, job, a) VALUES ('deleted', OLD.id, OLD.state);
END;
CREATE TRIGGER live.sim_request AFTER INSERT ON job_requests BEGIN
  INSERT INTO sim_history (what, job, version, at) VALUES ('request', NEW.job_id,
    (SELECT data_version FROM courses WHERE id = (SELECT owner_id FROM jobs WHERE id = NEW.job_id)),
    NEW.requested_at);
END;
CREATE TRIGGER live.sim_file AFTER INSERT ON files BEGIN
  INSERT INTO sim_history (what, job, a, version, at) VALUES ('file',
    CASE WHEN NEW.category = 'fill-in'
      THEN (SELECT id FROM jobs WHERE kind = 'fill-in' AND json_extract(result, '$.hex') = NEW.hex)
      ELSE 0 END,
    NEW.category,
    (SELECT sum(size) FROM files WHERE owner_type = NEW.owner_type AND owner_id = NEW.owner_id
      AND removed_at IS NULL AND (expires_at IS NULL OR expires_at > NEW.created_at)),
    NEW.expires_at - NEW.created_at);
END;
CREATE TRIGGER live.sim_import AFTER INSERT ON imports BEGIN
  INSERT INTO sim_history (what, job, a, version, at) VALUES ('import', substr(NEW.reference, 5),
    (SELECT owner_id FROM jobs WHERE id = substr(NEW.reference, 5)), NEW.id, NEW.undoes);
END;
CREATE TRIGGER live.sim_version AFTER UPDATE OF data_version ON courses
WHEN NEW.data_version < OLD.data_version BEGIN
  INSERT INTO sim_history (what, job, a) VALUES ('version back', 0, NEW.id);
END;
CREATE TRIGGER live.sim_export AFTER INSERT ON exports BEGIN
  INSERT INTO sim_history (what, job, a, version, at) VALUES ('export', NEW.job_id, NEW.course_id,
    NEW.data_version, (SELECT created_at FROM files WHERE id = NEW.file_id));
END;`

/** When each story begins: January 5, 2026, in ms. */
export const STORY_START = Date.UTC(2026, 0, 5, 8)

/** The courses of every story. */
export const COURSES: readonly CourseDescription[] = ['Algebra', 'Biology'].map((name) => ({
  name,
  teachers: [{ email: 'teacher1@example.edu' }, { email: 'teacher2@example.edu' }],
  tasks: [{ title: 'Task' }],
  students: [{ lastName: 'Student', cells: [1] }],
}))
/** The accounts of these teachers. */
export const USER_IDS = [1, 2] as const

export async function openSimulatedDatabase (): Promise<SimulatedSqlite> {
  const { sqlite, courseIds } = await makeDatabase()
  sqlite.exec(HISTORY)
  const rows = withinOneTransaction(sqlite)
  const userIds = USER_IDS
  for (const id of userIds) {
    const email = `teacher${id}@example.edu`
    sqlite.prepare(`INSERT INTO users (id, email, email_key, role, origin, created_at)
      VALUES (?, ?, ?, 'teacher', 'account', 0)`).run(id, email, email)
  }
  // A store is searched once a day. Not every story begins with that.
  sqlite.prepare('INSERT INTO installation (id, name, store_swept_at) VALUES (1, ?, ?)')
    .run('stories', STORY_START)
  let now = Date.now
  const history = sqlite.prepare<[], HistoryLine>('SELECT * FROM sim_history ORDER BY id')
  const version = sqlite.prepare<[number], number>('SELECT data_version FROM courses WHERE id = ?').pluck()
  const db = overOneConnection(sqlite, () => now())
  return {
    db,
    sqlite,
    courseIds,
    userIds,
    bind: (life, options) => bindDatabase(db, life, options),
    deliver: ({ db, clock, log }) => createLocalDelivery({ db, clock, log }),
    async act (step) {
      await step()
      await turn()
    },
    settled: async () => {},
    async reset (clock) {
      now = clock
      rows.restore()
    },
    keepRows: rows.keep,
    history: async () => history.all(),
    versionOf: async (courseId) => version.get(courseId),
    rows: async <T>(text: string) => sqlite.prepare<[], T>(text).all(),
    close: async () => { sqlite.close() },
  }
}

/** A new database with two courses, moved from its file into memory. As in an import, it is called `live`. */
async function makeDatabase (): Promise<{ sqlite: SqliteConnection, courseIds: number[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-simulation-'))
  try {
    const path = join(folder, 'perfbook.sqlite')
    const courseIds = await makeBookDatabase(path, ...COURSES)
    const sqlite = new BetterSqlite3(':memory:')
    sqlite.pragma('foreign_keys = OFF')
    sqlite.exec("ATTACH ':memory:' AS live")
    sqlite.prepare('ATTACH ? AS file').run(path)
    const made = sqlite.prepare<[], { type: string, name: string, sql: string }>(
      "SELECT type, name, sql FROM file.sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    ).all()
    for (const wanted of ['table', 'index', 'trigger']) {
      for (const { type, name, sql } of made) {
        if (type !== wanted) continue
        sqlite.exec(sql.replace(/(TABLE|INDEX|TRIGGER) /, '$1 live.'))
        if (type === 'table') sqlite.exec(`INSERT INTO live.${name} SELECT * FROM file.${name}`)
      }
    }
    sqlite.exec('DETACH file')
    for (const statement of STAGING_SCHEMA) sqlite.exec(statement)
    sqlite.pragma('foreign_keys = ON')
    return { sqlite: withKeptStatements(sqlite), courseIds }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Like `openSqlite`, but with one connection: reads wait until a transaction ends. */
function overOneConnection (sqlite: SqliteConnection, now: () => number): Database {
  const database = sqlite as unknown as SqliteDatabase
  const kysely = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) })
  let commits = 0
  return {
    engine: 'sqlite',
    location: sqliteFile(':memory:'),
    reads: kysely,
    outage: () => undefined,
    leave: async () => {},
    connections: () => undefined,
    change: () => commits,
    now: async () => now(),
    listen: () => () => {},
    write: groupCommit(kysely, { committed: () => { commits++ }, callbackFailed: throwUncaught, now }),
    bytes: async () => 0,
    emptyLog: async () => true,
    wipeFreeSpace: async () => ({ isCompacted: true, isLogEmpty: true }),
    close: async () => {},
  }
}

/**
 * The connection, which keeps its prepared statements. When a new value might call for another query plan,
 * SQLite prepares the statement again, which takes ten times as long as running it. A plan never depends on
 * the value of `+?`.
 */
function withKeptStatements (sqlite: SqliteConnection): SqliteConnection {
  const statements = new Map<string, Statement>()
  const { prepare } = sqlite
  sqlite.prepare = ((text: string) => {
    const known = statements.get(text)
    if (known !== undefined) return known
    const same = text.replace(/\?|'[^']*'|"[^"]*"/g, (part) => part === '?' ? '+?' : part)
    const statement = prepare.call(sqlite, same)
    statements.set(text, statement)
    return statement
  }) as SqliteConnection['prepare']
  return sqlite
}
