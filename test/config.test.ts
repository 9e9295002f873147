import { join } from 'node:path'
import t from 'tap'
import { readConfig } from '../src/config.ts'
import { hasCode } from '../src/errors.ts'

const SECRET = 'a secret of thirty-two bytes, or more'

/** The names of the settings that are complained of. */
function wrong (env: Record<string, string>): string[] {
  return Array.from(messageOf(env).matchAll(/^ {2}([A-Z_, ]+)[=:]/gm), (match) => match[1]!)
}

function messageOf (env: Record<string, string>): string {
  try {
    readConfig(env)
    return ''
  } catch (error) {
    if (!hasCode(error, 'INVALID_SETTINGS')) throw error
    return error.message
  }
}

t.test('single sign-on: all settings or none, over an encrypted connection', async (t) => {
  const oidc = {
    OIDC_ISSUER: 'https://id.school.example',
    OIDC_CLIENT_ID: 'perfbook',
    OIDC_CLIENT_SECRET: 'secret',
  }
  const jwt = { JWT_SECRET: SECRET, JWT_AUDIENCE: 'perfbook', JWT_ISSUER: 'https://app.example' }
  const keys = { ...jwt, JWT_SECRET: '', JWT_JWKS_URL: 'https://app.example/keys' }
  const mail = {
    SMTP_URL: 'smtp://user:hidden@mail.school.example:587',
    MAIL_FROM: 'Perfbook <perfbook@school.example>',
  }
  for (
    const good of [oidc, jwt, keys, mail, { ...oidc, OIDC_ISSUER: 'http://localhost:4000/realm' }, {
      ...keys,
      JWT_JWKS_URL: 'http://127.0.0.1:1',
    }]
  ) t.strictSame(wrong(good), [])
  const cases: Array<[Record<string, string>, string[]]> = [
    [{ ...oidc, OIDC_CLIENT_SECRET: '' }, ['OIDC_CLIENT_SECRET']],
    [{ OIDC_CLIENT_SECRET: 'hidden' }, ['OIDC_ISSUER', 'OIDC_CLIENT_ID']],
    [{ ...oidc, OIDC_ISSUER: 'http://id.school.example' }, ['OIDC_ISSUER']],
    [{ ...oidc, OIDC_ISSUER: 'id.school.example' }, ['OIDC_ISSUER']],
    [{ JWT_SECRET: SECRET }, ['JWT_AUDIENCE', 'JWT_ISSUER']],
    [{ JWT_JWKS_URL: 'https://app.example/keys', JWT_ISSUER: 'x' }, ['JWT_AUDIENCE']],
    [{ ...jwt, JWT_SECRET: 'x'.repeat(31) }, ['JWT_SECRET']],
    [{ ...keys, JWT_JWKS_URL: 'http://app.example/keys' }, ['JWT_JWKS_URL']],
    [{ ...jwt, JWT_JWKS_URL: 'https://app.example/keys' }, ['JWT_SECRET, JWT_JWKS_URL']],
    [{ ...mail, MAIL_FROM: '' }, ['MAIL_FROM']],
    [{ ...mail, MAIL_FROM: 'a@b\nbcc: c@d' }, ['MAIL_FROM']],
    [{ ...mail, SMTP_URL: 'https://user:hidden@mail.school.example' }, ['SMTP_URL']],
    [{ ...mail, SMTP_URL: 'hidden' }, ['SMTP_URL']],
  ]
  for (const [env, names] of cases) t.strictSame(wrong(env), names, JSON.stringify(env))
})

t.test('an error about a secret never shows it', async (t) => {
  for (
    const env of [{ JWT_SECRET: 'hidden' }, { OIDC_CLIENT_SECRET: 'hidden' }, {
      SMTP_URL: 'mail://user:hidden@host',
    }, { METRICS_TOKEN: 'hidden', PORT: 'x' }] as Array<Record<string, string>>
  ) {
    try {
      readConfig(env)
      t.fail('it was taken')
    } catch (error) {
      t.notMatch((error as Error).message, 'hidden')
    }
  }
})

t.test('numbers, flags and choices', async (t) => {
  const good: Record<string, string> = {
    PORT: '0',
    QUEUE_MAX: '1e3',
    EXPORT_RETENTION_DAYS: '0.5',
    KEEP_LATEST_EXPORT: 'false',
    FILE_ACCESS: 'session',
    LOG_LEVEL: '',
  }
  t.match(readConfig(good), {
    PORT: 0,
    QUEUE_MAX: 1000,
    EXPORT_RETENTION_DAYS: 0.5,
    KEEP_LATEST_EXPORT: false,
    FILE_ACCESS: 'session',
    LOG_LEVEL: 'info',
  })
  const bad: Record<string, string> = {
    PORT: '65536',
    QUEUE_MAX: '0',
    WORKER_THREADS: '1.5',
    BODY_MAX_BYTES: '1 MB',
    IMPORT_MAX_BYTES: ' ',
    EXPORT_RETENTION_DAYS: 'Infinity',
    JOB_RETENTION_DAYS: '-1',
    KEEP_LATEST_EXPORT: 'yes',
    FILE_ACCESS: 'Link',
    DATA_DIR: './data',
  }
  t.strictSame(
    wrong(bad).sort(),
    Object.keys(bad).filter((name) => name !== 'DATA_DIR').sort(),
    'all at once'
  )
  t.throws(() => readConfig({ PORT: '70000' }), {
    message: /PORT=70000: must be a whole number from 0 to 65535$/,
  })
})

