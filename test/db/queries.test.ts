import { join } from 'node:path'
import t from 'tap'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { queriesContract } from '../contracts/queries.contract.ts'
import { noPostgres, testPostgres } from '../support/postgres.ts'

t.test('SQLite', (t) =>
  queriesContract(t, async (t) => {
    const db = await openDatabase(sqliteFile(join(t.testdir(), 'again.sqlite')))
    t.teardown(() => db.close())
    return db
  }))

t.test('PostgreSQL', { skip: noPostgres }, (t) =>
  queriesContract(t, async (t) => {
    // Where texts would sort otherwise than by their bytes.
    const create = "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
    const db = await openDatabase(await testPostgres(t, { create }))
    t.teardown(() => db.close())
    return db
  }))
