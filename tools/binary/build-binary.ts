import { spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { bundleStart } from './bundle.ts'
import { layOut } from './lay-out.ts'
import type { Manifest } from '../../src/binary/unpack.ts'

interface BuiltBinary {
  /** Of the executable, in bytes. */
  size: number
  /** How many files it unpacks. */
  files: number
  packages: number
  /** Why Node's symbols are still in it; undefined: they are not. */
  unstripped?: string
}

/**
 * Builds the whole program into one executable for this platform. Throws where anything that belongs in it is
 * missing: a development package, a license; and what `node --build-sea` says.
 */
export async function buildBinary (output: string): Promise<BuiltBinary> {
  mkdirSync(dirname(output), { recursive: true })
  const making = mkdtempSync(`${output}-`)
  try {
    const program = join(making, 'program')
    const packages = await layOut(program)
    const manifest = manifestOf(program)
    writeFileSync(join(making, 'manifest.json'), JSON.stringify(manifest))
    await bundleStart(join(making, 'start.js'))

    // Before the program goes in: afterwards it would go out again with the symbols.
    const node = join(making, 'node')
    const stripped = spawnSync('strip', ['-o', node, process.execPath], { encoding: 'utf8' })
    const made = join(making, 'perfbook')
    writeFileSync(
      join(making, 'sea.json'),
      JSON.stringify({
        main: join(making, 'start.js'),
        mainFormat: 'module',
        executable: stripped.status === 0 ? node : process.execPath,
        output: made,
        disableExperimentalSEAWarning: true,
        execArgv: ['--disable-warning=ExperimentalWarning'],
        assets: {
          'manifest.json': join(making, 'manifest.json'),
          ...Object.fromEntries(manifest.files.map(({ path }) => [path, join(program, path)])),
        },
      })
    )
    const { status, stderr } = spawnSync(process.execPath, ['--build-sea', join(making, 'sea.json')], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`node --build-sea failed: ${stderr}`)
    renameSync(made, output)
    return {
      size: statSync(output).size,
      files: manifest.files.length,
      packages,
      ...(stripped.status === 0
        ? {}
        : {
            unstripped: stripped.error === undefined
              ? stripped.stderr.trim()
              : 'there is no strip here (Debian: apt-get install binutils)',
          }),
    }
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
}

function manifestOf (program: string): Manifest {
  const paths = readdirSync(program, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(program, path)).isFile()
  ).sort()
  const files = paths.map((path) => ({ path, sha256: hash('sha256', readFileSync(join(program, path))) }))
  return { id: hash('sha256', JSON.stringify(files)).slice(0, 32), files }
}
