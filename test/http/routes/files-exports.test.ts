// What quotas, expiry and the disk mean for exports, from the click on.
import t, { type Test } from 'tap'
import { storeFile, storedCount } from '../../support/stored-file.ts'
import { startTestService, type TestService, type TestServiceOptions } from '../../support/test-service.ts'

const DAY = 86_400_000
const COURSE = {
  name: 'Physics I',
  tasks: [{ title: 'HW 1', pointsPossible: 10 }],
  students: [{ lastName: 'Ames', cells: [7] }],
}

interface Item {
  id: number
  url: string
  size: number
  expires_at: string | null
}

const path = ({ courseIds }: TestService, course = 0) => `/api/courses/${courseIds[course]}/performance`

/** Presses Export and waits for the end of the job. */
async function exported (service: TestService, course = 0) {
  const asked = await service.call('POST', `${path(service, course)}/export`)
  if (asked.status !== 202) return { status: asked.status, ...asked.json() }
  await service.services.runner.drain()
  return (await service.call('GET', asked.json().job)).json()
}

async function list (service: TestService, course = 0): Promise<Item[]> {
  return (await service.call('GET', `${path(service, course)}/exports`)).json()
}

let known: number | undefined

/** The size of one export of the course, bytes. */
async function exportSize (t: Test): Promise<number> {
  if (known !== undefined) return known
  const service = await startTestService(t, { courses: [COURSE] })
  await exported(service)
  known = (await list(service))[0]!.size
  return known
}

function start (
  t: Test,
  settings: Record<string, string>,
  options: TestServiceOptions = {}
): Promise<TestService> {
  return startTestService(t, {
    courses: [{ ...COURSE, sourceId: 'a' }, { ...COURSE, sourceId: 'b' }],
    settings,
    ...options,
  })
}

t.test('an export over the quota fails and says how much is used; the next click is refused', async (t) => {
  const size = await exportSize(t)
  const service = await start(t, { OWNER_QUOTA_BYTES: String(Math.round(size * 1.5)) })
  t.match(await exported(service), { status: 'succeeded' })
  const failed = await exported(service)
  t.match(failed, {
    status: 'failed',
    url: null,
    error: {
      code: 'FILE_QUOTA_EXCEEDED',
      message: /^[\d.]+ kB of [\d.]+ kB are in use here\. Delete files that are no longer needed\.$/,
    },
  })
  t.equal((await list(service)).length, 1)
  t.equal(await storedCount(service), 1)

  const filler = await storeFile(
    service,
    'x'.repeat(service.services.config.OWNER_QUOTA_BYTES - (await list(service))[0]!.size)
  )
  t.match(await exported(service), { status: 409, code: 'FILE_QUOTA_EXCEEDED', message: /are in use here/ })
  t.match(await exported(service, 1), { status: 'succeeded' }, 'another course is not concerned')
  const [old] = await list(service)
  t.equal((await service.call('DELETE', `${path(service)}/exports/${old!.id}`)).status, 204)
  t.equal(await service.services.files.delete([filler.id]), 1)
  t.match(await exported(service), { status: 'succeeded' })
})

t.test('the quota over all', async (t) => {
  const size = await exportSize(t)
  const service = await start(t, { TOTAL_QUOTA_BYTES: String(Math.round(size * 1.5)) })
  t.match(await exported(service), { status: 'succeeded' })
  t.match(await exported(service, 1), {
    status: 'failed',
    error: { code: 'FILE_QUOTA_EXCEEDED', message: /are in use on this server/ },
  })
  t.equal(await storedCount(service), 1)
})

t.test('DELETE_OLDEST_EXPORTS makes room', async (t) => {
  const size = await exportSize(t)
  const service = await start(t, {
    OWNER_QUOTA_BYTES: String(Math.round(size * 2.5)),
    DELETE_OLDEST_EXPORTS: 'true',
  })
  const jobs = []
  for (let i = 0; i < 4; i++) jobs.push(await exported(service))
  t.ok(jobs.every((job) => job.status === 'succeeded'))
  const items = await list(service)
  t.strictSame(items.map(({ id }) => id), [jobs[3].export_id, jobs[2].export_id])
  t.equal(await storedCount(service), 2)
  t.equal((await service.call('GET', new URL(jobs[2].url).pathname)).status, 200)
  t.equal((await service.call('GET', new URL(jobs[0].url).pathname)).status, 404)

  // What is no export does not go, and so may leave no room for one.
  const narrow = await start(t, { OWNER_QUOTA_BYTES: String(size), DELETE_OLDEST_EXPORTS: 'true' })
  await storeFile(narrow, 'x'.repeat(size))
  t.match(await exported(narrow), { status: 409, code: 'FILE_QUOTA_EXCEEDED' })
  t.equal(await storedCount(narrow), 1)
})

t.test('by default nothing expires', async (t) => {
  const clock = { now: Date.UTC(2015, 3, 30) }
  const service = await start(t, {}, { now: () => clock.now })
  await exported(service)
  clock.now += 10_000 * DAY
  await service.services.housekeeping.start()
  await service.services.runner.drain()
  t.strictSame((await list(service)).map((item) => item.expires_at), [null])
  t.equal(await storedCount(service), 1)
})

