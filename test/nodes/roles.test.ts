// Roles of nodes: one that answers requests, one that runs jobs, and nodes that are refused.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../support/until.ts'
import { course, needsFleet, startFleet } from './fleet.ts'

const SAMPLE = join(import.meta.dirname, '../../data/sample/physics-1.json')

t.test('web and worker nodes, and nodes that are refused', needsFleet, async (t) => {
  const fleet = await startFleet(t, { nodes: 0, courses: [course('Physics')] })
  const { proxy } = fleet
  const web = await fleet.start({ name: 'web-1', role: 'web' })
  fleet.nodesAre([web])
  const [courseId = 0] = fleet.courseIds

  const sample = async (name: string) => {
    const response = new Response((() => {
      const form = new FormData()
      const document = JSON.parse(readFileSync(SAMPLE, 'utf8')) as { course: { source_id: string } }
      document.course.source_id = name
      form.append('file', new Blob([JSON.stringify(document)]), 'physics-1.json')
      return form
    })())
    return {
      body: Buffer.from(await response.arrayBuffer()),
      headers: { 'content-type': response.headers.get('content-type') ?? '' },
    }
  }
  const importOn = async (name: string) => {
    const answer = await proxy.call('POST', '/api/imports', { ...await sample(name), node: web.url })
    t.equal(answer?.status, 202, String(answer?.bytes))
    return (answer?.json() as { id: number }).id
  }

  await t.test('a killed import is taken over, from a web node\'s upload', async (t) => {
    const job = await importOn('killed')
    const mortal = fleet.launch({ name: 'dies', role: 'worker', place: { step: 'run: working' } })
    t.match(await mortal.ended, { signal: 'SIGKILL' }, mortal.stderr())
    t.comment('the worker that imports is dead')
    const worker = await fleet.start({ name: 'worker-1', role: 'worker' })
    t.equal(await fleet.settled(job), 'succeeded')
    t.equal((await fleet.rows("SELECT id FROM courses WHERE source_id = 'killed'")).length, 1)
    t.equal((await fleet.rows('SELECT id FROM imports')).length, 1)
    t.match(
      await fleet.rows(`SELECT outcome FROM job_attempts WHERE job_id = ${job} ORDER BY token`),
      [{ outcome: 'died' }, { outcome: 'succeeded' }]
    )

    await t.test('a web node runs no jobs, a worker answers no requests', async (t) => {
      // A dead node leaves the list within a minute.
      const listed = async () => ((await proxy.call('GET', '/api/nodes', { node: web.url }))?.json() as
        Array<{ name: string, role: string }>).filter(({ name }) => name !== 'dies')
      t.match(await listed(), [{ name: 'web-1', role: 'web' }, { name: 'worker-1', role: 'worker' }])
      for (const path of ['/healthz', '/readyz']) {
        t.equal((await proxy.call('GET', path, { node: worker.url }))?.status, 200, path)
      }
      t.equal((await proxy.call('GET', '/metrics', { node: worker.url }))?.status, 200)
      for (const path of ['/', '/api/courses', `/api/courses/${courseId}/performance/exports`]) {
        t.equal((await proxy.call('GET', path, { node: worker.url }))?.status, 404, path)
      }
      worker.kill('SIGTERM')
      t.match(await worker.ended, { status: 0 })
      t.match((await listed()).map(({ name }) => name), ['web-1'], 'a stopped node leaves the list at once')
      await until('/readyz says that no node runs jobs', async () => /worker|runs jobs/i.test(
        (await proxy.call('GET', '/readyz', { node: web.url }))?.bytes.toString() ?? ''
      ))
      const job = await fleet.click(courseId)
      const again = await fleet.start({ name: 'worker-1', role: 'worker' })
      t.equal(await fleet.settled(job), 'succeeded')
      again.kill('SIGTERM')
      await again.ended
    })
  })

  await t.test('a second node with the same name is refused', async (t) => {
    const twin = fleet.launch({ name: 'web-1', role: 'web' })
    t.equal(await twin.address, undefined)
    t.not((await twin.ended).status, 0)
    t.match(twin.stderr(), /web-1/)
    t.equal((await proxy.call('GET', '/readyz', { node: web.url }))?.status, 200, 'the first one continues')
  })

  await t.test('a node may take the name of a dead one', async (t) => {
    const first = await fleet.start({ name: 'phoenix' })
    first.kill('SIGKILL')
    await first.ended
    const second = await fleet.start({ name: 'phoenix' })
    second.kill('SIGTERM')
    t.match(await second.ended, { status: 0 }, second.stderr())
  })
})

const alone = 'with files on a local disk, a second node is refused'
t.test(alone, needsFleet, async (t) => {
  const fleet = await startFleet(t, { nodes: 0, settings: { FILES_URL: '' } })
  const first = await fleet.start()
  const second = fleet.launch()
  t.equal(await second.address, undefined)
  t.not((await second.ended).status, 0)
  t.match(second.stderr(), /FILES_URL/)
  first.kill('SIGKILL')
  await first.ended
  const again = await fleet.start()
  t.ok(again.url, 'a restart after a crash is no second node')
})
