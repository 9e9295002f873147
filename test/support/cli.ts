// The command line in this process, with streams that are read afterwards.
import { PassThrough, Readable } from 'node:stream'
import { runProgram } from '../../src/cli/program/program.ts'

export interface CliResult {
  status: number
  stdout: string
  stderr: string
}

/** Runs `perfbook ARGS` on a data folder. */
export async function perfbook (
  dataDir: string,
  args: string[],
  options: {
    stdin?: string,
    stdinIsTTY?: boolean,
    env?: Record<string, string>,
    signal?: AbortSignal,
    isTTY?: boolean,
    /** Gets all that was written to stderr so far, each time there is more. */
    onStderr?: (text: string) => void,
  } = {}
): Promise<CliResult> {
  const output = { stdout: new PassThrough(), stderr: new PassThrough() }
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    output[name].on('data', (chunk: Buffer) => {
      text[name] += chunk.toString()
      if (name === 'stderr') options.onStderr?.(text.stderr)
    })
  }
  const status = await runProgram({
    env: { DATA_DIR: dataDir, LOG_LEVEL: 'silent', ...options.env },
    stdin: Object.assign(Readable.from([options.stdin ?? '']), { isTTY: options.stdinIsTTY ?? false }),
    stdout: output.stdout,
    stderr: Object.assign(output.stderr, { isTTY: options.isTTY ?? false }),
    signal: options.signal ?? new AbortController().signal,
    pid: process.pid,
  }, args)
  return { status, ...text }
}
