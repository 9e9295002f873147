import { MessageChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { boundMessage } from '../short-text.ts'
import type { TaskOutcome } from './job-kind.ts'

// Piscina derives this from an overload of postMessage that takes no list.
type TransferList = NonNullable<NonNullable<Parameters<Piscina['run']>[1]>['transferList']>

export interface PoolOptions {
  /** The module whose exported functions are the tasks. */
  tasksFile: URL
  threads: number
  /** Additional threads for kinds of jobs that have their own. Default: none. */
  extraThreads?: number
  /** Heap of one thread, MB. */
  memoryMb: number
  /** A task without input that loads what the others need. */
  warmTask?: string
}

export interface TaskOptions {
  /** Aborting kills the thread; the next task gets a fresh one. */
  signal?: AbortSignal
  /** Fractions from 0 to 1, as the task sends them. */
  onProgress?: (fraction: number) => void
}

/** How a task can end besides by returning. */
export class TaskCrash extends Error {
  readonly code: 'OUT_OF_MEMORY' | 'WORKER_CRASHED'
  constructor (code: 'OUT_OF_MEMORY' | 'WORKER_CRASHED', cause: unknown) {
    const text = cause instanceof Error ? cause.message : String(cause)
    // What cannot be cloned between threads arrives without a word.
    super(text === '' ? 'the task failed without an error message' : boundMessage(text), { cause })
    this.code = code
  }
}

export interface WorkerPool {
  /** Threads that all tasks share. */
  readonly threads: number
  readonly extraThreads: number
  /** Tasks in a thread, and those that wait for one. Piscina's own `utilization` is wrong. */
  load: () => { running: number, waiting: number }
  /** Runs a task. Throws TaskCrash when its thread died or it threw, and AbortError when `signal` fired. */
  run: <Result>(task: string, input: Record<string, unknown>, options?: TaskOptions) => Promise<Result>
  /**
   * Starts the first thread and lets it run `warmTask`, if there is one: the next task need not wait for code
   * to be loaded.
   */
  warm: () => Promise<void>
  /** Ends all threads at once; what runs is rejected. */
  destroy: () => Promise<void>
}

/** Threads for tasks. Piscina's own close() is not used: with more than one thread it loses running tasks. */
export function createWorkerPool ({
  tasksFile,
  threads,
  extraThreads = 0,
  memoryMb,
  warmTask,
}: PoolOptions): WorkerPool {
  let piscina: Piscina | undefined
  let live = 0
  // Made at the first task: most commands of the command line need no thread.
  const start = (): Piscina => {
    piscina = new Piscina({
      filename: tasksFile.href,
      minThreads: 1,
      maxThreads: threads + extraThreads,
      idleTimeout: 60_000,
      concurrentTasksPerWorker: 1,
      maxQueue: Infinity,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 16 },
      // Loaders that the process was started with (a test's, a profiler's) would cost each thread a third of
      // a second.
      execArgv: [],
      recordTiming: false,
      workerHistogram: false,
    })
    // A thread that dies between tasks is replaced; without a listener the event would end the process.
    return piscina.on('error', () => {})
  }
  return {
    threads,
    extraThreads,
    load: () => ({
      running: Math.min(live, threads + extraThreads),
      waiting: Math.max(0, live - threads - extraThreads),
    }),
    async warm () {
      piscina ??= start()
      if (warmTask !== undefined) await piscina.run({}, { name: warmTask })
    },
    async run (task, input, { signal, onProgress } = {}) {
      const { port1, port2 } = new MessageChannel()
      port1.on('message', (fraction: unknown) => {
        if (typeof fraction === 'number') onProgress?.(fraction)
      })
      port1.unref()
      live++
      try {
        return await (piscina ??= start()).run({ ...input, port: port2 }, {
          name: task,
          transferList: [port2] as unknown as TransferList,
          signal: signal ?? null,
        })
      } catch (error) {
        if (signal?.aborted === true) throw error
        const isMemory = error instanceof Error && 'code' in error &&
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        throw new TaskCrash(isMemory ? 'OUT_OF_MEMORY' : 'WORKER_CRASHED', error)
      } finally {
        live--
        port1.close()
      }
    },
    async destroy () {
      await piscina?.destroy()
    },
  }
}

/** Whether a task's answer has the form that all tasks of jobs keep to. */
export function isTaskOutcome (value: unknown): value is TaskOutcome<unknown> {
  if (typeof value !== 'object' || value === null || !('ok' in value)) return false
  return value.ok === true
    ? 'facts' in value
    : 'code' in value && typeof value.code === 'string' && 'message' in value &&
      typeof value.message === 'string'
}
