// Folders whose names survive a power loss. A new name is safe once the folder that it is in is flushed, so
// each folder on the way to a file has to be, and not only the file.
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * Creates a folder that only its owner can access, and those above it that are missing, and flushes their
 * names to disk. Does nothing if it exists. Throws errors of the file system.
 */
export function makeDurableFolder (folder: string): void {
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  const top = dirname(resolve(first))
  for (let made = resolve(folder); made !== top; made = dirname(made)) flushNow(dirname(made))
}

/**
 * Flushes a file, or the names in a folder, to disk, and blocks meanwhile. Throws errors of the file system.
 */
export function flushNow (path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Flushes a file, or the names in a folder, to disk. Throws errors of the file system. */
export async function flush (path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
