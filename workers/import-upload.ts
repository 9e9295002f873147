import { dirname } from 'node:path'
import { isDiskFull } from '../db/failures.ts'
import { fitsResult } from '../db/queries/stored-json.ts'
import { sentenceOf } from '../src/errors.ts'
import type { ImportResult, ImportTask } from '../src/imports/import.job.ts'
import { importSources } from '../src/imports/import-sources.ts'
import { unpackSources } from '../src/imports/sources/packed-sources.ts'
import type { TaskContext, TaskOutcome } from '../src/jobs/task.ts'
import { throttleProgress } from './progress.ts'

/** Imports an uploaded file. The details of a failure are the first errors in it and their number. */
export async function importUpload (
  { source, isPacked, choices, stagingPath, ...rest }: ImportTask['input'],
  { onProgress }: TaskContext
): Promise<TaskOutcome<ImportTask>> {
  try {
    // The run's own folder, which is removed when the run ends.
    const folder = dirname(stagingPath)
    const outcome = await importSources(isPacked ? await unpackSources(source, folder) : [source], {
      ...choices,
      ...rest,
      stagingFolder: folder,
      now: Date.now,
      onProgress: throttleProgress(onProgress),
    })
    const { guess, format } = outcome
    const found = { ...(guess === undefined ? {} : { guess }), ...(format === undefined ? {} : { format }) }
    if (outcome.ok) {
      const facts = { summary: outcome.summary, ...found }
      // Rather a report without the guess than no report.
      return { ok: true, facts: fitsResult(facts) ? facts : { summary: outcome.summary } }
    }
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
      details: {
        errors, error_count: errorCount, ...found,
      } satisfies ImportResult,
    }
  } catch (error) {
    if (isDiskFull(error)) return { ok: false, code: 'DISK_FULL', message: sentenceOf('DISK_FULL') }
    throw error
  }
}
