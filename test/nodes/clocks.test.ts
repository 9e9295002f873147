// Times that affect a decision come from one clock, that of the database, and do not run backwards for a
// course: neither where the clocks of the nodes are wrong, nor after a failover to a server whose clock is
// behind.
import t, { type Test } from 'tap'
import { clockAhead, findFaketime } from '../support/set-clock.ts'
import { needs } from '../support/tools.ts'
import { until } from '../support/until.ts'
import { lookAtAftermath } from './aftermath.ts'
import { course, needsFleet, startFleet, type Fleet, type FleetNode } from './fleet.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const needsClocks = needsFleet.skip === false ? needs(findFaketime()) : needsFleet

type Client = ReturnType<typeof client>
interface ExportFacts { id: number, job_id: number, created_at: string, url: string, is_current: boolean }

/** What a client sees of a course, over any node. */
function client (t: Test, fleet: Fleet, courseId: number) {
  const path = `/api/courses/${courseId}/performance`
  const clicks: Array<{ job: number, at: string }> = []
  const exportsOn = async (node: FleetNode): Promise<ExportFacts[]> =>
    (await fleet.proxy.call('GET', `${path}/exports`, { node: node.url }))?.json()
  return {
    exportsOn,
    /** The job that serves the click. */
    async click (node: FleetNode, body = {}): Promise<number> {
      const answer = await fleet.proxy.call('POST', `${path}/export`, { node: node.url, body })
      if (answer?.status !== 202) throw new Error(`a click was answered with ${answer?.status}`)
      const { id, requested_at: at } = answer.json() as { id: number, requested_at: string }
      const last = clicks.at(-1)?.at ?? ''
      if (at < last) t.fail(`a click at ${at} came after one at ${last}`)
      clicks.push({ job: id, at })
      return id
    },
    /** Whether times of the course run forwards, as any node shows them. */
    async lookAtTimes (t: Test, node: FleetNode): Promise<void> {
      const all = (await exportsOn(node)).toReversed()
      const times = all.map((one) => one.created_at)
      t.strictSame(times, times.toSorted(), 'no export is older than the one before it')
      for (const { job, at } of clicks) {
        const found = all.find((one) => one.job_id === job)
        if (found === undefined || found.created_at <= at) {
          t.fail(`a click at ${at} got an export of ${String(found?.created_at)}`)
        }
      }
    },
    lastClick: () => Date.parse(clicks.at(-1)?.at ?? ''),
  }
}

t.test('one clock', needsClocks, async (t) => {
  // An export is out of date from the day on that a student leaves.
  const leaves = new Date(Date.now() + 2 * DAY_MS).toISOString().slice(0, 10)
  const courses = ['Physics', 'Chemistry', 'Biology'].map((name) => {
    const [first, ...others] = course(name).students ?? []
    return { ...course(name), students: [{ ...first!, droppedOn: leaves }, ...others] }
  })
  const fleet = await startFleet(t, { nodes: 0, courses, stopsDatabase: true })
  const clients = fleet.courseIds.map((id) => client(t, fleet, id))
  const [physics, chemistry, biology] = clients as [Client, Client, Client]
  const settings = { ...clockAhead(-100), FILE_DELIVERY: 'redirect' }
  const behind = await fleet.start({ name: 'behind', role: 'web', settings })
  const ahead = await fleet.start({ name: 'ahead', settings: clockAhead(100) })
  fleet.nodesAre([ahead, behind])

  await t.test('the clocks of the nodes are days off, in both directions', async (t) => {
    for (let i = 0; i < 8; i++) {
      const job = await physics.click(i % 2 === 0 ? ahead : behind)
      // Some clicks join a job, some come after its end.
      if (i % 3 === 2) t.equal(await fleet.settled(job), 'succeeded')
    }
    t.equal(await fleet.settled(await physics.click(ahead)), 'succeeded')
    t.ok(Math.abs(physics.lastClick() - Date.now()) < HOUR_MS, 'by the clock of the server')
    for (const node of [ahead, behind]) {
      await physics.lookAtTimes(t, node)
      const [newest] = await physics.exportsOn(node)
      t.equal(newest?.is_current, true, `${node.name} knows what day it is`)
      const { pathname } = new URL(newest?.url ?? '')
      const download = await fleet.proxy.call('GET', pathname, { node: node.url })
      const bytes = node === ahead ? download : await fetch(download?.headers.location ?? '')
      t.equal(bytes?.status, 200, `${node.name} signs requests to the store with the right time`)
      if (bytes instanceof Response) await bytes.arrayBuffer()
    }
    const path = `/api/courses/${fleet.courseIds[0]}`
    t.equal((await fleet.proxy.call('PATCH', path, { body: { missing_counts: 'zero' } }))?.status, 200)
    for (const node of [ahead, behind]) {
      await until(`${node.name} knows of the change`, async () =>
        (await physics.exportsOn(node))[0]?.is_current === false)
    }
  })

  await t.test('PostgreSQL fails over to a server whose clock is an hour behind', async (t) => {
    ahead.kill('SIGTERM')
    await ahead.ended
    fleet.nodesAre([behind])
    // At that moment, one job runs on a node that dies as well, and two jobs wait.
    const place = { step: 'run: working', signal: 'SIGSTOP' } as const
    const dies = await fleet.start({ name: 'dies', role: 'worker', place })
    const jobs = [await physics.click(behind)]
    const running = "SELECT 1 FROM jobs WHERE state = 'started' AND kind = 'performance-export'"
    await until('an export runs', async () => (await fleet.rows(running)).length === 1)
    jobs.push(await chemistry.click(behind), await biology.click(behind))
    dies.kill('SIGKILL')
    await fleet.cluster.stop()
    await fleet.cluster.start(clockAhead(-1))
    const worker = await fleet.start({ name: 'worker', settings: clockAhead(100) })
    await until('a node is ready again', async () =>
      (await fleet.proxy.call('GET', '/readyz', { node: behind.url }))?.status === 200)
    for (const job of jobs) t.equal(await fleet.settled(job), 'succeeded', 'not an hour later')
    await until('the dead node has left the list', async () => {
      const list = (await fleet.proxy.call('GET', '/api/nodes'))?.json() as Array<{ name: string }>
      return list.map(({ name }) => name).join() === 'behind,worker'
    })
    for (const node of [behind, worker]) t.equal(await fleet.settled(await physics.click(node)), 'succeeded')
    t.ok(physics.lastClick() > Date.now() - HOUR_MS / 2, 'clicks continue from the former time')
    for (const node of [behind, worker]) {
      for (const one of clients) await one.lookAtTimes(t, node)
      t.equal((await physics.exportsOn(node))[0]?.is_current, true)
    }

    // The death of a node after the failover is noticed too.
    const late = await fleet.start({ name: 'late', role: 'worker', place: { step: 'run: working' } })
    worker.kill('SIGTERM')
    await worker.ended
    const job = await chemistry.click(behind, { values: 'points' })
    await late.ended
    await fleet.start({ name: 'last', role: 'worker' })
    t.equal(await fleet.settled(job), 'succeeded')
    const failed = await fleet.rows('SELECT id FROM jobs WHERE attempts > 1')
    t.strictSame(failed, [], 'the death of a node is not a failed attempt')
    t.strictSame(await lookAtAftermath(fleet, new Map()), [])
  })
})
