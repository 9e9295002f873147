// One life of a server: a process, from its start to its death.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { MAIN, mortalProgram } from '../support/program.ts'

export interface ServerLife {
  /** Where it answers; undefined: it died before it did. */
  address: Promise<string | undefined>
  kill: (signal: NodeJS.Signals) => void
  ended: Promise<{ status: number | null, signal: NodeJS.Signals | null, stderr: string }>
}

const SERVE = [MAIN, 'serve']
const MORTAL = [mortalProgram('test/crash/mortal-server.ts')]

/** Starts `perfbook serve`, or with `dieAt` the server that dies at that step, the `dieAfter`th time. */
export function startLife (
  folder: string,
  { dieAt, dieAfter = 1 }: { dieAt?: string | undefined, dieAfter?: number } = {}
): ServerLife {
  const child = spawn(process.execPath, dieAt === undefined ? SERVE : MORTAL, {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      DATA_DIR: folder,
      PORT: '0',
      LOG_LEVEL: 'error',
      MIN_FREE_BYTES: '0',
      // A busy machine is no reason to refuse requests.
      OVERLOAD_DELAY_MS: '0',
      WORKER_THREADS: '2',
      EXPORT_RATE_MAX: '1000000',
      ...(dieAt === undefined ? {} : { DIE_AT: dieAt, DIE_AFTER: String(dieAfter) }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = once(child, 'close').then(([status, signal]) => ({
    status: status as number | null,
    signal: signal as NodeJS.Signals | null,
    stderr,
  }))
  const address = new Promise<string | undefined>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      const match = /^listening on (\S+)\n/.exec(stdout)
      if (match !== null) resolve(match[1])
    })
    void ended.then(() => {
      resolve(undefined)
    })
  })
  return {
    address,
    kill: (signal) => {
      child.kill(signal)
    },
    ended,
  }
}
