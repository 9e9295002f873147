// The program that tests start as a process. Run by itself, a test starts the source. `npm test` first makes
// the program of the single binary, which starts in half the processor time.
import { rmSync } from 'node:fs'
import { basename, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const VARIABLE = 'PERFBOOK_TEST_PROGRAM'
const folder = process.env[VARIABLE]

/** Programs of tests that start the service in another way. */
const MORTAL = ['test/crash/mortal-server.ts', 'test/nodes/mortal-node.ts'] as const

/** Path of the command line. */
export const MAIN = folder === undefined ? join(ROOT, 'src/main.ts') : join(folder, 'src/main.js')

/** Path of a program of a test. */
export function mortalProgram (source: typeof MORTAL[number]): string {
  return folder === undefined ? join(ROOT, source) : join(folder, `${outputOf(source)}.js`)
}

/** Makes the program. From now on, processes that this one starts use it. */
export async function makeTestProgram (): Promise<void> {
  const { layOut } = await import('../../tools/binary/lay-out.ts')
  const made = join(ROOT, '.tap/program')
  rmSync(made, { recursive: true, force: true })
  await layOut(made, MORTAL.map((source) => ({ in: join(ROOT, source), out: outputOf(source) })))
  process.env[VARIABLE] = made
}

/** Beside `src/main`, since code of the program finds its files from there. */
function outputOf (source: string): string {
  return `src/${basename(source, '.ts')}`
}
