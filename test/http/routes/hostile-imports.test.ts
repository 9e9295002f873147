// Attacks by upload on a running service with one thread: exports still start, and the service keeps
// answering.
import { join } from 'node:path'
import t from 'tap'
import { perfbook } from '../../support/cli.ts'
import { startServer } from '../../support/server-process.ts'
import { testFolder } from '../../support/test-folder.ts'

const SAMPLE = join(import.meta.dirname, '../../../data/sample/physics-1.json')
/**
 * The aim is 250 ms on a quiet machine; a test runs beside others. What was there before took seconds to
 * hours.
 */
const MOST_MS = 2000

t.test('cells of megabytes that are made to be slow, and a queue of imports', async (t) => {
  const folder = testFolder(t)
  await perfbook(folder, ['user', 'add', 'admin@example.edu', '--role', 'admin'])
  const authorization = `Bearer ${
    (await perfbook(folder, ['token', 'create', 'admin@example.edu'])).stdout.trim()
  }`
  await perfbook(folder, ['import', SAMPLE])
  const { address } = await startServer(t, folder, { WORKER_THREADS: '1', IMPORT_WAITING_MAX: '5' })
  const ask = async (method: string, path: string, body?: FormData) => {
    const response = await fetch(address + path, {
      method,
      headers: { authorization },
      ...(body === undefined ? {} : { body }),
    })
    const text = await response.text()
    return { status: response.status, text, json: JSON.parse(text) as { id: number, status: string } }
  }
  let slowest = 0
  let isOver = false
  const polling = (async () => {
    while (!isOver) {
      const started = performance.now()
      await (await fetch(`${address}/healthz`)).text()
      slowest = Math.max(slowest, performance.now() - started)
    }
  })()
  const upload = async (text: string) => {
    const form = new FormData()
    form.set('file', new File([text], 'grades.csv'))
    form.set('course', 'Physics')
    return await ask('POST', '/api/imports', form)
  }
  const cell = `1${' '.repeat(3_000_000)}x`
  const header = 'First name,Last name,ID number,Email address,HW 1 (Percentage)'
  const hostile = await upload(
    `${header}\n${Array.from({ length: 10 }, (_, i) => `Ann,Lee,${i},ann@example.edu,${cell}`).join('\n')}`
  )
  t.equal(hostile.status, 202)
  const statuses: number[] = []
  for (let i = 0; i < 10; i++) statuses.push((await upload(cell)).status)
  t.ok(statuses.includes(429), 'a user has a limited number of imports waiting')
  const exported = await ask('POST', '/api/courses/1/performance/export')
  t.equal(exported.status, 202)
  const end = async (id: number) => {
    const events = await fetch(`${address}/api/jobs/${id}/events`, { headers: { authorization } })
    await events.text()
    return (await ask('GET', `/api/jobs/${id}`)).json.status
  }
  t.equal(await end(exported.json.id), 'succeeded')
  t.equal(await end(hostile.json.id), 'failed')
  const report = await ask('GET', `/api/imports/${hostile.json.id}`)
  t.ok(report.text.length < 10_000)
  t.ok((await ask('GET', '/api/imports')).text.length < 10_000)
  isOver = true
  await polling
  t.ok(slowest < MOST_MS, `the slowest answer of /healthz took ${Math.round(slowest)} ms`)
})
