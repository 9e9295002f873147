// Two nodes behind PgBouncer, which gives each transaction another connection and does not pass on
// notifications. Only the connections that listen and hold locks go to PostgreSQL itself.
import t from 'tap'
import { startPooler } from '../support/pgbouncer.ts'
import { findPgBouncer, needs } from '../support/tools.ts'
import { until } from '../support/until.ts'
import { lookAtAftermath } from './aftermath.ts'
import { course, importSample, needsFleet, startFleet, type FleetNode } from './fleet.ts'

const { skip } = needs(findPgBouncer())

t.test('two nodes behind PgBouncer', { skip: needsFleet.skip || skip }, async (t) => {
  let pooler: Awaited<ReturnType<typeof startPooler>> | undefined
  const fleet = await startFleet(t, {
    nodes: 0,
    courses: [course('Physics'), course('Chemistry'), course('Latin')],
    settings: { FILE_SWEEP_MINUTES: '0' },
    async pooled (database) {
      pooler = await startPooler(t, database)
      return pooler.address
    },
  })
  const { proxy, courseIds: [physics = 0, chemistry = 0, latin = 0] } = fleet
  const [node, web] = await Promise.all([
    fleet.start({ name: 'all' }), fleet.start({ name: 'web', role: 'web' }),
  ])
  const nodes = [node, web]
  fleet.nodesAre(nodes)
  const get = async (from: FleetNode, path: string) => {
    const answer = await proxy.call('GET', path, { node: from.url })
    if (answer === undefined) throw new Error(`${from.name} cut the connection of GET ${path}`)
    return answer
  }
  const exportsOf = (courseId: number) => `/api/courses/${courseId}/performance/exports`
  /** Names of the nodes' connections to PostgreSQL. */
  const connections = async () => (await fleet.rows<{ name: string }>(
    `SELECT application_name AS name FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'perfbook%' ORDER BY name`
  )).map(({ name }) => name)
  /** Clicks on both nodes give one export; events on the node that runs no jobs follow it to the end. */
  async function exportOnce (courseId: number): Promise<void> {
    const jobs = new Set(await Promise.all(nodes.map(({ url }) => fleet.click(courseId, { node: url }))))
    for (const job of jobs) {
      const events = await get(web, `/api/jobs/${job}/events`)
      t.match(events.bytes.toString(), /"status":"succeeded"[^\n]*\n\n$/)
    }
    const lists = await Promise.all(nodes.map((one) => until(`${one.name} lists the export`, async () => {
      const answer = await get(one, exportsOf(courseId))
      return answer.json().length === jobs.size && answer
    })))
    t.equal(lists[0]?.bytes.toString(), lists[1]?.bytes.toString())
    const [{ url, size }] = lists[0]?.json() as [{ url: string, size: number }]
    t.equal((await get(web, new URL(url).pathname)).bytes.length, size)
  }

  await t.test('import, clicks, polls, events', async (t) => {
    t.equal(await importSample(fleet, web), 'succeeded')
    for (const one of nodes) t.equal((await get(one, '/api/courses')).json().length, 4, one.name)
    await exportOnce(physics)
  })

  await t.test('without the pooler there is no database; the nodes keep listening', async (t) => {
    // For each node, one connection listens and holds its locks, and one listens for jobs.
    const direct = (await connections()).filter((name) => name !== 'perfbook')
    t.equal(direct.length, 3, direct.join())
    await pooler?.stop()
    for (const one of nodes) {
      const click = await proxy.call('POST', `/api/courses/${chemistry}/performance/export`, {
        body: {}, node: one.url,
      })
      t.match([click?.status, click?.json()], [503, { code: 'DATABASE_UNAVAILABLE' }], one.name)
      t.ok(click?.headers['retry-after'])
      t.match((await get(one, '/readyz')).bytes.toString(), /DATABASE_UNAVAILABLE/)
    }
    await until('only these are left', async (see) => {
      const left = await connections()
      see(left.join())
      return left.join() === direct.join()
    })
    await pooler?.start()
    for (const one of nodes) {
      await until(`${one.name} is ready`, async () => (await get(one, '/readyz')).status === 200)
    }
    await exportOnce(chemistry)
  })

  await t.test('a node is killed in the middle of a run', async (t) => {
    const mortal = await fleet.start({ name: 'dies', role: 'worker', place: { step: 'run: working' } })
    // While it is paused, the job starts on the other one.
    node.kill('SIGSTOP')
    const job = await fleet.click(latin, { node: web.url })
    t.match(await mortal.ended, { signal: 'SIGKILL' }, mortal.stderr())
    node.kill('SIGCONT')
    fleet.nodesAre([web])
    // As if its last sign of life were ten seconds ago.
    await fleet.rows("UPDATE pgboss.job SET heartbeat_on = now() - interval '11 s' WHERE state = 'active'")
    t.equal(await fleet.settled(job), 'succeeded')
    t.match(
      await fleet.rows(`SELECT outcome FROM job_attempts WHERE job_id = ${job} ORDER BY token`),
      [{ outcome: 'died' }, { outcome: 'succeeded' }]
    )
  })

  t.strictSame(await lookAtAftermath(fleet, new Map()), [])
  for (const one of nodes) one.kill('SIGTERM')
  for (const one of nodes) {
    t.notMatch(one.stderr(), /"level":60|uncaught/i, one.name)
    t.match(await one.ended, { status: 0, signal: null }, one.name)
  }
})
