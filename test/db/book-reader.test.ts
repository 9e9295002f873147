import { join } from 'node:path'
import t from 'tap'
import { openBookReader, openDatabase, sqliteFile } from '../../db/index.ts'
import { bookReaderContract } from '../contracts/book-reader.contract.ts'

t.test('SQLite', (t) =>
  bookReaderContract(t, async (t) => {
    const db = await openDatabase(sqliteFile(join(t.testdir(), 'perfbook.sqlite')))
    t.teardown(() => db.close())
    return db
  }))

t.test('a missing database', async (t) => {
  t.throws(() => openBookReader(sqliteFile(join(t.testdir(), 'none.sqlite'))), { code: 'SQLITE_CANTOPEN' })
})
