// Tasks for tests of the job subsystem, run in real threads: one that works, and each way in which a task can
// go wrong.
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import type { TaskContext, TaskOutcome } from '../../src/jobs/task.ts'
import { serveTasks } from '../../src/jobs/task-thread.ts'
import { waitAtGate } from './gate.ts'

export interface TestTask {
  input: {
    stagingPath: string
    /** Comes back as the facts, and is written to the staged file. */
    text: string
    gate?: SharedArrayBuffer
    /** Reported in this order. */
    progress?: number[]
  }
  facts: { text: string }
  failure: string
}

type Outcome = TaskOutcome<TestTask>

const tasks = {
  work,
  knownFailure,
  fillDisk,
  throwError () {
    throw Object.assign(new Error('a bug in the task'), { code: 'EBUG' })
  },
  quoteNul () {
    throw new Error('a bug at "\0"')
  },
  // eslint-disable-next-line prefer-promise-reject-errors
  rejectNothing: () => Promise.reject(undefined),
  throwLater: () => new Promise<never>(() => {
    queueMicrotask(() => {
      throw new Error('uncaught')
    })
  }),
  exit: () => process.exit(3),
  loop () {
    for (;;) {
      /* for ever */
    }
  },
  allocate () {
    const kept: unknown[] = []
    for (;;) kept.push(Array.from({ length: 1000 }, (_, i) => ({ i, text: String(i) })))
  },
  returnNothing: () => wrong(undefined),
  returnText: () => wrong('done'),
  returnHalf: () => wrong({ ok: true }),
  returnFunction: () => wrong({ ok: true, facts: () => {} }),
} satisfies Record<string, (input: TestTask['input'], context: TaskContext) => Outcome | Promise<Outcome>>

/** `isNotThere` is a name that the threads do not know. */
export type TestTaskName = keyof typeof tasks | 'isNotThere'
export type TestTasks = Record<TestTaskName, TestTask>

export const { run, load } = serveTasks<Record<string, TestTask>>(
  Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, async () => task]))
)

/** A value that is no outcome, for the test of what happens then. */
function wrong (value: unknown): Outcome {
  return value as Outcome
}

/** Writes its file and waits at the gate if there is one. */
function work (
  { stagingPath, text, gate, progress = [] }: TestTask['input'],
  { onProgress }: TaskContext
): Outcome {
  for (const fraction of progress) onProgress(fraction)
  writeFileSync(stagingPath, text)
  if (gate !== undefined) waitAtGate(gate)
  return { ok: true, facts: { text } }
}

function knownFailure ({ text }: TestTask['input']): Outcome {
  return { ok: false, code: 'WORKBOOK_TOO_LARGE', message: `too large: ${text}`, details: { rows: 7 } }
}

/** Writes until the device is full: /dev/full always is. */
function fillDisk (): Outcome {
  const file = openSync('/dev/full', 'w')
  try {
    writeSync(file, 'x')
    return { ok: true, facts: { text: 'there was room' } }
  } catch (error) {
    return { ok: false, code: 'DISK_FULL', message: (error as Error).message }
  } finally {
    closeSync(file)
  }
}
