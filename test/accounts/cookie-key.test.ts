import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { cookieKey } from '../../src/accounts/cookie-key.ts'
import { startTestService } from '../support/test-service.ts'

const KEY = 'q1n6ZC4eXlPz0mC2v5bV3w8yT7uR9sK0'

t.test('a given file: read as it is, neither created nor changed', async (t) => {
  const folder = t.testdir({ key: `${KEY}\n`, short: KEY.slice(1), lines: `${KEY}\n${KEY}\n` })
  const keyIn = (name: string) => {
    const file = join(folder, name)
    return cookieKey({ COOKIE_SECRET_FILE: file, secretFile: file })
  }
  const { mode } = statSync(join(folder, 'key'))
  t.equal(keyIn('key'), KEY)
  t.equal(statSync(join(folder, 'key')).mode, mode)
  for (const name of ['short', 'lines']) {
    t.throws(() => keyIn(name), { code: 'INVALID_SETTINGS', message: /one line of at least 32 characters/ })
  }
  t.throws(() => keyIn('missing'), { code: 'INVALID_SETTINGS', message: /COOKIE_SECRET_FILE=.*ENOENT/ })
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
