// Many nodes act as one: clicks on all of them at the same instant, polls, events, and what one node does as
// the others show it.
import t from 'tap'
import { until } from '../support/until.ts'
import { course, importSample, needsFleet, startFleet, type FleetNode } from './fleet.ts'
import { lookAtAftermath } from './aftermath.ts'

t.test('three nodes are one service', needsFleet, async (t) => {
  const fleet = await startFleet(t, { nodes: 0, courses: [course('Chemistry', { students: 500 })] })
  const { proxy, courseIds: [courseId = 0] } = fleet
  // None of them runs jobs: a click after the end of the job would start another one.
  const nodes = await Promise.all(['one', 'two', 'three'].map((name) => fleet.start({ name, role: 'web' })))
  fleet.nodesAre(nodes)
  const get = async (node: FleetNode, path: string) => {
    const answer = await proxy.call('GET', path, { node: node.url })
    if (answer === undefined) throw new Error(`${node.name} cut the connection of GET ${path}`)
    return answer
  }
  const nodeOf = (i: number) => nodes[i % nodes.length]!

  await t.test('eight clicks on all nodes at the same instant: one job, one file', async (t) => {
    const path = `/api/courses/${courseId}/performance/exports`
    const jobs = await Promise.all(Array.from({ length: 8 }, (_, i) =>
      fleet.click(courseId, { node: nodeOf(i).url })))
    t.strictSame(new Set(jobs).size, 1)
    const [jobId = 0] = jobs
    const streams = Promise.all(nodes.map((node) => get(node, `/api/jobs/${jobId}/events`)))
    await Promise.all([streams, fleet.start({ name: 'worker', role: 'worker' })])
    for (const { bytes } of await streams) {
      t.match(bytes.toString(), /"status":"succeeded"[^\n]*\n\n$/, 'the events of each node end with the job')
    }
    const endedAt = performance.now()
    const shown = await Promise.all(nodes.map((node) => until(`${node.name} lists the export`, async () => {
      const answer = await get(node, path)
      return answer.json().length === 1 && answer
    })))
    t.comment(`all nodes list the export ${Math.round(performance.now() - endedAt)} ms after its last event`)
    for (const answer of shown) {
      t.equal(answer.bytes.toString(), shown[0]!.bytes.toString())
      t.ok(answer.headers.etag)
      t.equal(answer.headers.etag, shown[0]!.headers.etag)
    }
    const [exported] = shown[0]!.json() as Array<{ url: string, size: number }>
    const files = await Promise.all(nodes.map((node) => get(node, new URL(exported!.url).pathname)))
    for (const file of files) {
      t.strictSame([file.status, file.bytes.length], [200, exported!.size])
      t.ok(file.bytes.equals(files[0]!.bytes))
    }
    t.strictSame(
      await fleet.rows("SELECT id FROM jobs WHERE kind = 'performance-export'"), [{ id: jobId }]
    )
    t.strictSame(await lookAtAftermath(fleet, new Map()), [])
  })

  await t.test('a course that is imported on one node is on all of them', async (t) => {
    t.equal(await importSample(fleet, nodeOf(0)), 'succeeded')
    const lists = await Promise.all(nodes.map(async (node) => (await get(node, '/api/courses')).json()))
    t.equal(lists[0].length, 2)
    for (const list of lists) t.strictSame(list, lists[0])
  })

  await t.test('a token that is revoked on one node is refused on all of them', async (t) => {
    const [{ id } = { id: 0 }] = await fleet.rows<{ id: number }>('SELECT id FROM tokens')
    for (const node of nodes) t.equal((await get(node, '/api/courses')).status, 200)
    await fleet.rows(`UPDATE tokens SET revoked_at = 1 WHERE id = ${id}`)
    for (const node of nodes) {
      await until(`${node.name} refuses it`, async () => (await get(node, '/api/courses')).status === 401)
    }
  })
})
