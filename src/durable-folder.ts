// Folders whose names survive a power loss. A new name is safe once the folder that it is in is flushed, so
// each folder on the way to a file has to be, and not only the file.
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * Creates a folder, and those above it that are missing, and flushes their names to disk. By default, only
 * the owner can access them. Does nothing if the folder exists. Throws errors of the file system.
 *
 * The `recursive` option of `mkdir` is no help: it never returns for a path in /proc, where creating any
 * folder fails with ENOENT.
 */
export function makeDurableFolder (folder: string, mode = 0o700): void {
  const path = resolve(folder)
  if (isFolder(path)) return
  if (!existsSync(dirname(path))) makeDurableFolder(dirname(path), mode)
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    // Another process may have been faster.
    if (!isFolder(path)) throw error
  }
  flushNow(dirname(path))
}

function isFolder (path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
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
