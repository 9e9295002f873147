// Tasks for tests of the job subsystem, run in real threads: one that works, and each way in which a task can
// go wrong.
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import type { MessagePort } from 'node:worker_threads'
import type { TaskOutcome } from '../../src/jobs/job-kind.ts'
import { waitAtGate } from './gate.ts'

export interface TestTaskInput {
  stagingPath: string
  /** Comes back as the facts, and stands in the staged file. */
  text: string
  port: MessagePort
  gate?: SharedArrayBuffer
  /** Told in this order. */
  progress?: number[]
}

type Outcome = TaskOutcome<{ text: string }>

/** Writes its file, stands at the gate if there is one, and is done. */
export function work ({ stagingPath, text, gate, port, progress = [] }: TestTaskInput): Outcome {
  for (const fraction of progress) port.postMessage(fraction)
  writeFileSync(stagingPath, text)
  if (gate !== undefined) waitAtGate(gate)
  return { ok: true, facts: { text } }
}

export function knownFailure ({ text }: TestTaskInput): Outcome {
  return { ok: false, code: 'WORKBOOK_TOO_LARGE', message: `too large: ${text}`, details: { rows: 7 } }
}

export function throwError (): never {
  throw Object.assign(new Error('a bug in the task'), { code: 'EBUG' })
}
export function rejectNothing (): Promise<never> {
  // eslint-disable-next-line prefer-promise-reject-errors
  return Promise.reject(undefined)
}
export function throwLater (): Promise<never> {
  return new Promise(() => {
    queueMicrotask(() => {
      throw new Error('nobody catches this')
    })
  })
}
export function exit (): void {
  process.exit(3)
}
export function loop (): never {
  for (;;) {
    /* for ever */
  }
}
export function allocate (): never {
  const kept: unknown[] = []
  for (;;) kept.push(Array.from({ length: 1000 }, (_, i) => ({ i, text: String(i) })))
}

export function returnNothing (): void {}
export function returnText (): string {
  return 'done'
}
export function returnHalf (): unknown {
  return { ok: true }
}
export function returnFunction (): unknown {
  return { ok: true, facts: () => {} }
}

/** Writes until the device is full: /dev/full always is. */
export function fillDisk (): Outcome {
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
