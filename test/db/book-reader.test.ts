import { join } from 'node:path'
import t from 'tap'
import { openBookReader, openDatabase, sqliteFile } from '../../db/index.ts'
import { bookReaderContract } from '../contracts/book-reader.contract.ts'
import { noPostgres, testPostgres } from '../support/postgres.ts'
import { testFolder } from '../support/test-folder.ts'

t.test('SQLite', (t) =>
  bookReaderContract(t, async (t) => {
    const db = await openDatabase(sqliteFile(join(testFolder(t), 'perfbook.sqlite')))
    t.teardown(() => db.close())
    return db
  }))

t.test('PostgreSQL', { skip: noPostgres }, (t) =>
  bookReaderContract(t, async (t) => {
    const db = await openDatabase(await testPostgres(t, { mayHaveTables: true }))
    t.teardown(() => db.close())
    return db
  }))

t.test('a missing SQLite database', async (t) => {
  t.throws(() => openBookReader(sqliteFile(join(t.testdir(), 'none.sqlite'))), { code: 'SQLITE_CANTOPEN' })
})
