import type { Database } from '../../../db/index.ts'
import * as attemptQueries from '../../../db/queries/job-attempts.ts'
import * as claimQueries from '../../../db/queries/job-claims.ts'
import * as estimateQueries from '../../../db/queries/job-estimates.ts'
import * as jobQueries from '../../../db/queries/jobs.ts'
import * as monitoringQueries from '../../../db/queries/monitoring.ts'
import * as oldRowQueries from '../../../db/queries/old-rows.ts'
import * as reportQueries from '../../../db/queries/reports.ts'
import { insertUser } from '../../../db/queries/accounts.ts'
import { insertFile } from '../../../db/queries/files.ts'
import { storedResult } from '../../../db/queries/stored-json.ts'
import type { Recorded } from './recorder.ts'

const NOW = 1_427_889_600_000
const KINDS = ['export', 'import', 'housekeeping']
const OWNERS = [['course', 1], ['course', 2], [null, null], ['user', 2 ** 52]] as const

export async function callAboutJobs (db: Database, recorded: Recorded): Promise<void> {
  const jobs = recorded(jobQueries)
  const { reads } = db
  await db.write(async (trx) => {
    for (const email of ['a', 'b']) {
      await insertUser(trx, {
        email, email_key: email, role: 'teacher', first_name: null, last_name: null, password_hash: null,
        origin: 'account', disabled_at: null, created_at: NOW,
      })
    }
    for (let i = 0; i < 16; i++) {
      const [ownerType, ownerId] = OWNERS[i % OWNERS.length] ?? [null, null]
      const key = `ü ${i === 9 ? 8 : i}`
      await jobs.insertJob(trx, {
        kind: KINDS[i % 3] ?? '', key, unique_key: key, state: 'queued', owner_type: ownerType,
        owner_id: ownerId, payload: JSON.stringify({ filename: 'Ä.csv', hex: `h${i}`, requestedBy: 'Jo' }),
        priority: i % 5 === 0 ? -1 : 0, run_after: i % 7 === 0 ? NOW + 50 : 0, created_at: NOW - i,
      })
    }
    for (const userId of [1, 2, null]) {
      await jobs.insertRequest(trx, { job_id: 2, user_id: userId, requested_at: NOW, withdrawn_at: null })
    }
    await jobs.lockLiveJobs(trx, 'ü 8')
    await jobs.lockLiveJobs(trx, 'ü')
    for (const id of [1, 99]) await jobs.lockJob(trx, id)
    await jobs.withdrawRequests(trx, 2, 1, NOW + 1)
  })
  for (const id of [2, 99]) await jobs.jobRequests(reads, id)
  for (const hex of ['0', 'ab']) await jobs.ownerOfResult(reads, 'export', { userId: 1, hex })
  for (const user of [1, 2]) await jobs.countWaitingOfUser(reads, 'import', user)
  await callAboutOrder(db, recorded)
  await callAboutRuns(db, recorded)
  for (const filter of [
    { limit: 3 }, { limit: 100, before: 5 }, { limit: 100, state: 'failed' as const, kind: 'export' },
    { limit: 100, owner: { type: 'user', id: 2 ** 52 } },
  ]) await jobs.listJobs(reads, filter)
  await callAboutReports(db, recorded)
  await db.write(async (trx) => {
    for (const id of [1, 3, 99]) await jobs.cancelJob(trx, id, NOW + 9)
    await jobs.cancelJobsOfOwner(trx, 'user', 2 ** 52, NOW + 10)
    for (const id of [1, 2, 99]) await jobs.requeueEnded(trx, id)
    await jobs.findJob(trx, 1)
  })
  await callAboutOldRows(db, recorded)
}

/** Which job is next, claimed one after the other. */
async function callAboutOrder (db: Database, recorded: Recorded): Promise<void> {
  const claims = recorded(claimQueries)
  const jobs = recorded(jobQueries)
  const { queuePositions } = recorded(estimateQueries)
  for (let i = 0; i < 12; i++) {
    const due = { now: NOW + i * 5, kinds: i % 4 === 0 ? ['import'] : KINDS }
    await queuePositions(db.reads, { now: due.now, ownThreads: i % 2 === 0 ? ['import', 'x'] : [] })
    await claims.isAnyDue(db.reads, due)
    await claims.nextJob(db.reads, { ...due, kinds: [] })
    await db.write(async (trx) => {
      const next = await claims.nextJob(trx, { ...due, lock: true })
      await claims.claimJob(trx, next?.id ?? 99, due.now, i % 3 === 0 ? null : i)
      await claims.claimJob(trx, next?.id ?? 99, due.now, 1)
    })
    await jobs.countWaiting(db.reads)
    await jobs.countWaiting(db.reads, 'export')
  }
  await claims.isAnyDue(db.reads, { now: 0, kinds: [] })
}

