// A database whose jobs have the former kind `file-sweep`: they run, and can be retried, as `housekeeping`.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { sqliteFile, upgradeDatabase } from '../../db/index.ts'
import { connect } from '../../db/sqlite/connection.ts'
import { readConfig } from '../../src/config.ts'
import { createServices } from '../../src/services.ts'

const BEFORE = join(import.meta.dirname, '../fixtures/databases/0013_short_names.sqlite.gz')
const QUIET = { info () {}, warn () {}, error () {} }

t.test('jobs of the old kind', async (t) => {
  const folder = t.testdir()
  const file = join(folder, 'perfbook.sqlite')
  writeFileSync(file, gunzipSync(readFileSync(BEFORE)))
  const old = connect(file)
  old.exec("DELETE FROM jobs WHERE state = 'queued'")
  const insert = old.prepare<[string, string | null, number | null, string | null], number>(
    `INSERT INTO jobs
      (kind, state, "key", unique_key, payload, run_after, created_at, finished_at, error_code)
      VALUES ('file-sweep', ?, 'file-sweep', ?, '{}', 0, 1, ?, ?) RETURNING id`
  ).pluck()
  const failed = insert.get('failed', null, Date.now(), 'TIMED_OUT') ?? 0
  const waiting = insert.get('queued', 'file-sweep', null, null) ?? 0
  old.close()
  await upgradeDatabase(sqliteFile(file))

  const config = readConfig({ DATA_DIR: folder, WORKER_THREADS: '1' })
  const services = await createServices({ config, log: QUIET })
  t.teardown(() => services.close(0))
  const { queue, runner } = services
  const joined = await services.housekeeping.requestNow(1)
  t.strictSame([joined.joined, joined.job.id], [true, waiting], 'a request joins the one that waits')
  await runner.start()
  await runner.drain()
  t.equal(await queue.retry(failed), true)
  await runner.drain()
  for (const id of [failed, waiting]) {
    const job = await queue.find(id)
    t.match(job, { kind: 'housekeeping', state: 'succeeded' })
    t.match(JSON.parse(job?.result ?? ''), { files: 0, rows: {} })
  }
})
