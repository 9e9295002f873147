import { rmSync } from 'node:fs'
import type { MessagePort } from 'node:worker_threads'
import { isDiskFull } from '../db/failures.ts'
import { JOB_ERRORS } from '../src/errors.ts'
import { exportFilename } from '../src/exports/export-filename.ts'
import type { ExportFacts, ExportTaskInput } from '../src/exports/export.job.ts'
import { readBook } from '../src/courses/book.ts'
import type { TaskOutcome } from '../src/jobs/job-kind.ts'
import { personName } from '../src/person-name.ts'
import { threadReader } from './read-book.ts'
import { WorkbookFailure, writeWorkbook } from './workbook/write-workbook.ts'

/** Progress goes out at most this often, ms. */
const PROGRESS_EVERY_MS = 100

/**
 * Makes a course's workbook at `stagingPath` from one snapshot of the database. Failures that are known come
 * back as data; an error that is thrown is a bug, or the machine's.
 */
export async function performanceExport (
  input: ExportTaskInput & {
    port?: MessagePort,
    onProgress?: (fraction: number) => void,
    signal?: AbortSignal,
  }
): Promise<TaskOutcome<ExportFacts>> {
  const { databaseFile, courseId, options, requestedBy, stagingPath, now, port, onProgress, signal } = input
  let toldAt = 0
  const tell = (fraction: number) => {
    const at = performance.now()
    if (fraction < 1 && at - toldAt < PROGRESS_EVERY_MS) return
    toldAt = at
    port?.postMessage(fraction)
    onProgress?.(fraction)
  }
  const snapshot = threadReader(databaseFile).snapshot()
  try {
    const book = readBook(snapshot, courseId, { now })
    if (book === undefined) {
      return { ok: false, code: 'COURSE_NOT_FOUND', message: 'The course was deleted in the meantime.' }
    }
    const { size, sha256, students, scores } = await writeWorkbook(book, {
      options,
      file: stagingPath,
      generatedAt: now,
      generatedBy: requestedBy,
      teachers: snapshot.teachers(courseId).map(teacherName),
      controls: { ...snapshot.totals(courseId, book.today), zeroedCells: book.zeroedCells },
      ...(signal === undefined ? {} : { signal }),
      onProgress: (done, of) => {
        tell(of === 0 ? 1 : done / of)
      },
    })
    const filename = exportFilename(book.course.name, now, book.course.timeZone)
    return {
      ok: true,
      facts: {
        filename,
        size,
        sha256,
        students,
        scores,
        dataVersion: book.dataVersion,
        currentUntil: book.currentUntil,
      },
    }
  } catch (error) {
    rmSync(stagingPath, { force: true })
    if (error instanceof WorkbookFailure) return { ok: false, code: error.code, message: error.message }
    if (isDiskFull(error)) return { ok: false, code: 'DISK_FULL', message: JOB_ERRORS.DISK_FULL }
    throw error
  } finally {
    snapshot.end()
    port?.close()
  }
}

function teacherName (
  { first_name: firstName, last_name: lastName, email, source_id: sourceId }: {
    first_name: string | null,
    last_name: string | null,
    email: string | null,
    source_id: string,
  }
): string {
  const name = personName(firstName, lastName)
  return name === '' ? email ?? sourceId : name
}
