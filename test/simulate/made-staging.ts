// The staging folder, in memory. It has the calls that the product makes, and answers like a file system.
import { dirname } from 'node:path'

/** The path that the product sees. */
export const STAGING = '/made-staging'
/** Uploads of requests. The runner does not clean up what a dead process leaves there. */
export const UPLOADS = '/made-staging-uploads'

/** Bytes by path; null: a folder. Stories run one after the other, so they share one. */
const entries = new Map<string, Buffer | null>()

export function isStaged (path: unknown): path is string {
  return typeof path === 'string' && path.startsWith(STAGING)
}

function failure (code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}

export function makeFolder (path: string, { recursive = false } = {}): void {
  if (!entries.has(path)) entries.set(path, null)
  else if (!recursive) throw failure('EEXIST', path)
}

/** What is in a folder. */
export function stagedNames (path: string = STAGING): string[] {
  return Array.from(entries.keys())
    .filter((name) => name.startsWith(`${path}/`) && !name.includes('/', path.length + 1))
    .map((name) => name.slice(path.length + 1))
}

/** Removes a file, or a folder with all that is in it. */
export function removeStaged (path: string): void {
  for (const name of Array.from(entries.keys())) {
    if (name === path || name.startsWith(`${path}/`)) entries.delete(name)
  }
}

/** Throws ENOENT if its folder is gone. */
export function writeStaged (path: string, bytes: Buffer): void {
  if (entries.get(dirname(path)) !== null) throw failure('ENOENT', path)
  entries.set(path, bytes)
}

/** Throws ENOENT if there is no such file. */
export function readStaged (path: string): Buffer {
  const bytes = entries.get(path)
  if (bytes == null) throw failure('ENOENT', path)
  return bytes
}

/** Empties everything for a new story. */
export function emptyStaging (): void {
  entries.clear()
  for (const folder of [STAGING, UPLOADS]) entries.set(folder, null)
}
