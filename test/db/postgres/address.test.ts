// The same address means the same as in libpq, of which these cases are read.
import { userInfo } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { parseAddress, shownAddress, type PostgresAddress } from '../../../db/postgres/address.ts'

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
const defaults = { rootCertificates: '/nowhere/root.crt' }

function read (text: string, more: { password?: string, rootCertificates?: string } = {}): PostgresAddress {
  const parsed = parseAddress(text, { ...defaults, ...more })
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed.address
}

function problem (text: string): string {
  const parsed = parseAddress(text, defaults)
  return 'problem' in parsed ? parsed.problem : 'none'
}

t.test('host, port, user, password and name', async (t) => {
  const plain = {
    host: 'db.example',
    port: 5432,
    user: 'ada',
    password: 'secret',
    database: 'book',
    ssl: false,
  }
  t.strictSame(read('postgres://ada:secret@db.example:5432/book'), plain)
  t.strictSame(read('postgresql://ada:secret@db.example/book'), plain)
  t.match(read('postgres://ada@db.example:6000/book'), { port: 6000, password: undefined })
  t.match(read('postgres://ada@[fd00::1]:6000/book'), { host: 'fd00::1', port: 6000 })
  t.match(read('postgres://ada@db.example'), { database: 'ada' }, 'the name of the user')
  t.match(read('postgres://db.example/book'), { user: userInfo().username }, 'the user of the system')
  t.match(read('postgres://a%40b:p%2F%40%3A%25%20%C3%A9@db.example/my%20book'), {
    user: 'a@b',
    password: 'p/@:% é',
    database: 'my book',
  })
  t.match(read('postgres://ada:a:b#c?d&e@db.example/book'), { password: 'a:b#c?d&e', host: 'db.example' })
  t.match(read('postgres://db.example/book?user=ada&password=s%26t&port=7000&dbname=other'), {
    user: 'ada',
    password: 's&t',
    port: 7000,
    database: 'other',
  })
  t.match(read('postgres://ada@db.example/book?options=-c%20search_path%3Dbook&application_name=perfbook'), {
    options: '-c search_path=book',
    application_name: 'perfbook',
  })
})

t.test('the password of PGPASSWORD, where the address has none', async (t) => {
  t.equal(read('postgres://ada@db.example/book', { password: 'given' }).password, 'given')
  t.equal(read('postgres://ada:own@db.example/book', { password: 'given' }).password, 'own')
  t.equal(read('postgres://ada:@db.example/book', { password: '' }).password, undefined)
})

t.test('a Unix socket', async (t) => {
  const socket = { host: '/var/run/postgresql', port: 5432, database: 'book', user: 'ada', ssl: false }
  for (
    const text of [
      'postgres://ada@%2Fvar%2Frun%2Fpostgresql/book',
      'postgres://ada@/book?host=/var/run/postgresql',
      'postgres:///book?host=%2Fvar%2Frun%2Fpostgresql&user=ada',
      'postgres://ada@/book?host=/var/run/postgresql&sslmode=require',
    ]
  ) t.match(read(text), socket, text)
})

t.test('sslmode and sslrootcert', async (t) => {
  const folder = t.testdir({ 'root.crt': PEM, 'empty.crt': '' })
  const tls = (query: string, more = {}) => read(`postgres://ada@db.example/book?${query}`, more).ssl
  const file = `sslrootcert=${encodeURIComponent(join(folder, 'root.crt'))}`
  t.equal(tls(''), false)
  t.equal(tls('sslmode=disable'), false)
  t.strictSame(tls('sslmode=require'), { rejectUnauthorized: false, checkIdentity: false })
  t.strictSame(
    tls(`sslmode=require&${file}`),
    { rejectUnauthorized: true, ca: PEM, checkIdentity: false },
    'with a root certificate, require means verify-ca'
  )
  t.strictSame(tls(`sslmode=verify-ca&${file}`), { rejectUnauthorized: true, ca: PEM, checkIdentity: false })
  t.strictSame(tls(`sslmode=verify-full&${file}`), { rejectUnauthorized: true, ca: PEM, checkIdentity: true })
  t.strictSame(
    tls('sslmode=verify-full&sslrootcert=system'),
    { rejectUnauthorized: true, ca: 'system', checkIdentity: true }
  )
  const home = { rootCertificates: join(folder, 'root.crt') }
  t.match(tls('sslmode=verify-full', home), { ca: PEM, checkIdentity: true }, 'the file in the home folder')
  t.match(tls('sslmode=require', home), { ca: PEM, rejectUnauthorized: true })

  const wrong = (query: string) => problem(`postgres://ada@db.example/book?${query}`)
  t.match(wrong('sslmode=prefer'), /sslmode must be one of disable, require, verify-ca, verify-full/)
  t.match(wrong('sslmode=allow'), /sslmode must be one of/)
  t.match(wrong('sslmode=no-verify'), /sslmode must be one of/)
  t.match(wrong('sslmode=verify-full'), /needs sslrootcert/)
  t.match(wrong('sslmode=verify-ca'), /needs sslrootcert/)
  t.match(wrong('sslmode=require&sslrootcert=system'), /needs sslmode=verify-full/)
  t.match(wrong('sslmode=require&sslrootcert=/nowhere/at/all'), /cannot be read.*\/nowhere\/at\/all/)
  t.match(wrong(`sslmode=require&sslrootcert=${join(folder, 'empty.crt')}`), /holds no certificate/)
})

t.test('what is wrong is said without a word of the address', async (t) => {
  const cases: Array<[string, RegExp]> = [
    ['mysql://ada:hidden@db.example/book', /must be like postgres:/],
    ['hidden', /must be like/],
    ['postgres://ada:hid/den@db.example/book', /write \/ as %2F/],
    ['postgres://ada:hidden@more@db.example/book', /@ as %40/],
    ['postgres://ada:hidden%@db.example/book', /the password has a %/],
    ['postgres://ada:hidden%00@db.example/book', /the password has a %/],
    ['postgres://ada:hidden@db.example:0/book', /port must be a number/],
    ['postgres://ada:hidden@db.example:99999/book', /port must be a number/],
    ['postgres://ada:hidden@/book', /names no host.*\?host=/],
    ['postgres://ada:hidden@one,two/book', /names several hosts/],
    ['postgres://ada@db.example/book?hidden=1', /a parameter is not one of application_name, dbname/],
    ['postgres://ada@db.example/book?sslkey=hidden', /a parameter is not one of/],
    ['postgres://ada@db.example/book?port=hidden', /port must be a number/],
  ]
  for (const [text, expected] of cases) {
    t.match(problem(text), expected, text)
    t.notMatch(problem(text), /hid|den/, text)
  }
})

t.test('an address is shown without its password', async (t) => {
  const shown = (text: string) => shownAddress(read(text))
  t.equal(shown('postgres://a%40b:secret@db.example/book'), 'postgres://a%40b@db.example:5432/book')
  t.equal(shown('postgres://ada:secret@[::1]:99/my%20book'), 'postgres://ada@[::1]:99/my%20book')
  t.equal(
    shown('postgres://ada:secret@/book?host=/run/postgresql'),
    'postgres://ada@/book?host=/run/postgresql'
  )
  t.equal(
    shown('postgres://ada:secret@/book?host=/run/a%26b&port=5433'),
    'postgres://ada@/book?host=/run/a%26b&port=5433'
  )
})

t.test('an address passes between threads', async (t) => {
  const address = read('postgres://ada:secret@db.example/book?sslmode=verify-full&sslrootcert=system')
  t.strictSame(structuredClone(address), address)
})