/** How runs end. */
async function callAboutRuns (db: Database, recorded: Recorded): Promise<void> {
  const claims = recorded(claimQueries)
  const attempts = recorded(attemptQueries)
  const { lastRuns } = recorded(estimateQueries)
  const monitoring = recorded(monitoringQueries)
  const jobs = recorded(jobQueries)
  await claims.startedJobs(db.reads)
  const started = await db.reads.selectFrom('jobs').selectAll().where('state', '=', 'started')
    .orderBy('id').execute()
  await db.write(async (trx) => {
    for (const [i, run] of started.slice(0, 5).entries()) {
      const finishedAt = NOW + 100 + i
      await claims.updateRun(trx, run, { progress: 1 / 3 })
      await claims.updateRun(trx, { id: run.id, token: run.token + 50 }, { progress: 0.5 })
      const end = i % 2 === 0
        ? { finishedAt, outcome: 'succeeded' as const }
        : { finishedAt, outcome: 'failed' as const, code: 'X', message: 'Ä'.repeat(3000) }
      const change = i % 2 === 0
        ? {
            state: 'succeeded' as const,
            finished_at: finishedAt,
            result: storedResult({ n: 1e300, text: '\u2028Zoë' }),
          }
        : { state: 'failed' as const, finished_at: finishedAt, error_code: 'X', error_message: 'Zoë Ames' }
      await claims.endRun(trx, run, change, end)
      await claims.endRun(trx, run, change, end)
      await claims.hasSucceeded(trx, run)
    }
    await attempts.endAttempts(trx, [], { finishedAt: 1, outcome: 'died' })
    // The next token, as a claim gives it: in SQLite it is the id of the attempt too.
    const token = 1 + (await trx.selectFrom('job_attempts').select('token').orderBy('token', 'desc')
      .executeTakeFirstOrThrow()).token
    await attempts.insertAttempt(trx, { id: 16, token, attempts: 3, started_at: null })
    await attempts.endAttempt(trx, { id: 16, token }, {
      finishedAt: NOW, outcome: 'stopped', message: 'ü',
    })
    await jobs.restartJobsOfOwner(trx, {
      kind: 'export', owner: { type: 'course', id: 1 }, now: NOW + 200, message: 'changed',
    })
    const lost = await trx.selectFrom('jobs').select(['id', 'token']).where('state', '=', 'started')
      .orderBy('id').limit(3).execute()
    await trx.updateTable('jobs').set({ process_deaths: 9 }).where('id', '=', lost[0]?.id ?? 0).execute()
    await claims.recoverStarted(trx, { now: NOW + 300, maxDeaths: 10, message: 'Too often.', lost: [] })
    const tokens = lost.map(({ token }) => token)
    await claims.recoverStarted(trx, { now: NOW + 300, maxDeaths: 10, message: 'Too often.', lost: tokens })
  })
  for (let id = 1; id <= 16; id++) {
    await attempts.jobAttempts(db.reads, id)
    await jobs.findJob(db.reads, id)
  }
  for (const kind of KINDS) {
    await lastRuns(db.reads, kind, { limit: 2 })
    for (const [ownerType, ownerId] of OWNERS) {
      await lastRuns(db.reads, kind, { limit: 5, owner: { owner_type: ownerType, owner_id: ownerId } })
    }
  }
  await monitoring.countJobs(db.reads)
  for (const now of [0, NOW, NOW + 1000]) await monitoring.oldestWaiting(db.reads, now)
  await monitoring.newestTime(db.reads)
}

async function callAboutReports (db: Database, recorded: Recorded): Promise<void> {
  const reports = recorded(reportQueries)
  const all = async () => {
    await Array.fromAsync(reports.jobReports(db.reads))
    await Array.fromAsync(reports.jobReports(db.reads, { type: 'course', id: 1 }))
    await Array.fromAsync(reports.importReports(db.reads))
    await Array.fromAsync(reports.attemptReports(db.reads))
  }
  await db.write(async (trx) => {
    for (let i = 0; i < 3; i++) {
      await trx.insertInto('imports').values({
        applied_at: NOW + i, reference: i === 0 ? null : `job ${i}`,
        summary: JSON.stringify({ warnings: ['Zoë'], rows: 2 ** 40 }),
      }).execute()
      await insertFile(trx, {
        owner_type: 'user', owner_id: 1, category: 'import-source', filename: 'a', hex: `h${i * 2}`,
        content_type: 'a/b', size: 1, sha256: 's', created_at: NOW, created_by: null, expires_at: null,
        removed_at: null, lost_at: null,
      })
    }
  })
  await all()
  await db.write(async (trx) => {
    for (const reference of ['job 1', 'job 0', '']) await reports.appliedImport(trx, reference)
    await reports.uploadsOfEndedImports(trx, 'import-source')
    await reports.rewriteJobReport(trx, 2, (texts) => ({ ...texts, error_message: 'Ö', result: null }))
    await reports.rewriteJobReport(trx, 99, (texts) => texts)
    await reports.updateImportReport(trx, 1, '{"warnings":[]}')
    await reports.updateAttemptReport(trx, 1, 'ä')
    await reports.forgetReportsOfCourse(trx, 1)
  })
  await all()
  await db.write((trx) => reports.forgetImports(trx))
  await all()
}

async function callAboutOldRows (db: Database, recorded: Recorded): Promise<void> {
  const { hasOldRows, deleteOldRows } = recorded(oldRowQueries)
  await db.write(async (trx) => {
    for (let i = 0; i < 5; i++) {
      await trx.insertInto('sign_in_networks')
        .values({ user_id: 1, network: `n${i}`, last_at: NOW + i }).execute()
      await trx.insertInto('audit_log').values({
        at: NOW + i, action: 'a', outcome: 'done', actor_id: null, via: 'command', address: null,
        subject: null,
      }).execute()
    }
  })
  for (const table of ['jobs', 'audit_log', 'sessions', 'password_links', 'sign_in_networks'] as const) {
    for (const before of [0, NOW + 3, NOW + 300]) {
      await hasOldRows(db.reads, table, before)
      for (let i = 0; i < 2; i++) await db.write((trx) => deleteOldRows(trx, table, { before, limit: 2 }))
    }
  }
  await Array.fromAsync(recorded(reportQueries).jobReports(db.reads))
}
