// Threads for tasks. The inside of such a thread is in `task-thread.ts`.
import { setTimeout as delay } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import { move, Piscina, transferableSymbol, valueSymbol } from 'piscina'
import { DomainError, hasCode } from '../errors.ts'
import { boundMessage } from '../short-text.ts'
import { isTaskOutcome, type TaskMap, type TaskName, type TaskOutcome } from './task.ts'
import { DISK_FAILED, UNAVAILABLE, type TaskCall } from './task-thread.ts'

interface PoolOptions<Tasks extends TaskMap> {
  /** The module that exports the two functions of `serveTasks`. */
  tasksFile: URL
  threads: number
  /** Additional threads for kinds of jobs that have their own. Default: none. */
  extraThreads?: number
  /** Heap of one thread, MB. */
  memoryMb: number
  /** What `warm` loads. Default: all tasks. */
  preload?: ReadonlyArray<TaskName<Tasks>>
}

export interface TaskOptions {
  /** Aborting kills the thread; the next task gets a fresh one. */
  signal?: AbortSignal
  /** Fractions from 0 to 1, as the task sends them. */
  onProgress?: (fraction: number) => void
}

interface PoolLoad {
  /** Tasks in a thread. */
  running: number
  /** Tasks that wait for a thread. */
  waiting: number
}

/** A pool without the types of its tasks. */
export interface Threads {
  /** Threads that all tasks share. */
  readonly threads: number
  readonly extraThreads: number
  load: () => PoolLoad
  /** Starts the first thread and loads code, so that the first task does not wait for that. */
  warm: () => Promise<void>
  /** Ends all threads at once. Running tasks reject. */
  destroy: () => Promise<void>
}

export interface WorkerPool<Tasks extends TaskMap> extends Threads {
  /**
   * Runs a task. Throws WORKER_CRASHED or OUT_OF_MEMORY if its thread died, it threw or it returned something
   * that is not an outcome, DISK_FAILED, DATABASE_UNAVAILABLE, and AbortError if `signal` fired.
   */
  run: <Name extends TaskName<Tasks>>(
    task: Name,
    input: Tasks[Name]['input'],
    options?: TaskOptions
  ) => Promise<TaskOutcome<Tasks[Name]>>
}

/** The longest that `destroy` waits for threads that are starting, ms. */
const LOADED_MS = 10_000
/** Advice to a client when the database did not answer. */
const RETRY_AFTER_S = 5

/** Two methods of Piscina are not used: `close()` loses running tasks, and `utilization` is wrong. */
export function createWorkerPool<Tasks extends TaskMap> ({
  tasksFile,
  threads,
  extraThreads = 0,
  memoryMb,
  preload,
}: PoolOptions<Tasks>): WorkerPool<Tasks> {
  let piscina: Piscina | undefined
  /** Resolves when the first thread has loaded its code; undefined: it has. */
  let loading: Promise<void> | undefined
  let live = 0
  /** How many threads have loaded their code, and how many have ended. */
  const loaded = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  let ended = 0
  /** Most commands of the command line need no thread, so the first task starts it. */
  function start (): Piscina {
    const made = new Piscina({
      filename: tasksFile.href,
      minThreads: 1,
      maxThreads: threads + extraThreads,
      idleTimeout: 60_000,
      concurrentTasksPerWorker: 1,
      maxQueue: Infinity,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 16 },
      // The loaders of a test or a profiler would cost each thread a third of a second.
      execArgv: [],
      workerData: loaded.buffer,
      recordTiming: false,
      workerHistogram: false,
    })
    // Piscina replaces a thread that dies between tasks. Without a listener the event would end the process.
    made.on('error', () => {}).on('workerDestroy', () => { ended++ })
    // All threads but the first get no task before they have loaded their code. An abort then kills no thread
    // that loads, see `destroy`.
    loading = made.run([], { name: 'load' }).catch(() => {}).then(() => { loading = undefined })
    return made
  }
  return {
    threads,
    extraThreads,
    load: () => ({
      running: Math.min(live, threads + extraThreads),
      waiting: Math.max(0, live - threads - extraThreads),
    }),
    async warm () {
      await (piscina ??= start()).run(preload, { name: 'load' })
    },
    async run (task, input, { signal, onProgress } = {}) {
      const { port1, port2 } = new MessageChannel()
      port1.on('message', (fraction: unknown) => {
        if (typeof fraction === 'number') onProgress?.(fraction)
      })
      port1.unref()
      live++
      try {
        const call: TaskCall<Tasks, typeof task> = { task, input, port: port2 }
        piscina ??= start()
        if (loading !== undefined) await loading
        const outcome: unknown = await piscina.run(
          move({ [transferableSymbol]: [port2], [valueSymbol]: call }),
          { name: 'run', signal: signal ?? null }
        )
        if (!isTaskOutcome<Tasks[typeof task]>(outcome)) {
          throw new Error(`The task ${task} returned a value that is not an outcome.`)
        }
        if (!outcome.ok && outcome.code === UNAVAILABLE) {
          throw new DomainError(UNAVAILABLE, { retryAfterSeconds: RETRY_AFTER_S })
        }
        if (!outcome.ok && outcome.code === DISK_FAILED) throw new DomainError(DISK_FAILED)
        return outcome
      } catch (error) {
        if (signal?.aborted === true || hasCode(error, UNAVAILABLE) || hasCode(error, DISK_FAILED)) {
          throw error
        }
        const isMemory = error instanceof Error && 'code' in error &&
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        const text = error instanceof Error ? error.message : String(error)
        throw new DomainError(isMemory ? 'OUT_OF_MEMORY' : 'WORKER_CRASHED', {
          // An error that cannot be cloned arrives without its message.
          detail: text === '' ? 'the task failed without an error message' : boundMessage(text),
          cause: error,
        })
      } finally {
        live--
        port1.close()
      }
    },
    async destroy () {
      if (piscina === undefined) return
      // Node aborts the process if a thread is killed while it loads a native addon.
      const deadline = performance.now() + LOADED_MS
      const areLoaded = () => Atomics.load(loaded, 0) >= ended + (piscina?.threads.length ?? 0)
      while (!areLoaded() && performance.now() < deadline) await delay(5)
      await piscina.destroy()
    },
  }
}
