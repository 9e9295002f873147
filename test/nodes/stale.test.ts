// A node is paused for longer than a heartbeat, as on a paused host, and resumes later. By then another node
// has done its work, and what it still does changes nothing.
import t from 'tap'
import { lookAtAftermath, objectsOf } from './aftermath.ts'
import { course, needsFleet, startFleet, until } from './fleet.ts'

/** While the work runs, before its bytes are stored, and with its bytes stored. */
const STEPS = ['run: working', 'run: worked', 'run: placed']

const name = 'SIGSTOP, and SIGCONT after another node has finished'
t.test(name, { ...needsFleet, timeout: 180_000 }, async (t) => {
  const fleet = await startFleet(t, {
    nodes: 0,
    courses: STEPS.map((step) => course(step, { students: 300 })),
  })
  const web = await fleet.start({ name: 'web', role: 'web' })
  fleet.nodesAre([web])
  const jobs = await Promise.all(fleet.courseIds.map((courseId) => fleet.click(courseId)))
  const stopped = await Promise.all(STEPS.map((step, i) =>
    fleet.start({ name: `stops-${i}`, place: { step, signal: 'SIGSTOP' } })))
  const running = "SELECT id FROM jobs WHERE state = 'started' AND kind = 'performance-export'"
  await until(async () => (await fleet.rows(running)).length === STEPS.length)

  await fleet.start({ name: 'other', role: 'worker' })
  for (const job of jobs) t.equal(await fleet.settled(job), 'succeeded')
  const before = await fleet.rows('SELECT * FROM files ORDER BY id')
  t.equal(before.length, STEPS.length)

  for (const node of stopped) node.kill('SIGCONT')
  const path = `/api/courses/${fleet.courseIds[0]}/performance/exports`
  for (const node of stopped) {
    await until(async () => (await fleet.proxy.call('GET', '/readyz', { node: node.url }))?.status === 200)
    t.equal((await fleet.proxy.call('GET', path, { node: node.url }))?.status, 200, 'it recovers')
  }
  // Their runs are over when nothing of them is staged and no bytes are left that no row names.
  await until(async () => {
    const noted = await fleet.rows('SELECT object_key FROM file_intents WHERE object_key IS NOT NULL')
    return (await objectsOf(fleet)).size - noted.length === STEPS.length
  })
  t.strictSame(await fleet.rows('SELECT * FROM files ORDER BY id'), before, 'the same files')
  t.strictSame(await lookAtAftermath(fleet, new Map()), [])
  t.equal((await fleet.rows("SELECT id FROM job_attempts WHERE outcome = 'died'")).length, STEPS.length)

  // They run jobs again.
  const again = await Promise.all(fleet.courseIds.map((courseId) =>
    fleet.click(courseId, { body: { values: 'points' } })))
  for (const job of again) t.equal(await fleet.settled(job), 'succeeded')
  for (const node of stopped) t.comment(node.stderr().split('\n').filter((line) => /"level":(40|50)/.test(line)))
})
