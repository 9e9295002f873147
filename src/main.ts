// The `perfbook` command. Only this file touches the process: arguments, environment, streams, signals, exit
// status.
import { pid } from 'node:process'
import { keepCompiled } from './compile-cache.ts'

// Files hold children's names and scores, so only their owner may access them, regardless of the shell's
// umask.
process.umask(0o077)
keepCompiled()
const { runProgram } = await import('./cli/program/program.ts')

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The first signal asks to stop. A second one stops at once.
    if (stop.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143)
    stop.abort()
  })
}
// It is not an error when a reader closes the pipe (`perfbook courses | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await runProgram({
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: stop.signal,
  pid,
}, process.argv.slice(2))
