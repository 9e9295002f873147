// What housekeeping removes of each table, and what it keeps.
import t from 'tap'
import type { Trx } from '../../db/index.ts'
import { jobAttempts } from '../../db/queries/job-attempts.ts'
import { jobRequests, listJobs } from '../../db/queries/jobs.ts'
import { deleteOldRows } from '../../db/queries/old-rows.ts'
import { keepRules } from '../../src/housekeeping/keep-rules.ts'
import { createGate } from '../support/gate.ts'
import { createJobService, testKind } from '../support/job-service.ts'
import { startTestService } from '../support/test-service.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const NOW = Date.UTC(2026, 0, 5, 8)

const SETTINGS = {
  JOB_RETENTION_DAYS: '30',
  AUDIT_RETENTION_DAYS: '365',
  SESSION_MAX_HOURS: '168',
  KNOWN_ADDRESS_DAYS: '180',
}

/** One row of each table that is older than the settings keep it, or one that is not. */
async function addRows (trx: Trx, { old }: { old: boolean }): Promise<void> {
  const name = old ? 'old' : 'young'
  const at = (keptMs: number) => NOW - keptMs + (old ? -1 : 0)
  await trx.insertInto('audit_log').values({
    at: at(365 * DAY_MS),
    action: name,
    outcome: 'done',
    actor_id: null,
    via: 'command',
    address: null,
    subject: null,
  }).execute()
  await trx.insertInto('sessions').values({
    user_id: 1,
    hash: name,
    address: null,
    user_agent: null,
    created_at: at(168 * HOUR_MS),
    last_used_at: NOW,
    ended_at: null,
  }).execute()
  await trx.insertInto('password_links').values({
    user_id: 1, hash: name, created_at: 1, expires_at: at(0), ended_at: null,
  }).execute()
  await trx.insertInto('sign_in_networks').values({
    user_id: 1, network: name, last_at: at(180 * DAY_MS),
  }).execute()
  if (trx.engine === 'postgres') {
    const expires = { key: name, expires_at: at(DAY_MS) }
    await trx.insertInto('shared_counters').values({ ...expires, level: 1, at: 0 }).execute()
    await trx.insertInto('shared_claims').values({ ...expires, holder: '' }).execute()
  }
  await trx.insertInto('jobs').values({
    kind: 'import',
    key: name,
    unique_key: null,
    state: 'failed',
    payload: '{}',
    owner_type: null,
    owner_id: null,
    input_version: null,
    priority: 0,
    run_after: 0,
    created_at: 1,
    started_at: 2,
    finished_at: at(30 * DAY_MS),
    error_code: 'X',
    error_message: 'X',
    result: null,
  }).execute()
}

t.test('rows go when they are older than the settings keep them, and no others', async (t) => {
  const service = await startTestService(t, { courses: [{}], now: () => NOW, settings: SETTINGS })
  const { db, housekeeping, runner } = service.services
  await service.token('admin')
  // An object store is searched once a day. Today's search is done, so that it is no reason for a job.
  await housekeeping.sweepFiles()
  await db.write((trx) => addRows(trx, { old: false }))
  t.equal(await housekeeping.request(), false, 'young rows are no reason for a job')
  await db.write((trx) => addRows(trx, { old: true }))
  t.equal(await housekeeping.request(), true)
  await runner.drain()
  const ofNodes = db.engine === 'postgres' ? { shared_counters: 1, shared_claims: 1 } : {}
  const [job] = await listJobs(db.reads, { kind: 'housekeeping', limit: 1 })
  t.match(JSON.parse(job?.result ?? ''), {
    rows: { jobs: 1, audit_log: 1, sessions: 1, password_links: 1, sign_in_networks: 1, ...ofNodes },
  })
  const left = await Promise.all([
    db.reads.selectFrom('audit_log').select('action as name').execute(),
    db.reads.selectFrom('sessions').select('hash as name').execute(),
    db.reads.selectFrom('password_links').select('hash as name').execute(),
    db.reads.selectFrom('sign_in_networks').select('network as name').execute(),
    db.reads.selectFrom('jobs').select('key as name').where('kind', '=', 'import').execute(),
    ...db.engine === 'sqlite'
      ? []
      : [
          db.reads.selectFrom('shared_counters').select('key as name').execute(),
          db.reads.selectFrom('shared_claims').select('key as name').execute(),
        ],
  ])
  t.strictSame(left.map((rows) => rows.map(({ name }) => name)), left.map(() => ['young']))
  t.equal(await housekeeping.request(), false, 'nothing more to do')
})

t.test('0 days are forever', async (t) => {
  const { services } = await startTestService(t, {
    settings: { JOB_RETENTION_DAYS: '0', AUDIT_RETENTION_DAYS: '0' },
  })
  t.match(keepRules(services.config).rowsMs, { jobs: Infinity, audit_log: Infinity })
})

t.test('ended jobs go with their attempts and requests; what waits or runs stays, however old', async (t) => {
  const gate = createGate()
  const service = await createJobService(t, {
    threads: 1,
    kinds: [testKind({ name: 'held', extra: { gate: gate.memory } }), testKind()],
  })
  const { db, queue } = service
  await service.runner.start()
  const old = await service.request()
  await service.settled(old.job.id)
  service.clock.advance(5000)
  const young = await service.request()
  await service.settled(young.job.id)
  const running = await service.request({ kind: 'held', key: 'held' })
  await gate.arrived()
  const waiting = await service.request()
  const before = service.clock.now()
  t.equal(await db.write((trx) => deleteOldRows(trx, 'jobs', { before, limit: 500 })), 1)
  t.equal(await queue.find(old.job.id), undefined)
  t.strictSame([await jobAttempts(db.reads, old.job.id), await jobRequests(db.reads, old.job.id)], [[], []])
  for (const { job } of [young, running, waiting]) t.ok(await queue.find(job.id))
  const later = before + 100 * DAY_MS
  t.equal(await db.write((trx) => deleteOldRows(trx, 'jobs', { before: later, limit: 500 })), 1)
  for (const { job } of [running, waiting]) t.ok(await queue.find(job.id))
  gate.open()
})
