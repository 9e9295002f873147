import t from 'tap'
import { storeFile } from '../../support/stored-file.ts'
import { startTestService } from '../../support/test-service.ts'

t.test('what is stored, by whom, and what room is left', async (t) => {
  const service = await startTestService(t, {
    courses: [{ name: 'Physics' }, { name: 'Chemistry' }],
    settings: { OWNER_QUOTA_BYTES: '2000', MIN_FREE_BYTES: '1' },
  })
  const [physics, chemistry] = service.courseIds as [number, number]
  const nothing = (await service.call('GET', '/api/storage')).json()
  t.match(nothing, {
    files: 0,
    used: 0,
    quota: null,
    owner_quota: 2000,
    disk_reserve: 1,
    expired: { files: 0, bytes: 0, tombstones: 0 },
    owners: [],
  })
  t.ok(nothing.disk_free > 1)
  await storeFile(service, 'abc', { owner: { type: 'course', id: physics } })
  await storeFile(service, 'x'.repeat(100), { owner: { type: 'course', id: chemistry } })
  await storeFile(service, 'abcd', { owner: { type: 'course', id: physics } })
  await storeFile(service, 'abcde', { owner: { type: 'user', id: 1 } })
  await storeFile(service, 'x'.repeat(50), { owner: { type: 'user', id: 1 }, expiresAt: 1 })
  const { files, used, expired, owners } = (await service.call('GET', '/api/storage')).json()
  t.strictSame({ files, used, expired }, {
    files: 4,
    used: 112,
    expired: { files: 1, bytes: 50, tombstones: 0 },
  })
  t.strictSame(owners, [
    { owner_type: 'course', owner_id: chemistry, name: 'Chemistry', files: 1, bytes: 100 },
    { owner_type: 'course', owner_id: physics, name: 'Physics', files: 2, bytes: 7 },
    { owner_type: 'user', owner_id: 1, name: null, files: 1, bytes: 5 },
  ])
  t.equal((await service.call('GET', '/api/storage?limit=1')).json().owners.length, 1)
  t.equal((await service.call('GET', '/api/storage?limit=0')).json().code, 'VALIDATION_FAILED')
})

t.test('a sweep on request', async (t) => {
  const service = await startTestService(t, { withoutRunner: true })
  await storeFile(service, 'abc', { owner: { type: 'user', id: 1 }, expiresAt: 1 })
  const asked = await service.call('POST', '/api/storage/sweep')
  t.equal(asked.status, 202)
  t.match(asked.json(), { job: `/api/jobs/${asked.json().id}`, status: 'queued', joined: false })
  t.equal(asked.headers.location, asked.json().job)
  t.match((await service.call('POST', '/api/storage/sweep')).json(), { id: asked.json().id, joined: true })
  await service.services.runner.start()
  await service.services.runner.drain()
  t.match((await service.call('GET', asked.json().job)).json(), { kind: 'housekeeping', status: 'succeeded' })
  t.match((await service.call('GET', '/api/storage')).json(), { files: 0, expired: { files: 0 } })
  t.match((await service.call('GET', '/api/audit?action=storage.sweep')).json().entries, [
    { outcome: 'done' },
    {},
  ])
})

t.test('a queue that is full of exports takes a sweep', async (t) => {
  const service = await startTestService(t, {
    courses: [{}],
    withoutRunner: true,
    settings: { QUEUE_MAX: '1' },
  })
  const ask = () =>
    service.call('POST', `/api/courses/${service.courseIds[0]}/performance/export`, {
      body: { sheets: 'period' },
    })
  await service.call('POST', `/api/courses/${service.courseIds[0]}/performance/export`)
  t.equal((await ask()).json().code, 'QUEUE_FULL')
  t.equal((await service.call('POST', '/api/storage/sweep')).status, 202)
})
