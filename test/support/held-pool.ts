import { createWorkerPool, type WorkerPool } from '../../src/jobs/worker-pool.ts'
import type { Gate } from './gate.ts'

/**
 * Real threads with the service's own tasks, which stand at the gate before they begin, having told
 * `progress`.
 */
export function createHeldPool (
  gate: Gate,
  { threads = 2, progress }: { threads?: number, progress?: number } = {}
): WorkerPool {
  const pool = createWorkerPool({
    tasksFile: new URL('./held.tasks.ts', import.meta.url),
    threads,
    memoryMb: 256,
  })
  return {
    ...pool,
    run: (task, input, options) => pool.run(task, { ...input, gate: gate.memory, progress }, options),
  }
}
