import t from 'tap'
import { dayAt, endOfDay, isTimeZone, startOfDay, wallClock } from '../../src/courses/course-time.ts'

const iso = (ms: number) => new Date(ms).toISOString()

t.test("a day ends in its course's zone, whatever day that is in UTC", async (t) => {
  t.equal(iso(endOfDay('2015-03-15', 'America/Chicago')), '2015-03-16T04:59:59.000Z')
  t.equal(iso(endOfDay('2015-03-15', 'Asia/Tokyo')), '2015-03-15T14:59:59.000Z')
  t.equal(iso(endOfDay('2015-03-15', 'UTC')), '2015-03-15T23:59:59.000Z')
})

t.test('where the clock shows the end of a day twice, the later one counts', async (t) => {
  // Brazil used to set its clock back from midnight to 23:00.
  t.equal(iso(endOfDay('2018-02-17', 'America/Sao_Paulo')), '2018-02-18T02:59:59.000Z')
})

t.test('a day begins at its first moment, also where midnight does not exist', async (t) => {
  t.equal(iso(startOfDay('2015-03-15', 'America/Chicago')), '2015-03-15T05:00:00.000Z')
  t.equal(
    iso(startOfDay('2018-11-04', 'America/Sao_Paulo')),
    '2018-11-04T03:00:00.000Z',
    'the clock went from 23:59 to 1:00'
  )
})

t.test('the calendar and the clock of a zone', async (t) => {
  const ms = Date.UTC(2015, 2, 16, 4, 59, 59)
  t.equal(dayAt(ms, 'America/Chicago'), '2015-03-15')
  t.equal(dayAt(ms, 'UTC'), '2015-03-16')
  t.equal(iso(wallClock(ms, 'America/Chicago')), '2015-03-15T23:59:59.000Z')
  t.equal(iso(wallClock(Date.UTC(2015, 0, 1), 'Asia/Kathmandu')), '2015-01-01T05:45:00.000Z')
})

t.test('names of zones', async (t) => {
  for (const zone of ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires']) t.ok(isTimeZone(zone), zone)
  for (const zone of ['', 'Mars/Olympus', '+02:00', 'Europe/Berlin ']) {
    t.notOk(isTimeZone(zone), JSON.stringify(zone))
  }
})
