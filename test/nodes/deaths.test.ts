// Nodes die, each at another step of a run, of a request or of its start. Their jobs run again on a node that
// lives, and end exactly once.
import t from 'tap'
import { REQUEST_STEPS } from '../../src/jobs/job-queue.ts'
import { RUN_STEPS } from '../../src/jobs/job-run.ts'
import { until, within } from '../support/until.ts'
import { lookAtAftermath } from './aftermath.ts'
import { course, needsFleet, startFleet } from './fleet.ts'

const STEPS = [...RUN_STEPS, 'file: before it is stored', 'file: after it is stored']
/** As many jobs as nodes that die, and one for each that is past its commit when it dies. */
const COURSES = STEPS.length + 2

t.test('kill -9 at every step of a run', needsFleet, async (t) => {
  const fleet = await startFleet(t, {
    nodes: 0,
    courses: Array.from({ length: COURSES }, (_, i) => course(`Course ${i}`)),
  })
  const web = await fleet.start({ name: 'web', role: 'web' })
  fleet.nodesAre([web])
  const jobs = await Promise.all(fleet.courseIds.map((courseId) => fleet.click(courseId)))

  // Each takes a job, and dies in it.
  const mortals = STEPS.map((step) => fleet.launch({ name: `dies-${STEPS.indexOf(step)}`, place: { step } }))
  const deaths = await Promise.all(mortals.map(({ ended }, i) => within(`a death at ${STEPS[i]}`, ended)))
  for (const [i, { signal }] of deaths.entries()) {
    t.equal(signal, 'SIGKILL', STEPS[i] ?? '')
  }
  await fleet.start({ name: 'survivor', role: 'worker' })
  for (const job of jobs) t.equal(await fleet.settled(job), 'succeeded')

  t.strictSame(await lookAtAftermath(fleet, new Map()), [])
  const died = await fleet.rows<{ job_id: number, died: number }>(
    "SELECT job_id, count(*) AS died FROM job_attempts WHERE outcome = 'died' GROUP BY job_id"
  )
  const sum = died.reduce((sum, row) => sum + row.died, 0)
  // A claim that died before its commit never was, and two steps are behind the commit of the job's end.
  t.ok(sum >= STEPS.length - 3, `${sum} runs died`)
  // While one job is being stored, its thread may be doing the next.
  t.ok(sum <= 2 * (STEPS.length - 1), `${sum} runs died, of at most two jobs in each node`)
  t.strictSame(await fleet.rows('SELECT id FROM jobs WHERE attempts > 1'), [], 'a death is no failed attempt')
})

t.test('kill -9 at a request', needsFleet, async (t) => {
  const fleet = await startFleet(t, {
    nodes: 1,
    courses: REQUEST_STEPS.map((step) => course(step)),
    // Housekeeping makes its own request at each start.
    settings: { FILE_SWEEP_MINUTES: '0' },
  })
  for (const [i, step] of REQUEST_STEPS.entries()) {
    const mortal = await fleet.start({ name: `dies-${i}`, role: 'web', place: { step } })
    const path = `/api/courses/${fleet.courseIds[i]}/performance/export`
    t.equal(await fleet.proxy.call('POST', path, { node: mortal.url }), undefined, 'the connection is cut')
    t.match(await mortal.ended, { signal: 'SIGKILL' })
  }
  // The first one was not committed. The other one runs, although no notification was sent.
  const wanted = "SELECT id FROM jobs WHERE state = 'succeeded' AND kind = 'performance-export'"
  await until('the job of the dead request has succeeded', async () =>
    (await fleet.rows(wanted)).length === 1)
  t.strictSame((await fleet.rows('SELECT id FROM exports')).length, 1)
  const jobs = await Promise.all(fleet.courseIds.map((courseId) => fleet.click(courseId)))
  for (const job of jobs) t.equal(await fleet.settled(job), 'succeeded')
  t.strictSame(await lookAtAftermath(fleet, new Map()), [])
})
