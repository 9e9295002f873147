import type { Readable, Writable } from 'node:stream'
import type { Printer } from './printer.ts'

/** The process: `main.ts` passes it in, a test passes in its own. */
export interface ProcessContext {
  env: Readonly<Record<string, string | undefined>>
  /** `isTTY` allows a question. */
  stdin: Readable & { isTTY?: boolean }
  stdout: Writable
  /** `isTTY` allows a progress bar. */
  stderr: Writable & { isTTY?: boolean }
  /** Aborted by the first Ctrl-C or SIGTERM. */
  signal: AbortSignal
  /** The process's own number, for the lock on the data folder. */
  pid: number
}

/** What a command sees of the process. */
export interface CommandContext extends Omit<ProcessContext, 'stdout' | 'stderr'> {
  /** Results only. */
  stdout: Printer
  /** What a person reads. */
  stderr: Printer
}
