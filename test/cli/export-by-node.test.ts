// `perfbook export` with PostgreSQL: a node makes the workbook, and the command follows it.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openDatabase } from '../../db/index.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { perfbook, type CliResult } from '../support/cli.ts'
import { noPostgres, postgresUrl, testPostgres } from '../support/postgres.ts'
import { startServer } from '../support/server-process.ts'
import { testFolder } from '../support/test-folder.ts'

t.test('queued, made by a node, and copied to the given path', { skip: noPostgres }, async (t) => {
  const folder = join(testFolder(t), 'data')
  const target = await testPostgres(t, { mayHaveTables: true })
  await makeBookDatabase(target, {
    periods: ['1st'],
    tasks: [{ title: 'HW', pointsPossible: 10 }],
    students: [{ lastName: 'Ames', period: 0, cells: [5] }],
  })
  const env = {
    DATABASE_URL: postgresUrl(target.connection),
    PUBLIC_URL: 'https://school.example',
    MIN_FREE_BYTES: '0',
  }
  const run = async (args: string[], options: Parameters<typeof perfbook>[2] = {}): Promise<CliResult> =>
    await perfbook(folder, ['export', ...args], { env, ...options })

  t.match(await run(['7']), { status: 1, stderr: /There is no course with id 7/ })
  t.match(await run(['1', '-o', join(folder, 'no/out.xlsx')]), { status: 1, stderr: /There is no folder/ })
  const [stop, told] = [new AbortController(), Promise.withResolvers<undefined>()]
  const waiting = run(['1'], {
    signal: stop.signal, onStderr: (text) => { if (text.includes('is waiting')) told.resolve(undefined) },
  })
  const db = await openDatabase(target)
  t.teardown(() => db.close())
  const jobs = async () => await db.reads.selectFrom('jobs').select(['id', 'state']).orderBy('id').execute()
  await told.promise
  stop.abort()
  t.match(await waiting, {
    status: 1, stdout: '', stderr: /^Job 1 is waiting: no live node.*\nerror: Stopped\. Job 1 was not canceled/,
  })
  t.match(await jobs(), [{ state: 'queued' }], 'it never runs in the command')

  const alone = run(['1'])
  await startServer(t, folder, env)
  t.match(await alone, { status: 0, stdout: /\.xlsx\n$/ })
  t.match(await jobs(), [{ id: 1, state: 'succeeded' }], 'one job for both commands')

  const out = join(folder, '../out.xlsx')
  t.match(await run(['1', '-o', out, '--json']), { status: 0, stdout: `${JSON.stringify({ path: out })}\n` })
  t.equal(readFileSync(out).subarray(0, 2).toString(), 'PK')

  const elsewhere = join(folder, '../other')
  for (const args of [['1'], ['1', '-o', join(folder, '../second.xlsx')]]) {
    t.match(await perfbook(elsewhere, ['export', ...args], { env }), {
      status: 1,
      stdout: '',
      stderr: `The export was made and belongs to the course now, but its file is not in ${elsewhere}: `,
    })
  }
  t.notOk(existsSync(join(folder, '../second.xlsx')))
})
