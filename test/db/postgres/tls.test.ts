// Connections to a real server with certificates: what each sslmode accepts and refuses, as in libpq.
import { execFileSync } from 'node:child_process'
import { chownSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { openDatabase, type PostgresLocation } from '../../../db/index.ts'
import { parseAddress } from '../../../db/postgres/address.ts'
import { perfbook } from '../../support/cli.ts'
import { noPostgres, startCluster, testPostgres } from '../../support/postgres.ts'
import { testFolder } from '../../support/test-folder.ts'
import { findOpenssl, needs, pathOf } from '../../support/tools.ts'

const { skip } = needs(findOpenssl())
const options = { skip: noPostgres || skip }
const PASSWORD = 'perfbook'

interface Certificates {
  /** Of the authority that signed the server's, and of another one. */
  ca: string
  otherCa: string
  /** Settings of the server. */
  settings: Record<string, string>
}

/** An authority, another one, and a certificate for `name` that the first one signed. */
function certificates (t: Test, name: string): Certificates {
  // The server runs as another user, who must reach its key.
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-tls-'))
  chmodSync(folder, 0o755)
  t.teardown(() => { rmSync(folder, { recursive: true }) })
  const file = (path: string) => join(folder, path)
  const openssl = (...args: string[]) => { execFileSync(pathOf(findOpenssl()), args, { stdio: 'ignore' }) }
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  for (const ca of ['ca', 'other-ca']) {
    openssl('req', '-x509', ...key, '-keyout', file(`${ca}.key`), '-out', file(`${ca}.pem`), '-days', '2',
      '-subj', `/CN=${ca}`)
  }
  openssl('req', ...key, '-keyout', file('server.key'), '-out', file('server.csr'), '-subj', '/CN=server')
  writeFileSync(file('names'), `subjectAltName=${name}\n`)
  openssl('x509', '-req', '-in', file('server.csr'), '-CA', file('ca.pem'), '-CAkey', file('ca.key'),
    '-CAcreateserial', '-days', '2', '-extfile', file('names'), '-out', file('server.pem'))
  chmodSync(file('server.key'), 0o600)
  if (process.getuid?.() === 0) {
    const [uid = 0, gid = 0] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'])))
    chownSync(file('server.key'), uid, gid)
  }
  return {
    ca: file('ca.pem'),
    otherCa: file('other-ca.pem'),
    settings: { ssl: 'on', ssl_cert_file: file('server.pem'), ssl_key_file: file('server.key') },
  }
}

interface TlsServer extends Pick<Certificates, 'ca' | 'otherCa'> {
  /** The address of an empty database with parameters. */
  url: (host: string, parameters: string) => string
  /** Whether the connection to it is encrypted. */
  isEncrypted: (host: string, parameters: string) => Promise<boolean>
}

/** A server whose certificate is for `name`; without a name, it has none. */
async function server (t: Test, name?: string): Promise<TlsServer> {
  const { ca, otherCa, settings } = name === undefined
    ? { ca: '', otherCa: '', settings: {} }
    : certificates(t, name)
  const cluster = await startCluster(settings)
  t.teardown(() => cluster.stop())
  const { connection: { port, user, database } } = await testPostgres(t, { cluster })
  const url: TlsServer['url'] = (host, parameters) =>
    `postgres://${user}:${PASSWORD}@${host}:${port}/${database}?${parameters}`
  return {
    ca,
    otherCa,
    url,
    async isEncrypted (host, parameters) {
      const parsed = parseAddress(url(host, parameters), { rootCertificates: '/nowhere' })
      if ('problem' in parsed) throw new Error(parsed.problem)
      const { address } = parsed
      const location: PostgresLocation = {
        engine: 'postgres', connection: address, direct: address, poolSize: 2,
      }
      const db = await openDatabase(location)
      const { rows: [row] } = await sql<{ ssl: boolean }>`
        SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`.execute(db.reads)
        .finally(() => db.close())
      return row?.ssl === true
    },
  }
}

t.test('a certificate for localhost', options, async (t) => {
  const { ca, otherCa, isEncrypted } = await server(t, 'DNS:localhost')
  const accepted = async (host: string, parameters: string, encrypted = true) => {
    t.equal(await isEncrypted(host, parameters), encrypted, `${host} ${parameters}`)
  }
  const refused = async (host: string, parameters: string, message: RegExp) => {
    const error = await isEncrypted(host, parameters).then(() => undefined, (error: unknown) => error)
    t.match(error, { code: 'DATABASE_UNAVAILABLE', message }, `${host} ${parameters}`)
    t.notMatch((error as Error).message, `:${PASSWORD}@`)
  }
  const unknown = /could not be used: its certificate is not signed by an authority that sslrootcert names/

  await accepted('localhost', 'sslmode=disable', false)
  await accepted('127.0.0.1', 'sslmode=require')
  await accepted('127.0.0.1', `sslmode=require&sslrootcert=${ca}`)
  await refused('127.0.0.1', `sslmode=require&sslrootcert=${otherCa}`, unknown)

  await accepted('localhost', `sslmode=verify-ca&sslrootcert=${ca}`)
  await accepted('127.0.0.1', `sslmode=verify-ca&sslrootcert=${ca}`)
  await refused('localhost', `sslmode=verify-ca&sslrootcert=${otherCa}`, unknown)

  await accepted('localhost', `sslmode=verify-full&sslrootcert=${ca}`)
  await refused('127.0.0.1', `sslmode=verify-full&sslrootcert=${ca}`, /certificate is not for 127\.0\.0\.1\./)
  await refused('localhost', `sslmode=verify-full&sslrootcert=${otherCa}`, unknown)
  await refused('localhost', 'sslmode=verify-full&sslrootcert=system', unknown)
})

t.test('a certificate for an IP address', options, async (t) => {
  const { ca, isEncrypted } = await server(t, 'IP:127.0.0.1')
  t.equal(await isEncrypted('127.0.0.1', `sslmode=verify-full&sslrootcert=${ca}`), true)
  await t.rejects(isEncrypted('localhost', `sslmode=verify-full&sslrootcert=${ca}`), {
    code: 'DATABASE_UNAVAILABLE',
  })
})

t.test('a server without certificates', { skip: noPostgres }, async (t) => {
  const { isEncrypted } = await server(t)
  t.equal(await isEncrypted('localhost', 'sslmode=disable'), false)
  await t.rejects(isEncrypted('localhost', 'sslmode=require'), {
    code: 'DATABASE_UNAVAILABLE', message: /does not encrypt connections.*ssl = on/,
  })
})

t.test('the start of a node says at once what to do, and no password', options, async (t) => {
  const { ca, otherCa, url } = await server(t, 'DNS:localhost')
  const run = async (command: string, host: string, parameters: string) => {
    const { status, stdout, stderr } = await perfbook(testFolder(t), [command], {
      env: {
        DATABASE_URL: url(host, parameters),
        PUBLIC_URL: 'http://perfbook.test',
        PORT: '0',
        // The test would end before a node that waits.
        START_WAIT_SECONDS: '3600',
      },
    })
    t.equal(status, 1, stderr)
    t.notMatch(stdout + stderr, `:${PASSWORD}@`)
    return stdout + stderr
  }
  t.match(
    await run('serve', 'localhost', `sslmode=verify-full&sslrootcert=${otherCa}`),
    /^error: PostgreSQL at postgres:\/\/perfbook@localhost.*Put the certificate of its authority into that file/
  )
  for (const command of ['serve', 'doctor']) {
    t.match(
      await run(command, '127.0.0.1', `sslmode=verify-full&sslrootcert=${ca}`),
      /not for 127\.0\.0\.1\. Use a name of the certificate/
    )
  }
  t.match(
    await run('serve', 'localhost', 'sslmode=verify-full&sslrootcert=/nowhere/ca.pem'),
    /DATABASE_URL: the file of sslrootcert cannot be read: ENOENT/
  )
})
