import { statfsSync, type StatsFs } from 'node:fs'
import { statfs } from 'node:fs/promises'

/** What is free on a disk for users other than root. */
interface FreeSpace {
  bytes: number
  /** How many more files fit; Infinity on file systems without such a limit. */
  files: number
}

/** The free space on the disk of a folder. */
export async function freeSpace (folder: string): Promise<FreeSpace> {
  return spaceOf(await statfs(folder))
}

/** The same for worker threads. Blocks for some microseconds. */
export function freeSpaceSync (folder: string): FreeSpace {
  return spaceOf(statfsSync(folder))
}

function spaceOf ({ bavail, bsize, files, ffree }: StatsFs): FreeSpace {
  return { bytes: bavail * bsize, files: files === 0 ? Infinity : ffree }
}