t.test('which proxies are trusted for the address of a request', async (t) => {
  for (
    const [given, meant] of [['', false], ['false', false], ['true', true], [
      '127.0.0.1, ::1,10.0.0.0/8,fd00::/8, loopback',
      ['127.0.0.1', '::1', '10.0.0.0/8', 'fd00::/8', 'loopback'],
    ]] as const
  ) {
    t.strictSame(readConfig({ TRUST_PROXY: given }).trustProxy, meant, given)
  }
  for (
    const bad of [
      'proxy.school.example',
      '127.0.0.1,,::1',
      '10.0.0.0/33',
      '10.0.0.0/0',
      '10.0.0.0/8/8',
      '127.0.0.1;::1',
    ]
  ) t.strictSame(wrong({ TRUST_PROXY: bad }), ['TRUST_PROXY'], bad)
})

t.test('PostgreSQL and nodes', async (t) => {
  const folder = t.testdir({ url: 'postgres://ada:hidden@db.example/book\n', bad: 'postgres://ada:hid/den@db\n' })
  const url = 'postgres://ada:hidden@db.example/book'
  const good = { DATABASE_URL: url, PUBLIC_URL: 'https://school.example', WORKER_THREADS: '4' }
  const address = { host: 'db.example', user: 'ada', password: 'hidden', database: 'book' }
  t.equal(readConfig({}).database.engine, 'sqlite')
  t.match(readConfig(good).database, { connection: address, direct: address })
  const { DATABASE_URL: _, ...withoutUrl } = good
  const fromFile = { ...withoutUrl, DATABASE_URL_FILE: join(folder, 'url') }
  t.match(readConfig(fromFile).database, { connection: address })
  t.match(
    readConfig({ ...good, DATABASE_DIRECT_URL: 'postgres://ada@direct.example/book' }).database,
    { connection: address, direct: { ...address, host: 'direct.example' } },
    'with the same password'
  )
  t.match(
    readConfig({ ...good, DATABASE_URL: 'postgres://ada@db.example/book', PGPASSWORD: 'other' }).database,
    { connection: { ...address, password: 'other' } }
  )
  t.match(readConfig({ ...good, NODE_ROLE: 'web', NODE_NAME: 'web-1.school_a' }), {
    NODE_ROLE: 'web',
    NODE_NAME: 'web-1.school_a',
    DATABASE_POOL: 16,
    START_WAIT_SECONDS: 60,
  })
  const cases: Array<[Record<string, string>, string[]]> = [
    [{ DATABASE_URL: url }, ['PUBLIC_URL']],
    [{ ...good, DATABASE_URL_FILE: join(folder, 'url') }, ['DATABASE_URL, DATABASE_URL_FILE']],
    [{ ...withoutUrl, DATABASE_URL_FILE: join(folder, 'bad') }, ['DATABASE_URL_FILE']],
    [{ ...withoutUrl, DATABASE_URL_FILE: join(folder, 'none') }, ['DATABASE_URL_FILE']],
    [{ DATABASE_DIRECT_URL: url }, ['DATABASE_DIRECT_URL']],
    [{ ...good, WORKER_THREADS: '9' }, ['DATABASE_POOL']],
    [{ ...good, DATABASE_POOL: '11' }, ['DATABASE_POOL']],
    [{ NODE_ROLE: 'web' }, ['NODE_ROLE']],
    [{ ...good, NODE_ROLE: 'leader' }, ['NODE_ROLE']],
    [{ ...good, NODE_NAME: 'a node' }, ['NODE_NAME']],
    [
      { DATABASE_URL: 'hidden', DATABASE_DIRECT_URL: 'hidden', DATABASE_POOL: '9', WORKER_THREADS: '4' },
      ['PUBLIC_URL', 'DATABASE_POOL', 'DATABASE_URL', 'DATABASE_DIRECT_URL'],
    ],
  ]
  for (const [env, names] of cases) {
    t.strictSame(wrong(env), names, JSON.stringify(env))
    t.notMatch(messageOf(env), /hid/)
  }
})

t.test('settings of an object store', async (t) => {
  const refused: Array<[Record<string, string>, RegExp]> = [
    [{ FILES_URL: 'https://bucket/prefix' }, /FILES_URL: must be like s3:/],
    [{ FILES_URL: 's3://user:secret@bucket/prefix' }, /FILES_URL: must be like s3:/],
    [{ FILES_URL: 's3://bucket/../other' }, /FILES_URL: must be like s3:/],
    [{ FILES_URL: 's3://bucket', S3_ENDPOINT: 'localhost:9000' }, /S3_ENDPOINT: must be like https:/],
    [{ FILE_DELIVERY: 'redirect' }, /FILE_DELIVERY=redirect: needs FILES_URL/],
    [
      { FILES_URL: 's3://bucket', FILE_DELIVERY: 'redirect', FILE_ACCESS: 'session' },
      /FILE_DELIVERY=redirect: cannot be combined with FILE_ACCESS=session/,
    ],
  ]
  for (const [settings, message] of refused) {
    t.throws(() => readConfig(settings), { code: 'INVALID_SETTINGS', message })
    t.throws(() => readConfig(settings), { message: /^(?!.*secret)/s }, 'never a password')
  }
  t.match(readConfig({ FILES_URL: 's3://bucket/a//b/', S3_PATH_STYLE: 'true' }).files, {
    kind: 's3',
    store: { bucket: 'bucket', prefix: 'a/b/', pathStyle: true, region: 'us-east-1' },
  })
  t.match(readConfig({ FILES_URL: 's3://bucket' }).files, { store: { prefix: '' } })
})
