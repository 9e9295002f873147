import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isBusy } from '../../db/failures.ts'
import { readResult, storedResult } from '../../db/queries/stored-json.ts'
import { openStaging } from '../../db/sqlite/staging/staging.ts'
import { shorten } from '../short-text.ts'
import { isTimeZone } from '../courses/course-time.ts'
import { courseScope, NO_COURSE } from './course-scope.ts'
import type { ImportOptions } from './import-options.ts'
import { ImportRun } from './import-run.ts'
import { importByFormat } from './formats.ts'
import type { ImportOutcome, ImportSummary } from './outcome.ts'
import { emptyTallies } from './plan/course.ts'
import { Problems, Refusal } from './problems.ts'
import { openSource, type Source } from './sources/source-files.ts'

/** How often an import starts again because another one came first. */
const ATTEMPTS = 5

/**
 * Imports files and folders, all of them as one: all or nothing. Everything is read, checked and compared in
 * a staging database first; then one short transaction makes it visible. Known failures come back as `ok:
 * false`. Throws the signal's reason when aborted, and what is a bug or a broken disk. It opens its own
 * connections and blocks the thread while it waits for the write lock.
 */
export async function importSources (paths: string[], options: ImportOptions): Promise<ImportOutcome> {
  mkdirSync(options.stagingFolder, { recursive: true })
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptImport(paths, options)
    if (outcome !== 'overtaken') return outcome
    if (attempt === ATTEMPTS) {
      return failure(
        new Refusal(
          { file: null },
          'other imports kept changing the same database; try again when they are done'
        )
      )
    }
  }
}

async function attemptImport (paths: string[], options: ImportOptions): Promise<ImportOutcome | 'overtaken'> {
  options.signal?.throwIfAborted()
  for (const zone of [options.timeZone, options.defaultTimeZone]) {
    if (zone !== undefined && !isTimeZone(zone)) {
      return failure(
        new Refusal(
          { file: null },
          `"${shorten(zone)}" is not a time zone; expected a name such as Europe/Berlin`
        )
      )
    }
  }
  const problems = new Problems({ isOfTeacher: options.onlyCourseId !== undefined })
  const sources: Source[] = []
  const opened = openStaging({
    file: join(options.stagingFolder, `import-${randomBytes(8).toString('hex')}.sqlite`),
    databaseFile: options.databaseFile,
  })
  try {
    const scope = options.onlyCourseId === undefined
      ? undefined
      : courseScope(opened.live, options.onlyCourseId)
    if (scope === undefined && options.onlyCourseId !== undefined) {
      return failure(new Refusal({ file: null }, NO_COURSE))
    }
    const staging = scope === undefined ? opened : { ...opened, live: scope.live }
    if (options.reference !== undefined) {
      const summary = staging.live.importOf(options.reference)
      if (summary !== undefined) {
        return {
          ok: true,
          summary: readResult(summary) as ImportSummary | null ?? { ...emptyTallies(), warnings: [] },
        }
      }
    }
    const budget = { most: options.maxBytes, left: options.maxBytes }
    for (const path of paths) {
      try {
        const source = await openSource(path, '', budget)
        if (paths.length > 1 && !source.isFile) {
          for (const file of source.files) file.name = `${source.name}/${file.name}`
        }
        sources.push(source)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        problems.refuse(error)
      }
    }
    if (problems.hasErrors) return { ok: false, errors: problems.errors, errorCount: problems.errorCount }
    const tallies = emptyTallies()
    const totalBytes = sources.flatMap((source) => source.files).reduce((sum, file) => sum + file.size, 0)
    const run = new ImportRun({ staging, problems, options, tallies, totalBytes, scope })
    try {
      await importByFormat(sources, run)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      problems.refuse(error)
    }
    if (options.strict && !problems.hasErrors) problems.turnWarningsIntoErrors()
    if (problems.hasErrors) return { ok: false, errors: problems.errors, errorCount: problems.errorCount }
    const { entries, count } = run.columns
    const summary: ImportSummary = {
      ...tallies,
      warnings: problems.warnings(),
      ...(count === 0 ? {} : { columns: entries, column_count: count }),
    }
    options.signal?.throwIfAborted()
    if (options.dryRun || (staging.plan.isEmpty() && options.reference === undefined)) {
      return { ok: true, summary }
    }
    options.onProgress?.(0.98, 'saving')
    const lockTimeoutMs = options.lockTimeoutMs ?? 60_000
    try {
      if (
        !staging.apply({
          at: options.now(),
          reference: options.reference ?? null,
          summary: storedResult(summary),
          lockTimeoutMs,
        })
      ) {
        return 'overtaken'
      }
    } catch (error) {
      if (!isBusy(error)) throw error
      return failure(
        new Refusal(
          { file: null },
          `another program has kept the database locked for ${
            Math.round(lockTimeoutMs / 1000)
          } seconds; try again when it is done`
        )
      )
    }
    options.onProgress?.(1, 'done')
    return { ok: true, summary }
  } finally {
    for (const source of sources) source.close()
    opened.close()
  }
}

function failure (refusal: Refusal): ImportOutcome {
  const problems = new Problems()
  problems.refuse(refusal)
  return { ok: false, errors: problems.errors, errorCount: problems.errorCount }
}
