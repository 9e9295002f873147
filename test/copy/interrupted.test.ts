// A copy that is interrupted at any point is continued by the next run.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { openDatabase, type PostgresLocation } from '../../db/index.ts'
import { clientOptions } from '../../db/postgres/client-options.ts'
import { connect } from '../../db/sqlite/connection.ts'
import { TABLES_IN_ORDER } from '../../db/table-order.ts'
import { copyFolder, type CopyResult } from '../../src/copy/copy.ts'
import { filesStay } from '../../src/copy/copy-files.ts'
import { createDiskStorage } from '../../src/files/storage/disk.ts'
import { fillFolder, type FilledFolder } from '../support/filled-folder.ts'
import { noPostgres, postgresUrl, startCluster, testPostgres } from '../support/postgres.ts'
import { MAIN } from '../support/program.ts'
import { testFolder } from '../support/test-folder.ts'

/** Copies; `atStep` is called each time that rows were committed or compared. */
async function copy (
  { folder, file }: FilledFolder,
  target: PostgresLocation,
  atStep: (step: number) => void = () => {},
  signal = new AbortController().signal
): Promise<CopyResult> {
  let step = 0
  return await copyFolder({
    dataFolder: folder,
    databaseFile: file,
    address: target.connection,
    files: filesStay(createDiskStorage(join(folder, 'files'), join(folder, 'quarantine'))),
    finish: async () => {},
    isDryRun: false,
    pid: process.pid,
    signal,
    onProgress: () => { atStep(++step) },
  })
}

