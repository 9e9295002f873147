import type { Database } from '../../db/index.ts'
import { DomainError } from '../errors.ts'
import type { WorkerPool } from '../jobs/worker-pool.ts'
import type { BookTasks } from './book-tasks.ts'

export type BookThreads = Pick<WorkerPool<BookTasks>, 'run'>

const RETRY_AFTER_S = 5

/**
 * Threads that read books, for requests. What a thread waits for when the database stops responding would
 * come much later or never, so its task ends then, with its thread. Throws DATABASE_UNAVAILABLE.
 */
export function bookThreads (threads: BookThreads, db: Pick<Database, 'listen' | 'outage'>): BookThreads {
  const running = new Set<AbortController>()
  let isListening = false

  function listen (): void {
    if (isListening) return
    isListening = true
    db.listen({
      notified () {},
      reconnected () {},
      lost () { for (const run of running) run.abort() },
    })
  }
  return {
    async run (task, input) {
      listen()
      if (db.outage() !== undefined) throw unavailable()
      const run = new AbortController()
      running.add(run)
      try {
        return await threads.run(task, input, { signal: run.signal })
      } catch (error) {
        if (!run.signal.aborted) throw error
        throw unavailable(error)
      } finally {
        running.delete(run)
      }
    },
  }
}

function unavailable (cause?: unknown): DomainError {
  return new DomainError('DATABASE_UNAVAILABLE', { retryAfterSeconds: RETRY_AFTER_S, cause })
}
