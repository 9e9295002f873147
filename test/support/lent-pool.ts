// Threads that outlive a service. To start one and load its code takes longer than most tests, so the next
// service of the same process gets the threads of one that has ended.
import t from 'tap'
import { createWorkerPool, type Threads, type WorkerPool } from '../../src/jobs/worker-pool.ts'
import type { TaskMap } from '../../src/jobs/task.ts'

/** Pools that no service uses, by their options. */
const free = new Map<string, Threads[]>()

/**
 * Like `createWorkerPool`. A pool is one service's until that destroys it. Its threads end with the process.
 */
export function lentPool<Tasks extends TaskMap> (
  options: Parameters<typeof createWorkerPool<Tasks>>[0]
): WorkerPool<Tasks> {
  const key = JSON.stringify(options)
  const pools = free.get(key) ?? []
  free.set(key, pools)
  // The options name the module of the tasks, so the tasks are the same.
  const pool = pools.pop() as WorkerPool<Tasks> | undefined ?? makePool(options)
  let isBack = false
  return {
    ...pool,
    async destroy () {
      if (!isBack) pools.push(pool)
      isBack = true
    },
  }
}

function makePool<Tasks extends TaskMap> (
  options: Parameters<typeof createWorkerPool<Tasks>>[0]
): WorkerPool<Tasks> {
  const pool = createWorkerPool<Tasks>(options)
  t.teardown(() => pool.destroy())
  return pool
}
