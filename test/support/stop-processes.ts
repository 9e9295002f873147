// A server that hangs: it and all its processes are stopped, and continued later.
import { readFileSync } from 'node:fs'

/** The process and all its descendants. */
function family (pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return [pid, ...(children === '' ? [] : children.split(' ').map(Number).flatMap(family))]
}

/** Stops a process and its descendants. Returns a function that continues them. */
export function stopProcesses (pid: number): () => void {
  // The parent first, so that it starts no others.
  process.kill(pid, 'SIGSTOP')
  const stopped = family(pid)
  for (const one of stopped) process.kill(one, 'SIGSTOP')
  return () => { for (const one of stopped) process.kill(one, 'SIGCONT') }
}
