// A server that hangs: it and all its processes are stopped, and continued later.
import { readFileSync } from 'node:fs'

/** A file of a process; undefined: the process is gone. */
function readProcess (pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch (error) {
    // The second one: it ended between the opening and the reading.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

/** Sends a signal. A process that has ended meanwhile needs none. */
function signal (pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** The process and all its descendants: parents before their children. */
function family (pid: number): number[] {
  const children = readProcess(pid, `task/${pid}/children`)?.trim() ?? ''
  return [pid, ...(children === '' ? [] : children.split(' ').map(Number).flatMap(family))]
}

/** Whether it does nothing any more: stopped, or ended. */
function isStill (pid: number): boolean {
  // pid (name) state …; a name may have spaces and parentheses.
  const state = readProcess(pid, 'stat')?.replace(/^.*\) /s, '')[0]
  return state === undefined || 'TZX'.includes(state)
}

/**
 * Stops a process and its descendants, and returns when all of them are stopped. Returns a function that
 * continues them.
 */
export function stopProcesses (pid: number): () => void {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let before = ''; ; Atomics.wait(pause, 0, 0, 1)) {
    const found = family(pid)
    // The parent first, so that it starts no others.
    for (const one of found) signal(one, 'SIGSTOP')
    // A signal takes effect a moment later, and Linux may leave a child out of a list while another one ends.
    const now = found.join(' ')
    if (now === before && found.every(isStill)) {
      // The parent last: while it is stopped, no child that has ended gives its number to another process.
      return () => { for (const one of found.toReversed()) signal(one, 'SIGCONT') }
    }
    before = now
  }
}
