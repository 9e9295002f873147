// One real SQLite database for all stories of a process. It is opened once; before each story its rows are
// set back. Triggers keep a history of what was committed, so that no state goes unseen.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { openDatabase, sqliteFile, type Database } from '../../db/index.ts'
import { TABLES_IN_ORDER } from '../../db/table-order.ts'
import { makeBookDatabase } from '../support/book-database.ts'

/** Something that was committed, in its order. */
export interface HistoryLine {
  id: number
  what: 'queued' | 'state' | 'request' | 'export' | 'progress back' | 'deleted'
  job: number
  /** The key of a new job, the old state, the course of an export. */
  a: string | null
  /** The new state. */
  b: string | null
  token: number | null
  /** The version of the course at a request, or that an export read. */
  version: number | null
  /** The time of a request or an export, ms. */
  at: number | null
}

export interface SimulatedDatabase {
  db: Database
  folder: string
  courseIds: readonly number[]
  userIds: readonly number[]
  /** Remembers all rows as they are now: each story begins with them. */
  keepRows: () => void
  /** Sets all rows back, and the clock of the database. */
  reset: (now: () => number) => void
  history: () => HistoryLine[]
  /** The version of a course as it is committed. */
  versionOf: (courseId: number) => number | undefined
  /** Reads committed rows. */
  rows: <T>(text: string) => T[]
  close: () => Promise<void>
}

const HISTORY = `
CREATE TABLE sim_history (
  id INTEGER PRIMARY KEY, what TEXT, job INTEGER, a TEXT, b TEXT, token INTEGER, version INTEGER, at INTEGER
);
CREATE TRIGGER sim_queued AFTER INSERT ON jobs BEGIN
  INSERT INTO sim_history (what, job, a, token) VALUES ('queued', NEW.id, NEW.key, NEW.token);
END;
CREATE TRIGGER sim_state AFTER UPDATE OF state ON jobs WHEN OLD.state IS NOT NEW.state BEGIN
  INSERT INTO sim_history (what, job, a, b, token) VALUES ('state', NEW.id, OLD.state, NEW.state, NEW.token);
END;
CREATE TRIGGER sim_progress AFTER UPDATE OF progress ON jobs
WHEN NEW.progress < OLD.progress AND OLD.state = 'started' AND NEW.state = 'started' AND OLD.token = NEW.token
BEGIN
  INSERT INTO sim_history (what, job) VALUES ('progress back', NEW.id);
END;
CREATE TRIGGER sim_deleted AFTER DELETE ON jobs BEGIN
  INSERT INTO sim_history (what, job, a) VALUES ('deleted', OLD.id, OLD.state);
END;
CREATE TRIGGER sim_request AFTER INSERT ON job_requests BEGIN
  INSERT INTO sim_history (what, job, version, at) VALUES ('request', NEW.job_id,
    (SELECT data_version FROM courses WHERE id = (SELECT owner_id FROM jobs WHERE id = NEW.job_id)),
    NEW.requested_at);
END;
CREATE TRIGGER sim_export AFTER INSERT ON exports BEGIN
  INSERT INTO sim_history (what, job, a, version, at) VALUES ('export', NEW.job_id, NEW.course_id,
    NEW.data_version, (SELECT created_at FROM files WHERE id = NEW.file_id));
END;`

/** Memory, if the machine has a place for it: the simulation is not about disks. */
const PLACES = ['/dev/shm', tmpdir()]

export async function openSimulatedDatabase (): Promise<SimulatedDatabase> {
  const folder = makeFolder()
  const file = join(folder, 'perfbook.sqlite')
  const courseIds = await makeBookDatabase(file, ...['Algebra', 'Biology'].map((name) => ({
    name, teachers: [{ email: 'teacher1@example.edu' }, { email: 'teacher2@example.edu' }],
  })))
  const watcher = new BetterSqlite3(file)
  watcher.exec(HISTORY)
  watcher.pragma('synchronous = OFF')
  const userIds = [1, 2]
  for (const id of userIds) {
    const email = `teacher${id}@example.edu`
    watcher.prepare(`INSERT INTO users (id, email, email_key, role, origin, created_at)
      VALUES (?, ?, ?, 'teacher', 'account', 0)`).run(id, email, email)
  }
  let clear: Array<{ run: () => unknown }> = []
  let now = Date.now
  const db = await openDatabase(sqliteFile(file), { now: () => now() })
  const history = watcher.prepare<[], HistoryLine>('SELECT * FROM sim_history ORDER BY id')
  const version = watcher.prepare<[number], number>('SELECT data_version FROM courses WHERE id = ?').pluck()
  const clearAll = watcher.transaction(() => { for (const statement of clear) statement.run() })
  return {
    db,
    folder,
    courseIds,
    userIds,
    reset (clock) {
      now = clock
      clearAll()
    },
    keepRows () {
      const keep = TABLES_IN_ORDER.filter((table) =>
        watcher.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() !== undefined)
      for (const table of keep) watcher.exec(`CREATE TABLE sim_${table} AS SELECT * FROM ${table}`)
      clear = [
        ...TABLES_IN_ORDER.toReversed().map((table) => `DELETE FROM ${table}`),
        ...keep.map((table) => `INSERT INTO ${table} SELECT * FROM sim_${table}`),
        'DELETE FROM sim_history', 'DELETE FROM sqlite_sequence',
      ].map((text) => watcher.prepare<[]>(text))
    },
    history: () => history.all(),
    versionOf: (courseId) => version.get(courseId),
    rows: <T>(text: string) => watcher.prepare<[], T>(text).all(),
    async close () {
      watcher.close()
      await db.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function makeFolder (): string {
  for (const place of PLACES) {
    try {
      return mkdtempSync(join(place, 'perfbook-simulation-'))
    } catch { /* the next one */ }
  }
  throw new Error('there is no folder for the database of the simulation')
}
