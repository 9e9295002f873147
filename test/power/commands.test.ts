// The power fails while a command works: a first start, a backup, a restore, an upgrade.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { MAIN } from '../support/program.ts'
import { testFolder } from '../support/test-folder.ts'
import { findCompiler, needs } from '../support/tools.ts'
import { places, scenarios, type Places } from './commands.ts'
import { compileDisk, diskEnv } from './disk.ts'
import { readRecord, type DiskRecord } from './disk-record.ts'
import { powerStates } from './power-states.ts'

async function run (args: string[], env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => { output.push(text) })
  }
  const [status] = await once(child, 'close') as [number | null]
  if (status !== 0) throw new Error(`${args.join(' ')}: ${status}: ${output.join('')}`)
  return output.join('')
}

/** What the process did to its disk. The last thing that it says is that it is done. */
async function recordRun (
  top: string, { root, data }: Places, { library, args }: { library: string, args: string[] }
): Promise<DiskRecord> {
  const before = join(top, 'before')
  const record = join(top, 'record')
  cpSync(root, before, { recursive: true })
  await run(args, { DATA_DIR: data, ...diskEnv({ library, root, record }) })
  return readRecord(record, { root, before })
}

t.setTimeout(3_600_000)
t.test('the power fails during', needs(findCompiler()), async (t) => {
  const top = testFolder(t)
  const library = await compileDisk(top)
  const wanted = process.env['POWER_COMMAND']
  for (const [i, [name, { prepare, command, look, usual }]] of Object.entries(scenarios).entries()) {
    if (wanted !== undefined && !name.includes(wanted)) continue
    await t.test(name, async (t) => {
      const folder = join(top, String(i))
      const of = places(join(folder, 'root'))
      mkdirSync(of.root, { recursive: true })
      await prepare(of)
      const record = await recordRun(folder, of, { library, args: command(of) })
      const end = join(folder, 'end')
      record.writeEnd(end)
      for (const { at, random, name } of powerStates(record, usual)) {
        const state = places(join(folder, 'state'))
        rmSync(state.root, { recursive: true, force: true })
        record.writeState(state.root, at, random)
        t.strictSame(await look(state, (record.told.at(-1)?.at ?? Infinity) <= at), [], name)
      }
    })
  }
})
