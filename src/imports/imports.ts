import { randomBytes } from 'node:crypto'
import type { Database, Reads, Trx } from '../../db/index.ts'
import { lockCourse } from '../../db/queries/courses.ts'
import { countWaitingOfUser } from '../../db/queries/jobs.ts'
import { DomainError } from '../errors.ts'
import type { FileLibrary, StagedFile } from '../files/file-library.ts'
import { QUEUE_FULL_RETRY_S, type JobQueue, type JobRow, type JobTicket } from '../jobs/job-queue.ts'
import { IMPORT_CATEGORY, IMPORT_KIND, type ImportChoices, type ImportPayload } from './import.job.ts'

/** How long a failed upload is kept, so that an administrator can retry the job, ms. */
const KEEP_MS = 7 * 86_400_000

interface ImportRequest {
  staged: StagedFile
  /** As the client named it. Its extension shows the format. */
  filename: string
  choices: ImportChoices
  /** The upload is an archive of several files and folders; see `packed-sources.ts`. */
  isPacked?: boolean
  /** Null: the command line, whose imports are not limited. */
  userId: number | null
  /** How the user was authenticated. */
  via: 'session' | 'token' | 'command'
  requestedBy: string
}

/** What the command line uploads belongs to no user. */
const NO_USER = 0

export interface Imports {
  /**
   * Throws RATE_LIMITED if the user has the most imports waiting that are allowed. To be called before an
   * upload is read.
   */
  checkWaiting: (userId: number) => Promise<void>
  /**
   * Stores the upload and queues its import. Throws RATE_LIMITED, QUEUE_FULL, FILE_QUOTA_EXCEEDED, and
   * COURSE_NOT_FOUND if its one course is not there; then nothing is kept.
   */
  request: (request: ImportRequest) => Promise<JobTicket>
  /** Jobs of imports, newest first: all, or those into one course by its teachers. */
  list: (filter: { courseId?: number | undefined, limit: number, before?: number }) => Promise<JobRow[]>
}

interface ImportsOptions {
  db: Database
  files: FileLibrary
  queue: JobQueue
  now: () => number
  /** Most imports of one user that may wait. */
  waitingMax: number
}

/**
 * Imports over the API: the upload is a stored file until its job is done, so that it survives the server.
 */
export function createImports ({ db, files, queue, now, waitingMax }: ImportsOptions): Imports {
  async function checkWaiting (userId: number, reads: Trx | Reads = db.reads): Promise<void> {
    const waiting = await countWaitingOfUser(reads, IMPORT_KIND, userId)
    if (waiting < waitingMax) return
    throw new DomainError('RATE_LIMITED', {
      detail: `${waiting} of your imports are already waiting. Try again when some are done, or cancel them.`,
      retryAfterSeconds: QUEUE_FULL_RETRY_S,
    })
  }
  return {
    checkWaiting: (userId) => checkWaiting(userId),
    list: ({ courseId, ...part }) => queue.list({
      kind: IMPORT_KIND,
      owner: courseId === undefined ? undefined : { type: 'course', id: courseId },
      ...part,
    }),
    async request ({ staged, filename, choices, isPacked = false, userId, via, requestedBy }) {
      const { onlyCourseId } = choices
      const file = await files.store(staged, {
        owner: onlyCourseId === undefined
          ? { type: 'user', id: userId ?? NO_USER }
          : { type: 'course', id: onlyCourseId },
        category: IMPORT_CATEGORY,
        filename,
        // What the client calls it is not checked: the import reads it as data, and a download must not claim
        // more.
        contentType: 'application/octet-stream',
        createdBy: requestedBy,
        expiresAt: now() + KEEP_MS,
      }, {
        folder: 'uploads',
        // It may have been deleted during the upload. Its files have been deleted by then.
        async check (trx) {
          if (onlyCourseId === undefined) return
          const course = await lockCourse(trx, onlyCourseId, 'reference')
          if (course === undefined) throw new DomainError('COURSE_NOT_FOUND')
        },
      })
      try {
        return await db.write(async (trx) => {
          // Uploads to several nodes at once count each other.
          await trx.lock(`imports of user ${userId ?? NO_USER}`)
          if (userId !== null) await checkWaiting(userId, trx)
          return await queue.request(trx, {
            kind: IMPORT_KIND,
            // Each upload is an import of its own: two of the same name need not be the same.
            key: `${IMPORT_KIND}:${randomBytes(8).toString('hex')}`,
            payload: {
              hex: file.hex,
              filename: file.filename,
              choices,
              ...(isPacked ? { isPacked } : {}),
              requestedBy,
              actor: { userId, via },
            } satisfies ImportPayload,
            owner: onlyCourseId === undefined ? null : { type: 'course', id: onlyCourseId },
            userId,
            inputVersion: null,
          })
        })
      } catch (error) {
        await files.delete([file.id])
        throw error
      }
    },
  }
}
