import { createWorkerPool, type WorkerPool } from '../../src/jobs/worker-pool.ts'
import type { JobTasks } from '../../workers/task-map.ts'
import type { Gate } from './gate.ts'
import type { HeldTasks } from './held.tasks.ts'

/**
 * Real threads with the service's own tasks. Each reports `progress` and waits at the gate before it begins.
 */
export function createHeldPool (
  gate: Gate,
  { threads = 2, progress }: { threads?: number, progress?: number } = {}
): WorkerPool<JobTasks> {
  const pool = createWorkerPool<HeldTasks>({
    tasksFile: new URL('./held.tasks.ts', import.meta.url),
    threads,
    memoryMb: 256,
  })
  return {
    ...pool,
    run: (task, input, options) => pool.run(task, { hold: { gate: gate.memory, progress }, input }, options),
  }
}
