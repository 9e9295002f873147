import { randomBytes } from 'node:crypto'
import type { Database } from '../../db/index.ts'
import { studentNames } from '../../db/queries/students.ts'
import { jobRequests, ownerOfResult, type JobRow } from '../../db/queries/jobs.ts'
import type { FileLibrary, FileRow, StagedFile } from '../files/file-library.ts'
import { cleanFilename } from '../files/file-name.ts'
import type { JobQueue, JobTicket } from '../jobs/job-queue.ts'
import { personName } from '../person-name.ts'
import {
  FILL_IN_KIND, FILL_IN_SOURCE, fillInOwner, fillInPayload, type FillInPayload, type FillInResult,
} from './fill-in.job.ts'
import type { FillInOptions } from './fill-in-options.ts'
import type { FillInReport, ReportRow } from './fill-in-report.ts'

/** The upload is removed when its job ends. This is for one that never ends, ms. */
const KEEP_MS = 7 * 86_400_000

interface FillInRequest {
  courseId: number
  staged: StagedFile
  /** As the client named it. The result has the same name. */
  filename: string
  options: FillInOptions
  userId: number
  requestedBy: string
}

interface NamedStudent { student_id: number, name: string | null }

/** The report with the names that the students have now. */
export interface NamedReport extends Omit<FillInReport, 'matched' | 'ambiguous' | 'only_in_course'> {
  matched: Array<{ row: number } & NamedStudent>
  only_in_course: NamedStudent[]
  ambiguous: Array<{ row: number, students: NamedStudent[] }>
}

export interface FillIns {
  /**
   * Stores the upload and queues its job. Throws QUEUE_FULL and FILE_QUOTA_EXCEEDED; then nothing is kept.
   */
  request: (request: FillInRequest) => Promise<JobTicket>
  /**
   * What a job that has succeeded found and made, for the user who requested it. Undefined: it is of another
   * kind or another user, or has not succeeded.
   */
  resultFor: (userId: number, job: JobRow) => Promise<{
    report: NamedReport
    /** Null: a dry run, or the file has expired. */
    file: FileRow | null
  } | undefined>
  /** The course that a result is about, by the hex of its file. Undefined: it is not this user's result. */
  courseOf: (userId: number, hex: string) => Promise<number | undefined>
}

interface FillInsOptions {
  db: Database
  files: FileLibrary
  queue: Pick<JobQueue, 'request'>
  now: () => number
}

/** Tables of an office, filled in, for the API. They are filled in by jobs. */
export function createFillIns ({ db, files, queue, now }: FillInsOptions): FillIns {
  return {
    async request ({ courseId, staged, filename, options, userId, requestedBy }) {
      const name = cleanFilename(filename)
      const contentType = contentTypeOf(name)
      const file = await files.store(staged, {
        owner: fillInOwner(userId),
        category: FILL_IN_SOURCE,
        filename: name,
        contentType,
        createdBy: requestedBy,
        expiresAt: now() + KEEP_MS,
      }, { folder: 'uploads' })
      try {
        return await db.write((trx) => queue.request(trx, {
          kind: FILL_IN_KIND,
          // Each upload is a job of its own.
          key: `${FILL_IN_KIND}:${randomBytes(8).toString('hex')}`,
          payload: {
            courseId, hex: file.hex, filename: file.filename, contentType, options, userId, requestedBy,
          } satisfies FillInPayload,
          owner: { type: 'course', id: courseId },
          userId,
          inputVersion: null,
        }))
      } catch (error) {
        await files.delete([file.id])
        throw error
      }
    },
    async resultFor (userId, job) {
      if (job.kind !== FILL_IN_KIND || job.state !== 'succeeded' || job.result === null) return undefined
      // An administrator may read the job of a teacher, and not what is in the teacher's file.
      const requests = await jobRequests(db.reads, job.id)
      if (!requests.some((request) => request.user_id === userId)) return undefined
      const stored = JSON.parse(job.result) as FillInResult | null
      if (stored === null) return undefined
      const file = stored.hex === null ? undefined : await files.find(stored.hex)
      const isThere = file !== undefined && file.removed_at === null &&
        (file.expires_at === null || file.expires_at > now())
      return {
        report: await named(stored.report, fillInPayload(job).courseId),
        file: isThere ? file : null,
      }
    },
    async courseOf (userId, hex) {
      const owner = await ownerOfResult(db.reads, FILL_IN_KIND, { userId, hex })
      return owner?.type === 'course' && owner.id !== null ? owner.id : undefined
    },
  }

  async function named (report: FillInReport, courseId: number): Promise<NamedReport> {
    const listed = [...report.matched, ...report.ambiguous].flatMap((row) => row.student_ids)
    const ids = [...new Set([...listed, ...report.only_in_course.map((one) => one.student_id)])]
    return withNames(report, await studentNames(db.reads, courseId, ids))
  }
}

/** The report with names; `students`: those whom it lists, as far as they are there. */
export function withNames (
  report: FillInReport,
  students: ReadonlyArray<{ id: number, first_name: string | null, last_name: string | null }>
): NamedReport {
  const names = new Map(students.map((one) => [one.id, personName(one.first_name, one.last_name) || null]))
  const student = (id: number): NamedStudent => ({ student_id: id, name: names.get(id) ?? null })
  const { matched, ambiguous, only_in_course: onlyInCourse } = report
  return {
    ...report,
    matched: matched.map(({ row, student_ids: [id = 0] }) => ({ row, ...student(id) })),
    only_in_course: onlyInCourse.map((one) => student(one.student_id)),
    ambiguous: ambiguous.map(({ row, student_ids: ids }: ReportRow) => ({ row, students: ids.map(student) })),
  }
}

function contentTypeOf (filename: string): string {
  return /\.xlsx$/i.test(filename)
    ? 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    : /\.(csv|txt|tsv)$/i.test(filename) ? 'text/csv' : 'application/octet-stream'
}
