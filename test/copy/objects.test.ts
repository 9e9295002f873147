// `perfbook copy --to-files`: the files of a folder in an empty bucket, and a service on both.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openDatabase, type PostgresLocation } from '../../db/index.ts'
import { connect } from '../../db/sqlite/connection.ts'
import { cookieKey } from '../../src/accounts/cookie-key.ts'
import { hashOfSecret } from '../../src/accounts/secrets.ts'
import { readConfig } from '../../src/config.ts'
import { perfbook, type CliResult } from '../support/cli.ts'
import { fillFolder } from '../support/filled-folder.ts'
import { noPostgres, postgresUrl, testPostgres } from '../support/postgres.ts'
import { startServer } from '../support/server-process.ts'
import { keysIn, needsSwift, putObject, startSwift, storeOf } from '../support/swift.ts'
import { testFolder } from '../support/test-folder.ts'
import { until } from '../support/until.ts'

const { skip: noSwift } = needsSwift()
const skip = noPostgres === false ? noSwift : noPostgres
const swift = skip === false ? await startSwift(t) : undefined

/** Settings of an empty place. */
async function newBucket (prefix?: string): Promise<Record<string, string>> {
  if (swift === undefined) throw new Error('there is no object store')
  return await swift.settings(prefix)
}

async function copy (
  folder: string, target: PostgresLocation, settings: Record<string, string>, args: string[] = []
): Promise<CliResult> {
  const { FILES_URL = '', ...env } = settings
  const to = ['--to-database', postgresUrl(target.connection), '--to-files', FILES_URL]
  return await perfbook(folder, ['copy', ...to, ...args], { env })
}

const TOKEN = 'a-token-of-the-folder'

/** With a token of its administrator. */
async function filledFolder (t: Test) {
  const filled = await fillFolder(join(testFolder(t), 'data'))
  const sqlite = connect(filled.file)
  sqlite.prepare('UPDATE tokens SET hash = ?').run(hashOfSecret(TOKEN))
  sqlite.close()
  return filled
}

t.test('files, keys and waiting jobs', { skip }, async (t) => {
  const { folder, files } = await filledFolder(t)
  const settings = await newBucket('books')
  const target = await testPostgres(t)
  const place = settings.FILES_URL!.replace(/\/?$/, '/')
  t.match(await copy(folder, target, settings, ['--dry-run']), { status: 0, stderr: /^Would copy/ })
  t.strictSame(await keysIn(storeOf(settings)), [])
  const done = await copy(folder, target, settings, ['--json'])
  t.match(done, { status: 0 })
  t.match(JSON.parse(done.stdout), { outcome: 'copied', files: 3, to_files: place })

  const keys = await keysIn(storeOf(settings))
  t.equal(keys.filter((key) => /^books\/files\/[0-9a-f]{32}$/.test(key)).length, 3)
  t.notOk(keys.some((key) => [...files.keys()].some((hex) => key.includes(hex)) || key.includes('Physics')))
  t.match(await copy(folder, target, settings), { status: 0, stderr: /^Everything is there/ })
  t.match(await perfbook(folder, ['copy', '--to-database', postgresUrl(target.connection)]), {
    status: 1, stderr: /The files of this copy are at s3:.*Use that for --to-files/,
  })

  const scratch = join(folder, '../scratch')
  mkdirSync(scratch)
  const db = await openDatabase(target)
  const config = readConfig({ DATA_DIR: scratch })
  t.equal(await cookieKey({ config, db }), readFileSync(join(folder, 'cookie.secret'), 'utf8').trim())
  await db.close()

  const credentials = { AWS_ACCESS_KEY_ID: 'test:tester', AWS_SECRET_ACCESS_KEY: 'testing' }
  const server = await startServer(t, scratch, {
    ...settings, ...credentials, DATABASE_URL: postgresUrl(target.connection), PUBLIC_URL: 'http://127.0.0.1',
  })
  const get = async (path: string) =>
    await fetch(`${server.address}${path}`, { headers: { authorization: `Bearer ${TOKEN}` } })
  for (const [i, [hex, bytes]] of [...files].entries()) {
    const answer = await get(`/files/${hex}/${encodeURIComponent(`Physics ${i}.xlsx`)}`)
    t.equal(answer.status, 200)
    t.ok(bytes.equals(Buffer.from(await answer.arrayBuffer())), 'its link gives the same bytes')
  }
  const status = await until('a job that was waiting has ended', async (see) => {
    const job = await (await get('/api/jobs/2')).json() as { status?: string }
    see(JSON.stringify(job))
    return ['succeeded', 'failed'].includes(job.status ?? '') && job.status
  })
  t.equal(status, 'succeeded', 'it runs')
  const ended = server.ended
  server.kill('SIGTERM')
  await ended

  const back = await startServer(t, folder)
  const answer = await fetch(`${back.address}/api/courses`, { headers: { authorization: `Bearer ${TOKEN}` } })
  t.match(await answer.json(), [{ id: 1 }], 'and the folder is as it was')
})

t.test('a changed object is found', { skip }, async (t) => {
  const { folder, files } = await filledFolder(t)
  const settings = await newBucket()
  const target = await testPostgres(t)
  t.match(await copy(folder, target, settings), { status: 0 })
  const db = await openDatabase(target)
  const rows = await db.reads.selectFrom('files').select(['id', 'object_key', 'size']).orderBy('id').execute()
  t.teardown(() => db.close())

  await putObject(storeOf(settings), rows[0]!.object_key!, 'x'.repeat(rows[0]!.size))
  const [hex] = files.keys()
  const pattern = new RegExp(`1 file, such as ${hex!}/`)
  t.match(await copy(folder, target, settings), { status: 1, stderr: pattern })
})

t.test('a bucket that is not empty, or not there', { skip }, async (t) => {
  const { folder } = await filledFolder(t)
  const settings = await newBucket('books')
  const target = await testPostgres(t)
  await putObject(storeOf(settings), 'books/mine.txt', 'mine')
  t.match(await copy(folder, target, settings), { status: 1, stderr: /is not empty \(books\/mine\.txt\)/ })
  t.strictSame(await keysIn(storeOf(settings)), ['books/mine.txt'])
  t.match(await copy(folder, target, { ...settings, FILES_URL: 's3://not-there' }), {
    status: 1, stderr: /there is no bucket "not-there"/,
  })
  t.match(await copy(folder, target, { ...settings, FILES_URL: '/tmp' }), { status: 2, stderr: /FILES_URL/ })
  const other = await newBucket()
  t.match(await copy(folder, target, other), { status: 0 })
  rmSync(join(folder, 'files'), { recursive: true })
  t.match(await copy(folder, target, other), { status: 1, stderr: /lost or damaged/ })
})
