// An import, or an undo of one, in a process of its own. Before the statement of its transactions with the
// number DIE_AT it dies as by `kill -9`; after the last one, if that is the number after it. Without a
// number, it prints how many statements there are. First argument: what to do, as JSON.
import Sqlite, { type Statement } from 'better-sqlite3'
import pg from 'pg'
import { openDatabase, type DatabaseLocation } from '../../db/index.ts'
import { importSources } from '../../src/imports/import-sources.ts'
import { undoImport } from '../../src/imports/undo-import.ts'

/** What the process does. */
export interface MortalWork {
  database: DatabaseLocation
  stagingFolder: string
  now: number
  /** A file or folder to import. */
  source?: string
  /** An import to undo, and what identifies the undo. */
  undo?: { importId: number, reference: string }
}

const dieAt = Number(process.env['DIE_AT'] ?? 0)
/** Not BEGIN alone, which is a transaction of the staging database. */
const BEGINS = /^(BEGIN IMMEDIATE|begin immediate|begin|start transaction\b.*)$/
let count = 0
let isWriting = false

function step (): void {
  if (++count === dieAt) process.kill(process.pid, 'SIGKILL')
}

/** Before a statement is run. */
function onStatement (text: string): void {
  if (isWriting) step()
  if (BEGINS.test(text)) isWriting = true
}

/** After it was run. */
function afterStatement (text: string): void {
  if (!/^\s*commit/i.test(text) || !isWriting) return
  isWriting = false
  step()
}

const { exec, prepare } = Sqlite.prototype
Sqlite.prototype.exec = function (text: string) {
  onStatement(text)
  const result = exec.call(this, text)
  afterStatement(text)
  return result
}
Sqlite.prototype.prepare = function (this: Sqlite.Database, text: string) {
  const statement = prepare.call(this, text) as Statement
  const watched = (name: 'run' | 'all') => {
    const run = statement[name].bind(statement)
    return (...values: unknown[]) => {
      onStatement(text)
      const result = run(...values)
      afterStatement(text)
      return result
    }
  }
  return Object.assign(statement, { run: watched('run'), all: watched('all') })
} as typeof prepare

const { query } = pg.Client.prototype
pg.Client.prototype.query = function (this: pg.Client, ...call: unknown[]) {
  const text = typeof call[0] === 'string' ? call[0] : String((call[0] as { text?: string }).text ?? '')
  onStatement(text)
  const result: unknown = Reflect.apply(query, this, call)
  if (result instanceof Promise) void result.then(() => { afterStatement(text) }, () => {})
  return result
} as typeof query

const { database, stagingFolder, now, source, undo } = JSON.parse(process.argv[2] ?? '') as MortalWork
if (source !== undefined) {
  const outcome = await importSources([source], {
    database, stagingFolder, defaultTimeZone: 'UTC', dryRun: false, strict: false, allowRemovals: true,
    maxBytes: 2 ** 31, now: () => now,
  })
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors))
}
if (undo !== undefined) {
  const db = await openDatabase(database)
  await undoImport(db, { ...undo, fence: null, now: () => now })
  await db.close()
}
process.stdout.write(`${count}\n`)
