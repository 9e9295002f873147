import { rmSync } from 'node:fs'
import { isDiskFull } from '../db/failures.ts'
import { hasCode, sentenceOf } from '../src/errors.ts'
import { exportFilename } from '../src/exports/export-filename.ts'
import type { ExportTask } from '../src/exports/export.job.ts'
import { readBook } from '../src/courses/book.ts'
import type { TaskContext, TaskOutcome } from '../src/jobs/task.ts'
import { personName } from '../src/person-name.ts'
import { throttleProgress } from './progress.ts'
import { threadReader } from './read-book.ts'
import { writeWorkbook } from './workbook/write-workbook.ts'

/** Writes the workbook of a course from one snapshot of the database. */
export async function performanceExport (
  { databaseFile, courseId, options, requestedBy, stagingPath, now }: ExportTask['input'],
  { onProgress, signal }: TaskContext
): Promise<TaskOutcome<ExportTask>> {
  const report = throttleProgress(onProgress)
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
        report(of === 0 ? 1 : done / of)
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
    if (hasCode(error, 'WORKBOOK_TOO_LARGE') || hasCode(error, 'CHECK_FAILED')) {
      return { ok: false, code: error.code, message: error.message }
    }
    if (isDiskFull(error)) return { ok: false, code: 'DISK_FULL', message: sentenceOf('DISK_FULL') }
    throw error
  } finally {
    snapshot.end()
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
