// The service as `perfbook serve` runs it, but for one thing: at the step that DIE_AT names, the DIE_AFTERth
// time, it dies as by `kill -9`.
import { readConfig } from '../../src/config.ts'
import { runService } from '../../src/cli/program/run-service.ts'
import { createDiskStorage } from '../../src/files/storage/disk.ts'
import type { FileStorage } from '../../src/files/storage/file-storage.ts'

const { DIE_AT, DIE_AFTER = '1', ...env } = process.env
const config = readConfig(env)
let left = Number(DIE_AFTER)

function onStep (step: string): void {
  if (step === DIE_AT && --left === 0) process.kill(process.pid, 'SIGKILL')
}

const disk = createDiskStorage(config.filesFolder, config.quarantineFolder)
const storage: FileStorage = {
  ...disk,
  async put (...call) {
    onStep('file: before the rename')
    await disk.put(...call)
    onStep('file: after the rename')
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
process.once('SIGTERM', () => {
  void service.stop()
})
