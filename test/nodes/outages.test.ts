// PostgreSQL is restarted and the store is stopped while people use three nodes: they get 503 for a while and
// nothing else, no node ends or is restarted, and nothing that was promised is lost.
import t, { type Test } from 'tap'
import { seededRandom } from '../crash/seeded-random.ts'
import { until } from '../support/until.ts'
import { lookAtAftermath, objectsOf } from './aftermath.ts'
import { course, needsFleet, startFleet, type Fleet, type FleetNode } from './fleet.ts'
import { startLoad, summary } from './load.ts'

const COURSES = ['Physics', 'Chemistry', 'Biology'].map((name) => course(name))
/** Good answers of each kind that show that the service works. */
const ENOUGH = 10

const readyz = async (fleet: Fleet, node: FleetNode) => {
  const answer = await fleet.proxy.call('GET', '/readyz', { node: node.url })
  return { status: answer?.status, text: answer?.bytes.toString() ?? '' }
}

async function everythingIsWell (
  t: Test, fleet: Fleet, nodes: readonly FleetNode[], promised: Parameters<typeof lookAtAftermath>[1]
): Promise<void> {
  t.strictSame(new Set(await fleet.allSettled()), new Set(['succeeded']))
  for (const node of nodes) {
    await until(`${node.name} is ready`, async () => (await readyz(fleet, node)).status === 200)
    t.notMatch(node.stderr(), /"level":60|uncaught/i)
  }
  t.strictSame(await lookAtAftermath(fleet, promised), [])
}

t.test('PostgreSQL is restarted under load', needsFleet, async (t) => {
  const fleet = await startFleet(t, { courses: COURSES, stopsDatabase: true })
  const load = startLoad(fleet, { people: 6, random: seededRandom(1), allowed: ['DATABASE_UNAVAILABLE'] })
  t.teardown(() => load.stop())
  const works = () => Promise.all(['click 202', 'poll 200'].map((answer) => load.more(answer, ENOUGH)))
  await works()
  for (const round of [1, 2]) {
    const refused = ['click', 'poll'].map((what) => load.more(`${what} 503 DATABASE_UNAVAILABLE`, 1))
    await fleet.cluster.stop()
    await Promise.all(refused)
    for (const node of fleet.nodes) {
      await until(`${node.name} is not ready`, async () =>
        /DATABASE_UNAVAILABLE/.test((await readyz(fleet, node)).text))
    }
    const downAt = performance.now()
    await fleet.cluster.start()
    await works()
    t.comment(`round ${round}: works again ${Math.round(performance.now() - downAt)} ms after the start`)
  }
  await load.stop()
  t.strictSame(load.complaints, [])
  await everythingIsWell(t, fleet, fleet.nodes, load.promised)
  t.comment(summary(load))
})

t.test('the store is stopped and started under load', needsFleet, async (t) => {
  const fleet = await startFleet(t, { courses: COURSES, stopsStore: true })
  const load = startLoad(fleet, { people: 4, random: seededRandom(2), allowed: ['STORAGE_UNAVAILABLE'] })
  t.teardown(() => load.stop())
  await Promise.all(['click 202', 'download 200'].map((answer) => load.more(answer, ENOUGH)))
  await fleet.swift.stop()
  await Promise.all(['click 202', 'download 503 STORAGE_UNAVAILABLE'].map((answer) => load.more(answer, 2)))
  for (const node of fleet.nodes) {
    await until(`${node.name} is degraded`, async () => {
      const { status, text } = await readyz(fleet, node)
      return status === 200 && text.includes('degraded')
    })
  }
  await load.stop()
  // It joins no job of the others, of which each may have stored its file before.
  const waiting = await fleet.click(fleet.courseIds[0]!, { body: { language: 'es' } })
  await fleet.swift.start()
  t.strictSame(load.complaints, [])
  t.equal(await fleet.settled(waiting), 'succeeded', 'it waited for the store')
  await everythingIsWell(t, fleet, fleet.nodes, load.promised)
  t.strictSame(await fleet.rows('SELECT id FROM jobs WHERE attempts > 1'), [], 'it used no attempts')
  t.ok((await objectsOf(fleet)).size > 0)
  t.comment(summary(load))
})
