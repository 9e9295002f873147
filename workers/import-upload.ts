import { dirname } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { isDiskFull } from '../db/failures.ts'
import { JOB_ERRORS } from '../src/errors.ts'
import type { ImportTaskInput } from '../src/imports/import.job.ts'
import { importSources } from '../src/imports/import-sources.ts'
import type { ImportSummary } from '../src/imports/outcome.ts'
import type { TaskOutcome } from '../src/jobs/job-kind.ts'

/** Progress goes out at most this often, ms. */
const PROGRESS_EVERY_MS = 100

/**
 * Imports an uploaded file. What is wrong with it comes back as data: the first errors, and how many there
 * are.
 */
export async function importUpload ({
  source,
  choices,
  databaseFile,
  stagingPath,
  defaultTimeZone,
  maxBytes,
  minFreeBytes,
  reference,
  port,
}: ImportTaskInput & { port?: MessagePort }): Promise<TaskOutcome<{ summary: ImportSummary }>> {
  let toldAt = 0
  try {
    const outcome = await importSources([source], {
      ...choices,
      databaseFile,
      // The run's own folder, which goes with the run.
      stagingFolder: dirname(stagingPath),
      defaultTimeZone,
      maxBytes,
      minFreeBytes,
      reference,
      now: Date.now,
      onProgress (fraction) {
        const at = performance.now()
        if (at - toldAt < PROGRESS_EVERY_MS) return
        toldAt = at
        port?.postMessage(fraction)
      },
    })
    if (outcome.ok) return { ok: true, facts: { summary: outcome.summary } }
    const { errors, errorCount } = outcome
    const first = errors[0]
    const where = first === undefined
      ? ''
      : [first.file, first.line ?? first.path].filter((part) => part !== null).join(':')
    const message = first === undefined
      ? 'The import failed, and nothing was changed.'
      : `${where === '' ? '' : `${where}: `}${first.message}`
    return {
      ok: false,
      code: 'IMPORT_FAILED',
      message: errorCount > 1 ? `${message} (and ${errorCount - 1} more)` : message,
      details: { errors, error_count: errorCount },
    }
  } catch (error) {
    // An error loses its code on its way out of a thread.
    if (isDiskFull(error)) return { ok: false, code: 'DISK_FULL', message: JOB_ERRORS.DISK_FULL }
    throw error
  } finally {
    port?.close()
  }
}
