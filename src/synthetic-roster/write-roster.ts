import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DomainError } from '../errors.ts'
import { writeText, writeZip } from './bundle-zip.ts'
import { deltaBundle, type DeltaCounts } from './delta-bundle.ts'
import { oneRosterBundle, type BundleFile } from './oneroster-bundle.ts'
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
  /** Told the results written so far and the most there can be. */
  onProgress?: (results: number, most: number) => void
}

export interface WrittenRoster {
  counts: SyntheticRosterCounts
  delta: DeltaCounts | undefined
  /** Size of `output`. */
  bytes: number
}

/**
 * Writes a made-up roster. The files appear under their names when all are whole; on any error nothing is
 * left behind. Throws FILE_EXISTS, what the file system throws, and the signal's reason.
 */
export async function writeSyntheticRoster (request: WriteRosterRequest): Promise<WrittenRoster> {
  const { options, format, version, output, delta, force, signal } = request
  const targets = delta === undefined ? [output] : [output, delta]
  const refuseExisting = (): void => {
    const existing = force ? undefined : targets.find((path) => existsSync(path))
    if (existing !== undefined) throw new DomainError('FILE_EXISTS', {
        detail: `${existing} already exists. Choose another name, or replace it with --force.`,
      })
  }
  refuseExisting()
  const parts = targets.map((path) => `${path}.${randomUUID()}.part`)
  try {
    for (const path of targets) await mkdir(dirname(path), { recursive: true })
    let counts: SyntheticRosterCounts
    if (format === 'performance-book') {
      const document = performanceBookDocument(options)
      counts = document.counts
      await writeText(parts[0]!, watched(document.text, counts, request), signal)
    } else {
      const bundle = oneRosterBundle(options, version)
      counts = bundle.counts
      const files = bundle.files.map((file): BundleFile => ({
        name: file.name,
        text: watched(file.text, counts, request),
      }))
      await writeZip(parts[0]!, files, signal)
    }
    const change = delta === undefined ? undefined : deltaBundle(options, version)
    if (change !== undefined) await writeZip(parts[1]!, change.files, signal)
    const { size } = await stat(parts[0]!)
    refuseExisting()
    for (const [i, path] of targets.entries()) await rename(parts[i]!, path)
    return { counts, delta: change?.counts, bytes: size }
  } finally {
    for (const part of parts) await rm(part, { force: true })
  }
}

/** Reports now and then how far the text has come. */
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
