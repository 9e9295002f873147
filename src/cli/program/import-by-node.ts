// `perfbook import` with PostgreSQL: the files become an upload, and a node that runs jobs imports it.
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { readResult } from '../../../db/queries/stored-json.ts'
import type { Config } from '../../config.ts'
import type { StagedFile } from '../../files/file-library.ts'
import type { ImportChoices, ImportResult } from '../../imports/import.job.ts'
import type { ImportOutcome } from '../../imports/outcome.ts'
import { Problems } from '../../imports/problems.ts'
import { openSource } from '../../imports/sources/open-source.ts'
import { packSources } from '../../imports/sources/packed-sources.ts'
import { ByteBudget } from '../../imports/sources/source-files.ts'
import type { JobRow } from '../../jobs/job-queue.ts'
import type { Services } from '../../services.ts'
import type { CommandContext } from './context.ts'
import { failed, stopped } from './failures.ts'
import { withServices } from './open-services.ts'

/** Shows how far an import is, and its current step. */
export interface ImportProgress {
  set: (fraction: number, step: string) => void
  end: () => void
}

interface Following {
  context: CommandContext
  progress: ImportProgress
}

const MAKER = 'command line'
/** How often the job is checked, ms. */
const LOOK_EVERY_MS = 200
/** After this time, a message says that the job has not started, ms. */
const PATIENCE_MS = 5000

/**
 * Queues the import of files and folders and waits for it. Errors in the sources are returned as `ok: false`.
 * Throws UserErrors. If the command is stopped, the import is canceled.
 */
export async function importByNode (
  paths: readonly string[],
  choices: ImportChoices,
  { context, progress }: Following
): Promise<ImportOutcome> {
  return await withServices(context, async (services, config) => {
    const refused = await refusals(paths, config, choices)
    if (refused.hasErrors) return { ok: false, errors: refused.errors, errorCount: refused.errorCount }
    progress.set(0, 'uploading')
    const isPacked = paths.length > 1 || (await stat(paths[0] ?? '')).isDirectory()
    const staged = await stage(paths, { isPacked, config, context })
    let jobId: number
    try {
      const { job } = await services.imports.request({
        staged,
        filename: isPacked ? 'import.zip' : basename(paths[0] ?? ''),
        choices,
        isPacked,
        userId: null,
        via: 'command',
        requestedBy: MAKER,
      })
      jobId = job.id
    } finally {
      await rm(staged.path, { force: true })
    }
    return outcomeOf(await follow(jobId, services, { context, progress }))
  })
}

/** What is wrong with the paths themselves, before anything is uploaded. */
async function refusals (
  paths: readonly string[], config: Config, { sheet }: ImportChoices
): Promise<Problems> {
  const problems = new Problems({ isOfTeacher: false })
  for (const path of paths) {
    await problems.collect(async () => {
      const budget = new ByteBudget(config.IMPORT_MAX_BYTES)
      const scratchFolder = config.stagingFolder
      const source = await openSource(path, { budget, scratchFolder, sheet, problems: new Problems() })
      source.close()
    })
  }
  return problems
}

interface Staging {
  isPacked: boolean
  config: Config
  context: CommandContext
}

async function stage (
  paths: readonly string[], { isPacked, config, context: { signal } }: Staging
): Promise<StagedFile> {
  const path = join(config.stagingFolder, `upload-${randomBytes(8).toString('hex')}`)
  try {
    if (isPacked) await packSources(paths, path, signal)
    else await copyFile(paths[0] ?? '', path)
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash, { signal })
    return { path, size: (await stat(path)).size, sha256: hash.digest('hex') }
  } catch (error) {
    await rm(path, { force: true })
    if (signal.aborted) throw stopped()
    throw error
  }
}

async function follow (
  jobId: number, { queue }: Services, { context, progress }: Following
): Promise<JobRow> {
  const { signal, stderr } = context
  const asked = performance.now()
  let isPatient = true
  let isCanceled = false
  for (;;) {
    const job = await queue.find(jobId)
    if (job === undefined) throw failed(`Job ${jobId} no longer exists, so its result is unknown.`)
    if (job.state === 'succeeded' || job.state === 'failed') return job
    if (job.state === 'canceled') throw isCanceled ? stopped() : failed(`Job ${jobId} was canceled.`)
    if (signal.aborted && !isCanceled) {
      isCanceled = true
      await queue.cancel(jobId, { userId: null, force: true })
      continue
    }
    if (job.state === 'queued' && isPatient && performance.now() - asked > PATIENCE_MS) {
      isPatient = false
      stderr.write(`Job ${jobId} is waiting for a node that runs jobs. "perfbook nodes" lists the nodes.\n`)
    }
    if (job.state === 'started') progress.set(job.progress, 'importing')
    await delay(LOOK_EVERY_MS, undefined, isCanceled ? {} : { signal }).catch(() => {})
  }
}

function outcomeOf (job: JobRow): ImportOutcome {
  const result = readResult(job.result) as ImportResult | null
  if (result !== null && 'summary' in result) return { ok: true, summary: result.summary }
  if (result !== null) {
    const { errors, error_count: errorCount, guess } = result
    return { ok: false, errors, errorCount, guess }
  }
  throw failed(`${job.error_message} (${job.error_code}, job ${job.id})`)
}
