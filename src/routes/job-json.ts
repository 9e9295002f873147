import type { FastifyRequest } from 'fastify'
import { lastRuns, queuePosition, type JobRow } from '../../db/jobs.queries.ts'
import type { Services } from '../services.ts'
import type { Links } from './links.ts'
import { isoTime, isoTimeOrNull } from './schemas.ts'

/** A job as the API shows it. */
export async function jobJson ({ db, runner, exports, now }: Services, links: Links, request: FastifyRequest, job: JobRow) {
  const made = job.state === 'succeeded' ? await exports.ofJob(job.id) : undefined
  const progress = job.state === 'succeeded' ? 1 : runner.progress(job.id) ?? job.progress
  return {
    id: job.id,
    kind: job.kind,
    status: job.state,
    course_id: job.owner_type === 'course' ? job.owner_id : null,
    export_id: made?.id ?? null,
    progress,
    queue_position: job.state === 'queued' ? await queuePosition(db.reads, job) : 0,
    seconds_left: job.state === 'started' ? secondsLeft(progress, now() - job.started_at!, await lastRuns(db.reads, job.kind, job.owner_id)) : null,
    attempts: job.attempts,
    requested_by: (JSON.parse(job.payload) as { requestedBy?: string }).requestedBy ?? null,
    created_at: isoTime(job.created_at),
    started_at: isoTimeOrNull(job.started_at),
    finished_at: isoTimeOrNull(job.finished_at),
    error: job.state === 'failed' ? { code: job.error_code!, message: job.error_message! } : null,
    url: made === undefined ? null : links.file(request, made),
  }
}

/** By what is done already, or else by how long the last runs took; whole seconds, null without either. */
function secondsLeft (progress: number, elapsedMs: number, lastRunsMs: readonly number[]): number | null {
  if (progress > 0.05) return Math.ceil(elapsedMs * (1 - progress) / progress / 1000)
  if (lastRunsMs.length === 0) return null
  const mean = lastRunsMs.reduce((sum, ms) => sum + ms, 0) / lastRunsMs.length
  return Math.max(0, Math.ceil((mean - elapsedMs) / 1000))
}
