// A node is paused for longer than a heartbeat, as on a paused host, and resumes later. By then another node
// has done its work, and what it still does changes nothing.
import t from 'tap'
import { until, within } from '../support/until.ts'
import { lookAtAftermath, objectsOf } from './aftermath.ts'
import { course, needsFleet, startFleet } from './fleet.ts'

/** While the work runs, before its bytes are stored, and with its bytes stored. */
const STEPS = ['run: working', 'run: worked', 'run: placed']

const name = 'SIGSTOP, and SIGCONT after another node has finished'
t.test(name, needsFleet, async (t) => {
  const fleet = await startFleet(t, {
    nodes: 0,
    courses: STEPS.map((step) => course(step, { students: 300 })),
  })
  // All of them listen before there is a job: a node that is stopped earlier would never say that it listens.
  const stopped = await Promise.all(STEPS.map((step, i) =>
    fleet.start({ name: `stops-${i}`, place: { step, signal: 'SIGSTOP' } })))
  const web = await fleet.start({ name: 'web', role: 'web' })
  fleet.nodesAre([web])
  const jobs = await Promise.all(fleet.courseIds.map((courseId) => fleet.click(courseId)))
  // A node writes this line just before its signal.
  for (const node of stopped) {
    await until(`${node.name} is stopped in a run`, () => node.stderr().includes('signalInRun'))
  }

  const other = await fleet.start({ name: 'other', role: 'worker' })
  for (const job of jobs) t.equal(await fleet.settled(job), 'succeeded')
  const before = await fleet.rows('SELECT * FROM files ORDER BY id')
  t.equal(before.length, STEPS.length)

  for (const node of stopped) node.kill('SIGCONT')
  const path = `/api/courses/${fleet.courseIds[0]}/performance/exports`
  for (const node of stopped) {
    await until(`${node.name} is ready`, async (see) => {
      const answer = await fleet.proxy.call('GET', '/readyz', { node: node.url })
      see(`${answer?.status} ${answer?.bytes.toString()}`)
      return answer?.status === 200
    })
    t.equal((await fleet.proxy.call('GET', path, { node: node.url }))?.status, 200, 'it recovers')
  }
  // Their runs are over when nothing of them is staged and no bytes are left that no row names.
  await until('the bytes of stale runs are removed or noted', async (see) => {
    const noted = await fleet.rows('SELECT object_key FROM file_intents WHERE object_key IS NOT NULL')
    const { size } = await objectsOf(fleet)
    see(`${size} objects, ${noted.length} of them noted`)
    return size - noted.length === STEPS.length
  })
  t.strictSame(await fleet.rows('SELECT * FROM files ORDER BY id'), before, 'the same files')
  t.strictSame(await lookAtAftermath(fleet, new Map()), [])
  // Housekeeping, which begins with the nodes, may have been stopped with one of them.
  t.strictSame(
    await fleet.rows(`SELECT job_id FROM job_attempts JOIN jobs ON jobs.id = job_id
      WHERE outcome = 'died' AND kind = 'performance-export' ORDER BY job_id`),
    jobs.toSorted((a, b) => a - b).map((id) => ({ job_id: id }))
  )

  // They run jobs again, and no other node does.
  other.kill('SIGTERM')
  t.match(await within('the other node ends', other.ended), { status: 0 })
  const again = await Promise.all(fleet.courseIds.map((courseId) =>
    fleet.click(courseId, { body: { values: 'points' } })))
  for (const job of again) t.equal(await fleet.settled(job), 'succeeded')
  for (const node of stopped) t.comment(node.stderr().split('\n').filter((line) => /"level":(40|50)/.test(line)))
})
