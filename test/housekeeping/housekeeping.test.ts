// When old data is looked for, and how its removal is queued.
import t from 'tap'
import { deleteOldRows } from '../../db/queries/old-rows.ts'
import { listJobs } from '../../db/queries/jobs.ts'
import { createDiskStorage } from '../../src/files/storage/disk.ts'
import { createHousekeeping, ROWS_EVERY_MS } from '../../src/housekeeping/housekeeping.ts'
import { keepRules } from '../../src/housekeeping/keep-rules.ts'
import { createTestClock } from '../support/clock.ts'
import { storeFile } from '../support/stored-file.ts'
import { startTestService, type TestService } from '../support/test-service.ts'

const DAY_MS = 86_400_000

const jobsOf = async ({ services }: TestService) => await listJobs(services.db.reads, { limit: 9 })

/** An object store is searched once a day. Today's search is done, so that it is no reason for a job. */
async function searchStore ({ services }: TestService): Promise<void> {
  await services.housekeeping.sweepFiles()
}

/** An entry of the audit log that is older than the log reaches back. */
async function addOldEntry ({ services: { db, clock } }: TestService): Promise<void> {
  await db.write((trx) => trx.insertInto('audit_log').values({
    at: clock.now() - 400 * DAY_MS,
    action: 'file.delete',
    outcome: 'done',
    actor_id: null,
    via: 'command',
    address: null,
    subject: null,
  }).execute())
}

t.test('a job is queued once, only where something is old, and runs after everything else', async (t) => {
  const service = await startTestService(t, {
    courses: [{ students: [{ lastName: 'Ames' }] }],
    withoutRunner: true,
  })
  const { housekeeping, runner } = service.services
  await searchStore(service)
  t.equal(await housekeeping.request(), false)
  t.strictSame(await jobsOf(service), [])
  await storeFile(service, 'x', { expiresAt: 1 })
  t.equal(await housekeeping.request(), true)
  t.equal(await housekeeping.request(), true)
  const asked = await service.call('POST', `/api/courses/${service.courseIds[0]}/performance/export`)
  t.equal(asked.json().status, 'queued')
  await runner.start()
  await runner.drain()
  const jobs = await jobsOf(service)
  t.strictSame(
    jobs.map(({ kind, state }) => [kind, state]),
    [['performance-export', 'succeeded'], ['housekeeping', 'succeeded']]
  )
  const [exported, removed] = jobs
  t.ok((exported?.token ?? 2) < (removed?.token ?? 1), 'the export went first')
  t.match(
    JSON.parse(removed?.result ?? ''),
    { files: 1, bytes: 1, tombstones: 0, failed: 0, rows: { jobs: 0 } }
  )
})

t.test('looking starts with the service and stops with it', async (t) => {
  const clock = createTestClock()
  const service = await startTestService(t, { courses: [{}], clock })
  const { housekeeping, runner, files } = service.services
  const file = await storeFile(service, 'x', { expiresAt: 1 })
  await housekeeping.start()
  await housekeeping.start()
  await runner.drain()
  t.equal((await jobsOf(service)).length, 1)
  t.not((await files.find(file.hex))?.removed_at, null)
  housekeeping.stop()
  housekeeping.stop()
  await storeFile(service, 'x', { expiresAt: 1 })
  clock.advance(10 * ROWS_EVERY_MS)
  await runner.drain()
  t.equal((await jobsOf(service)).length, 1)
})

t.test('a queue full of exports takes the job; FILE_SWEEP_MINUTES=0 never looks for files', async (t) => {
  const service = await startTestService(t, {
    courses: [{ students: [{ lastName: 'Ames' }] }],
    withoutRunner: true,
    settings: { QUEUE_MAX: '1', FILE_SWEEP_MINUTES: '0' },
  })
  const { housekeeping } = service.services
  await storeFile(service, 'x', { expiresAt: 1 })
  await housekeeping.start()
  t.strictSame(await jobsOf(service), [])
  t.equal((await service.call('POST', `/api/courses/${service.courseIds[0]}/performance/export`)).status, 202)
  t.equal(await housekeeping.request(), true)
})

t.test('FILE_SWEEP_MINUTES=0: rows go all the same, and a request by hand removes files', async (t) => {
  const service = await startTestService(t, { courses: [{}], settings: { FILE_SWEEP_MINUTES: '0' } })
  const { housekeeping, runner, files } = service.services
  const file = await storeFile(service, 'x', { expiresAt: 1 })
  await addOldEntry(service)
  await housekeeping.start()
  await runner.drain()
  const [job] = await jobsOf(service)
  t.match(JSON.parse(job?.result ?? ''), { files: undefined, rows: { audit_log: 1 } })
  t.equal((await files.find(file.hex))?.removed_at, null)

  await addOldEntry(service)
  await runner.stop(0)
  t.equal(await housekeeping.request({ rowsOnly: true }), true)
  const asked = await service.call('POST', '/api/storage/sweep')
  t.match(asked.json(), { status: 'queued', joined: false }, 'it does not join a job that leaves files alone')
})

t.test('rows are looked for once an hour, files as often as FILE_SWEEP_MINUTES says', async (t) => {
  const clock = createTestClock()
  const service = await startTestService(t, {
    courses: [{}],
    clock,
    withoutRunner: true,
    settings: { FILE_SWEEP_MINUTES: '90' },
  })
  const { housekeeping, db } = service.services
  await searchStore(service)
  await housekeeping.start()
  await storeFile(service, 'x', { expiresAt: 1 })
  await addOldEntry(service)
  const looks: string[] = []
  for (const minutes of [60, 30]) {
    clock.advance(minutes * 60_000)
    // A look ends with a write: the rules at first, then the job.
    while ((await jobsOf(service)).length === looks.length) await db.write(async () => {})
    looks.push((await jobsOf(service))[0]?.payload ?? '')
  }
  t.strictSame(looks, ['{"rowsOnly":true}', '{"rowsOnly":false}'])
})

t.test('a look that fails is logged, and the next one tries again', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const { db, queue, config, clock } = service.services
  const logged: string[] = []
  const housekeeping = createHousekeeping({
    db: { ...db, get reads (): never { throw new Error('the database does not respond') } },
    storage: createDiskStorage(config.filesFolder, config.quarantineFolder),
    queue,
    clock,
    rules: keepRules(config),
    filesEveryMs: 1_000_000,
    log: { warn: (facts, text) => { logged.push(text) } },
  })
  await housekeeping.start()
  housekeeping.stop()
  t.match(logged, [/the next look tries again/])
})

t.test('many old rows go in several steps', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const { db, housekeeping, runner } = service.services
  const hashes = Array.from({ length: 1001 }, (_, i) => `hash ${i}`)
  await service.token('admin')
  await db.write((trx) => trx.insertInto('password_links').values(hashes.map((hash) => (
    { user_id: 1, hash, created_at: 1, expires_at: 2, ended_at: null }
  ))).execute())
  t.equal(await db.write((trx) => deleteOldRows(trx, 'password_links', { before: 3, limit: 400 })), 400)
  await housekeeping.request()
  await runner.drain()
  const [job] = await jobsOf(service)
  t.match(JSON.parse(job?.result ?? ''), { rows: { password_links: 601 } })
})
