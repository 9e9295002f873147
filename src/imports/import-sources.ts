import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isBusy } from '../../db/failures.ts'
import { readResult, storedResult } from '../../db/queries/stored-json.ts'
import { openStaging } from '../../db/staging/open-staging.ts'
import type { Staging } from '../../db/staging/staging.ts'
import { isTimeZone } from '../courses/course-time.ts'
import { counted } from '../counted.ts'
import { shorten } from '../short-text.ts'
import { courseScope } from './course-scope.ts'
import { importByFormat } from './formats.ts'
import type { ImportOptions } from './import-options.ts'
import { ImportRun } from './import-run.ts'
import { importError } from './error-messages.ts'
import { archivedCourse } from './messages.ts'
import { emptyTallies, type ImportOutcome, type ImportSummary } from './outcome.ts'
import { Problems, Refusal } from './problems.ts'
import { openSource } from './sources/open-source.ts'
import { ByteBudget, type Source } from './sources/source-files.ts'

/** How often an import starts again because another one was applied first. */
const ATTEMPTS = 5
const LOCK_TIMEOUT_MS = 60_000

/**
 * Imports files and folders, all of them as one import: all or nothing. First everything is read, checked
 * and compared in a staging database. Then one short transaction makes it visible.
 *
 * Errors in the sources are returned as `ok: false`. Throws the signal's reason when aborted, and bugs and
 * disk errors. Opens its own connections, and blocks the thread while it waits for the write lock.
 */
export async function importSources (paths: string[], options: ImportOptions): Promise<ImportOutcome> {
  const problems = () => new Problems({
    isOfTeacher: options.onlyCourseId !== undefined, askedBy: options.askedBy,
  })
  try {
    checkTimeZones(options)
    mkdirSync(options.stagingFolder, { recursive: true })
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const outcome = await attemptImport(paths, options, problems())
      if (outcome !== 'overtaken') return outcome
    }
    throw new Refusal({ file: null }, importError('busy'))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const found = problems()
    found.refuse(error)
    return failureOf(found)
  }
}

/** Throws Refusal. */
function checkTimeZones ({ timeZone, defaultTimeZone }: ImportOptions): void {
  for (const zone of [timeZone, defaultTimeZone]) {
    if (zone === undefined || isTimeZone(zone)) continue
    throw new Refusal({ file: null }, importError('no_time_zone', { value: shorten(zone) }))
  }
}

async function attemptImport (
  paths: string[], options: ImportOptions, problems: Problems
): Promise<ImportOutcome | 'overtaken'> {
  options.signal?.throwIfAborted()
  const sources: Source[] = []
  const staging = await openStaging({
    file: join(options.stagingFolder, `import-${randomBytes(8).toString('hex')}.sqlite`),
    database: options.database,
    signal: options.signal,
  })
  try {
    const earlier = await summaryOfEarlier(staging, options)
    if (earlier !== undefined) return { ok: true, summary: earlier }
    await openSources(paths, { options, problems, sources })
    const summary = problems.hasErrors ? undefined : await planImport(sources, { staging, options, problems })
    if (summary === undefined) return failureOf(problems)
    options.signal?.throwIfAborted()
    if (options.dryRun || (staging.plan.isEmpty() && options.reference === undefined)) {
      return { ok: true, summary, ...foundBy(problems) }
    }
    options.onProgress?.(0.98, 'saving')
    if (!await apply(summary, staging, options)) return 'overtaken'
    options.onProgress?.(1, 'done')
    return { ok: true, summary, ...formatIn(problems) }
  } finally {
    for (const source of sources) source.close()
    await staging.close()
  }
}

/** The summary of the import with the same reference, if it was applied before. */
async function summaryOfEarlier (
  staging: Staging, { reference }: ImportOptions
): Promise<ImportSummary | undefined> {
  const stored = reference === undefined ? undefined : await staging.importOf(reference)
  if (stored === undefined) return undefined
  return readResult(stored) as ImportSummary | null ?? { ...emptyTallies(), warnings: [] }
}

interface Opening {
  options: ImportOptions
  problems: Problems
  /** The opened sources are added to it. The caller closes them. */
  sources: Source[]
}

async function openSources (paths: string[], { options, problems, sources }: Opening): Promise<void> {
  const budget = new ByteBudget(options.maxBytes)
  for (const path of paths) {
    await problems.collect(async () => {
      const { stagingFolder: scratchFolder, sheet, signal } = options
      const source = await openSource(path, { budget, scratchFolder, sheet, problems, signal })
      if (paths.length > 1 && !source.isFile) {
        for (const file of source.files) file.name = `${source.name}/${file.name}`
      }
      sources.push(source)
    })
  }
}

interface PlanOptions {
  staging: Staging
  options: ImportOptions
  problems: Problems
}

/** Reads the sources and plans their changes in staging. Undefined if there are errors. */
async function planImport (
  sources: Source[], { staging, options, problems }: PlanOptions
): Promise<ImportSummary | undefined> {
  const { onlyCourseId } = options
  if (onlyCourseId !== undefined) await staging.load.courses([onlyCourseId])
  const scope = onlyCourseId === undefined ? undefined : courseScope(staging.live, onlyCourseId)
  if (scope === undefined && onlyCourseId !== undefined) {
    throw new Refusal({ file: null }, importError('no_course'))
  }
  if (scope !== undefined && scope.course.archived_at !== null) {
    throw new Refusal({ file: null }, archivedCourse(scope.course.name, options.askedBy))
  }
  const run = new ImportRun({
    staging: scope === undefined ? staging : { ...staging, live: scope.live },
    problems,
    options,
    tallies: emptyTallies(),
    totalBytes: sources.flatMap((source) => source.files).reduce((sum, file) => sum + file.size, 0),
    scope,
  })
  await problems.collect(async () => { await importByFormat(sources, run) })
  if (options.strict && !problems.hasErrors) problems.turnWarningsIntoErrors()
  if (problems.hasErrors) return undefined
  const { columns: { entries, count }, columnMaps } = run
  return {
    ...run.tallies,
    warnings: problems.warnings(),
    ...(count === 0 ? {} : { columns: entries, column_count: count }),
    ...(columnMaps.length === 0 ? {} : { column_maps: columnMaps }),
  }
}

/**
 * Makes the import visible. False if another import was applied first. Throws Refusal if the lock is held.
 */
async function apply (summary: ImportSummary, staging: Staging, options: ImportOptions): Promise<boolean> {
  const { now, reference = null, fence = null, lockTimeoutMs = LOCK_TIMEOUT_MS } = options
  try {
    return await staging.apply({ at: now(), reference, fence, summary: storedResult(summary), lockTimeoutMs })
  } catch (error) {
    if (!isBusy(error)) throw error
    const time = counted(Math.round(lockTimeoutMs / 1000), 'second')
    throw new Refusal({ file: null }, importError('locked', { time }))
  }
}

function failureOf (problems: Problems): ImportOutcome {
  const { errors, errorCount } = problems
  return { ok: false, errors, errorCount, ...foundBy(problems) }
}

function foundBy (problems: Problems): Pick<ImportOutcome, 'guess' | 'format'> {
  const { guess } = problems
  return { ...(guess === undefined ? {} : { guess }), ...formatIn(problems) }
}

function formatIn ({ format }: Problems): Pick<ImportOutcome, 'format'> {
  return format === undefined ? {} : { format }
}
