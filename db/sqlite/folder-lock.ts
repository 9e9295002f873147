// Who runs the jobs of a data folder: one process, which holds an exclusive lock on a small database of its
// own. The lock goes with the process, also after kill -9. It must be opened nowhere else in the process:
// closing any other handle on the file gives the lock up (POSIX record locks).
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeDurableFolder } from '../../src/durable-folder.ts'
import { DomainError } from '../../src/errors.ts'
import { isBusy } from '../failures.ts'
import { connectPlain } from './connection.ts'

interface FolderHolder {
  pid: number
  /** The address of a service, `http://127.0.0.1:3000`, or the name of a command. */
  address: string
  /** The address for people, of a service with PUBLIC_URL. */
  publicUrl?: string
  /** Of a service: the node of the list of nodes. */
  node?: { name: string, role: 'all' | 'web' | 'worker', version: string, started_at: string }
}

export interface FolderLock {
  /**
   * Publishes what this process is (a service knows its address only once it listens), its address for people
   * and its node.
   */
  describe: (address: string, more?: Pick<FolderHolder, 'node' | 'publicUrl'>) => void
  release: () => void
}

/** Takes the lock at once, or throws FOLDER_IN_USE. `pid` is that of this process. */
export function lockFolder (folder: string, { pid, address }: FolderHolder): FolderLock {
  makeDurableFolder(folder)
  const description = join(folder, 'lock.json')
  const sqlite = connectPlain(join(folder, 'lock.sqlite'))
  try {
    sqlite.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    sqlite.close()
    if (isBusy(error)) throw folderInUse(folder, error)
    throw error
  }
  const describe: FolderLock['describe'] = (what, more = {}) => {
    writeFileSync(description, JSON.stringify({ pid, address: what, ...more }))
  }
  describe(address)
  let held = true
  return {
    describe,
    release () {
      if (!held) return
      held = false
      rmSync(description, { force: true })
      sqlite.close()
    },
  }
}

function folderInUse (folder: string, cause: unknown): DomainError {
  const holder = folderHolder(folder)
  const who = holder === undefined ? '' : ` (process ${holder.pid}, ${holder.address})`
  return new DomainError('FOLDER_IN_USE', {
    detail: `The data folder ${folder} is in use by another Perfbook${who}. ` +
      'Stop that one first, or use another data folder.',
    cause,
  })
}

/** The process that says that it holds the folder. This does not prove that it still runs. */
export function folderHolder (folder: string): FolderHolder | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'lock.json'), 'utf8')) as FolderHolder
  } catch {
    return undefined
  }
}

/**
 * The service that another process runs on the folder, once it listens. Not for a process that holds the
 * folder itself.
 */
export function runningService (folder: string): FolderHolder | undefined {
  if (!isFolderHeld(folder)) return undefined
  const holder = folderHolder(folder)
  return holder?.address.startsWith('http') === true ? holder : undefined
}

/**
 * The address of a service as seen from this machine: one that listens on all addresses also has the loopback
 * address.
 */
export function reachable (address: string): string {
  return address.replace('//0.0.0.0', '//127.0.0.1').replace('//[::]', '//[::1]')
}

/** The files of the lock, in the folder that it locks. */
export const LOCK_FILES: readonly string[] = ['lock.sqlite', 'lock.sqlite-journal', 'lock.json']

/**
 * Whether another process holds the folder now. Not for a process that holds it itself: it would lose its
 * lock.
 */
export function isFolderHeld (folder: string): boolean {
  const file = join(folder, 'lock.sqlite')
  if (!existsSync(file)) return false
  const sqlite = connectPlain(file)
  try {
    sqlite.prepare('SELECT count(*) FROM sqlite_master').get()
    return false
  } catch (error) {
    if (isBusy(error)) return true
    throw error
  } finally {
    sqlite.close()
  }
}
