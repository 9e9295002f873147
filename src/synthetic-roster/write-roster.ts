import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeDurableFolder } from '../durable-folder.ts'
import { DomainError } from '../errors.ts'
import { writeText, writeZip } from './bundle-zip.ts'
import { deltaBundle, type DeltaCounts } from './delta-bundle.ts'
import { oneRosterBundle } from './oneroster-bundle.ts'
import type { OneRosterVersion } from './oneroster-columns.ts'
import type { SyntheticRosterCounts, SyntheticRosterOptions } from './options.ts'
import { performanceBookDocument } from './performance-book-document.ts'

export interface WriteRosterRequest {
  options: SyntheticRosterOptions
  format: 'oneroster' | 'performance-book'
  version: OneRosterVersion
  output: string
  /** Where to write a delta bundle as well (`oneroster` only). */
  delta?: string | undefined
  /** Whether files that exist may be replaced. */
  force: boolean
  signal: AbortSignal
  /** Called with the number of results written so far, and the highest possible number. */
  onProgress?: (results: number, most: number) => void
}

export interface WrittenRoster {
  counts: SyntheticRosterCounts
  delta: DeltaCounts | undefined
  /** Size of `output`. */
  bytes: number
}

/**
 * Writes a synthetic roster. The files get their names when all of them are complete. After an error, no
 * file is left behind. Throws FILE_EXISTS, file system errors, and the signal's reason.
 */
export async function writeSyntheticRoster (request: WriteRosterRequest): Promise<WrittenRoster> {
  const { options, version, signal } = request
  const main = target(request.output)
  const delta = request.delta === undefined ? undefined : target(request.delta)
  const targets = delta === undefined ? [main] : [main, delta]
  const refuseExisting = () => {
    const existing = request.force ? undefined : targets.find(({ path }) => existsSync(path))
    if (existing !== undefined) {
      throw new DomainError('FILE_EXISTS', {
        detail: `${existing.path} already exists. Choose another name, or replace it with --force.`,
      })
    }
  }
  refuseExisting()
  try {
    for (const { path } of targets) makeDurableFolder(dirname(path), 0o777)
    const counts = await writeMain(main.part, request)
    const change = delta === undefined ? undefined : deltaBundle(options, version)
    if (delta !== undefined && change !== undefined) await writeZip(delta.part, change.files, signal)
    const { size } = await stat(main.part)
    refuseExisting()
    for (const { path, part } of targets) await rename(part, path)
    return { counts, delta: change?.counts, bytes: size }
  } finally {
    for (const { part } of targets) await rm(part, { force: true })
  }
}

/** A file, and the name that it has until it is complete. */
function target (path: string): { path: string, part: string } {
  return { path, part: `${path}.${randomUUID()}.part` }
}

async function writeMain (path: string, request: WriteRosterRequest): Promise<SyntheticRosterCounts> {
  const { options, format, version, signal } = request
  if (format === 'performance-book') {
    const { text, counts } = performanceBookDocument(options)
    await writeText(path, watched(text, counts, request), signal)
    return counts
  }
  const { files, counts } = oneRosterBundle(options, version)
  const watchedFiles = files.map(({ name, text }) => ({ name, text: watched(text, counts, request) }))
  await writeZip(path, watchedFiles, signal)
  return counts
}

/** Passes the text on, and reports the progress from time to time. */
function * watched (
  text: Iterable<string>,
  counts: SyntheticRosterCounts,
  { options, onProgress }: WriteRosterRequest
): Generator<string, void, void> {
  const most = options.schools * options.courses * options.students * options.tasks
  let next = 0
  for (const piece of text) {
    yield piece
    if (counts.results >= next) {
      onProgress?.(counts.results, most)
      next = counts.results + 20_000
    }
  }
}
