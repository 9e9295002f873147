// One life of a node: a process, from its start to its death.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { MAIN, mortalProgram } from '../support/program.ts'

export interface NodeProcess {
  name: string
  pid: number
  /** Where it answers; undefined: it ended before it did. */
  address: Promise<string | undefined>
  kill: (signal: NodeJS.Signals) => void
  /** `at`: ms since 1970. */
  ended: Promise<{ status: number | null, signal: NodeJS.Signals | null, at: number }>
  /** What it has written to stderr so far: its log, and what it says before it exits. */
  stderr: () => string
}

/** Where in a run the process gets a signal. */
export interface SignalPlace {
  step: string
  /** The first time, the second time … that the process comes there. */
  time?: number
  signal?: 'SIGKILL' | 'SIGSTOP'
}

const SERVE = [MAIN, 'serve']
const MORTAL = [mortalProgram('test/nodes/mortal-node.ts')]

/**
 * Starts `perfbook serve`, or with `place` the same service that sends itself a signal there. It ends with
 * this process, whatever ends that.
 */
export function startProcess (
  name: string, env: Record<string, string>, place?: SignalPlace
): NodeProcess {
  const child = spawn('setpriv', [
    '--pdeathsig', 'KILL', process.execPath, '--disable-warning=ExperimentalWarning',
    ...place === undefined ? SERVE : MORTAL,
  ], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      NODE_NAME: name,
      // Most tests have no proxy that needs time to notice.
      SHUTDOWN_DRAIN_MS: '0',
      ...env,
      ...place === undefined
        ? {}
        : { SIGNAL: place.signal ?? 'SIGKILL', SIGNAL_AT: place.step, SIGNAL_TIME: String(place.time ?? 1) },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text })
  const ended = Promise.all([once(child, 'exit').then(() => Date.now()), once(child, 'close')])
    .then(([at, [status, signal]]) => ({
      status: status as number | null, signal: signal as NodeJS.Signals | null, at,
    }))
  const address = new Promise<string | undefined>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      const match = /^listening on (\S+)\n/m.exec(stdout)
      if (match !== null) resolve(match[1])
    })
    void ended.then(() => { resolve(undefined) })
  })
  return {
    name,
    pid: child.pid ?? 0,
    address,
    kill: (signal) => { child.kill(signal) },
    ended,
    stderr: () => stderr,
  }
}
