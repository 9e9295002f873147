// A process whose disk keeps a record of each change, and fails when a test asks it to: `disk.c` between the
// program and the C library. SQLite's own writes go through it too.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { findCompiler, pathOf } from '../support/tools.ts'

const SOURCE = join(import.meta.dirname, 'disk.c')
const NUMBERS = 6

/** Compiles the disk into a folder. Returns the path of the library. */
export async function compileDisk (folder: string): Promise<string> {
  const library = join(folder, 'disk.so')
  const child = spawn(pathOf(findCompiler()), ['-shared', '-fPIC', '-O1', '-o', library, SOURCE, '-ldl'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [status] = await once(child, 'close') as [number | null]
  if (status !== 0) throw new Error(`disk.c could not be compiled: ${status}`)
  return library
}

/** Which calls fail, and with what. */
export interface Faults {
  /** Calls that write, or need space for a new name. */
  onWrite?: 'ENOSPC' | 'EIO'
  onRead?: 'EIO'
  /** Flushes. */
  onSync?: 'EIO'
  /** Calls that succeed before the first one fails. */
  skip?: number
}

export interface FaultControl {
  path: string
  /** From the next call on. */
  set: (faults: Faults) => void
  /** How many calls there were since `set`, and how many of them failed. */
  counts: () => { seen: number, failed: number }
  /** The disk works again. */
  clear: () => void
  close: () => void
}

/** Counts calls without a failure. */
export const NEVER = 0x7fffffff

/** Controls the disk of one process. It works at first. */
export function controlFaults (folder: string): FaultControl {
  const path = join(folder, 'faults')
  writeFileSync(path, Buffer.alloc(4096))
  const descriptor = openSync(path, 'r+')
  const numbers = Buffer.alloc(NUMBERS * 4)
  const errno = (name: 'ENOSPC' | 'EIO' | undefined) => name === undefined ? 0 : constants.errno[name]
  return {
    path,
    set ({ onWrite, onRead, onSync, skip = 0 }) {
      // What to skip is there before anything fails.
      numbers.fill(0)
      numbers.writeInt32LE(skip, 12)
      writeSync(descriptor, numbers, 0, numbers.length, 0)
      numbers.writeInt32LE(errno(onWrite), 0)
      numbers.writeInt32LE(errno(onRead), 4)
      numbers.writeInt32LE(errno(onSync), 8)
      writeSync(descriptor, numbers, 0, 12, 0)
    },
    counts () {
      const now = Buffer.alloc(NUMBERS * 4)
      readSync(descriptor, now, 0, now.length, 0)
      return { seen: now.readInt32LE(16), failed: now.readInt32LE(20) }
    },
    clear () { writeSync(descriptor, Buffer.alloc(12), 0, 12, 0) },
    close () { closeSync(descriptor) },
  }
}

/** The environment of a process with that disk under everything in the folder `root`. */
export function diskEnv (
  { library, root, record, faults }: { library: string, root: string, record?: string, faults?: FaultControl }
): Record<string, string> {
  return {
    LD_PRELOAD: library,
    DISK_ROOT: root,
    ...(record === undefined ? {} : { DISK_RECORD: record }),
    ...(faults === undefined ? {} : { DISK_FAULTS: faults.path }),
  }
}
