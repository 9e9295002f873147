import type { Readable, Writable } from 'node:stream'

/** What a command sees of the process: `main.ts` hands it in, a test hands in its own. */
export interface CommandContext {
  env: Readonly<Record<string, string | undefined>>
  stdin: Readable
  /** Results only. */
  stdout: Writable
  /** What a person reads. `isTTY` allows a progress bar. */
  stderr: Writable & { isTTY?: boolean }
  /** Aborted by the first Ctrl-C or SIGTERM. */
  signal: AbortSignal
  /** The process's own number, for the lock on the data folder. */
  pid: number
}

/** The command failed in a way that it can explain: the sentence goes to stderr, the exit status is 1. */
export class CommandFailure extends Error {}

/** The command was called wrongly: the sentence goes to stderr, the exit status is 2. */
export class UsageError extends Error {}
