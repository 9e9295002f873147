import {
  attemptReports,
  importReports,
  jobReports,
  updateAttemptReport,
  updateImportReport,
  rewriteJobReport,
  type JobTexts,
} from '../../db/queries/reports.ts'
import { isoTime } from '../iso-time.ts'
import type { PersonalData } from './store.ts'

/** Errors, warnings and file names in jobs and imports that name the person. */
export const REPORT_DATA: PersonalData = {
  name: 'reports',
  columns: {
    'jobs.payload': 'name of an uploaded file; name of the requester',
    'jobs.error_message': 'an error that quotes a file',
    'jobs.result': 'errors and warnings that quote a file',
    'job_attempts.error_message': 'an error that quotes a file',
    'imports.summary': 'warnings that quote a file',
  },
  async read (person, { db, terms }) {
    const found: unknown[] = []
    const note = (of: object, at: number | null, texts: string[]) => {
      if (texts.length > 0) {
        found.push({
          ...of, ...(at === null
            ? {}
            : { at: isoTime(at) }), texts
        })
      }
    }
    for await (const job of jobReports(db)) {
      note({ job: job.id, kind: job.kind }, job.created_at, [
        ...(job.error_message !== null && terms.isIn(job.error_message) ? [job.error_message] : []),
        ...(job.result === null ? [] : terms.textsOfJson(job.result)),
        ...terms.textsOfJson(job.payload),
      ])
    }
    for await (const attempt of attemptReports(db)) {
      note(
        { job: attempt.job_id, attempt: attempt.id },
        null,
        terms.isIn(attempt.error_message) ? [attempt.error_message] : []
      )
    }
    for await (const { id, applied_at: at, summary } of importReports(db)) {
      note({ import: id }, at, terms.textsOfJson(summary))
    }
    return found
  },
  async erase (trx, person, { terms }) {
    let reports = 0
    const without = ({ error_message: message, result, payload }: JobTexts): JobTexts => ({
      error_message: message === null ? null : terms.remove(message),
      result: result === null ? null : (terms.removeFromJson(result) ?? result),
      payload: terms.removeFromJson(payload) ?? payload,
    })
    for await (const job of jobReports(trx)) {
      const next = without(job)
      if (Object.entries(next).every(([name, text]) => job[name as keyof JobTexts] === text)) continue
      await rewriteJobReport(trx, job.id, without)
      reports++
    }
    for await (const { id, error_message: message } of attemptReports(trx)) {
      const next = terms.remove(message)
      if (next === message) continue
      await updateAttemptReport(trx, id, next)
      reports++
    }
    for await (const { id, summary } of importReports(trx)) {
      const next = terms.removeFromJson(summary)
      if (next === undefined) continue
      await updateImportReport(trx, id, next)
      reports++
    }
    return { reports }
  },
}
