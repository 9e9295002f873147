// What is promised, as facts about the history of a story and about what is left at its end.
import { stagedNames } from './made-staging.ts'
import type { HistoryLine } from './simulated-database.ts'
import { DAY_MS, QUOTA_BYTES } from './service-process.ts'
import type { World } from './world.ts'

interface SeenJob {
  key: string
  state: string
  /** Versions of the course at the requests that it serves, and their times, ms. */
  requests: Array<{ version: number | null, at: number }>
  /** Exports, results of a fill-in, changes of scores. */
  files: number
  retries: number
}

const ENDED = ['succeeded', 'failed', 'canceled']
/** What may follow a state. Whether a retry was asked for is checked as well. */
const NEXT: Record<string, readonly string[]> = {
  queued: ['started', 'canceled'],
  started: ['queued', 'succeeded', 'failed', 'canceled'],
  failed: ['queued'],
  canceled: ['queued'],
  succeeded: [],
}

/** Checks all that was committed, in its order. Returns what is wrong. */
export function checkHistory (
  history: readonly HistoryLine[], { retries, kind }: Pick<World, 'retries' | 'kind'>
): string[] {
  const jobs = new Map<number, SeenJob>()
  const wrong: string[] = []
  let highest = 0
  const others = (id: number, key: string, state: string) =>
    Array.from(jobs).some(([other, job]) => other !== id && job.key === key && job.state === state)
  for (const line of history) {
    const job = jobs.get(line.job)
    if (line.what === 'queued') {
      const key = line.a ?? ''
      if (job !== undefined) wrong.push(`there are two jobs ${line.job}`)
      if (others(line.job, key, 'queued')) wrong.push(`job ${line.job} is the second that waits for ${key}`)
      jobs.set(line.job, { key, state: 'queued', requests: [], files: 0, retries: 0 })
      continue
    }
    if (line.what === 'file') {
      if (kind.quota !== 'none' && (line.version ?? 0) > QUOTA_BYTES) {
        wrong.push(`a ${line.a} file was stored: its owner has ${line.version} bytes`)
      }
      if (line.job === 0) continue
      if (line.at !== DAY_MS) wrong.push(`the result of job ${line.job} is kept for ${line.at} ms`)
    }
    if (line.what === 'version back') {
      wrong.push(`the version of course ${line.a} went back`)
      continue
    }
    if (job === undefined) {
      wrong.push(`${line.what} of job ${line.job}, which does not exist`)
      continue
    }
    switch (line.what) {
      case 'state': {
        const next = line.b ?? ''
        if (line.a !== job.state || NEXT[job.state]?.includes(next) !== true) {
          wrong.push(`job ${line.job} was ${job.state}, then ${next}`)
        }
        if (ENDED.includes(job.state) && ++job.retries > (retries.get(line.job) ?? 0)) {
          wrong.push(`job ${line.job} was ${job.state}, then ${next} without a retry`)
        }
        if (next === 'started') {
          if ((line.token ?? 0) <= highest) {
            wrong.push(`run ${line.token} of job ${line.job} came after run ${highest}`)
          }
          if (others(line.job, job.key, 'started')) {
            wrong.push(`job ${line.job} is the second that runs for ${job.key}`)
          }
          highest = line.token ?? 0
        }
        job.state = next
        break
      }
      case 'request':
        if (ENDED.includes(job.state)) wrong.push(`a request joined job ${line.job}, which was ${job.state}`)
        job.requests.push({ version: line.version, at: line.at ?? 0 })
        break
      case 'file':
      case 'export':
        if (job.state !== 'succeeded') wrong.push(`job ${line.job}, which is ${job.state}, has a file`)
        if (++job.files > 1) wrong.push(`job ${line.job} has a second file`)
        if (line.what === 'file') break
        for (const { version, at } of job.requests) {
          if ((line.version ?? 0) < (version ?? 0)) {
            wrong.push(`job ${line.job} read version ${line.version}; it was requested at ${version}`)
          }
          if ((line.at ?? 0) <= at) wrong.push(`the export of job ${line.job} is older than a request`)
        }
        break
      case 'import':
        if (job.state !== 'started') wrong.push(`job ${line.job}, which is ${job.state}, changed scores`)
        if (++job.files > 1) wrong.push(`job ${line.job} changed scores twice`)
        break
      case 'progress back':
        wrong.push(`the progress of job ${line.job} went back in its row`)
        break
      case 'deleted':
        if (!ENDED.includes(job.state)) wrong.push(`job ${line.job} was deleted while it was ${job.state}`)
        job.state = 'deleted'
    }
  }
  for (const [id, job] of jobs) {
    if (job.state !== 'deleted' && !ENDED.includes(job.state)) {
      wrong.push(`job ${id} never ended: it is ${job.state}`)
    }
    if (job.state === 'succeeded' && !job.key.startsWith('housekeeping') && job.files === 0) {
      wrong.push(`job ${id} succeeded without a result`)
    }
  }
  return wrong
}