t.test('EXPORT_RETENTION_DAYS: all but the newest export of a course expire', async (t) => {
  const clock = { now: Date.UTC(2015, 3, 30) }
  const start1 = clock.now
  const service = await start(t, { EXPORT_RETENTION_DAYS: '30' }, { now: () => clock.now })
  const iso = (ms: number) => new Date(ms).toISOString()
  const first = await exported(service)
  await exported(service, 1)
  t.strictSame((await list(service)).map((item) => item.expires_at), [null], 'the newest is kept')
  clock.now += DAY
  const second = await exported(service)
  t.strictSame((await list(service)).map((item) => item.expires_at), [null, iso(start1 + 30 * DAY + 1)])
  t.strictSame(
    (await list(service, 1)).map((item) => item.expires_at),
    [null],
    'that of another course is its own newest'
  )

  clock.now = start1 + 30 * DAY + 1
  t.strictSame((await list(service)).map((item) => item.id), [second.export_id])
  t.match((await service.call('GET', new URL(first.url).pathname)).json(), {
    statusCode: 410,
    code: 'FILE_EXPIRED',
  })
  t.equal(await storedCount(service), 3)
  t.equal(await service.services.housekeeping.request(), true)
  await service.services.runner.drain()
  t.equal(await storedCount(service), 2, 'swept by a job')
  const { jobs } = (await service.call('GET', '/api/jobs?limit=1')).json()
  t.match(jobs[0], { kind: 'housekeeping', status: 'succeeded', course_id: null, error: null })
  t.equal((await service.call('GET', new URL(first.url).pathname)).status, 410)
  t.equal(await service.services.housekeeping.request(), false, 'nothing more to do')

  clock.now += 1000 * DAY
  t.equal((await list(service)).length, 1)
})

t.test('when the newest is deleted, the one before it is kept', async (t) => {
  const clock = { now: Date.UTC(2015, 3, 30) }
  const service = await start(t, { EXPORT_RETENTION_DAYS: '30' }, { now: () => clock.now })
  await exported(service)
  clock.now += DAY
  const second = await exported(service)
  t.not((await list(service))[1]!.expires_at, null)
  await service.call('DELETE', `${path(service)}/exports/${second.export_id}`)
  t.strictSame((await list(service)).map((item) => item.expires_at), [null])

  clock.now += DAY
  await exported(service)
  const files =
    (await service.call('GET', `/api/courses/${service.courseIds[0]}/files?category=teacher-performance`))
      .json().files
  t.equal(files.length, 2)
  t.equal(
    (await service.call('DELETE', `/api/courses/${service.courseIds[0]}/files/${files[0].id}`)).status,
    204,
    "also by way of the course's files"
  )
  t.strictSame((await list(service)).map((item) => item.expires_at), [null])
})

t.test('KEEP_LATEST_EXPORT=false: the newest expires as well', async (t) => {
  const clock = { now: Date.UTC(2015, 3, 30) }
  const service = await start(t, { EXPORT_RETENTION_DAYS: '0.5', KEEP_LATEST_EXPORT: 'false' }, {
    now: () => clock.now,
  })
  await exported(service)
  t.strictSame((await list(service)).map((item) => item.expires_at), [
    new Date(clock.now + DAY / 2 + 1).toISOString(),
  ])
  clock.now += DAY
  t.strictSame(await list(service), [])
  t.equal((await service.call('GET', `${path(service)}/exports/latest`)).json().code, 'NO_EXPORT_YET')
})

t.test('other settings at the next start hold for what is there already', async (t) => {
  const clock = { now: Date.UTC(2015, 3, 30) }
  const service = await start(t, { EXPORT_RETENTION_DAYS: '30' }, { now: () => clock.now })
  for (let i = 0; i < 3; i++) {
    await exported(service)
    clock.now += 10 * DAY
  }
  // An export is created 1 ms after its request.
  clock.now += 1
  // Jobs of housekeeping that the next starts queue must not run with the settings of this one.
  await service.services.runner.stop(0)
  const { createServices } = await import('../../../src/services.ts')
  const failed = (facts: object, text: string) => { t.fail(text, { facts }) }
  const expiry = async (settings: object) => {
    const again = await createServices({
      config: { ...service.services.config, ...settings },
      database: service.services.db.location,
      log: { info () {}, warn: failed, error: failed },
      clock: service.services.clock,
    })
    await again.housekeeping.start()
    await again.close(0)
    // What others commit is seen after a second at the latest.
    clock.now += 1000
    return (await list(service)).map((item) =>
      item.expires_at === null ? null : Math.round((Date.parse(item.expires_at) - clock.now) / DAY)
    )
  }
  t.strictSame(await expiry({}), [null, 10], 'the first has expired by now')
  t.strictSame(await expiry({ EXPORT_RETENTION_DAYS: 60 }), [null, 40])
  t.strictSame(await expiry({ KEEP_LATEST_EXPORT: false }), [20, 10])
  t.strictSame(await expiry({ EXPORT_RETENTION_DAYS: 0 }), [null, null])
  t.strictSame(await expiry({ EXPORT_RETENTION_DAYS: 15 }), [null])
})

t.test('low on disk: no new exports, not ready, and what is there is still served', async (t) => {
  const service = await start(t, { MIN_FREE_BYTES: String(2 ** 52) })
  const file = await storeFile(service, 'x')
  t.match(await exported(service), {
    status: 507,
    statusCode: 507,
    code: 'DISK_LOW',
    error: 'Insufficient Storage',
    message: "The server's disk is nearly full. Contact its administrator.",
  })
  const ready = await service.call('GET', '/readyz', { token: null })
  t.equal(ready.status, 503)
  t.match(ready.json(), { statusCode: 503, code: 'DISK_LOW' })
  t.equal((await service.call('GET', '/healthz', { token: null })).status, 200)
  t.equal((await service.call('GET', file.path, { token: null })).text, 'x')
  t.strictSame((await service.call('GET', '/api/jobs')).json().jobs, [])

  const fine = await start(t, { MIN_FREE_BYTES: '1' })
  t.equal((await fine.call('GET', '/readyz', { token: null })).status, 200)
})
