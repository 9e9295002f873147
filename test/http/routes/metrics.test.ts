import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openDatabase, sqliteFile } from '../../../db/index.ts'
import { VERSION } from '../../../src/version.ts'
import { noPostgres, startCluster, testPostgres } from '../../support/postgres.ts'
import { testFolder } from '../../support/test-folder.ts'
import {
  startTestService, TEACHER, type CallOptions, type TestService, type TestServiceOptions,
} from '../../support/test-service.ts'
import { until } from '../../support/until.ts'

const DEPLOY = join(import.meta.dirname, '../../../docs/deploy')
const COURSE = {
  name: 'Chemistry of Ames',
  teachers: [{ email: TEACHER }],
  tasks: [{ title: 'HW' }],
  students: [{ lastName: 'Ames', cells: [0.5] }],
}

interface Dashboard {
  panels: Array<{ id: number, targets?: Array<{ expr: string }> }>
  templating: { list: Array<{ name: string, query: string }> }
}

/** Series by their line, without comments: `name{labels}` to number. */
async function series (service: TestService, options?: CallOptions): Promise<Map<string, number>> {
  const { text } = await service.call('GET', '/metrics', options)
  return new Map(
    text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    })
  )
}

t.test('only for an administrator, or with METRICS_TOKEN', async (t) => {
  const service = await startTestService(t, { settings: { METRICS_TOKEN: 'scrape me' } })
  const { call, token } = service
  const answer = await call('GET', '/metrics')
  t.equal(answer.status, 200)
  t.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/)
  const bare = (authorization: string) => call('GET', '/metrics', { token: null, headers: { authorization } })
  t.equal((await bare('Bearer scrape me')).status, 200)
  for (const wrong of ['Bearer scrape', 'Bearer scrape me ', 'scrape me', 'Bearer ']) {
    t.match((await bare(wrong)).json(), { statusCode: 401, code: 'UNAUTHENTICATED' }, wrong)
  }
  t.match((await call('GET', '/metrics', { token: null })).json(), { statusCode: 401 })
  t.match((await call('GET', '/metrics', { token: await token('teacher') })).json(), {
    statusCode: 403,
    code: 'INSUFFICIENT_SCOPE',
  })
  t.match((await call('GET', '/metrics', { token: await token('admin', { scopes: ['read'] }) })).json(), {
    statusCode: 403,
  })
  t.equal(
    (await call('GET', '/api/session', { token: null, headers: { authorization: 'Bearer scrape me' } }))
      .status,
    401,
    'it opens nothing else'
  )
  const without = await startTestService(t)
  t.equal(
    (await without.call('GET', '/metrics', { token: null, headers: { authorization: 'Bearer ' } })).status,
    401
  )
})

t.test('requests by pattern and status, jobs by kind and state, what runs and what is stored', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const { call, services } = service
  const before = await series(service)
  t.equal(before.get('perfbook_jobs{kind="performance-export",state="succeeded"}'), 0, 'there from the start')
  t.equal(before.get('perfbook_exports_made_total'), 0)
  for (let i = 0; i < 3; i++) await call('GET', '/api/courses/1/performance/exports')
  await call('GET', '/api/courses/99/performance/exports')
  for (const path of ['/who/knows', '/api/Ames']) await call('GET', path)
  await call('POST', '/api/courses/1/performance/export')
  await services.runner.drain()
  const after = await series(service)
  const route = '/api/courses/:course_id/performance/exports'
  t.equal(after.get(`perfbook_http_requests_total{method="GET",route="${route}",status="200"}`), 3)
  t.equal(after.get(`perfbook_http_requests_total{method="GET",route="${route}",status="404"}`), 1)
  t.equal(
    after.get('perfbook_http_requests_total{method="GET",route="none",status="404"}'),
    2,
    'made-up addresses are one series'
  )
  t.equal(after.get(`perfbook_http_request_duration_seconds_count{method="GET",route="${route}"}`), 4)
  t.equal(after.get('perfbook_jobs{kind="performance-export",state="succeeded"}'), 1)
  t.equal(after.get('perfbook_job_run_seconds_count{kind="performance-export",outcome="succeeded"}'), 1)
  t.equal(after.get('perfbook_job_wait_seconds_count{kind="performance-export"}'), 1)
  t.equal(after.get('perfbook_exports_made_total'), 1)
  t.equal(after.get('perfbook_job_queue_length'), 0)
  t.equal(after.get('perfbook_job_queue_oldest_seconds'), 0)
  t.equal(
    after.get('perfbook_worker_threads{pool="jobs"}'),
    3,
    'two of WORKER_THREADS and the one of imports'
  )
  t.equal(after.get('perfbook_worker_threads_busy{pool="jobs"}'), 0)
  const [file] = await services.files.info({})
  t.equal(after.get('perfbook_storage_used_bytes'), file!.size)
  t.ok(after.get('perfbook_storage_free_bytes')! > 0)
  t.ok(after.get('perfbook_database_bytes')! > 0)
})

