// What every engine must answer to every query. Run it with `queriesContract(t, make)`: the same calls on the
// same data must give the answers that SQLite gives.
import { join } from 'node:path'
import { readdirSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { Test } from 'tap'
import { openDatabase, sqliteFile, type Database } from '../../db/index.ts'
import { callAboutBooks } from './queries/books.ts'
import { callAboutFiles } from './queries/files.ts'
import { callAboutJobs } from './queries/jobs.ts'
import { callAboutPeople } from './queries/people.ts'
import { callAboutSnapshots } from './queries/snapshots.ts'
import { callAboutFormerPeople, callAboutUndo } from './queries/undo.ts'
import { createRecorder, type Answers } from './queries/recorder.ts'

const QUERIES = join(import.meta.dirname, '../../db/queries')

/** What only PostgreSQL has; tests of nodes and of the delivery call it. */
const ONLY_POSTGRES = [
  'job-tickets.ts', 'nodes.ts', 'server-time.ts', 'service-keys.ts', 'shared-state.ts',
]
/** No queries, or only their text. */
const NOT_QUERIES = [
  'emailKey', 'hasTable', 'isTaughtBy', 'job-due.ts', 'job-references.ts', 'sourceName', 'state',
  'stored-json.ts', 'undo-statements.ts',
]

const CALLS = [
  callAboutBooks, callAboutPeople, callAboutFiles, callAboutJobs, callAboutSnapshots, callAboutUndo,
  callAboutFormerPeople,
]

/** `make` gives a new, empty database each time and closes it with the test. */
export async function queriesContract (t: Test, make: (t: Test) => Promise<Database>): Promise<void> {
  for (const call of CALLS) {
    await t.test(call.name, async (t) => {
      const expected = await answersOnSqlite(t, call)
      const answers = await answersOf(await make(t), call, t)
      const differences = answers.map((one, i) => ({ ...one, expected: expected[i]?.answer }))
        .filter((one) => !isDeepStrictEqual(one.answer, one.expected))
      t.strictSame(differences, [])
      t.equal(answers.length, expected.length)
    })
  }

  await t.test('every query is called', async (t) => {
    const called = new Set<string>()
    for (const call of CALLS) {
      for (const { name } of await answersOnSqlite(t, call)) called.add(name)
    }
    const all = await namesOfAll()
    t.strictSame(all.filter((name) => !called.has(name)), [])
    t.ok(all.length > 100)
  })
}

async function answersOnSqlite (t: Test, call: typeof CALLS[number]): Promise<Answers> {
  const db = await openDatabase(sqliteFile(join(t.testdir(), 'expected.sqlite')))
  try {
    return await answersOf(db, call, t)
  } finally {
    await db.close()
  }
}

async function answersOf (db: Database, call: typeof CALLS[number], t: Test): Promise<Answers> {
  const recorder = createRecorder()
  await call(db, recorder.recorded, t)
  return recorder.answers
}

/** Names of all functions in the folder of queries. */
async function namesOfAll (): Promise<string[]> {
  const names: string[] = []
  for (const file of readdirSync(QUERIES)) {
    if (ONLY_POSTGRES.includes(file) || NOT_QUERIES.includes(file)) continue
    const found = await import(join(QUERIES, file)) as Record<string, unknown>
    names.push(...Object.keys(found).filter((name) => typeof found[name] === 'function'))
  }
  return names.filter((name) => !NOT_QUERIES.includes(name))
}
