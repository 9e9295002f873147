// What jobs and imports store about their input: errors and warnings that may name people, and names of
// uploaded files.
import type { Reads, Trx } from '../index.ts'
import { state } from './jobs.ts'

/** Rows that one pass rewrites. */
const AT_ONCE = 200

/** `result` and `payload` are JSON. */
export interface JobTexts {
  error_message: string | null
  result: string | null
  payload: string
}

/** The texts of one job, without its state and times. */
interface JobReport extends JobTexts {
  id: number
  kind: string
  created_at: number
}

interface ImportReport {
  id: number
  applied_at: number
  summary: string
}
interface AttemptReport {
  id: number
  job_id: number
  error_message: string
}

/** The texts of every job, read in pages, so that memory stays flat. */
export async function * jobReports (
  db: Reads | Trx,
  owner?: { type: string; id: number }
): AsyncGenerator<JobReport> {
  yield * inPages((after) => {
    const page = db
      .selectFrom('jobs')
      .select(['id', 'kind', 'created_at', 'error_message', 'result', 'payload'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(AT_ONCE)
    return (
      owner === undefined ? page : page.where('owner_type', '=', owner.type).where('owner_id', '=', owner.id)
    ).execute()
  })
}

export async function * importReports (db: Reads | Trx): AsyncGenerator<ImportReport> {
  yield * inPages((after) =>
    db
      .selectFrom('imports')
      .select(['id', 'applied_at', 'summary'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(AT_ONCE)
      .execute()
  )
}

export async function * attemptReports (db: Reads | Trx): AsyncGenerator<AttemptReport> {
  yield * inPages((after) =>
    db
      .selectFrom('job_attempts')
      .select(['id', 'job_id', 'error_message'])
      .$narrowType<{ error_message: string }>()
      .where('error_message', 'is not', null)
      .where('id', '>', after)
      .orderBy('id')
      .limit(AT_ONCE)
      .execute()
  )
}

/** Rewrites the texts of a job as they are now: its run may end while others are rewritten. */
export async function rewriteJobReport (
  trx: Trx,
  id: number,
  rewrite: (job: JobTexts) => JobTexts
): Promise<void> {
  const query = trx.selectFrom('jobs').select(['error_message', 'result', 'payload']).where('id', '=', id)
  const job = await (trx.engine === 'postgres' ? query.forNoKeyUpdate() : query).executeTakeFirst()
  if (job !== undefined) await trx.updateTable('jobs').set(rewrite(job)).where('id', '=', id).execute()
}

export async function updateImportReport (trx: Trx, id: number, summary: string): Promise<void> {
  await trx.updateTable('imports').set({ summary }).where('id', '=', id).execute()
}

export async function updateAttemptReport (trx: Trx, id: number, message: string): Promise<void> {
  await trx.updateTable('job_attempts').set({ error_message: message }).where('id', '=', id).execute()
}

/** Removes everything that names people from the jobs of a course that is being deleted. */
export async function forgetReportsOfCourse (trx: Trx, courseId: number): Promise<void> {
  for await (const job of jobReports(trx, { type: 'course', id: courseId })) await forgetJob(trx, job)
}

/** The same for all imports that have ended, once no course is left that they could be about. */
export async function forgetImports (trx: Trx): Promise<void> {
  for await (const job of jobReports(trx)) {
    const row = await trx
      .selectFrom('jobs')
      .select('id')
      .where('id', '=', job.id)
      .where('kind', '=', 'import')
      .where('state', 'in', [state('succeeded'), state('failed'), state('canceled')])
      .executeTakeFirst()
    if (row !== undefined) await forgetJob(trx, job)
  }
  for await (const { id, summary } of importReports(trx)) {
    await updateImportReport(trx, id, JSON.stringify({ ...(JSON.parse(summary) as object), warnings: [] }))
  }
}

async function forgetJob (trx: Trx, { id }: JobReport): Promise<void> {
  await rewriteJobReport(trx, id, ({ payload }) => {
    const { filename, ...kept } = JSON.parse(payload) as Record<string, unknown>
    return { error_message: null, result: null, payload: JSON.stringify({ ...kept, requestedBy: '' }) }
  })
  await trx.updateTable('job_attempts').set({ error_message: null }).where('job_id', '=', id).execute()
}

/** Stored uploads of imports that have ended. */
export async function uploadsOfEndedImports (trx: Trx, category: string): Promise<number[]> {
  const waiting = new Set<unknown>()
  const jobs = await trx
    .selectFrom('jobs')
    .select('payload')
    .where('kind', '=', 'import')
    .where('state', 'in', [state('queued'), state('started')])
    .execute()
  for (const { payload } of jobs) waiting.add((JSON.parse(payload) as { hex?: unknown }).hex)
  const files = await trx.selectFrom('files').select(['id', 'hex']).where('category', '=', category).execute()
  return files.filter(({ hex }) => !waiting.has(hex)).map(({ id }) => id)
}

/** Rows in order of their ids, a page at a time. */
async function * inPages<T extends { id: number }> (
  read: (after: number) => Promise<T[]>
): AsyncGenerator<T> {
  for (let after = 0; ;) {
    const page = await read(after)
    yield * page
    const last = page.at(-1)
    if (last === undefined || page.length < AT_ONCE) return
    after = last.id
  }
}

/** The summary, as JSON, of the import that was made under a reference. Undefined: it was not made. */
export async function appliedImport (trx: Trx, reference: string): Promise<string | undefined> {
  const row = await trx.selectFrom('imports').select('summary')
    .where('reference', '=', reference).executeTakeFirst()
  return row?.summary
}
