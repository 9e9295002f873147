// `perfbook serve` as a process of its own, to be signalled and killed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Test } from 'tap'
import { MAIN } from './program.ts'

export interface ServerProcess {
  pid: number
  address: string
  kill: (signal: NodeJS.Signals) => void
  /** How it ended, once it has. */
  ended: Promise<{ status: number | null, stdout: string }>
}

/** Starts it on a free port and waits until it answers; killed with the test. */
export async function startServer (
  t: Test,
  dataDir: string,
  env: Record<string, string> = {}
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      DATA_DIR: dataDir,
      PORT: '0',
      LOG_LEVEL: 'error',
      MIN_FREE_BYTES: '0',
      // A busy machine is no reason to refuse requests.
      OVERLOAD_DELAY_MS: '0',
      // Nor is there a proxy that needs time to notice that it stops.
      SHUTDOWN_DRAIN_MS: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => {
    child.kill('SIGKILL')
  })
  let stdout = ''
  const ended = once(child, 'close').then(([status]) => ({ status: status as number | null, stdout }))
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      const match = /^listening on (\S+)\n/.exec(stdout)
      if (match !== null) resolve(match[1]!)
    })
    void ended.then(({ status }) => {
      reject(new Error(`the server ended at once with ${status}`))
    })
  })
  return {
    pid: child.pid!,
    address,
    kill: (signal) => {
      child.kill(signal)
    },
    ended,
  }
}