t.test('what waits is seen, and threads at work', async (t) => {
  let now = Date.UTC(2026, 0, 5)
  const service = await startTestService(t, {
    courses: [COURSE, COURSE],
    withoutRunner: true,
    now: () => now,
  })
  for (const id of service.courseIds) await service.call('POST', `/api/courses/${id}/performance/export`)
  now += 90_000
  const waiting = await series(service)
  t.equal(waiting.get('perfbook_job_queue_length'), 2)
  t.equal(waiting.get('perfbook_job_queue_oldest_seconds'), 90)
  t.equal(waiting.get('perfbook_jobs{kind="performance-export",state="queued"}'), 2)
})

t.test('nothing personal: labels hold patterns, kinds and states alone', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  await service.call('POST', '/api/courses/1/performance/export', { token: await service.token('teacher') })
  await service.services.runner.drain()
  const [file] = await service.services.files.info({})
  await service.call('GET', `/files/${file!.hex}/${file!.filename}`)
  const { text } = await service.call('GET', '/metrics')
  for (const secret of ['Ames', 'example.edu', file!.hex, 'Chemistry', 'xlsx']) t.notMatch(text, secret)
  const labels = new Set(Array.from(text.matchAll(/[{,](\w+)="/g), ([, name]) => name))
  t.strictSame([...labels].sort(), [
    'kind',
    'le',
    'method',
    'node',
    'outcome',
    'pool',
    'role',
    'route',
    'state',
    'status',
    'version',
  ])
})

const dashboard = readFileSync(join(DEPLOY, 'grafana-dashboard.json'), 'utf8')
const alerts = readFileSync(join(DEPLOY, 'prometheus-alerts.yml'), 'utf8')
const named = (text: string) => new Set(text.match(/perfbook_\w+/g))

/** Names of all metrics of a service that has made an export. */
async function allNames (t: Test, options: TestServiceOptions): Promise<Set<string>> {
  const service = await startTestService(t, { courses: [COURSE], ...options })
  service.services.metrics.watchProcess()
  await service.call('POST', '/api/courses/1/performance/export')
  await service.services.runner.drain()
  await service.call('GET', '/metrics')
  return new Set(Array.from((await series(service)).keys(), (key) => key.replace(/\{.*/, '')))
}

t.test('the dashboard and the alerts use only metrics that exist, and all of our own', {
  skip: noPostgres,
}, async (t) => {
  const there = await allNames(t, { database: await testPostgres(t, { mayHaveTables: true }) })
  for (const [file, text] of Object.entries({ dashboard, alerts })) {
    t.ok(named(text).size > 5)
    t.strictSame([...named(text)].filter((name) => !there.has(name)), [], file)
  }
  const own = [...there].filter((name) => !/^perfbook_(nodejs|process)_|_(sum|bucket|count)$/.test(name))
  t.strictSame(own.filter((name) => !named(dashboard).has(name)), [])
  t.strictSame([...there].filter((name) => !name.startsWith('perfbook_')), [], 'one prefix')
})

t.test('with SQLite there are no numbers of connections and nodes', async (t) => {
  const there = await allNames(t, { database: sqliteFile(join(testFolder(t), 'perfbook.sqlite')) })
  const missing = [...named(dashboard)].filter((name) => !there.has(name))
  t.ok(missing.length > 0)
  t.strictSame(missing.filter((name) => !/^perfbook_(nodes$|database_(?!bytes))/.test(name)), [])
  t.ok(there.has('perfbook_node_info'))
})

t.test('the dashboard has a variable for the node, and every query uses it', async (t) => {
  const { panels, templating } = JSON.parse(dashboard) as Dashboard
  const variables = new Map(templating.list.map((variable) => [variable.name, variable]))
  t.match(variables.get('node'), { query: 'label_values(perfbook_node_info{job="$job"}, node)', multi: true })
  t.match(variables.get('instance'), {
    query: 'label_values(perfbook_node_info{job="$job", node=~"$node"}, instance)',
    multi: true,
    hide: 2,
    current: { value: '$__all' },
  })
  const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
  t.ok(queries.length > 20)
  for (const query of queries) {
    const selectors = query.match(/perfbook_\w+\{[^}]*/g) ?? []
    t.equal(selectors.length, query.match(/perfbook_\w+/g)?.length, query)
    for (const selector of selectors) t.match(selector, /job="\$job", instance=~"\$instance"/, query)
  }
  t.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
})

t.test('with PostgreSQL: this node, the other nodes, connections, and an outage', {
  skip: noPostgres,
}, async (t) => {
  const cluster = await startCluster()
  t.teardown(() => cluster.stop())
  const database = await testPostgres(t, { cluster, poolSize: 5 })
  const settings = { METRICS_TOKEN: 'scrape me', NODE_NAME: 'one' }
  const service = await startTestService(t, { database, settings })
  const other = await openDatabase(database, {
    node: {
      id: 'b1', name: 'other', role: 'worker', version: '1', threads: 1, sharesFiles: true,
      runningJobs: () => 0,
    },
  })
  t.teardown(() => other.close())
  /** Without a session, which would ask the database. */
  const look = () => series(service, { token: null, headers: { authorization: 'Bearer scrape me' } })
  const when = (key: string, value: number | undefined) => until(`${key} is ${value}`, async () => {
    const found = await look()
    return found.get(key) === value && found
  })
  const before = await when('perfbook_nodes{role="worker"}', 1)
  t.equal(before.get(`perfbook_node_info{node="one",role="all",version="${VERSION}"}`), 1)
  t.notOk([...before.keys()].some((key) => key.includes('other')), 'each node reports itself')
  t.equal(before.get('perfbook_nodes{role="web"}'), 0)
  t.equal(before.get('perfbook_database_connections_max'), 5)
  t.equal(before.get('perfbook_database_requests_waiting'), 0)
  t.equal(before.get('perfbook_database_unavailable'), 0)
  t.equal(before.get('perfbook_database_reconnects_total'), 0)

  const [begun, over] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
  const held = service.services.db.write(async () => {
    begun.resolve(undefined)
    await over.promise
  })
  await begun.promise
  const busy = await look()
  t.ok(busy.get('perfbook_database_connections{state="busy"}')! >= 1)

  await cluster.stop()
  over.resolve(undefined)
  await t.rejects(held, { code: 'DATABASE_UNAVAILABLE' })
  const during = await when('perfbook_database_unavailable', 1)
  t.notOk(during.has('perfbook_job_queue_length'), 'what only the database knows is left out')
  t.notOk([...during.keys()].some((key) => /^perfbook_(jobs|nodes)\b/.test(key)))
  t.ok(during.get('perfbook_database_errors_total')! > 0)
  t.ok(during.has('perfbook_worker_threads{pool="jobs"}'))
  await cluster.start()
  const after = await when('perfbook_database_unavailable', 0)
  t.equal(after.get('perfbook_database_reconnects_total'), 1)
  await when('perfbook_job_queue_length', 0)
})
