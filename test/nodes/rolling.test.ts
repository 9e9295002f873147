// Nodes are started, and stopped by SIGTERM, while people use the service: the proxy in front, which never
// sends a POST twice, learns from /readyz that a node stops, and no one sees an error.
import t from 'tap'
import { seededRandom } from '../crash/seeded-random.ts'
import { until } from '../support/until.ts'
import { lookAtAftermath } from './aftermath.ts'
import { course, needsFleet, startFleet } from './fleet.ts'
import { startLoad, summary } from './load.ts'

const COURSES = ['Physics', 'Chemistry', 'Biology'].map((name) => course(name))
const ENOUGH = 10
/** Much longer than the proxy needs to notice that a node stops. */
const SHUTDOWN_DRAIN_MS = '3000'

/** Ids of requests that a node received and did not answer, by its log. */
function unanswered (log: string): string[] {
  const open = new Set<string>()
  for (const line of log.split('\n')) {
    const [, id = ''] = /"reqId":"([^"]+)"/.exec(line) ?? []
    if (line.includes('"msg":"incoming request"')) open.add(id)
    else if (line.includes('"msg":"request completed"')) open.delete(id)
  }
  return [...open]
}

t.test('a rolling restart under load', needsFleet, async (t) => {
  const fleet = await startFleet(t, { nodes: 2, courses: COURSES, settings: { SHUTDOWN_DRAIN_MS } })
  fleet.proxy.checkHealth()
  const load = startLoad(fleet, { people: 6, random: seededRandom(3) })
  t.teardown(() => load.stop())
  await load.more('click 202', ENOUGH)

  let nodes = [...fleet.nodes]
  // A node is started while others run, then each of the others is replaced.
  nodes.push(await fleet.start())
  fleet.nodesAre(nodes)
  await load.more('poll 200', ENOUGH)
  for (const old of fleet.nodes) {
    old.kill('SIGTERM')
    // It stays among the proxy's nodes: no one tells the proxy.
    t.match(await old.ended, { status: 0, signal: null }, old.stderr())
    t.strictSame(unanswered(old.stderr()), [], 'it has answered what it received')
    const next = await fleet.start({ name: old.name })
    nodes = nodes.map((node) => node === old ? next : node)
    fleet.nodesAre(nodes)
    await load.more('click 202', ENOUGH)
  }
  await load.stop()
  t.strictSame(load.complaints, [])
  t.strictSame(new Set(await fleet.allSettled()), new Set(['succeeded']))
  t.strictSame(await lookAtAftermath(fleet, load.promised), [])
  t.strictSame(await fleet.rows("SELECT id FROM job_attempts WHERE outcome = 'died'"), [])
  t.comment(`${summary(load)}; ${fleet.proxy.retries()} requests went to a second node`)
})

t.test('SIGTERM hands jobs over at once', needsFleet, async (t) => {
  const fleet = await startFleet(t, {
    nodes: 0,
    // Its export takes longer than a node needs to notice a signal.
    courses: [course('Large', { students: 5000, tasks: 50 })],
    // No housekeeping: the second node would be paused in its work, with what it has locked.
    settings: { SHUTDOWN_GRACE_MS: '0', FILE_SWEEP_MINUTES: '0' },
  })
  // It is paused as its work begins, so that the work is not over before the signal comes.
  const first = await fleet.start({ name: 'first', place: { step: 'run: working', signal: 'SIGSTOP' } })
  const second = await fleet.start({ name: 'second' })
  fleet.nodesAre([first])
  // While it is paused, the job starts on the first one.
  second.kill('SIGSTOP')
  const job = await fleet.click(fleet.courseIds[0]!)
  const started = (token: number) => fleet.rows<{ token: number }>(
    `SELECT token FROM job_attempts WHERE job_id = ${job} AND token > ${token}`
  )
  await until('the job runs', () => first.stderr().includes('signalInRun'))
  const [{ token } = { token: 0 }] = await started(0)
  fleet.nodesAre([second])
  const toldAt = Date.now()
  first.kill('SIGTERM')
  first.kill('SIGCONT')
  second.kill('SIGCONT')
  t.match(await first.ended, { status: 0 }, first.stderr())
  await until('it runs elsewhere', async () => (await started(token)).length === 1)
  t.comment(`it runs elsewhere ${Date.now() - toldAt} ms after SIGTERM`)
  t.equal(await fleet.settled(job), 'succeeded')
  const outcomes = await fleet.rows(
    `SELECT outcome, attempt FROM job_attempts WHERE job_id = ${job} ORDER BY token`
  )
  t.strictSame(outcomes, [{ outcome: 'stopped', attempt: 1 }, { outcome: 'succeeded', attempt: 1 }])
  t.strictSame(await lookAtAftermath(fleet, new Map()), [])
})
