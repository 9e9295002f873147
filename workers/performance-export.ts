import { rmSync } from 'node:fs'
import { isDiskFull } from '../db/failures.ts'
import type { Reads } from '../db/index.ts'
import { controlTotals, listTeachers } from '../db/queries/books.ts'
import type { Row } from '../db/tables.ts'
import { readBook, type Book } from '../src/courses/book.ts'
import { hasCode, sentenceOf } from '../src/errors.ts'
import { exportFilename } from '../src/exports/export-filename.ts'
import type { ExportOptions } from '../src/exports/export-options.ts'
import { COMMAND_LINE, type ExportTask } from '../src/exports/export.job.ts'
import { bookChanges } from '../src/snapshots/book-changes.ts'
import { openSnapshot } from '../src/snapshots/snapshot.ts'
import { createSnapshotWriter, type SnapshotWriter } from '../src/snapshots/snapshot-writer.ts'
import type { TaskContext, TaskOutcome } from '../src/jobs/task.ts'
import { personName } from '../src/person-name.ts'
import { throttleProgress } from './progress.ts'
import { threadReader } from './read-book.ts'
import type { WorkbookChanges } from './workbook/workbook-request.ts'
import { writeWorkbook } from './workbook/write-workbook.ts'

/** Writes the workbook of a course from one snapshot of the database. */
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
    for (const code of ['WORKBOOK_TOO_LARGE', 'CHECK_FAILED', 'VALIDATION_FAILED'] as const) {
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
  { courseId, options, requestedBy, stagingPath, now, paper }: ExportTask['input'],
  read: SnapshotWriter | undefined,
  { onProgress, signal }: TaskContext
): Promise<TaskOutcome<ExportTask>> {
  const periodId = options.period_id ?? undefined
  // Snapshots are of the whole course, so that any export can be compared with any other.
  const whole = await readBook(snapshot, courseId, { now, visitor: read })
  const book = periodId === undefined ? whole : await readBook(snapshot, courseId, { now, periodId })
  if (whole === undefined || book === undefined) {
    return { ok: false, code: 'COURSE_NOT_FOUND', message: 'The course was deleted in the meantime.' }
  }
  await read?.end(whole, now)
  const { course, period, dataVersion, currentUntil, zeroedCells } = book
  const changes = await changesOf(snapshot, whole, options)
  if (changes === 'gone') {
    return { ok: false, code: 'SNAPSHOT_MISSING', message: 'The export to compare with no longer exists.' }
  }
  const report = throttleProgress(onProgress)
  const written = await writeWorkbook(book, {
    options,
    paper,
    file: stagingPath,
    generatedAt: now,
    generatedBy: requestedBy === COMMAND_LINE ? undefined : requestedBy,
    teachers: (await listTeachers(snapshot, courseId)).map(teacherName),
    controls: { ...await controlTotals(snapshot, courseId, { today: book.today, periodId }), zeroedCells },
    changes,
    signal,
    onProgress: (done, of) => {
      report(of === 0 ? 1 : done / of)
    },
  })
  const filename = exportFilename(course.name, { at: now, timeZone: course.timeZone, period: period?.name })
  return { ok: true, facts: { filename, ...written, dataVersion, currentUntil } }
}

/** What the sheet Changes shows; undefined: it was not requested; `gone`: the other export was deleted. */
async function changesOf (
  snapshot: Reads,
  book: Book,
  { compare_with: exportId, period_id: periodId, include_dropped: includeDropped }: ExportOptions
): Promise<WorkbookChanges | 'gone' | undefined> {
  if (exportId === null) return undefined
  if (exportId === 'last') return { since: null, batches: async function * () {} }
  const former = await openSnapshot(snapshot, exportId)
  if (former === undefined) return 'gone'
  const scope = { periodId: periodId ?? undefined, includeDropped }
  return { since: former.readAt, batches: () => bookChanges(former, book, scope) }
}

function teacherName (teacher: Row<'course_teachers'>): string {
  const name = personName(teacher.first_name, teacher.last_name)
  return name === '' ? teacher.email ?? teacher.source_id : name
}
