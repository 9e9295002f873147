// Checks whether the service runs, or could run.
import { createServer } from 'node:net'
import { folderHolder, isFolderHeld, reachable } from '../../db/sqlite/folder-lock.ts'
import { createWorkerPool } from '../jobs/worker-pool.ts'
import { fine, problem, type Finding } from './finding.ts'

const ANSWER_WITHIN_MS = 5000

/** A service that runs on the folder must respond. If none runs, the port must be free. */
export async function checkPort (
  dataFolder: string,
  { host, port }: { host: string, port: number }
): Promise<Finding> {
  if (!isFolderHeld(dataFolder)) return await checkFree(host, port)
  const holder = folderHolder(dataFolder)
  const who = holder === undefined ? 'A Perfbook' : `Perfbook (process ${holder.pid}, ${holder.address})`
  if (holder === undefined || !holder.address.startsWith('http')) {
    return fine('service', `${who} is using this folder`)
  }
  const advice = 'Read its log. If it hangs, stop it; a restart loses no jobs.'
  try {
    const answer = await fetch(`${reachable(holder.address)}/readyz`, {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    if (answer.ok) return fine('service', `${who} is ready`)
    const { code, message } = await answer.json() as { code: string, message: string }
    return problem('service', `${who} is not ready: ${code}. ${message}`, advice)
  } catch {
    return problem('service', `${who} does not respond.`, advice)
  }
}

function checkFree (host: string, port: number): Promise<Finding> {
  const where = `${host}:${port}`
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      const advice = error.code === 'EADDRINUSE'
        ? 'Another program uses this port. Stop it, or choose another PORT.'
        : error.code === 'EACCES'
          ? 'Ports below 1024 need privileges. Choose a higher PORT and put a reverse proxy in front.'
          : 'Set HOST to an address of this machine: 127.0.0.1, or 0.0.0.0 for all.'
      resolve(
        problem(
          'service',
          `It is not running, and could not listen on ${where} (${error.code ?? error.message}).`,
          advice
        )
      )
    })
    server.listen({ host, port }, () => {
      server.close(() => {
        resolve(fine('service', `not running; ${where} is free`))
      })
    })
  })
}

/** Starts a thread like those of jobs, with the code of all tasks. */
export async function checkThreads (tasksFile: URL, memoryMb: number): Promise<Finding> {
  const pool = createWorkerPool({ tasksFile, threads: 1, memoryMb })
  try {
    await pool.warm()
    return fine('threads', 'a worker thread starts')
  } catch (error) {
    return problem(
      'threads',
      `A worker thread does not start: ${error instanceof Error ? error.message : String(error)}`,
      'Install the program again (npm ci), and make sure that the machine has free memory.'
    )
  } finally {
    await pool.destroy()
  }
}
