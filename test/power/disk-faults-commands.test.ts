// The disk is full, or fails, at any call of a command: its exit status says so, nothing is half done, and it
// works when it is run again.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { seededRandom } from '../crash/seeded-random.ts'
import { MAIN } from '../support/program.ts'
import { testFolder } from '../support/test-folder.ts'
import { findCompiler, needs } from '../support/tools.ts'
import { places, scenarios } from './commands.ts'
import { compileDisk, controlFaults, diskEnv, NEVER, type Faults } from './disk.ts'

const FAULTS = Number(process.env['POWER_FAULTS'] ?? 1)
const SEED = Number(process.env['POWER_SEED'] ?? Date.now() % 1e6)
const KINDS: Faults[] = [{ onWrite: 'ENOSPC' }, { onWrite: 'EIO', onSync: 'EIO' }, { onRead: 'EIO' }]
/** A short run does not count the calls of a command first: each command has more than this of any kind. */
const FEW_CALLS = 50
/** What a command that failed says of the disk. */
const SAYS_SO = /disk|no space/i

async function run (args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => { said += text })
  }
  const [status] = await once(child, 'close') as [number | null]
  return { status, said }
}

t.setTimeout(3_600_000)
t.test('the disk fails during', needs(findCompiler()), async (t) => {
  const top = testFolder(t)
  const library = await compileDisk(top)
  const faults = controlFaults(top)
  t.teardown(() => { faults.close() })
  const wanted = process.env['POWER_COMMAND']
  const random = seededRandom(SEED)
  for (const [i, [name, { prepare, command, look }]] of Object.entries(scenarios).entries()) {
    if (wanted !== undefined && !name.includes(wanted)) continue
    // A short run takes every other command, and a later run the others.
    if (FAULTS === 1 && wanted === undefined && (i + SEED) % 2 !== 0) continue
    await t.test(name, async (t) => {
      const of = places(join(top, String(i), 'root'))
      const before = join(top, String(i), 'before')
      mkdirSync(of.root, { recursive: true })
      await prepare(of)
      cpSync(of.root, before, { recursive: true })
      const env = { DATA_DIR: of.data, MIN_FREE_BYTES: '0', ...diskEnv({ library, root: of.root, faults }) }
      const again = () => {
        rmSync(of.root, { recursive: true })
        cpSync(before, of.root, { recursive: true })
      }
      const calls = new Map<Faults, number>()
      for (let n = 0; n < FAULTS; n++) {
        // In a short run, each command has a fault of another kind.
        const kind = KINDS[(n + i + SEED) % KINDS.length] ?? {}
        if (FAULTS === 1) calls.set(kind, FEW_CALLS)
        if (!calls.has(kind)) {
          faults.set({ ...kind, skip: NEVER })
          t.match(await run(command(of), env), { status: 0 })
          calls.set(kind, faults.counts().seen)
          again()
        }
        const skip = Math.floor(random() * (calls.get(kind) ?? 0))
        const what = `POWER_SEED=${SEED}: ${JSON.stringify(kind)} after ${skip} of ${calls.get(kind)} calls`
        faults.set({ ...kind, skip })
        const { status, said } = await run(command(of), env)
        faults.clear()
        const isDone = status === 0
        if (!isDone) {
          t.equal(status, 1, `${what}: ${said}`)
          t.ok(SAYS_SO.test(said) && !/^ {4}at /m.test(said), `${what}: ${said}`)
        }
        t.strictSame(await look(of, isDone), [], `${what}: ${status}: ${said}`)
        again()
      }
    })
  }
})
