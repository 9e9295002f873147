// The time zone of the machine makes no difference to any file. An hour that a course has twice is fine, too.
import t from 'tap'
import { exported } from '../support/exported.ts'
import { startTestService } from '../support/test-service.ts'
import { testFolder } from '../support/test-folder.ts'

const COURSE = {
  name: 'Physics',
  timeZone: 'America/Chicago',
  tasks: [
    // Twice on that clock, an hour apart; and in the hour that it leaves out.
    { title: 'First 1:30', dueAt: Date.parse('2026-11-01T01:30:00-05:00'), pointsPossible: 10 },
    { title: 'Second 1:30', dueAt: Date.parse('2026-11-01T01:30:00-06:00'), pointsPossible: 10 },
    { title: 'After 2:00', dueAt: Date.parse('2026-03-08T08:00:00Z') },
  ],
  students: [{ lastName: 'Ames', cells: [5, 10] }],
}
const FIRST = Date.parse('2026-11-01T06:30:00Z')

t.test('a machine in any zone writes the same files', async (t) => {
  const before = process.env['TZ']
  t.teardown(() => {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  })
  const found: unknown[] = []
  for (const zone of ['America/Los_Angeles', 'Asia/Kolkata', 'Pacific/Apia']) {
    await t.test(zone, async (t) => {
      testFolder(t)
      process.env['TZ'] = zone
      const service = await startTestService(t, { now: () => FIRST, courses: [COURSE] })
      t.equal(Intl.DateTimeFormat().resolvedOptions().timeZone.replace('Calcutta', 'Kolkata'), zone)
      const files = []
      for (const format of ['xlsx', 'csv', 'pdf']) {
        const { bytes, item } = await exported(service, { format })
        t.match(item.filename, /_20261101-013000\./)
        files.push([item.filename, bytes.toString('base64')])
      }
      const { exports, ...book } = (await service.call('GET', '/api/courses/1/performance')).json()
      found.push([files, book])
      t.strictSame(found.at(-1), found[0], zone)
    })
  }
})

t.test('two exports at the same local time, an hour apart', async (t) => {
  let now = FIRST
  const service = await startTestService(t, { now: () => now, courses: [COURSE] })
  const first = await exported(service, {})
  now += 3_600_000
  const second = await exported(service, {})
  t.equal(second.item.filename, first.item.filename)
  t.ok(second.item.created_at > first.item.created_at)
  t.equal((await service.call('GET', new URL(first.job.url).pathname)).status, 200)
  t.not(second.bytes.toString('base64'), first.bytes.toString('base64'))
})
