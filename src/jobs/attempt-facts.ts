import type { AttemptRow } from '../../db/queries/job-attempts.ts'
import { isoTime } from '../iso-time.ts'

/** One run of a job, for administrators: when it ran, how it ended, and why. */
export function attemptFacts (attempt: AttemptRow) {
  return {
    attempt: attempt.attempt,
    started_at: isoTime(attempt.started_at),
    finished_at: isoTime(attempt.finished_at),
    outcome: attempt.outcome,
    error: attempt.error_message === null
      ? null
      : { code: attempt.error_code, message: attempt.error_message },
  }
}
