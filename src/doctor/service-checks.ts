// Whether the service runs, or could.
import { createServer } from 'node:net'
import { folderHolder, isFolderHeld, reachable } from '../../db/sqlite/folder-lock.ts'
import { createWorkerPool } from '../jobs/worker-pool.ts'
import { fine, problem, type Finding } from './finding.ts'

const ANSWER_WITHIN_MS = 5000

/** A service that holds the folder must answer; where none does the port must be free. */
export async function checkPort (
  dataFolder: string,
  { host, port }: { host: string, port: number }
): Promise<Finding> {
  if (!isFolderHeld(dataFolder)) return await checkFree(host, port)
  const holder = folderHolder(dataFolder)
  const who = holder === undefined ? 'A Perfbook' : `Perfbook (process ${holder.pid}, ${holder.address})`
  if (holder === undefined || !holder.address.startsWith('http')) {
    return fine('service', `${who} works on this folder`)
  }
  const advice = 'Look at its log. If it hangs, end it; a restart loses no job.'
  try {
    const answer = await fetch(`${reachable(holder.address)}/readyz`, {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    if (answer.ok) return fine('service', `${who} is ready`)
    const { code, message } = await answer.json() as { code: string, message: string }
    return problem('service', `${who} is not ready: ${code}. ${message}`, advice)
  } catch {
    return problem('service', `${who} does not answer.`, advice)
  }
}

function checkFree (host: string, port: number): Promise<Finding> {
  const where = `${host}:${port}`
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      const advice = error.code === 'EADDRINUSE'
        ? 'Another program listens there. Stop it, or choose another PORT.'
        : error.code === 'EACCES'
          ? 'Ports below 1024 are not for everybody. Choose a higher PORT and put a reverse proxy in front.'
          : 'Set HOST to an address of this machine: 127.0.0.1, or 0.0.0.0 for all.'
      resolve(
        problem(
          'service',
          `It does not run, and could not listen on ${where} (${error.code ?? error.message}).`,
          advice
        )
      )
    })
    server.listen({ host, port }, () => {
      server.close(() => {
        resolve(fine('service', `It does not run; ${where} is free`))
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
      'Install the program again (npm ci), and see that the machine has memory left.'
    )
  } finally {
    await pool.destroy()
  }
}
