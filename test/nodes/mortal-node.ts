// A node as `perfbook serve` runs it, but for one thing: at the step that SIGNAL_AT names, the SIGNAL_TIMEth
// time, it gets the signal SIGNAL, once, as if someone had sent it at that moment.
import { writeSync } from 'node:fs'
import { openDatabase } from '../../db/index.ts'
import { readConfig } from '../../src/config.ts'
import { runService } from '../../src/cli/program/run-service.ts'
import { installationOf } from '../../src/files/installation.ts'
import type { FileStorage } from '../../src/files/storage/file-storage.ts'
import { openStorage } from '../../src/files/storage/location.ts'

const { SIGNAL = 'SIGKILL', SIGNAL_AT, SIGNAL_TIME = '1', ...env } = process.env
const config = readConfig(env)
let left = Number(SIGNAL_TIME)

function onStep (step: string, job?: { kind: string, token: number }): void {
  if (step !== SIGNAL_AT || job?.kind === 'housekeeping' || --left !== 0) return
  // In the log, the last that is written by a process that is killed.
  if (job !== undefined) writeSync(process.stderr.fd, `{"signalInRun":${job.token}}\n`)
  process.kill(process.pid, SIGNAL)
}

const inner = await openStorage(config.files, {
  async installation () {
    const db = await openDatabase(config.database)
    try {
      return await installationOf(db)()
    } finally {
      await db.close()
    }
  },
})
const storage: FileStorage = {
  ...inner,
  async put (...call) {
    onStep('file: before it is stored')
    await inner.put(...call)
    onStep('file: after it is stored')
  },
}

const context = {
  env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: new AbortController().signal,
  pid: process.pid,
}
const service = await runService(context, config, { onStep, storage })
process.stdout.write(`listening on ${service.address}\n`)
process.once('SIGTERM', () => { void service.stop() })