/** Checks that the scores are those of the last import that is not undone. Returns what is wrong. */
export async function checkScores (
  history: readonly HistoryLine[], { rows }: Pick<World['simulated'], 'rows'>
): Promise<string[]> {
  // A course that was deleted is not among them: undos of its imports have nothing to undo.
  const stored = await rows<{ course: number, cells: Buffer }>(
    'SELECT course_id AS course, cells FROM students JOIN student_scores ON student_id = students.id')
  return stored.flatMap(({ course, cells }) => {
    const wrong: string[] = []
    const applied: Array<{ id: number | null, job: number }> = []
    for (const { what, a, job, version: id, at: undone } of history) {
      if (what !== 'import' || Number(a) !== course) continue
      if (undone === null) applied.push({ id, job })
      else if (applied.pop()?.id !== undone) wrong.push(`import ${undone} was undone before a later one`)
    }
    const last = applied.at(-1)
    const expected = last === undefined ? 'none' : `job-${last.job}`
    const from = cells.toString().startsWith('job-') ? cells.toString() : 'none'
    return from === expected
      ? wrong
      : [...wrong, `course ${course} has the scores of ${from}, not of ${expected}`]
  })
}

/** Whether all is quiet: no job waits or runs. */
export async function isAtRest ({ simulated, nodes }: World): Promise<boolean> {
  if (nodes.some(({ service }) => service()?.runner.running() !== 0)) return false
  const live = await simulated.rows('SELECT 1 FROM jobs WHERE state IN (\'queued\', \'started\') LIMIT 1')
  return live.length === 0
}

/** Checks what is left when all is quiet. Returns what is wrong. */
export async function checkRest (
  { simulated, storage, nodes }: World, { isSettled }: { isSettled: boolean }
): Promise<string[]> {
  const wrong: string[] = []
  for (const { service, stagingFolder } of nodes) {
    const running = service()?.runner.running()
    if (running !== 0) wrong.push(`${running} runs are left`)
    const staged = stagedNames(stagingFolder)
    if (staged.length > 0) wrong.push(`staging has ${staged.join(', ')}`)
  }
  const open = await simulated.rows<{ job_id: number }>(
    'SELECT job_id FROM job_attempts WHERE finished_at IS NULL')
  for (const { job_id: id } of open) wrong.push(`a run of job ${id} has no end`)
  wrong.push(...await checkBytes({ simulated, storage }))
  const ownerless = await simulated.rows(
    'SELECT id FROM files WHERE owner_type = \'course\' AND owner_id NOT IN (SELECT id FROM courses)')
  if (ownerless.length > 0) wrong.push(`${ownerless.length} files of a deleted course are left`)
  if (isSettled) {
    const stored = await simulated.rows<{ name: string }>(
      'SELECT coalesce(object_key, hex) AS name FROM files WHERE removed_at IS NULL')
    const known = new Set(stored.map(({ name }) => name))
    for (const name of storage.stored.keys()) {
      if (!known.has(name)) wrong.push(`the bytes ${name} have no row`)
    }
    const uploads = await simulated.rows(`SELECT hex FROM files WHERE category = 'fill-in-source'
      AND removed_at IS NULL AND hex IN (SELECT json_extract(payload, '$.hex') FROM jobs
        WHERE kind = 'fill-in' AND state IN ('succeeded', 'failed', 'canceled'))`)
    if (uploads.length > 0) wrong.push(`${uploads.length} uploads of jobs that ended are left`)
    const notes = await simulated.rows('SELECT hex FROM file_intents')
    if (notes.length > 0) wrong.push(`${notes.length} notes about bytes are left`)
  }
  return wrong
}

/** Every row has its bytes, at every moment. */
export async function checkBytes (
  { simulated, storage }: Pick<World, 'simulated' | 'storage'>
): Promise<string[]> {
  const rows = await simulated.rows<{ name: string, size: number, lost_at: number | null }>(
    'SELECT coalesce(object_key, hex) AS name, size, lost_at FROM files WHERE removed_at IS NULL')
  return rows.flatMap(({ name, size, lost_at: lostAt }) => {
    const found = storage.stored.get(name)
    return found?.bytes.length === size && lostAt === null ? [] : [`the file ${name} has no bytes`]
  })
}
