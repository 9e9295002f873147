// The inside of a thread: what a module of tasks exports for a pool, see `worker-pool.ts`.
import { workerData, type MessagePort } from 'node:worker_threads'
import { isDiskFailure, isUnavailable } from '../../db/failures.ts'
import { sentenceOf } from '../errors.ts'
import { move, transferableSymbol, valueSymbol } from 'piscina'
import type { Task, TaskMap, TaskName } from './task.ts'

/** Any task may end in these ways; `WorkerPool.run` throws them. */
export const UNAVAILABLE = 'DATABASE_UNAVAILABLE'
export const DISK_FAILED = 'DISK_FAILED'

/** Loads each task when it is first called, so that a thread has only the code that its tasks need. */
type TaskLoaders<Tasks extends TaskMap> = { [Name in keyof Tasks]: () => Promise<Task<Tasks[Name]>> }

/** What `worker-pool.ts` sends to `run`. */
export interface TaskCall<Tasks extends TaskMap, Name extends TaskName<Tasks>> {
  task: Name
  input: Tasks[Name]['input']
  /** Takes fractions. */
  port: MessagePort
}

interface TaskThread<Tasks extends TaskMap> {
  /** Runs a task and returns its outcome. */
  run: <Name extends TaskName<Tasks>>(call: TaskCall<Tasks, Name>) => Promise<unknown>
  /** Loads the code of these tasks, or of all. */
  load: (tasks?: ReadonlyArray<TaskName<Tasks>>) => Promise<void>
}

/** The two functions that a module of tasks exports, which has loaded its native addons by now. */
export function serveTasks<Tasks extends TaskMap> (loaders: TaskLoaders<Tasks>): TaskThread<Tasks> {
  // See `destroy` of the pool.
  if (workerData instanceof SharedArrayBuffer) Atomics.add(new Int32Array(workerData), 0, 1)
  return {
    async run ({ task, input, port }) {
      try {
        const perform = await loaders[task]()
        const outcome = await perform(input, {
          onProgress (fraction) {
            port.postMessage(fraction)
          },
        })
        if (outcome?.ok !== true || outcome.transfer === undefined) return outcome
        const { transfer, facts } = outcome
        return move({ [transferableSymbol]: transfer, [valueSymbol]: { ok: true, facts } })
      } catch (error) {
        const code = isUnavailable(error) ? UNAVAILABLE : isDiskFailure(error) ? DISK_FAILED : undefined
        if (code === undefined) throw error
        // As data, like a known failure: an error loses its code between threads.
        return { ok: false, code, message: sentenceOf(code) }
      } finally {
        port.close()
      }
    },
    async load (tasks) {
      for (const task in loaders) if (tasks?.includes(task) !== false) await loaders[task]()
    },
  }
}
