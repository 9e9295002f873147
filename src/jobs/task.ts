// A task is a function that runs in a thread. A map of types lists tasks by name and says what each of them
// gets and gives. It types the pool that calls tasks (`worker-pool.ts`), the thread that runs them
// (`task-thread.ts`) and the kinds of jobs (`job-kind.ts`).

/** Values pass between threads, so all of them must be cloneable. */
export interface TaskTypes {
  input: object
  /** What the task found or made. */
  facts: unknown
  /** Codes of its known failures. */
  failure: string
}

export type TaskMap = Record<string, TaskTypes>
export type TaskName<Tasks extends TaskMap> = keyof Tasks & string

/**
 * What a task returns. A known failure is data, because an error loses its class and code between threads.
 */
export type TaskOutcome<Types extends TaskTypes = TaskTypes> =
  | {
    ok: true
    facts: Types['facts']
    /** Memory in the facts that moves to the other thread instead of being copied. */
    transfer?: ArrayBufferLike[]
  }
  | {
    ok: false
    code: Types['failure']
    message: string
    /** A job keeps them as its result, for example the lines of an import that are wrong. */
    details?: unknown
  }

export interface TaskContext {
  /** Reports a fraction from 0 to 1. */
  onProgress: (fraction: number) => void
  /** Only where a task is called directly. In a pool, aborting ends the thread. */
  signal?: AbortSignal
}

/** An error that a task throws is a bug or the machine's fault. */
export type Task<Types extends TaskTypes> = (
  input: Types['input'],
  context: TaskContext
) => Promise<TaskOutcome<Types>> | TaskOutcome<Types>

/** Whether a value from another thread has the form of an outcome. Its facts are not checked. */
export function isTaskOutcome<Types extends TaskTypes> (value: unknown): value is TaskOutcome<Types> {
  if (typeof value !== 'object' || value === null || !('ok' in value)) return false
  return value.ok === true
    ? 'facts' in value
    : 'code' in value && typeof value.code === 'string' && 'message' in value &&
      typeof value.message === 'string'
}
