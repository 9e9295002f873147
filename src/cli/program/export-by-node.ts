// `perfbook export` with PostgreSQL: a node that runs jobs makes the workbook, as for any other request.
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { liveNodes } from '../../../db/queries/nodes.ts'
import { BY_COMMAND } from '../../audit/audit.ts'
import type { ExportOptionsGiven } from '../../exports/export-request.ts'
import type { FileRow } from '../../files/file-library.ts'
import type { Services } from '../../services.ts'
import type { CommandContext } from './context.ts'
import { failed, noCourse, stopped } from './failures.ts'
import type { ProgressBar } from './progress-bar.ts'
import { writtenByJob, type WrittenExport } from './written-export.ts'

/** How often the job is checked, ms. */
const LOOK_EVERY_MS = 200

interface ExportByNode {
  courseId: number
  options: ExportOptionsGiven
  /** The author that the file names. */
  requestedBy: string
  /** Where to put a copy of the workbook; undefined: it is only an export of the course. */
  file: string | undefined
}

/**
 * Queues the export and waits for it. Returns the path of the copy, or of the file in the storage, and what
 * the file does not have. If the command is stopped, the job continues: another request may have joined it.
 */
export async function exportByNode (
  { context, services, bar }: { context: CommandContext, services: Services, bar: ProgressBar },
  { courseId, options, requestedBy, file }: ExportByNode
): Promise<WrittenExport> {
  const ticket = await services.exports.request({ courseId, options, userId: null, requestedBy })
  if (ticket === undefined) throw noCourse(courseId)
  services.audit.record({ ...BY_COMMAND, action: 'export.request', subject: `course ${courseId}` })
  const result = await follow(ticket.job.id, { context, services, bar })
  const stored = await storedFile(services, ticket.job.id)
  if (file === undefined) {
    return writtenByJob(services.files.localPath(stored) ?? `${stored.hex}/${stored.filename}`, result)
  }
  const part = join(dirname(file), `.${basename(file)}.${context.pid}.part`)
  try {
    const to = createWriteStream(part, { flags: 'wx', mode: 0o600 })
    await pipeline(await services.files.open(stored), to, { signal: context.signal })
    await rename(part, file)
  } catch (error) {
    if (context.signal.aborted) throw stopped('Stopped. Nothing was written.')
    throw error
  } finally {
    await rm(part, { force: true })
  }
  return writtenByJob(file, result)
}

/** The file of the job's export. Throws if this command has no access to its bytes. */
async function storedFile ({ exports, files, config }: Services, jobId: number): Promise<FileRow> {
  const made = await exports.ofJob(jobId)
  if (made === undefined) throw failed('The export was deleted as soon as it was made. Try again.')
  const stored = await files.find(made.hex)
  if (stored !== undefined) return stored
  throw failed(
    `The export was made and belongs to the course now, but its file is not in ${config.DATA_DIR}: the ` +
    'node keeps files in its own data folder. Run the command on that machine, as the same user and with ' +
    "the node's DATA_DIR, or set FILES_URL for all nodes and commands."
  )
}

/** Waits for the end of the job and returns its result as it is stored. */
async function follow (
  jobId: number,
  { context: { signal, stderr }, services: { db, queue }, bar }:
  { context: CommandContext, services: Services, bar: ProgressBar }
): Promise<string | null> {
  let isSaid = false
  for (;;) {
    const job = await queue.find(jobId)
    if (job === undefined) {
      throw failed(`Job ${jobId} no longer exists: its course was deleted.`)
    }
    if (job.state === 'succeeded') return job.result
    if (job.state === 'failed') throw failed(`${job.error_message} (${job.error_code}, job ${jobId})`)
    if (job.state === 'canceled') throw failed(`Job ${jobId} was canceled.`)
    if (job.state === 'started') bar.set(job.progress)
    else if (!isSaid && !(await liveNodes(db.reads)).some(({ role }) => role !== 'web')) {
      isSaid = true
      stderr.write(
        `Job ${jobId} is waiting: no live node runs jobs. Start one with NODE_ROLE=worker or all.\n`
      )
    }
    if (signal.aborted) throw stopped(`Stopped. Job ${jobId} was not canceled; a node will finish it.`)
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
  }
}