async function query<Row extends object> (target: PostgresLocation, text: string): Promise<Row[]> {
  const client = new pg.Client(clientOptions(target.connection))
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

/** The transaction that wrote each row of the tables that have rows. */
async function writers (target: PostgresLocation): Promise<Map<string, string>> {
  const text = TABLES_IN_ORDER.map((table) =>
    `SELECT '${table}' AS name, max(xmin::text::int)::text AS xmin FROM "${table}"`
  ).join(' UNION ALL ')
  const rows = await query<{ name: string, xmin: string | null }>(target, text)
  return new Map(rows.flatMap(({ name, xmin }) => xmin === null ? [] : [[name, xmin] as const]))
}

async function filled (t: Test): Promise<FilledFolder> {
  return await fillFolder(join(testFolder(t), 'data'), { students: 20 })
}

t.test('stopped after each step', { skip: noPostgres }, async (t) => {
  const source = await filled(t)
  const steps = 2 * TABLES_IN_ORDER.length
  for (let stopAt = 1; stopAt <= steps; stopAt += 9) {
    const target = await testPostgres(t)
    const stop = new AbortController()
    await t.rejects(copy(source, target, (step) => { if (step === stopAt) stop.abort() }, stop.signal), {
      name: 'AbortError',
    })
    await t.rejects(openDatabase(target), { code: 'COPY_UNFINISHED' }, 'no service starts on half a copy')
    const before = await writers(target)
    t.equal(before.size, Math.min(stopAt, TABLES_IN_ORDER.length), `${stopAt}: one table in each step`)
    t.match(await copy(source, target), { outcome: 'continued' })
    const after = await writers(target)
    for (const [table, xmin] of before) t.equal(after.get(table), xmin, `${table} was not copied again`)
    t.equal(after.size, TABLES_IN_ORDER.length)
    await (await openDatabase(target)).close()
    t.match(await copy(source, target), { outcome: 'compared' })
  }
})

t.test('a table of several transactions continues at its last row', { skip: noPostgres }, async (t) => {
  const source = await filled(t)
  const sqlite = connect(source.file)
  const insert = sqlite.prepare("INSERT INTO roster_records VALUES ('users', ?, NULL, NULL, ?)")
  sqlite.transaction(() => {
    for (let i = 0; i < 300; i++) insert.run(`u${i}`, JSON.stringify(['x'.repeat(100_000)]))
  })()
  sqlite.close()
  const target = await testPostgres(t)
  const stop = new AbortController()
  // Two steps of this table.
  const stopAt = TABLES_IN_ORDER.indexOf('roster_records') + 2
  await t.rejects(copy(source, target, (step) => { if (step === stopAt) stop.abort() }, stop.signal))
  const count = 'SELECT count(*)::int AS count, count(DISTINCT xmin::text)::int AS times FROM roster_records'
  const [half] = await query<{ count: number, times: number }>(target, count)
  t.ok(half!.count > 100 && half!.count < 300, `${half!.count} of 303`)
  t.equal(half!.times, 2)
  t.match(await copy(source, target), { outcome: 'continued' })
  t.strictSame(await query(target, count), [{ count: 303, times: 4 }])
})

t.test('the folder has been used before the copy is continued', { skip: noPostgres }, async (t) => {
  for (const isNoticed of [true, false]) {
    const source = await filled(t)
    const target = await testPostgres(t)
    const stop = new AbortController()
    await t.rejects(copy(source, target, (step) => { if (step === 9) stop.abort() }, stop.signal))
    const sqlite = connect(source.file)
    sqlite.exec("UPDATE courses SET name = 'Changed'; DELETE FROM categories WHERE id = 1")
    sqlite.close()
    if (!isNoticed) {
      // As if the file looked the same.
      await query(target, "UPDATE courses SET name = 'Older'")
    }
    t.match(await copy(source, target), { outcome: 'continued' })
    t.strictSame(await query(target, 'SELECT name FROM courses'), [{ name: 'Changed' }])
    t.strictSame(await query(target, 'SELECT id FROM categories'), [])
  }
})

t.test('what was copied was changed before the copy is continued', { skip: noPostgres }, async (t) => {
  const source = await filled(t)
  const target = await testPostgres(t)
  const stop = new AbortController()
  await t.rejects(copy(source, target, (step) => { if (step === 9) stop.abort() }, stop.signal))
  await query(target, "UPDATE courses SET name = 'Other'")
  t.match(await copy(source, target), { outcome: 'continued' })
  t.notMatch(await query(target, 'SELECT name FROM courses'), [{ name: 'Other' }])
})

t.test('kill -9', { skip: noPostgres }, async (t) => {
  const source = await filled(t)
  for (const table of ['courses', 'students', 'jobs', 'erased_people']) {
    const target = await testPostgres(t)
    const { password, ...address } = target.connection
    const child = spawn(process.execPath, [
      MAIN, 'copy', '--data-dir', source.folder,
      '--to-database', postgresUrl({ ...address, password: undefined }),
    ], { env: { PATH: process.env.PATH, PGPASSWORD: password }, stdio: 'ignore' })
    const ended = once(child, 'exit')
    while (child.exitCode === null) {
      const [there] = await query<{ is: boolean }>(target, `SELECT to_regclass('${table}') IS NOT NULL AS is`)
      if (there?.is === true && (await query(target, `SELECT 1 FROM ${table} LIMIT 1`)).length > 0) break
      await delay(5)
    }
    child.kill('SIGKILL')
    await ended
    const { outcome } = await copy(source, target)
    t.ok(['continued', 'compared'].includes(outcome), `${table}: ${outcome}`)
    t.match(await copy(source, target), { outcome: 'compared' })
  }
})

t.test('the server is gone, and comes back', { skip: noPostgres }, async (t) => {
  const source = await filled(t)
  const cluster = await startCluster({ fsync: 'on' })
  t.teardown(() => cluster.stop())
  const target = await testPostgres(t, { cluster })
  for (const stopAt of [5, 12]) {
    let stopped: Promise<void> = Promise.resolve()
    await t.rejects(copy(source, target, (step) => { if (step === stopAt) stopped = cluster.stop() }), {
      code: 'COPY_FAILED', message: /Run the same command again: it continues where it stopped/,
    })
    await stopped
    await t.rejects(copy(source, target), { code: 'COPY_FAILED' })
    await cluster.start()
  }
  t.match(await copy(source, target), { outcome: 'continued' })
})

t.test('two copies at once', { skip: noPostgres }, async (t) => {
  const source = await filled(t)
  const target = await testPostgres(t)
  t.match(await Promise.allSettled([copy(source, target), copy(source, target)]), [
    { status: 'fulfilled' }, { status: 'rejected', reason: { code: 'FOLDER_IN_USE' } },
  ])
})
