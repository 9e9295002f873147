import { rmSync } from 'node:fs'
import { isDiskFull } from '../db/failures.ts'
import type { Reads } from '../db/index.ts'
import { readBook } from '../src/courses/book.ts'
import { hasCode, sentenceOf } from '../src/errors.ts'
import { exportFilename } from '../src/exports/export-filename.ts'
import { COMMAND_LINE, type ExportTask } from '../src/exports/export.job.ts'
import { FORMATS } from '../src/exports/formats/all-formats.ts'
import { Receipts } from '../src/exports/receipts.ts'
import { createSnapshotWriter, type SnapshotWriter } from '../src/snapshots/snapshot-writer.ts'
import type { TaskContext, TaskOutcome } from '../src/jobs/task.ts'
import { identifiedBook } from './outlets/identified-book.ts'
import { WRITERS } from './outlets/writers.ts'
import { throttleProgress } from './progress.ts'
import { threadReader } from './read-book.ts'

/** Failures that another attempt would only repeat. */
const FAILURES = [
  'WORKBOOK_TOO_LARGE', 'CHECK_FAILED', 'VALIDATION_FAILED', 'SNAPSHOT_MISSING', 'FORMAT_NOT_POSSIBLE',
] as const

/** Writes an export of a course from one snapshot of the database. */
export async function performanceExport (
  input: ExportTask['input'],
  context: TaskContext
): Promise<TaskOutcome<ExportTask>> {
  const reader = await threadReader(input.database)
  const { snapshotPath } = input
  const written = snapshotPath === undefined ? undefined : await createSnapshotWriter(snapshotPath)
  try {
    return await reader.read((snapshot) => writeExport(snapshot, input, written, context))
  } catch (error) {
    rmSync(input.stagingPath, { force: true })
    for (const code of FAILURES) {
      if (hasCode(error, code)) return { ok: false, code, message: error.message }
    }
    if (isDiskFull(error)) return { ok: false, code: 'DISK_FULL', message: sentenceOf('DISK_FULL') }
    throw error
  } finally {
    await written?.close()
  }
}

async function writeExport (
  snapshot: Reads,
  { courseId, options, requestedBy, stagingPath, now, paper, reportFont }: ExportTask['input'],
  read: SnapshotWriter | undefined,
  { onProgress, signal }: TaskContext
): Promise<TaskOutcome<ExportTask>> {
  const { format: name, identity } = options
  const periodId = options.period_id ?? undefined
  const isPseudonymous = identity === 'pseudonyms'
  // Snapshots are of the whole course, so that any export can be compared with any other.
  const whole = await readBook(snapshot, courseId, { now, visitor: read })
  const book = periodId === undefined && !isPseudonymous
    ? whole
    : await readBook(snapshot, courseId, { now, periodId, order: isPseudonymous ? 'pseudonym' : 'book' })
  if (whole === undefined || book === undefined) {
    return { ok: false, code: 'COURSE_NOT_FOUND', message: 'The course was deleted in the meantime.' }
  }
  await read?.end(whole, now)
  const report = throttleProgress(onProgress)
  const receipts = new Receipts()
  const write = await WRITERS[name]()
  const written = await write(identifiedBook(book, identity), {
    whole,
    options,
    file: stagingPath,
    snapshot,
    paper,
    reportFont,
    generatedAt: now,
    generatedBy: identity !== 'names' ? '' : requestedBy === COMMAND_LINE ? undefined : requestedBy,
    receipts,
    signal,
    onProgress: (done, of) => {
      report(of === 0 ? 1 : done / of)
    },
  })
  const { course, period, dataVersion, currentUntil } = book
  const { label, extension } = FORMATS[name]
  const filename = exportFilename(course.name, {
    label,
    extension: typeof extension === 'string' ? extension : extension(options),
    at: now,
    timeZone: course.timeZone,
    period: period?.name,
  })
  return { ok: true, facts: { filename, ...written, dataVersion, currentUntil, receipts: receipts.list() } }
}
