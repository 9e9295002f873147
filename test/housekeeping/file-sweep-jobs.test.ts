import t from 'tap'
import { listJobs } from '../../db/queries/jobs.ts'
import { storeFile } from '../support/stored-file.ts'
import { startTestService } from '../support/test-service.ts'

t.test('a sweep is queued only where there is something to do, once, and behind everything else', async (t) => {
  const service = await startTestService(t, {
    courses: [{ students: [{ lastName: 'Ames' }] }],
    withoutRunner: true,
  })
  const { sweeps, db, runner } = service.services
  t.equal(await sweeps.request(), false)
  t.strictSame(await listJobs(db.reads, { limit: 9 }), [])
  await storeFile(service, 'x', { expiresAt: 1 })
  t.equal(await sweeps.request(), true)
  t.equal(await sweeps.request(), true)
  const asked = await service.call('POST', `/api/courses/${service.courseIds[0]}/performance/export`)
  t.equal(asked.json().status, 'queued')
  await runner.start()
  await runner.drain()
  const jobs = await listJobs(db.reads, { limit: 9 })
  t.strictSame(jobs.map(({ kind, state }) => [kind, state]), [['performance-export', 'succeeded'], [
    'file-sweep',
    'succeeded',
  ]])
  t.ok(jobs[0]!.token < jobs[1]!.token, 'the export went first')
  t.match(JSON.parse(jobs[1]!.result!), { files: 1, bytes: 1, tombstones: 0, failed: 0 })
})

t.test('looking starts with the service and stops with it', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const { sweeps, db, runner, files } = service.services
  const file = await storeFile(service, 'x', { expiresAt: 1 })
  await sweeps.start()
  await sweeps.start()
  await runner.drain()
  t.equal((await listJobs(db.reads, { limit: 9 })).length, 1)
  t.not((await files.find(file.hex))!.removed_at, null)
  sweeps.stop()
  sweeps.stop()
})

t.test('a queue that is full of exports takes a sweep; FILE_SWEEP_MINUTES=0 is never', async (t) => {
  const service = await startTestService(t, {
    courses: [{ students: [{ lastName: 'Ames' }] }],
    withoutRunner: true,
    settings: { QUEUE_MAX: '1', FILE_SWEEP_MINUTES: '0' },
  })
  const { sweeps, db } = service.services
  await storeFile(service, 'x', { expiresAt: 1 })
  await sweeps.start()
  t.strictSame(await listJobs(db.reads, { limit: 9 }), [])
  t.equal((await service.call('POST', `/api/courses/${service.courseIds[0]}/performance/export`)).status, 202)
  t.equal(await sweeps.request(), true)
})

t.test('a look that fails is told, and the next one tries again', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const { createFileSweeps } = await import('../../src/housekeeping/file-sweeps.ts')
  const { createDiskStorage } = await import('../../src/files/storage/disk.ts')
  const { db, queue, config } = service.services
  const told: string[] = []
  const sweeps = createFileSweeps({
    db: {
      ...db,
      write: async () => {
        throw new Error('database is locked')
      },
    },
    storage: createDiskStorage(config.filesFolder, config.quarantineFolder),
    queue,
    now: Date.now,
    rules: { exports: { retentionMs: 0, keepLatest: true }, tombstoneMs: 0 },
    everyMs: 1_000_000,
    log: {
      warn: (facts, text) => {
        told.push(text)
      },
    },
  })
  await sweeps.start()
  sweeps.stop()
  t.match(told, [/the next look tries again/])
})
