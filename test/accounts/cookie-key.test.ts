import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { cookieKey, keysOfFolder, storeKeys } from '../../src/accounts/cookie-key.ts'
import { secretFromFile } from '../../src/accounts/secrets.ts'
import { noPostgres, testPostgres } from '../support/postgres.ts'
import { startTestService } from '../support/test-service.ts'

const KEY = 'q1n6ZC4eXlPz0mC2v5bV3w8yT7uR9sK0'

t.test('a given file: read as it is, neither created nor changed', async (t) => {
  const folder = t.testdir({ key: `${KEY}\n`, short: KEY.slice(1), lines: `${KEY}\n${KEY}\n` })
  const db = await openDatabase(sqliteFile(join(folder, 'perfbook.sqlite')))
  t.teardown(() => db.close())
  const keyIn = (name: string) => {
    const file = join(folder, name)
    return cookieKey({ config: { COOKIE_SECRET_FILE: file, secretFile: file }, db })
  }
  const { mode } = statSync(join(folder, 'key'))
  t.equal(await keyIn('key'), KEY)
  t.equal(statSync(join(folder, 'key')).mode, mode)
  for (const name of ['short', 'lines']) {
    await t.rejects(keyIn(name), { code: 'INVALID_SETTINGS', message: /one line of at least 32 characters/ })
  }
  await t.rejects(keyIn('missing'), { code: 'INVALID_SETTINGS', message: /COOKIE_SECRET_FILE=.*ENOENT/ })
  t.notOk(existsSync(join(folder, 'missing')))
})

t.test('two services with one key file accept the same cookies', async (t) => {
  const COOKIE_SECRET_FILE = join(t.testdir({ key: KEY }), 'key')
  const signed: string[] = []
  for (const name of ['one', 'the other']) {
    await t.test(name, async (t) => {
      const { server, services } = await startTestService(t, { settings: { COOKIE_SECRET_FILE } })
      t.notOk(existsSync(join(services.config.DATA_DIR, 'cookie.secret')), 'makes no key of its own')
      signed.push(server.signCookie('a secret'))
    })
  }
  t.equal(signed[0], signed[1])
})

t.test('in PostgreSQL: one key, however many nodes start at once', { skip: noPostgres }, async (t) => {
  const location = await testPostgres(t)
  const config = { COOKIE_SECRET_FILE: '', secretFile: '/nonexistent/cookie.secret' }
  const nodes = await Promise.all(Array.from({ length: 8 }, () => openDatabase(location)))
  t.teardown(() => Promise.all(nodes.map((db) => db.close())))
  const keys = await Promise.all(nodes.map((db) => cookieKey({ config, db })))
  t.match(keys[0], /^[\w-]{43}$/)
  t.equal(new Set(keys).size, 1)
})

t.test('the key of a data folder moves to PostgreSQL', { skip: noPostgres }, async (t) => {
  const folder = t.testdir({ key: KEY })
  const config = { COOKIE_SECRET_FILE: '', secretFile: join(folder, 'cookie.secret') }
  t.strictSame(keysOfFolder(config), [], 'a folder that was never used has none, and gets none')
  t.notOk(existsSync(config.secretFile))
  const secret = secretFromFile(config.secretFile)
  t.strictSame(keysOfFolder(config), [{ name: 'cookie', secret }])
  t.strictSame(
    keysOfFolder({ ...config, COOKIE_SECRET_FILE: join(folder, 'key') }),
    [{ name: 'cookie', secret: KEY }]
  )
  const db = await openDatabase(await testPostgres(t, { mayHaveTables: true }))
  t.teardown(() => db.close())
  for (let i = 0; i < 2; i++) t.ok(await db.write((trx) => storeKeys(trx, keysOfFolder(config))))
  t.equal(await cookieKey({ config, db }), secret)
  t.notOk(await db.write((trx) => storeKeys(trx, [{ name: 'cookie', secret: KEY }])), 'the first one stays')
  t.equal(await cookieKey({ config, db }), secret)
})
