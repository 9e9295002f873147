import { mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Linux's file system in memory. */
const MEMORY = '/dev/shm'
const LEAST_FREE = 2 * 1024 ** 3

/**
 * A new folder in memory, or on the disk if memory has not enough room. `name`: of what is in it. The caller
 * removes it. Those of processes that were killed are removed here.
 */
export function memoryFolder (name: string): string {
  const parent = freeBytes(MEMORY) >= LEAST_FREE ? MEMORY : tmpdir()
  const owned = new RegExp(`^perfbook-${name}-(\\d+)-`)
  for (const entry of readdirSync(parent)) {
    const owner = owned.exec(entry)?.[1]
    if (owner === undefined || isRunning(Number(owner))) continue
    try {
      rmSync(join(parent, entry), { recursive: true, force: true })
    } catch {
      // It is another user's.
    }
  }
  return mkdtempSync(join(parent, `perfbook-${name}-${process.pid}-`))
}

function freeBytes (folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    // Systems other than Linux do not have it.
    return 0
  }
}

function isRunning (id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    // It may be another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
